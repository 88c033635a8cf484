import type { TypedArray } from '../../graph/dtypes.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { type Nested, Tensor, type TensorLike, toArray } from '../../tensor/tensor.ts';

/**
 * An element of a data set is a part, or a record or tuple of parts: `[x, y]`, `{ x, y, sampleWeight }`, or deeper.
 * A part becomes an array of numbers, or is a text. A bare array is a tuple; inside of one, an array of nothing but
 * numbers is a part: `[[1, 2, 3], 0]` is a pair of a vector and a number.
 */
export type Part = TensorLike | Uint8ClampedArray | string;

type Leaf = number | boolean | TypedArray | Uint8ClampedArray | NDArray | Tensor | readonly Nested[];

/** What a batch of elements of type `T` is: parts become arrays with the batch as first axis, texts a list. */
export type Batched<T> = T extends string
  ? readonly string[]
  : T extends number | boolean | TypedArray | Uint8ClampedArray | NDArray | Tensor
    ? NDArray
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: BatchedPart<T[K]> }
      : { readonly [K in keyof T]: BatchedPart<T[K]> };

type BatchedPart<T> = T extends Leaf ? NDArray : Batched<T>;

/** What one row of arrays of type `T` is. */
export type Sliced<T> = T extends readonly string[]
  ? string
  : T extends TypedArray | NDArray | Tensor
    ? NDArray
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: SlicedPart<T[K]> }
      : { readonly [K in keyof T]: SlicedPart<T[K]> };

type SlicedPart<T> = T extends Leaf ? NDArray : Sliced<T>;

/** Whether a value is a part: what becomes one array of a batch. `inside` a record or tuple, lists of numbers are. */
export function isPart(value: unknown, inside: boolean): value is Part {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return true;
  if (value instanceof Tensor || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return inside && isNested(value);
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

/** Whether a list holds nothing but numbers and truth values, however deep. */
function isNested(value: readonly unknown[]): value is readonly Nested[] {
  return value.every((item) =>
    Array.isArray(item) ? isNested(item) : typeof item === 'number' || typeof item === 'boolean',
  );
}

/** The numbers of a part. Bytes are numbers here, not truth values: they are what pictures are made of. */
export function partToArray(part: Exclude<Part, string>): NDArray {
  if (part instanceof Uint8Array || part instanceof Uint8ClampedArray) {
    return { dtype: 'float32', shape: [part.length], data: Float32Array.from(part) };
  }
  return toArray(part);
}
