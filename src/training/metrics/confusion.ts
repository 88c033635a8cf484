import { ArgumentError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { add, expandDims, greater, less, slice, sub, sum, where } from '../../tensor/functions.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { aligned } from '../losses/loss.ts';
import { averagedWeightsFor } from '../losses/weights.ts';
import { average, type NameOptions, ratio } from './metric.ts';
import { RunningMetric } from './running.ts';

/** What outputs count as positive: those above a threshold, of one class or of the k greatest. */
export interface PositiveOptions {
  /** 0.5 by default; with `topK` all that are among them. */
  readonly thresholds?: number | readonly number[] | null;
  readonly topK?: number | null;
  readonly classId?: number | null;
}

/** Less than any output, in place of those that are not among the k greatest. */
const LEAST = -1e10;

/** Weights of positives and negatives by what they were taken for, each [thresholds]. */
export interface Counts {
  readonly truePositives: Tensor;
  readonly falsePositives: Tensor;
  readonly trueNegatives: Tensor;
  readonly falseNegatives: Tensor;
}

/** Counts over all numbers of a batch, for each threshold. */
export function countsOf(
  thresholds: readonly number[],
  { topK, classId }: PositiveOptions,
  given: readonly [target: Tensor, output: Tensor, sampleWeight: Tensor | undefined],
): Counts {
  let [target, output] = aligned('confusion matrix', given[0], given[1]);
  if (topK) output = where(isAmongTop(output, topK), output, LEAST);
  if (classId !== undefined && classId !== null) {
    [target, output] = [oneClass(target, classId), oneClass(output, classId)];
  }
  const weights = given[2] ? averagedWeightsFor(output, given[2]) : tensor(1);
  const isPositive = target.cast('bool');
  const positive = where(isPositive, weights, 0).reshape([-1, 1]);
  const negative = where(isPositive, 0, weights).reshape([-1, 1]);
  // [thresholds, numbers] × [numbers, 1]
  const above = greater(output.reshape([1, -1]), expandDims(tensor(thresholds), 1)).cast('float32');
  const [truePositives, falsePositives] = [positive, negative].map((one) =>
    above.matmul(one).reshape([thresholds.length]),
  ) as [Tensor, Tensor];
  return {
    truePositives,
    falsePositives,
    trueNegatives: sub(negative.sum(), falsePositives),
    falseNegatives: sub(positive.sum(), truePositives),
  };
}

function isAmongTop(output: Tensor, k: number): Tensor {
  const greaterOnes = greater(expandDims(output, -2), expandDims(output, -1));
  return less(sum(greaterOnes.cast('float32'), -1), k);
}

function oneClass(x: Tensor, classId: number): Tensor {
  const start = x.shape.map(() => 0);
  return slice(x, start.with(-1, classId), x.shape.with(-1, 1));
}

/** A metric that keeps some of the counts for each threshold. */
function counting(
  name: string,
  className: string,
  kept: readonly (keyof Counts)[],
  options: PositiveOptions,
  value: (...counts: number[]) => number,
): RunningMetric {
  const { thresholds = null, topK = null, classId = null } = options;
  const levels = [thresholds ?? (topK === null ? 0.5 : LEAST)].flat();
  if (thresholds !== null && levels.some((level) => !(level >= 0 && level <= 1))) {
    throw new ArgumentError({
      asked: className,
      expected: 'thresholds from 0 to 1',
      received: levels.join(', '),
    });
  }
  const each = (state: readonly NDArray[]) =>
    levels.map((_, i) => value(...state.map(({ data }) => data[i] ?? 0)));
  const takesClasses = kept.length > 1;
  return new RunningMetric({
    name,
    className,
    config: { thresholds, ...(takesClasses && { topK, classId }) },
    stateShapes: () => kept.map(() => [levels.length]),
    update(state, ...batch) {
      const [target, output, sampleWeight] = batch;
      const counts = countsOf(levels, options, [target, output, sampleWeight]);
      return kept.map((kind, i) => add(state[i] as Tensor, counts[kind]));
    },
    result: (state) => average(each(state)),
    ...(levels.length > 1 && { each }),
  });
}

export type CountOptions = NameOptions & Pick<PositiveOptions, 'thresholds'>;

const count =
  (kind: keyof Counts, name: string, className: string) =>
  ({ name: own = name, ...options }: CountOptions = {}): RunningMetric =>
    counting(own, className, [kind], options, (number) => number);

/** Positives taken for positives. */
export const truePositives = count('truePositives', 'true_positives', 'TruePositives');
/** Negatives taken for positives. */
export const falsePositives = count('falsePositives', 'false_positives', 'FalsePositives');
/** Negatives taken for negatives. */
export const trueNegatives = count('trueNegatives', 'true_negatives', 'TrueNegatives');
/** Positives taken for negatives. */
export const falseNegatives = count('falseNegatives', 'false_negatives', 'FalseNegatives');

/** Of what is taken for positive, the share that is. */
export const precision = ({
  name = 'precision',
  ...options
}: NameOptions & PositiveOptions = {}): RunningMetric =>
  counting(name, 'Precision', ['truePositives', 'falsePositives'], options, (found, wrong) =>
    ratio(found, found + wrong),
  );

/** Of what is positive, the share that is taken for it. */
export const recall = ({ name = 'recall', ...options }: NameOptions & PositiveOptions = {}): RunningMetric =>
  counting(name, 'Recall', ['truePositives', 'falseNegatives'], options, (found, missed) =>
    ratio(found, found + missed),
  );
