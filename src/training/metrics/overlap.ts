import type { NDArray } from '../../graph/ndarray.ts';
import { add, argMax, expandDims, mul, oneHot } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { averagedWeightsFor } from '../losses/weights.ts';
import { average, type NameOptions } from './metric.ts';
import { RunningMetric } from './running.ts';

export interface MeanIoUOptions extends NameOptions {
  readonly numClasses: number;
  /** Targets are labels, not shares of the classes along the last axis. */
  readonly sparseYTrue?: boolean;
  /** Outputs are labels, not scores of the classes along the last axis. */
  readonly sparseYPred?: boolean;
}

export interface IoUOptions extends MeanIoUOptions {
  readonly targetClassIds: readonly number[];
}

/** Of a [classes, classes] table of how often i was taken for j: both / either, for each class that there is. */
function overlaps({ data, shape: [classes = 0] }: NDArray): { classId: number; value: number }[] {
  const at = (i: number, j: number) => data[i * classes + j] ?? 0;
  const all = Array.from({ length: classes }, (_, i) => i);
  return all.flatMap((classId) => {
    const wanted = all.reduce((total, j) => total + at(classId, j), 0);
    const guessed = all.reduce((total, i) => total + at(i, classId), 0);
    const either = wanted + guessed - at(classId, classId);
    return either === 0 ? [] : [{ classId, value: at(classId, classId) / (either + 1e-7) }];
  });
}

function overlapping(
  name: string,
  className: string,
  { numClasses, sparseYTrue = true, sparseYPred = true }: MeanIoUOptions,
  chosen: readonly number[] | undefined,
): RunningMetric {
  return new RunningMetric({
    name,
    className,
    config: { numClasses, ...(chosen && { targetClassIds: chosen }), sparseYTrue, sparseYPred },
    stateShapes: () => [[numClasses, numClasses]],
    update([table], target, output, sampleWeight) {
      const labels = (x: Tensor, areLabels: boolean) => (areLabels ? x : argMax(x)).cast('int32');
      const wanted = labels(target, sparseYTrue);
      const guessed = labels(output, sparseYPred).reshape([-1]);
      const rows = oneHot(wanted.reshape([-1]), numClasses);
      const weights = sampleWeight && averagedWeightsFor(wanted, sampleWeight).reshape([-1]);
      const counted = weights ? mul(rows, expandDims(weights, -1)) : rows;
      return [add(table as Tensor, counted.transpose().matmul(oneHot(guessed, numClasses)))];
    },
    result([table]) {
      const found = table ? overlaps(table) : [];
      return average(
        found.filter(({ classId }) => chosen?.includes(classId) ?? true).map(({ value }) => value),
      );
    },
  });
}

/** Intersection over union of all classes, on average: how well labelled regions cover those that are right. */
export const meanIoU = ({ name = 'mean_io_u', ...options }: MeanIoUOptions): RunningMetric =>
  overlapping(name, 'MeanIoU', options, undefined);

/** The same of some classes. */
export const ioU = ({ name = 'io_u', targetClassIds, ...options }: IoUOptions): RunningMetric =>
  overlapping(name, 'IoU', options, targetClassIds);
