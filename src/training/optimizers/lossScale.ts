import { add, div, equal, less, logicalAnd, mul, where } from '../../tensor/functions.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { onlyIf } from './conditional.ts';
import { counter, type DecayExclusion, type Optimizer, state } from './optimizer.ts';

export interface LossScaleOptions {
  readonly initialScale?: number;
  /** After so many steps without an infinite gradient the scale doubles. */
  readonly dynamicGrowthSteps?: number;
}

export class LossScaleOptimizer implements Optimizer {
  readonly className = 'LossScaleOptimizer';
  readonly inner: Optimizer;
  readonly #options: Required<LossScaleOptions>;
  readonly #steps = counter('step_counter');
  readonly #scale: Variable;
  /** Keras's has an iteration and a rate of its own, which it never uses. */
  readonly #unused = [counter('iteration'), state(tensor(0), 'learning_rate')];

  constructor(inner: Optimizer, { initialScale = 2 ** 15, dynamicGrowthSteps = 2000 }: LossScaleOptions) {
    this.inner = inner;
    this.#options = { initialScale, dynamicGrowthSteps };
    this.#scale = state(tensor(initialScale), 'dynamic_scale');
  }

  get iterations() {
    return this.inner.iterations;
  }

  get learningRate() {
    return this.inner.learningRate;
  }

  get schedule() {
    return this.inner.schedule;
  }

  get slots() {
    return this.inner.slots;
  }

  get averages() {
    return this.inner.averages;
  }

  get variables() {
    return [...this.#unused, this.#steps, this.#scale, ...this.inner.variables];
  }

  config() {
    return { innerOptimizer: this.inner, ...this.#options };
  }

  excludeFromWeightDecay(exclusion: DecayExclusion): void {
    this.inner.excludeFromWeightDecay(exclusion);
  }

  decays(weight: Variable): boolean {
    return this.inner.decays(weight);
  }

  build(weights: readonly Variable[]): void {
    this.inner.build(weights);
  }

  scaleLoss(loss: Tensor): Tensor {
    return mul(loss, this.#scale.read());
  }

  apply(gradients: readonly Tensor[], weights: readonly Variable[]): void {
    this.build(weights);
    const [scale, steps] = [this.#scale.read(), this.#steps.read()];
    const finite = gradients.map(allFinite).reduce(logicalAnd, tensor(true));
    const inverse = div(1, scale);
    onlyIf(finite, [...weights, ...this.inner.variables], () => {
      this.inner.apply(
        gradients.map((gradient) => mul(gradient, inverse)),
        weights,
      );
    });
    const grows = equal(steps, this.#options.dynamicGrowthSteps - 1);
    const zero = tensor(0, { dtype: 'int32' });
    this.#steps.assign(where(finite, where(grows, zero, add(steps, 1)), zero));
    this.#scale.assign(where(finite, where(grows, mul(scale, 2), scale), mul(scale, 0.5)));
  }

  finalize(): void {
    this.inner.finalize();
  }
}

/** Whether each number is: x·0 is 0 for those, and NaN for all others. */
const allFinite = (x: Tensor): Tensor => less(mul(x, 0).sum(), 1);

/**
 * Multiplies the loss by a scale, so that small gradients do not vanish in half precision, and divides them again
 * before `inner` moves the weights. A step whose gradients overflowed is left out, and the scale halved; after
 * `dynamicGrowthSteps` steps without one it doubles.
 *
 * @see Micikevicius et al., "Mixed precision training", 2018, section 3.2
 */
export const lossScaleOptimizer = (inner: Optimizer, options: LossScaleOptions = {}): Optimizer =>
  new LossScaleOptimizer(inner, options);
