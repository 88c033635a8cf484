import { expm1, mul, neg, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type OptimizerOptions, WeightOptimizer } from './optimizer.ts';

/** Decay of the moving means of g and g², and what keeps a division from being by 0. */
export interface MomentOptions extends OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** 1 − βᵗ: what a moving mean that started at 0 lacks after t steps. */
export const correction = (beta: number, number: Tensor): Tensor => neg(expm1(mul(number, Math.log(beta))));

/** An optimizer with two moving means for each weight: of its gradient, and of the gradient's size. */
export abstract class MomentOptimizer extends WeightOptimizer {
  readonly #moments: Required<Omit<MomentOptions, keyof OptimizerOptions>>;

  constructor({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...options }: MomentOptions) {
    super(options);
    this.#moments = { beta1, beta2, epsilon };
  }

  protected settings() {
    return this.#moments;
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape), zeros(shape)];
  }
}
