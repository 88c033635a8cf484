/** The types a number may have. `bool` is stored as one byte (0 or 1) on the host. */
export const DTYPES = ['float32', 'float64', 'int32', 'uint32', 'bool'] as const;
export type Dtype = (typeof DTYPES)[number];

export interface DtypeArrays {
  float32: Float32Array;
  float64: Float64Array;
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

/** The dtype whose host array `data` is. A `Uint8Array` holds `bool`. */
export function dtypeOf(data: TypedArray): Dtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  return 'bool';
}
