import { describe, expect, test } from 'vitest';
import {
  type PadSequencesOptions,
  padSequences,
  timeseriesDatasetFromArray,
} from '../../src/data/sequences.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { fixture } from './fixture.ts';

interface Plain {
  readonly shape: number[];
  readonly data: number[];
}
interface Sequences {
  readonly lists: number[][];
  readonly pads: (Plain & { options: PadSequencesOptions })[];
  readonly data: number[];
  readonly targets: number[];
  readonly windows: { options: Record<string, number>; targets: boolean; batches: Plain[][] }[];
}
const { lists, pads, data, targets, windows } = fixture<Sequences>('data/sequences.json');

const plain = ({ shape, data: values }: { shape: readonly number[]; data: ArrayLike<number> }) => ({
  shape: [...shape],
  data: Array.from(values),
});

describe('padSequences', () => {
  test.each(pads)('does what Keras does with $options', ({ options, shape, data: expected }) => {
    expect(plain(padSequences(lists, options))).toEqual({ shape, data: expected });
  });

  test('has int32 numbers, or those asked for', () => {
    expect(padSequences([[1.5]]).dtype).toBe('int32');
    expect(padSequences([[1.5]], { dtype: 'float32' })).toEqual(ndarray(Float32Array.of(1.5), [1, 1]));
  });

  test('refuses what is no length', () => {
    expect(() => padSequences([[1]], { maxlen: -1 })).toThrow('maxlen -1');
  });
});

describe('timeseriesDatasetFromArray', () => {
  const x = ndarray(Float32Array.from(data), [20, 2]);
  const y = ndarray(Int32Array.from(targets));
  const camel = (options: Record<string, number>) => ({
    sequenceLength: options.sequence_length ?? 0,
    ...(options.sequence_stride !== undefined && { sequenceStride: options.sequence_stride }),
    ...(options.sampling_rate !== undefined && { samplingRate: options.sampling_rate }),
    ...(options.batch_size !== undefined && { batchSize: options.batch_size }),
    ...(options.start_index !== undefined && { startIndex: options.start_index }),
    ...(options.end_index !== undefined && { endIndex: options.end_index }),
  });

  test.each(windows)('has the windows of Keras with $options, targets: $targets', async (example) => {
    const options = camel(example.options);
    const batches = example.targets
      ? await timeseriesDatasetFromArray(x, y, options).toArray()
      : (await timeseriesDatasetFromArray(x, null, options).toArray()).map((batch) => [batch]);
    expect(batches.map((parts) => parts.map(plain))).toEqual(example.batches);
  });

  test('deals windows in another order by seed', async () => {
    const options = { sequenceLength: 2, batchSize: 1, shuffle: true, seed: 5 };
    const read = async () =>
      (await timeseriesDatasetFromArray(x, y, options).toArray()).map(([, target]) => target.data[0]);
    const order = await read();
    expect(await read()).toEqual(order);
    expect(order).not.toEqual(targets.slice(0, 19));
    expect(order.toSorted((a, b) => Number(a) - Number(b))).toEqual(targets.slice(0, 19));
  });

  test('refuses windows longer than the series', () => {
    expect(() => timeseriesDatasetFromArray(x, null, { sequenceLength: 21 })).toThrow('from 1 to 20');
  });
});
