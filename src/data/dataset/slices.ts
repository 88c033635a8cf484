import { ArgumentError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import { isPart, partToArray, type Sliced } from './structure.ts';

/** How many rows arrays have, and what the i-th row of each of them is, in the same structure. */
export interface Rows<T> {
  readonly count: number;
  readonly row: (index: number) => Sliced<T>;
}

/**
 * Arrays, or records and tuples of them, cut along their first axis.
 *
 * @throws ArgumentError when there are no arrays, one has no axis, or their lengths differ.
 */
export function rowsOf<T>(arrays: T): Rows<T> {
  const counts = new Map<number, string>();
  const cut = cutAt(arrays, '', counts);
  const [count, ...others] = counts.keys();
  if (count === undefined || others.length > 0) {
    throw new ArgumentError({
      asked: 'cutting arrays into rows',
      expected: 'arrays of the same length',
      received:
        [...counts].map(([length, path]) => `${length}${path && ` in "${path}"`}`).join(' and ') || 'none',
    });
  }
  return { count, row: (index) => cut(index) as Sliced<T> };
}

function cutAt(value: unknown, path: string, counts: Map<number, string>): (index: number) => unknown {
  const note = (count: number) => {
    if (!counts.has(count)) counts.set(count, path);
  };
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    note(value.length);
    return (index) => value[index];
  }
  if (isPart(value, path !== '') && typeof value !== 'string') {
    const array = partToArray(value);
    if (array.shape.length === 0) {
      throw new ArgumentError({
        asked: `cutting${path && ` "${path}"`} into rows`,
        expected: 'an array of at least one axis',
        received: 'a single number',
      });
    }
    note(array.shape[0] ?? 0);
    return (index) => rowOf(array, index);
  }
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError({ asked: 'cutting into rows', expected: 'arrays', received: `${value}` });
  }
  const fields = Object.entries(value).map(
    ([name, part]) => [name, cutAt(part, path === '' ? name : `${path}.${name}`, counts)] as const,
  );
  if (Array.isArray(value)) return (index) => fields.map(([, cut]) => cut(index));
  return (index) => Object.fromEntries(fields.map(([name, cut]) => [name, cut(index)]));
}

function rowOf({ dtype, shape, data }: NDArray, index: number): NDArray {
  const rest = shape.slice(1);
  const width = sizeOf(rest);
  return { dtype, shape: rest, data: data.subarray(index * width, (index + 1) * width) };
}
