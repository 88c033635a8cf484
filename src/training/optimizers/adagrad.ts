import { add, div, full, mul, sqrt, square, sub } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type Optimizer, type OptimizerOptions, type Step, WeightOptimizer } from './optimizer.ts';

export interface AdagradOptions extends OptimizerOptions {
  readonly initialAccumulatorValue?: number;
  readonly epsilon?: number;
}

class Adagrad extends WeightOptimizer {
  readonly className = 'Adagrad';
  readonly #initialAccumulatorValue: number;
  readonly #epsilon: number;

  constructor({ initialAccumulatorValue = 0.1, epsilon = 1e-7, ...options }: AdagradOptions) {
    super(options);
    this.#initialAccumulatorValue = initialAccumulatorValue;
    this.#epsilon = epsilon;
  }

  protected settings() {
    return { initialAccumulatorValue: this.#initialAccumulatorValue, epsilon: this.#epsilon };
  }

  protected slotValues({ shape }: Variable) {
    return [full(shape, this.#initialAccumulatorValue)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [accumulator]: readonly Variable[],
    { rate }: Step,
  ): void {
    if (!accumulator) return;
    const total = add(accumulator.read(), square(gradient));
    weight.assign(sub(weight.read(), div(mul(gradient, rate), sqrt(add(total, this.#epsilon)))));
    accumulator.assign(total);
  }
}

/**
 * a ← a + g², w ← w − α·g/√(a + ε).
 *
 * @param options.initialAccumulatorValue of a, 0.1 by default
 * @see Duchi et al., "Adaptive subgradient methods", 2011
 */
export const adagrad = (options: AdagradOptions = {}): Optimizer => new Adagrad(options);
