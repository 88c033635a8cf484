import { add, mul, sub, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { fading, type Optimizer, type OptimizerOptions, type Step, WeightOptimizer } from './optimizer.ts';

export interface SGDOptions extends OptimizerOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

class SGD extends WeightOptimizer {
  readonly className = 'SGD';
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor({ momentum = 0, nesterov = false, ...options }: SGDOptions) {
    super(options, 0.01);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
  }

  protected settings() {
    return { momentum: this.#momentum, nesterov: this.#nesterov };
  }

  protected slotValues({ shape }: Variable) {
    return this.#momentum === 0 ? [] : [zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [velocity]: readonly Variable[],
    { rate }: Step,
  ): void {
    const descent = mul(gradient, rate);
    if (!velocity) {
      weight.assign(sub(weight.read(), descent));
      return;
    }
    const next = fading(sub(mul(velocity.read(), this.#momentum), descent));
    const move = this.#nesterov ? sub(mul(next, this.#momentum), descent) : next;
    weight.assign(add(weight.read(), move));
    velocity.assign(next);
  }
}

/**
 * w ← w − α·g; with momentum, v ← β·v − α·g and w ← w + v (Nesterov: w ← w + β·v − α·g).
 *
 * @param options.learningRate α, 0.01 by default
 * @param options.momentum β, 0 by default
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, section 2
 */
export const sgd = (options: SGDOptions = {}): Optimizer => new SGD(options);
