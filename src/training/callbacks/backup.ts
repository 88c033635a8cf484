import { DTYPES, type Dtype, makeArray } from '../../graph/dtypes.ts';
import { DataError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import type { Key } from '../../graph/threefry.ts';
import type { Model } from '../model/model.ts';
import type { Progress } from '../progress.ts';

/** What a run goes on from besides weights and optimizer. */
export interface Backup {
  /** None for a model that was not trained by `fit`. */
  readonly progress: Progress | undefined;
  /** The keys of the layers' random numbers; null for layers that are not built. */
  readonly seeds: readonly (Key | null)[];
  readonly state: readonly NDArray[];
  /** What layers carry from batch to batch besides weights: see `Layer.carried`. */
  readonly carried: readonly (readonly NDArray[])[];
}

const MAGIC = 'pellucid backup 2\n';

export const seedsOf = (model: Model): (Key | null)[] => model.seedGenerators.map(({ key }) => key ?? null);

/** Gives the layers the keys of `seedsOf`. @returns whether there are as many as the model has */
export function reseed(model: Model, seeds: readonly (Key | null)[]): boolean {
  const { seedGenerators } = model;
  if (seedGenerators.length !== seeds.length) return false;
  for (const [i, generator] of seedGenerators.entries()) generator.key = seeds[i] ?? undefined;
  return true;
}

interface ArrayRecord {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A line that names the format, a line of JSON that says what follows, and the numbers of the arrays. */
export function packBackup({ progress, seeds, state, carried }: Backup): Uint8Array {
  const { totals = [], callbacks = [] } = progress ?? {};
  const arrays = [...state, ...totals, ...callbacks.flatMap(({ arrays = [] }) => arrays), ...carried.flat()];
  const header: Header = {
    seeds,
    state: state.map(described),
    carried: carried.map((list) => list.map(described)),
    progress: progress && {
      ...{ epoch: progress.epoch, batch: progress.batch, begun: progress.begun },
      ...{ shuffleKey: progress.shuffleKey, stopped: progress.stopped },
      totals: totals.map(described),
      // NaN is no JSON.
      callbacks: callbacks.map(({ numbers, arrays = [] }) => ({
        numbers: Object.entries(numbers).map(([name, value]) => [name, `${value}`]),
        arrays: arrays.map(described),
      })),
    },
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
  const progress = header.progress && {
    ...header.progress,
    totals: header.progress.totals.map(take),
    callbacks: header.progress.callbacks.map(({ numbers, arrays }) => ({
      numbers: Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])),
      arrays: arrays.map(take),
    })),
  };
  const carried = (header.carried ?? []).map((list) => list.map(take));
  if (at !== bytes.length) throw damaged(file, 'more than it says');
  return { progress, seeds: header.seeds, state, carried };
}

interface Header {
  readonly seeds: readonly (Key | null)[];
  readonly state: readonly ArrayRecord[];
  /** Missing in files from before there was any. */
  readonly carried?: readonly (readonly ArrayRecord[])[];
  readonly progress?:
    | (Pick<Progress, 'epoch' | 'batch' | 'begun' | 'shuffleKey' | 'stopped'> & {
        readonly totals: readonly ArrayRecord[];
        readonly callbacks: readonly {
          readonly numbers: readonly (readonly [string, string])[];
          readonly arrays: readonly ArrayRecord[];
        }[];
      })
    | undefined;
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isKey = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isCount);
const isRecord = ({ shape }: ArrayRecord): boolean => Array.isArray(shape);

function isProgress(progress: NonNullable<Header['progress']>): boolean {
  const { epoch, batch, begun, shuffleKey, stopped, totals, callbacks } = progress;
  return (
    [epoch, batch, begun].every(isCount) &&
    isKey(shuffleKey) &&
    typeof stopped === 'boolean' &&
    totals.every(isRecord) &&
    callbacks.every(({ numbers, arrays }) => numbers.every(Array.isArray) && arrays.every(isRecord))
  );
}

function headerIn(text: string, file: string): Header {
  try {
    const header = JSON.parse(text) as Header;
    const { seeds, state, progress, carried = [] } = header;
    const isWhole =
      seeds.every((seed) => seed === null || isKey(seed)) &&
      state.every(isRecord) &&
      carried.every((list) => list.every(isRecord));
    if (isWhole && (progress === undefined || isProgress(progress))) return header;
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
