import { add, div, expm1, maximum, mul, neg, sqrt, square, sub, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import {
  fading,
  type Optimizer,
  type OptimizerOptions,
  type Step,
  towards,
  WeightOptimizer,
} from './optimizer.ts';

/** Decay of the moving means of g and g², and what keeps a division from being by 0. */
export interface MomentOptions extends OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface AdamOptions extends MomentOptions {
  /** Divides by the greatest mean of g² so far. */
  readonly amsgrad?: boolean;
}

/** 1 − βᵗ: what a moving mean that started at 0 lacks after t steps. */
export const correction = (beta: number, number: Tensor): Tensor => neg(expm1(mul(number, Math.log(beta))));

class Adam extends WeightOptimizer {
  readonly className: string;
  readonly #settings: Required<Omit<AdamOptions, keyof OptimizerOptions>>;

  constructor(
    className: string,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false, ...options }: AdamOptions,
  ) {
    super(options);
    this.className = className;
    this.#settings = { beta1, beta2, epsilon, amsgrad };
  }

  protected settings() {
    return this.#settings;
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape), zeros(shape), ...(this.#settings.amsgrad ? [zeros(shape)] : [])];
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
    const { beta1, beta2, epsilon } = this.#settings;
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

class Adamax extends WeightOptimizer {
  readonly className = 'Adamax';
  readonly #settings: Required<Omit<MomentOptions, keyof OptimizerOptions>>;

  constructor({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...options }: MomentOptions) {
    super(options);
    this.#settings = { beta1, beta2, epsilon };
  }

  protected settings() {
    return this.#settings;
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape), zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, u]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !u) return;
    const { beta1, beta2, epsilon } = this.#settings;
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
