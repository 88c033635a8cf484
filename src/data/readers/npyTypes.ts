import { type Dtype, makeArray, type TypedArray } from '../../graph/dtypes.ts';
import { DataError } from '../../graph/errors.ts';

/** How the elements of an NPY file are read. */
export interface NpyElementType {
  readonly bytes: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly make: (length: number) => TypedArray;
  readonly read: (view: DataView, count: number, littleEndian: boolean, source: string) => TypedArray;
}

type Get = (view: DataView, at: number, littleEndian: boolean) => number;

/** By NumPy's kind and size. */
const TYPES: Readonly<Record<string, { readonly dtype: Dtype; readonly get: Get }>> = {
  b1: { dtype: 'bool', get: (view, at) => Number(view.getUint8(at) !== 0) },
  i1: { dtype: 'int32', get: (view, at) => view.getInt8(at) },
  i2: { dtype: 'int32', get: (view, at, little) => view.getInt16(at, little) },
  i4: { dtype: 'int32', get: (view, at, little) => view.getInt32(at, little) },
  i8: { dtype: 'int32', get: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u1: { dtype: 'int32', get: (view, at) => view.getUint8(at) },
  u2: { dtype: 'int32', get: (view, at, little) => view.getUint16(at, little) },
  u4: { dtype: 'uint32', get: (view, at, little) => view.getUint32(at, little) },
  u8: { dtype: 'int32', get: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f2: { dtype: 'float32', get: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { dtype: 'float32', get: (view, at, little) => view.getFloat32(at, little) },
  f8: { dtype: 'float64', get: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * The element type that a header names: `<f4`, `|u1`, `>i8`, …
 *
 * @throws DataError when it is none of numbers.
 */
export function elementTypeOf(descr: string, source: string): NpyElementType {
  const [, order, kind = ''] = /^([<>|=])?([a-zA-Z]\d*)$/.exec(descr) ?? [];
  const type = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  if (!type) throw unreadable(descr, source);
  const bytes = Number(kind.slice(1));
  const { dtype, get } = type;
  return {
    bytes,
    dtype,
    littleEndian: order !== '>',
    make: (length) => makeArray(dtype, length),
    read(view, count, littleEndian, file) {
      const data = makeArray(dtype, count);
      for (let i = 0; i < count; i++) {
        const value = get(view, i * bytes, littleEndian);
        // Only of 64 bits can there be too large ones.
        if (bytes === 8 && dtype === 'int32' && value !== (value | 0)) throw tooLarge(value, i, file);
        data[i] = value;
      }
      return data;
    },
  };
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function unreadable(descr: string, source: string): DataError {
  const pickled = descr.includes('O');
  return new DataError(
    {
      asked: 'reading an NPY file',
      expected: 'floating-point numbers, integers or truth values',
      received: pickled ? 'pickled Python objects' : `elements of type "${descr}"`,
      fix: pickled
        ? 'They may hold code and are never read: save an array of numbers.'
        : 'Convert the array with astype before saving it.',
    },
    { file: source },
  );
}

function tooLarge(value: number, at: number, source: string): DataError {
  return new DataError(
    {
      asked: `reading number ${at} of an array of 64-bit integers`,
      expected: 'a number that fits into 32 bits',
      received: `${value}`,
      fix: 'Save the array as float64.',
    },
    { file: source },
  );
}
