import type { NDArray, Shape } from '../../graph/ndarray.ts';
import { add, mul } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { averagedWeightsFor } from '../losses/weights.ts';
import { RunningMetric } from './running.ts';

/**
 * A number that says how well a model does. What it keeps between batches is part of the compiled step: `update`
 * says how a batch changes it, in tensors.
 */
export interface Metric {
  /** Its key in logs and histories. */
  readonly name: string;
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The shapes of what it keeps, float32 and 0 at first, for outputs of a shape [batch, …]. */
  stateShapes(outputShape: Shape): readonly Shape[];
  /** The state after a batch. `sampleWeight` has the shape of the targets, or of their first axes. */
  update(state: readonly Tensor[], target: Tensor, output: Tensor, sampleWeight?: Tensor): readonly Tensor[];
  /** The metric's value for a state; of one with several values, their mean. */
  result(state: readonly NDArray[]): number;
  /** The values of a metric that has one for each class or threshold. */
  each?(state: readonly NDArray[]): readonly number[];
}

/** A name of its own, in place of the one Keras gives it. */
export interface NameOptions {
  readonly name?: string;
}

/** What makes a metric that is a mean over examples, perhaps changed at the end. */
export interface MeanMetric {
  readonly name: string;
  readonly className: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** One number for each example, or for each of its steps: [batch, …] → [batch], [batch, time]. */
  readonly values: (target: Tensor, output: Tensor) => Tensor;
  /** What the mean of those becomes. */
  readonly finish?: (mean: number) => number;
}

/** A metric that is the weighted mean of some values: it keeps their sum and the sum of the weights. */
export function meanMetric({ name, className, config = {}, values, finish }: MeanMetric): RunningMetric {
  return new RunningMetric({
    name,
    className,
    config,
    stateShapes: () => [[], []],
    update([total, count], target, output, sampleWeight) {
      const each = values(target, output).cast('float32');
      if (!sampleWeight) return [add(total as Tensor, each.sum()), add(count as Tensor, each.size)];
      const weights = averagedWeightsFor(each, sampleWeight);
      return [add(total as Tensor, mul(each, weights).sum()), add(count as Tensor, weights.sum())];
    },
    result([total, count]) {
      const mean = ratio(total?.data[0] ?? Number.NaN, count?.data[0] ?? 0);
      return finish ? finish(mean) : mean;
    },
  });
}

/** a / b, and as in Keras 0 where b is: nothing seen is 0. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

export const average = (numbers: readonly number[]): number =>
  ratio(
    numbers.reduce((a, b) => a + b, 0),
    numbers.length,
  );
