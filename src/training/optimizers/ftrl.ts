import { ArgumentError } from '../../graph/errors.ts';
import { add, clip, div, full, mul, pow, sqrt, square, sub, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type Optimizer, type OptimizerOptions, type Step, WeightOptimizer } from './optimizer.ts';

export interface FtrlOptions extends OptimizerOptions {
  /** How the rate shrinks with the gradients seen: as their sum of squares to this power. */
  readonly learningRatePower?: number;
  readonly initialAccumulatorValue?: number;
  readonly l1RegularizationStrength?: number;
  readonly l2RegularizationStrength?: number;
  readonly l2ShrinkageRegularizationStrength?: number;
  readonly beta?: number;
}

class Ftrl extends WeightOptimizer {
  readonly className = 'Ftrl';
  readonly #settings: Required<Omit<FtrlOptions, keyof OptimizerOptions>>;

  constructor({
    learningRatePower = -0.5,
    initialAccumulatorValue = 0.1,
    l1RegularizationStrength = 0,
    l2RegularizationStrength = 0,
    l2ShrinkageRegularizationStrength = 0,
    beta = 0,
    ...options
  }: FtrlOptions) {
    super(options);
    this.#settings = {
      learningRatePower,
      initialAccumulatorValue,
      l1RegularizationStrength,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
      beta,
    };
    const { learningRatePower: power, beta: _, ...strengths } = this.#settings;
    if (power > 0) {
      throw new ArgumentError({
        asked: 'Ftrl',
        expected: 'a learningRatePower of at most 0',
        received: `${power}`,
      });
    }
    for (const [name, value] of Object.entries(strengths)) {
      if (value >= 0) continue;
      throw new ArgumentError({ asked: `Ftrl with ${name} ${value}`, expected: 'a number of at least 0' });
    }
  }

  protected settings() {
    return this.#settings;
  }

  protected slotValues({ shape }: Variable) {
    return [full(shape, this.#settings.initialAccumulatorValue), zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [accumulator, linear]: readonly Variable[],
    { rate }: Step,
  ): void {
    if (!accumulator || !linear) return;
    const { learningRatePower, l1RegularizationStrength: l1, l2RegularizationStrength: l2 } = this.#settings;
    const { l2ShrinkageRegularizationStrength: shrinkage, beta } = this.#settings;
    const powered = (x: Tensor) => (learningRatePower === -0.5 ? sqrt(x) : pow(x, -learningRatePower));
    const inverseRate = div(1, rate);
    const value = weight.read();
    const pulled = shrinkage === 0 ? gradient : add(gradient, mul(value, 2 * shrinkage));
    const [before, total] = [accumulator.read(), add(accumulator.read(), square(gradient))];
    const strength = powered(total);
    const growth = mul(sub(strength, powered(before)), inverseRate);
    const next = add(linear.read(), sub(pulled, mul(growth, value)));
    // 2·(l2 + β/2α): a single number.
    const quadratic = add(mul(strength, inverseRate), add(mul(inverseRate, beta), 2 * l2));
    const clipped = l1 === 0 ? next.neg() : sub(clip(next, -l1, l1), next);
    weight.assign(div(clipped, quadratic));
    accumulator.assign(total);
    linear.assign(next);
  }
}

/**
 * Follow the regularized leader: with L1 strength, many weights become exactly 0. For wide and sparse models.
 *
 * a ← a + g², z ← z + g − (√a − √a before)/α·w, w ← (clip(z, ±λ₁) − z)/((β + √a)/α + 2λ₂).
 *
 * @see McMahan et al., "Ad click prediction: a view from the trenches", 2013, algorithm 1
 */
export const ftrl = (options: FtrlOptions = {}): Optimizer => new Ftrl(options);
