import { ArgumentError } from '../graph/errors.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import {
  abs,
  add,
  argMax,
  broadcastTo,
  equal,
  greater,
  mean,
  mul,
  square,
  sub,
} from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Loss, labelsFor, lossOf } from './losses.ts';

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
  /** The metric's value for a state. */
  result(state: readonly NDArray[]): number;
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
export function meanMetric({ name, className, config = {}, values, finish }: MeanMetric): Metric {
  return {
    name,
    className,
    config,
    stateShapes: () => [[], []],
    update([total, count], target, output, sampleWeight) {
      const each = values(target, output).cast('float32');
      if (!sampleWeight) return [add(total as Tensor, each.sum()), add(count as Tensor, each.size)];
      const weights = weightsFor(each, sampleWeight);
      return [add(total as Tensor, mul(each, weights).sum()), add(count as Tensor, weights.sum())];
    },
    result([total, count]) {
      // As in Keras, nothing seen is 0.
      const seen = count?.data[0] ?? 0;
      const mean = seen === 0 ? 0 : (total?.data[0] ?? Number.NaN) / seen;
      return finish ? finish(mean) : mean;
    },
  };
}

/** Weights in the shape of the values: axes that are missing at the end repeat, ones too many are averaged over. */
export function weightsFor(values: Tensor, weights: Tensor): Tensor {
  let fitting = weights.cast('float32');
  while (fitting.shape.length > values.shape.length) fitting = mean(fitting, -1);
  const missing = values.shape.length - fitting.shape.length;
  return broadcastTo(
    fitting.reshape([...fitting.shape, ...new Array<number>(missing).fill(1)]),
    values.shape,
  );
}

const perExample = (x: Tensor): Tensor =>
  x.shape.length < 2 ? x.cast('float32') : mean(x.cast('float32').reshape([x.shape[0] ?? 1, -1]), 1);

/** 1 where a probability is on the target's side of `threshold`. */
const binaryAccuracy = (threshold: number) => (target: Tensor, output: Tensor) =>
  perExample(equal(greater(output, threshold).cast('float32'), target.cast('float32').reshape(output.shape)));

const categoricalAccuracy = (target: Tensor, output: Tensor) =>
  perExample(equal(argMax(target), argMax(output)));

const sparseCategoricalAccuracy = (target: Tensor, output: Tensor) =>
  perExample(equal(labelsFor(target, output), argMax(output)));

const squaredError = (target: Tensor, output: Tensor) =>
  perExample(square(sub(target.cast('float32').reshape(output.shape), output)));

const absoluteError = (target: Tensor, output: Tensor) =>
  perExample(abs(sub(target.cast('float32').reshape(output.shape), output)));

const METRICS: Readonly<Record<string, Omit<MeanMetric, 'name'>>> = {
  binary_accuracy: { className: 'BinaryAccuracy', values: binaryAccuracy(0.5) },
  categorical_accuracy: { className: 'CategoricalAccuracy', values: categoricalAccuracy },
  sparse_categorical_accuracy: { className: 'SparseCategoricalAccuracy', values: sparseCategoricalAccuracy },
  mean_squared_error: { className: 'MeanSquaredError', values: squaredError },
  mse: { className: 'MeanSquaredError', values: squaredError },
  root_mean_squared_error: {
    className: 'RootMeanSquaredError',
    values: squaredError,
    finish: Math.sqrt,
  },
  mean_absolute_error: { className: 'MeanAbsoluteError', values: absoluteError },
  mae: { className: 'MeanAbsoluteError', values: absoluteError },
};

/** The accuracy that goes with a loss. */
const ACCURACY_OF: Readonly<Record<string, string>> = {
  BinaryCrossentropy: 'binary_accuracy',
  CategoricalCrossentropy: 'categorical_accuracy',
  SparseCategoricalCrossentropy: 'sparse_categorical_accuracy',
};

/**
 * A metric, or the one of a name in Keras's or in camel case; `accuracy` is the one that fits the loss.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function metricOf(given: Metric | string, loss: Loss | string): Metric {
  if (typeof given !== 'string') return given;
  const snake = given.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const fitting = lossOf(loss);
  if (snake === 'accuracy' || snake === 'acc') {
    const kind = ACCURACY_OF[fitting.className];
    const found = kind === undefined ? undefined : METRICS[kind];
    if (!found) {
      throw new ArgumentError({
        asked: 'accuracy',
        expected: 'a cross-entropy loss',
        received: fitting.className,
      });
    }
    // Logits are on the positive side where probabilities are above one half.
    const logits = kind === 'binary_accuracy' && fitting.config.fromLogits === true;
    return meanMetric({
      ...found,
      name: snake,
      ...(logits && { values: binaryAccuracy(0), config: { threshold: 0 } }),
    });
  }
  const found = Object.hasOwn(METRICS, snake) ? METRICS[snake] : undefined;
  if (!found) {
    throw new ArgumentError({
      asked: `metric "${given}"`,
      expected: `accuracy or one of ${Object.keys(METRICS).join(', ')}`,
    });
  }
  return meanMetric({ ...found, name: snake });
}

/** How often class i was taken for class j: row i, column j. */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const row = counts[truth[i] ?? -1];
    const column = predicted[i] ?? -1;
    if (row && column >= 0 && column < classes) row[column] = (row[column] ?? 0) + 1;
  }
  return counts;
}
