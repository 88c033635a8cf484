import { DataError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';

/** Pictures and the number of the class of each. */
export interface CifarImages {
  /** float32 `[n, 32, 32, 3]`, 0 … 255. */
  readonly x: NDArray;
  /** int32 `[n]`. */
  readonly y: NDArray;
}

export interface CifarOptions {
  /** How many classes there are: 10, or the 100 fine or 20 coarse ones of CIFAR-100. */
  readonly classes?: 10 | 20 | 100;
  /** What to call the file in messages. */
  readonly source?: string;
}

const SIDE = 32;
const PLANE = SIDE * SIDE;

/**
 * Reads a file of the binary version of CIFAR-10 or CIFAR-100: records of one label (for CIFAR-100 a coarse and a
 * fine one) and three planes of 1024 bytes, red, green and blue.
 *
 * @throws DataError when the file is not made of whole records, or a label is no class.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function parseCifar(bytes: Uint8Array, options: CifarOptions = {}): CifarImages {
  const { classes = 10, source = 'CIFAR file' } = options;
  const labels = classes === 10 ? 1 : 2;
  const record = labels + 3 * PLANE;
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count === 0) {
    throw new DataError(
      {
        asked: 'reading a CIFAR file',
        expected: `records of ${record} bytes`,
        received: `${bytes.length} bytes`,
        fix: 'The file is damaged, or is not of the binary version: give data_batch_1.bin or the like.',
      },
      { file: source },
    );
  }
  const x = new Float32Array(count * 3 * PLANE);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = bytes[i * record + (classes === 100 ? 1 : 0)] ?? 0;
    if (label >= classes) throw wrongLabel(label, i, i * record, classes, source);
    y[i] = label;
    const pixels = i * record + labels;
    for (let at = 0; at < PLANE; at++) {
      const to = (i * PLANE + at) * 3;
      for (let channel = 0; channel < 3; channel++)
        x[to + channel] = bytes[pixels + channel * PLANE + at] ?? 0;
    }
  }
  return {
    x: { dtype: 'float32', shape: [count, SIDE, SIDE, 3], data: x },
    y: { dtype: 'int32', shape: [count], data: y },
  };
}

function wrongLabel(label: number, record: number, at: number, classes: number, source: string): DataError {
  return new DataError(
    {
      asked: `reading the label of record ${record} at byte ${at}`,
      expected: `a number from 0 to ${classes - 1}`,
      received: `${label}`,
      fix: 'The file is damaged, or has another number of classes.',
    },
    { file: source },
  );
}
