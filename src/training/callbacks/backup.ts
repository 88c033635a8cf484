import { DTYPES, type Dtype, makeArray } from '../../graph/dtypes.ts';
import { DataError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import type { Key } from '../../graph/threefry.ts';
import type { CallbackState } from './callback.ts';

/** Everything a run goes on from. */
export interface Backup {
  /** Epochs done. */
  readonly epoch: number;
  readonly shuffleKey: Key;
  readonly state: readonly NDArray[];
  readonly callbacks: readonly CallbackState[];
}

const MAGIC = 'pellucid backup 1\n';

interface ArrayRecord {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A line that names the format, a line of JSON that says what follows, and the numbers of the arrays. */
export function packBackup({ epoch, shuffleKey, state, callbacks }: Backup): Uint8Array {
  const arrays = [...state, ...callbacks.flatMap(({ arrays = [] }) => arrays)];
  const header = {
    epoch,
    shuffleKey: [...shuffleKey],
    state: state.map(described),
    // NaN is no JSON.
    callbacks: callbacks.map(({ numbers, arrays = [] }) => ({
      numbers: Object.entries(numbers).map(([name, value]) => [name, `${value}`]),
      arrays: arrays.map(described),
    })),
  };
  const text = new TextEncoder().encode(`${MAGIC}${JSON.stringify(header)}\n`);
  const size = arrays.reduce((total, { data }) => total + data.byteLength, text.length);
  const bytes = new Uint8Array(size);
  bytes.set(text);
  let at = text.length;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const described = ({ dtype, shape }: NDArray): ArrayRecord => ({ dtype, shape });

/** @throws DataError for a file that is no backup, or not a whole one */
export function unpackBackup(bytes: Uint8Array, file: string): Backup {
  const begins = new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
  const end = bytes.indexOf(10, MAGIC.length);
  if (!begins || end < 0) throw damaged(file, 'another file');
  const header = headerIn(new TextDecoder().decode(bytes.subarray(MAGIC.length, end)), file);
  let at = end + 1;
  const take = ({ dtype, shape }: ArrayRecord): NDArray => {
    const valid =
      DTYPES.includes(dtype) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
    const size = valid ? sizeOf(shape) : 0;
    // Compared before an array is made: the file says how long it is.
    if (!valid || size > bytes.length - at) throw damaged(file, 'numbers are missing');
    const data = makeArray(dtype, size);
    if (data.byteLength > bytes.length - at) throw damaged(file, 'numbers are missing');
    new Uint8Array(data.buffer).set(bytes.subarray(at, at + data.byteLength));
    at += data.byteLength;
    return { dtype, shape, data };
  };
  const state = header.state.map(take);
  const callbacks = header.callbacks.map(({ numbers, arrays }) => ({
    numbers: Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])),
    arrays: arrays.map(take),
  }));
  if (at !== bytes.length) throw damaged(file, 'more than it says');
  return { epoch: header.epoch, shuffleKey: header.shuffleKey, state, callbacks };
}

interface Header {
  readonly epoch: number;
  readonly shuffleKey: Key;
  readonly state: readonly ArrayRecord[];
  readonly callbacks: readonly {
    readonly numbers: readonly (readonly [string, string])[];
    readonly arrays: readonly ArrayRecord[];
  }[];
}

function headerIn(text: string, file: string): Header {
  try {
    const header = JSON.parse(text) as Header;
    const [a, b] = header.shuffleKey;
    const whole = [header.epoch, a, b].every((n) => Number.isSafeInteger(n) && n >= 0);
    const isRecord = (one: ArrayRecord) => Array.isArray(one.shape);
    const lists = header.callbacks.every(
      ({ numbers, arrays }) => numbers.every(Array.isArray) && arrays.every(isRecord),
    );
    if (whole && header.state.every(isRecord) && lists) return header;
  } catch (cause) {
    throw damaged(file, 'a header that cannot be read', cause);
  }
  throw damaged(file, 'a header that cannot be read');
}

function damaged(file: string, received: string, cause?: unknown): DataError {
  return new DataError(
    {
      asked: 'going on from a backup',
      expected: 'a whole backup file',
      received,
      fix: 'Delete it to begin anew.',
    },
    { file },
    { cause },
  );
}
