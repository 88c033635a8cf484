import { type Dtype, makeArray } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import { type NDArray, sizeOf } from '../graph/ndarray.ts';
import { type TensorLike, toArray } from '../tensor/tensor.ts';
import { Dataset } from './dataset/dataset.ts';
import type { Batched } from './dataset/structure.ts';

export interface PadSequencesOptions {
  /** The length of every row; that of the longest sequence by default. */
  readonly maxlen?: number;
  /** `int32` by default. */
  readonly dtype?: Dtype;
  /** Where to put what is missing: before the sequence (default) or after it. */
  readonly padding?: 'pre' | 'post';
  /** Where to take away what is too much: from its start (default) or its end. */
  readonly truncating?: 'pre' | 'post';
  /** What stands where nothing is; 0 by default. */
  readonly value?: number;
}

/**
 * Sequences of different lengths as the rows of one array.
 *
 * Output shape: [sequences, maxlen].
 *
 * @throws ArgumentError when an option does not fit.
 * @see Keras `keras.utils.pad_sequences`
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PadSequencesOptions = {},
): NDArray {
  const { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  const { maxlen = Math.max(0, ...sequences.map(({ length }) => length)) } = options;
  for (const [name, where] of Object.entries({ padding, truncating })) {
    if (where === 'pre' || where === 'post') continue;
    throw new ArgumentError({ asked: `padSequences with ${name} "${where}"`, expected: 'pre or post' });
  }
  if (!Number.isInteger(maxlen) || maxlen < 0) {
    throw new ArgumentError({
      asked: `padSequences with maxlen ${maxlen}`,
      expected: 'a whole number, at least 0',
    });
  }
  const data = makeArray(dtype, sequences.length * maxlen).fill(value);
  for (const [row, sequence] of sequences.entries()) {
    const kept = Math.min(sequence.length, maxlen);
    const from = truncating === 'pre' ? sequence.length - kept : 0;
    const to = row * maxlen + (padding === 'pre' ? maxlen - kept : 0);
    for (let i = 0; i < kept; i++) data[to + i] = sequence[from + i] ?? 0;
  }
  return { dtype, shape: [sequences.length, maxlen], data };
}

export interface TimeseriesOptions {
  /** Steps in a window. */
  readonly sequenceLength: number;
  /** Steps from the start of one window to that of the next; 1 by default. */
  readonly sequenceStride?: number;
  /** Every how many steps a window takes one; 1 by default. */
  readonly samplingRate?: number;
  /** 128 by default. */
  readonly batchSize?: number;
  readonly shuffle?: boolean;
  readonly seed?: number;
  /** The first step used, and the one after the last. */
  readonly startIndex?: number;
  readonly endIndex?: number;
}

/**
 * Windows that slide over a series of measurements, in batches. Window i begins at step i·stride; its target is row
 * i·stride of `targets`.
 *
 * @param data [steps, …]
 * @param targets [steps, …], or null for windows alone
 * @returns batches of `[windows, targets]`, or of windows: [batch, sequenceLength, …]
 * @throws ArgumentError when an option does not fit the data.
 * @see Keras `keras.utils.timeseries_dataset_from_array`
 */
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: null,
  options: TimeseriesOptions,
): Dataset<NDArray>;
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: TensorLike,
  options: TimeseriesOptions,
): Dataset<Batched<readonly [NDArray, NDArray]>>;
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: TensorLike | null,
  options: TimeseriesOptions,
): Dataset<NDArray> | Dataset<Batched<readonly [NDArray, NDArray]>> {
  const { sequenceLength, sequenceStride = 1, samplingRate = 1, batchSize = 128 } = options;
  const series = toArray(data);
  const steps = series.shape[0] ?? 0;
  const { startIndex = 0, endIndex = steps } = options;
  checkRange('startIndex', startIndex, 0, steps - 1);
  checkRange('endIndex', endIndex, startIndex + 1, steps);
  checkRange('sequenceLength', sequenceLength, 1, steps);
  checkRange('samplingRate', samplingRate, 1, steps - 1);
  checkRange('sequenceStride', sequenceStride, 1, steps - 1);
  const goals = targets === null ? null : toArray(targets);
  const possible = endIndex - startIndex - (sequenceLength - 1) * samplingRate;
  const windows = Math.min(possible, goals?.shape[0] ?? possible);
  const count = Math.max(0, Math.ceil(windows / sequenceStride));
  let starts = Dataset.from(Array.from({ length: count }, (_, i) => startIndex + i * sequenceStride));
  if (options.shuffle && count > 0) {
    starts = starts.shuffle(count, options.seed === undefined ? {} : { seed: options.seed });
  }
  const windowAt = (start: number) =>
    takeSteps(
      series,
      Array.from({ length: sequenceLength }, (_, i) => start + i * samplingRate),
    );
  if (goals === null) return starts.map(windowAt).batch(batchSize);
  const targetAt = (start: number) => {
    const { dtype, shape, data: values } = takeSteps(goals, [start]);
    return { dtype, shape: shape.slice(1), data: values };
  };
  return starts.map((start) => [windowAt(start), targetAt(start)] as const).batch(batchSize);
}

function takeSteps({ dtype, shape, data }: NDArray, steps: readonly number[]): NDArray {
  const width = sizeOf(shape.slice(1));
  const taken = makeArray(dtype, steps.length * width);
  for (const [i, step] of steps.entries())
    taken.set(data.subarray(step * width, (step + 1) * width), i * width);
  return { dtype, shape: [steps.length, ...shape.slice(1)], data: taken };
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ArgumentError({
    asked: `timeseriesDatasetFromArray with ${name} ${value}`,
    expected: `a whole number from ${least} to ${most}`,
  });
}
