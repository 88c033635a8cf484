import { add, div, maximum, mul, neg, sqrt, square, sub, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { correction, MomentOptimizer, type MomentOptions } from './moments.ts';
import { fading, type Optimizer, type Step, towards } from './optimizer.ts';

export interface AdamOptions extends MomentOptions {
  /** Divides by the greatest mean of g² so far. */
  readonly amsgrad?: boolean;
}

class Adam extends MomentOptimizer {
  readonly className: string;
  readonly #amsgrad: boolean;

  constructor(className: string, { amsgrad = false, ...options }: AdamOptions) {
    super(options);
    this.className = className;
    this.#amsgrad = amsgrad;
  }

  protected override settings() {
    return { ...super.settings(), amsgrad: this.#amsgrad };
  }

  protected override slotValues(weight: Variable) {
    return [...super.slotValues(weight), ...(this.#amsgrad ? [zeros(weight.shape)] : [])];
  }

  protected override blocks() {
    return [2, 1];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, v, greatest]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !v) return;
    const { beta1, beta2, epsilon } = this.settings();
    // Both corrections for the zero start in the rate, a single number.
    const corrected = div(mul(rate, sqrt(correction(beta2, number))), correction(beta1, number));
    const mean = fading(towards(m.read(), gradient, 1 - beta1));
    const meanSquare = towards(v.read(), square(gradient), 1 - beta2);
    const size = greatest ? maximum(greatest.read(), meanSquare) : meanSquare;
    m.assign(mean);
    v.assign(meanSquare);
    greatest?.assign(size);
    weight.assign(sub(weight.read(), div(mul(mean, corrected), add(sqrt(size), epsilon))));
  }
}

/**
 * m, v: moving means of g and g²; w ← w − α·(√(1 − β₂ᵗ)/(1 − β₁ᵗ))·m/(√v + ε).
 *
 * @param options.amsgrad takes the greatest v so far for v
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 2; Reddi et al., "On the
 *   convergence of Adam and beyond", 2018, for amsgrad
 */
export const adam = (options: AdamOptions = {}): Optimizer => new Adam('Adam', options);

/**
 * Adam, and before each step w ← w − α·λ·w: decay that the moving means know nothing of.
 *
 * @param options.weightDecay λ, 0.004 by default
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2
 */
export const adamW = ({ weightDecay = 0.004, ...options }: AdamOptions = {}): Optimizer =>
  new Adam('AdamW', { ...options, weightDecay });

class Adamax extends MomentOptimizer {
  readonly className = 'Adamax';

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, u]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !u) return;
    const { beta1, beta2, epsilon } = this.settings();
    const mean = fading(towards(m.read(), gradient, 1 - beta1));
    const size = maximum(mul(u.read(), beta2), maximum(gradient, neg(gradient)));
    m.assign(mean);
    u.assign(size);
    const corrected = div(rate, correction(beta1, number));
    weight.assign(sub(weight.read(), div(mul(mean, corrected), add(size, epsilon))));
  }
}

/**
 * m: moving mean of g, u ← max(β₂·u, |g|); w ← w − α/(1 − β₁ᵗ)·m/(u + ε).
 *
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 2
 */
export const adamax = (options: MomentOptions = {}): Optimizer => new Adamax(options);
