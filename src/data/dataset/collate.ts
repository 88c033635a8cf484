import { makeArray } from '../../graph/dtypes.ts';
import { DataError, ShapeError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import { sameShape } from '../../graph/shapes.ts';
import { type Batched, isPart, type Part, partToArray } from './structure.ts';

/**
 * Elements of the same structure as one: each part becomes an array whose first axis counts the elements.
 *
 * @throws DataError when elements differ in structure; ShapeError when a part differs in shape or dtype.
 */
export function collate<T>(elements: readonly T[]): Batched<T> {
  return collateAt(elements, '') as Batched<T>;
}

function collateAt(elements: readonly unknown[], path: string): unknown {
  const [first] = elements;
  if (isPart(first, path !== '')) return stackAt(elements, path);
  if (typeof first !== 'object' || first === null) throw unbatchable(first, path);
  const names = Object.keys(first);
  for (const [i, element] of elements.entries()) {
    if (typeof element !== 'object' || element === null || Object.keys(element).join() !== names.join()) {
      throw misfit(path, names.join(', '), i, element);
    }
  }
  const field = (name: string) =>
    collateAt(
      elements.map((element) => Reflect.get(element as object, name)),
      path === '' ? name : `${path}.${name}`,
    );
  if (Array.isArray(first)) return names.map(field);
  return Object.fromEntries(names.map((name) => [name, field(name)]));
}

function stackAt(elements: readonly unknown[], path: string): readonly string[] | NDArray {
  for (const [i, element] of elements.entries()) {
    const alike =
      isPart(element, path !== '') && (typeof element === 'string') === (typeof elements[0] === 'string');
    if (!alike) throw misfit(path, 'the same kind of part as in the first element', i, element);
  }
  const parts = elements as readonly Part[];
  if (parts.every((part) => typeof part === 'string')) return parts;
  return stack(
    parts.flatMap((part) => (typeof part === 'string' ? [] : [partToArray(part)])),
    path,
  );
}

/** Arrays of one shape and dtype as one array with a new first axis. */
export function stack(arrays: readonly NDArray[], path = ''): NDArray {
  const [first] = arrays;
  if (!first) throw new ShapeError({ asked: 'stacking arrays', expected: 'at least one', received: 'none' });
  const size = sizeOf(first.shape);
  const data = makeArray(first.dtype, size * arrays.length);
  for (const [i, array] of arrays.entries()) {
    if (array.dtype !== first.dtype || !sameShape(array.shape, first.shape)) {
      const text = ({ dtype, shape }: NDArray) => `${dtype}[${shape.join(', ')}]`;
      throw new ShapeError({
        asked: `batching${path === '' ? '' : ` "${path}"`}`,
        expected: `${text(first)}, as in the first element`,
        received: `${text(array)} in element ${i} of the batch`,
        fix: 'Bring the elements to one shape first: pad sequences, resize pictures.',
      });
    }
    data.set(array.data, i * size);
  }
  return { dtype: first.dtype, shape: [arrays.length, ...first.shape], data };
}

function misfit(path: string, expected: string, at: number, element: unknown): DataError {
  return new DataError({
    asked: `batching${path === '' ? '' : ` "${path}"`}`,
    expected: `elements of one structure: ${expected}`,
    received: `${describe(element)} in element ${at} of the batch`,
  });
}

function unbatchable(value: unknown, path: string): DataError {
  return new DataError({
    asked: `batching${path === '' ? '' : ` "${path}"`}`,
    expected: 'numbers, arrays, tensors, texts, or records and tuples of them',
    received: describe(value),
    fix: 'Turn the elements into numbers with map before batch.',
  });
}

const describe = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value).join(', ') || 'nothing' : `${value}`;
