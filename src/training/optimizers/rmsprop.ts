import { add, div, mul, sqrt, square, sub, zeros } from '../../tensor/functions.ts';
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

export interface RMSpropOptions extends OptimizerOptions {
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  /** Divides by an estimate of the gradient's deviation in place of its size. */
  readonly centered?: boolean;
}

class RMSprop extends WeightOptimizer {
  readonly className = 'RMSprop';
  readonly #settings: Required<Omit<RMSpropOptions, keyof OptimizerOptions>>;

  constructor({ rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false, ...options }: RMSpropOptions) {
    super(options);
    this.#settings = { rho, momentum, epsilon, centered };
  }

  protected settings() {
    return this.#settings;
  }

  protected slotValues({ shape }: Variable) {
    const { momentum, centered } = this.#settings;
    return [zeros(shape), ...(momentum > 0 ? [zeros(shape)] : []), ...(centered ? [zeros(shape)] : [])];
  }

  protected override blocks() {
    return [1, 1, 1];
  }

  protected update(weight: Variable, gradient: Tensor, slots: readonly Variable[], { rate }: Step): void {
    const { rho, momentum, epsilon, centered } = this.#settings;
    const [squares, ...others] = slots;
    const velocity = momentum > 0 ? others.shift() : undefined;
    const average = centered ? others.shift() : undefined;
    if (!squares) return;
    const meanSquare = fading(towards(squares.read(), square(gradient), 1 - rho));
    squares.assign(meanSquare);
    let spread = meanSquare;
    if (average) {
      const meanGradient = fading(towards(average.read(), gradient, 1 - rho));
      average.assign(meanGradient);
      spread = sub(meanSquare, square(meanGradient));
    }
    const move = div(mul(gradient, rate), sqrt(add(spread, epsilon)));
    if (!velocity) {
      weight.assign(sub(weight.read(), move));
      return;
    }
    const next = fading(add(mul(velocity.read(), momentum), move));
    velocity.assign(next);
    weight.assign(sub(weight.read(), next));
  }
}

/**
 * s ← ρ·s + (1 − ρ)·g², w ← w − α·g/√(s + ε); with momentum, v ← β·v + α·g/√(s + ε) and w ← w − v.
 *
 * @param options.rho ρ, 0.9 by default
 * @param options.centered takes s − m² for s, m the moving mean of g
 * @see Hinton, "Neural networks for machine learning", 2012, lecture 6e
 */
export const rmsprop = (options: RMSpropOptions = {}): Optimizer => new RMSprop(options);
