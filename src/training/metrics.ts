import { ArgumentError } from '../graph/errors.ts';
import { abs, argMax, equal, greater, mean, square, sub } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Loss, labelsFor, lossOf } from './losses.ts';

/** A number that says how well a model does: a mean over examples, perhaps changed at the end. */
export interface Metric {
  /** Its key in logs and histories. */
  readonly name: string;
  /** One number for each example: [batch, …] → [batch]. */
  call(target: Tensor, output: Tensor): Tensor;
  /** What the mean of those becomes. */
  readonly finish?: (mean: number) => number;
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

const METRICS: Readonly<Record<string, Omit<Metric, 'name'>>> = {
  binary_accuracy: { call: binaryAccuracy(0.5) },
  categorical_accuracy: { call: categoricalAccuracy },
  sparse_categorical_accuracy: { call: sparseCategoricalAccuracy },
  mean_squared_error: { call: squaredError },
  mse: { call: squaredError },
  root_mean_squared_error: { call: squaredError, finish: Math.sqrt },
  mean_absolute_error: {
    call: (target, output) => perExample(abs(sub(target.cast('float32').reshape(output.shape), output))),
  },
  mae: {
    call: (target, output) => perExample(abs(sub(target.cast('float32').reshape(output.shape), output))),
  },
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
    const call = kind === 'binary_accuracy' && fitting.config.fromLogits ? binaryAccuracy(0) : found.call;
    return { name: snake, call };
  }
  const found = Object.hasOwn(METRICS, snake) ? METRICS[snake] : undefined;
  if (!found) {
    throw new ArgumentError({
      asked: `metric "${given}"`,
      expected: `accuracy or one of ${Object.keys(METRICS).join(', ')}`,
    });
  }
  return { name: snake, ...found };
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
