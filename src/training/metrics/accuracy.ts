import { argMax, equal, greater, less, mul, oneHot, sum } from '../../tensor/functions.ts';
import { labelsFor } from '../../tensor/nn/crossentropy.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { aligned, overLast } from '../losses/loss.ts';
import { type Metric, meanMetric, type NameOptions } from './metric.ts';
import type { RunningMetric } from './running.ts';

/** How often target and output are the same number. */
export const accuracy = ({ name = 'accuracy' }: NameOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'Accuracy',
    values(target, output) {
      const [wanted, guess] = aligned('Accuracy', target, output);
      return overLast(equal(wanted, guess).cast('float32'));
    },
  });

/** How often an output is above `threshold` where its target is 1, and not where it is 0. */
export const binaryAccuracy = ({
  name = 'binary_accuracy',
  threshold = 0.5,
}: NameOptions & { threshold?: number } = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'BinaryAccuracy',
    config: { threshold },
    values: (target, output) => binaryMatches(target, output, threshold),
  });

function binaryMatches(target: Tensor, output: Tensor, threshold: number): Tensor {
  const [wanted, guess] = aligned('BinaryAccuracy', target, output);
  return overLast(equal(greater(guess, threshold).cast('float32'), wanted).cast('float32'));
}

/** How often the greatest output is that of the class whose one-hot target is greatest. */
export const categoricalAccuracy = ({ name = 'categorical_accuracy' }: NameOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'CategoricalAccuracy',
    values: (target, output) => equal(argMax(target), argMax(output)),
  });

/** How often the greatest output is that of the target's class. */
export const sparseCategoricalAccuracy = ({
  name = 'sparse_categorical_accuracy',
}: NameOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'SparseCategoricalAccuracy',
    values: (target, output) => equal(labelsFor(target, output), argMax(output)),
  });

export interface TopKOptions extends NameOptions {
  readonly k?: number;
}

/** Whether fewer than k outputs are greater than that of the class. */
function amongTop(labels: Tensor, output: Tensor, k: number): Tensor {
  const own = sum(mul(oneHot(labels, output.shape.at(-1) ?? 1), output), -1, true);
  return less(sum(greater(output, own).cast('float32'), -1), k);
}

/** How often the class of a one-hot target is among the k greatest outputs. */
export const topKCategoricalAccuracy = ({
  name = 'top_k_categorical_accuracy',
  k = 5,
}: TopKOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'TopKCategoricalAccuracy',
    config: { k },
    values: (target, output) => amongTop(argMax(target), output, k),
  });

/** How often the target's class is among the k greatest outputs. */
export const sparseTopKCategoricalAccuracy = ({
  name = 'sparse_top_k_categorical_accuracy',
  k = 5,
}: TopKOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'SparseTopKCategoricalAccuracy',
    config: { k },
    values: (target, output) => amongTop(labelsFor(target, output), output, k),
  });

/**
 * The accuracy that fits the shapes of targets and outputs, as Keras chooses it: binary for outputs of length 1,
 * sparse for targets that are labels, else categorical.
 *
 * @param threshold of the binary one: 0 where outputs are logits
 */
export const fittingAccuracy = (name: string, threshold: number): Metric =>
  meanMetric({
    name,
    // Keras has no class for it: it is a name that one of three is chosen by.
    className: 'accuracy',
    values(target, output) {
      const classes = output.shape.at(-1) ?? 1;
      if (classes === 1 || output.shape.length < 2) return binaryMatches(target, output, threshold);
      const areLabels = target.shape.length < output.shape.length || target.shape.at(-1) === 1;
      const wanted = areLabels ? labelsFor(target, output) : argMax(target);
      return equal(wanted, argMax(output));
    },
  });
