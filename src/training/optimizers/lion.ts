import { ArgumentError } from '../../graph/errors.ts';
import { mul, sign, sub, zeros } from '../../tensor/functions.ts';
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

export interface LionOptions extends OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
}

class Lion extends WeightOptimizer {
  readonly className = 'Lion';
  readonly #beta1: number;
  readonly #beta2: number;

  constructor({ beta1 = 0.9, beta2 = 0.99, ...options }: LionOptions) {
    super(options);
    if (!(beta1 > 0 && beta1 <= 1)) {
      throw new ArgumentError({ asked: 'Lion', expected: 'a beta1 above 0, up to 1', received: `${beta1}` });
    }
    this.#beta1 = beta1;
    this.#beta2 = beta2;
  }

  protected settings() {
    return { beta1: this.#beta1, beta2: this.#beta2 };
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape)];
  }

  protected update(weight: Variable, gradient: Tensor, [m]: readonly Variable[], { rate }: Step): void {
    if (!m) return;
    const direction = sign(towards(m.read(), gradient, 1 - this.#beta1));
    m.assign(fading(towards(m.read(), gradient, 1 - this.#beta2)));
    weight.assign(sub(weight.read(), mul(direction, rate)));
  }
}

/**
 * w ← w − α·sign(β₁·m + (1 − β₁)·g), m ← β₂·m + (1 − β₂)·g: one moving mean, and moves all of one size.
 *
 * @see Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2
 */
export const lion = (options: LionOptions = {}): Optimizer => new Lion(options);
