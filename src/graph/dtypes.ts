import { type HalfFloat, halfBits, halfValue } from './halfFloats.ts';

/**
 * The types a number may have. `bool` is stored as one byte (0 or 1) on the host, the floats of 16 bits as their bits
 * (`encode` and `decode` say what those stand for).
 */
export const DTYPES = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'uint32', 'bool'] as const;
export type Dtype = (typeof DTYPES)[number];

export interface DtypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  bool: Uint8Array;
}
export type TypedArray = DtypeArrays[Dtype];

interface DtypeRow {
  /** Bytes of one element in host memory. */
  readonly bytes: number;
  readonly floating: boolean;
  readonly make: (length: number) => TypedArray;
}

const ROWS: { readonly [D in Dtype]: DtypeRow } = {
  float32: { bytes: 4, floating: true, make: (n) => new Float32Array(n) },
  float64: { bytes: 8, floating: true, make: (n) => new Float64Array(n) },
  float16: { bytes: 2, floating: true, make: (n) => new Uint16Array(n) },
  bfloat16: { bytes: 2, floating: true, make: (n) => new Uint16Array(n) },
  int32: { bytes: 4, floating: false, make: (n) => new Int32Array(n) },
  uint32: { bytes: 4, floating: false, make: (n) => new Uint32Array(n) },
  bool: { bytes: 1, floating: false, make: (n) => new Uint8Array(n) },
};

export function bytesOf(dtype: Dtype): number {
  return ROWS[dtype].bytes;
}

export function isFloating(dtype: Dtype): boolean {
  return ROWS[dtype].floating;
}

/** A zero-filled host array of `length` elements. */
export function makeArray<D extends Dtype>(dtype: D, length: number): DtypeArrays[D] {
  return ROWS[dtype].make(length) as DtypeArrays[D];
}

/** Whether numbers of the dtype are kept as bits on the host. */
export function isHalf(dtype: Dtype): dtype is HalfFloat {
  return dtype === 'float16' || dtype === 'bfloat16';
}

/** Numbers in a host array of `dtype`: rounded to floats, wrapped to integers. */
export function encode(numbers: ArrayLike<number>, dtype: Dtype): TypedArray {
  const data = makeArray(dtype, numbers.length);
  data.set(isHalf(dtype) ? Array.from(numbers, (x) => halfBits(x, dtype)) : numbers);
  return data;
}

/** The numbers of a host array: itself, unless they are kept as bits. */
export function decode(data: TypedArray, dtype: Dtype): Exclude<TypedArray, Uint16Array> {
  if (isHalf(dtype)) return Float32Array.from(data, (bits) => halfValue(bits, dtype));
  return data as Exclude<TypedArray, Uint16Array>;
}

/** The dtype whose host array `data` is. A `Uint8Array` holds `bool`, a `Uint16Array` the bits of float16. */
export function dtypeOf(data: TypedArray): Dtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof Uint16Array) return 'float16';
  return 'bool';
}
