import { type Dtype, encode, makeArray, type TypedArray } from '../../graph/dtypes.ts';

/** How the numbers of one type lie in a file, and which dtype they are here. */
export interface StoredType {
  readonly bytes: number;
  readonly dtype: Dtype;
  /** The numbers of little-endian bytes; nothing where one does not fit into the dtype. */
  readonly read: (bytes: DataView, count: number) => TypedArray | undefined;
}

/**
 * The types of the layout that have a dtype here. Smaller integers are widened; those of 64 bits are narrowed,
 * where all of them fit.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ['F64', numbers('float64', 8, (view, at) => view.getFloat64(at, true))],
  ['F32', numbers('float32', 4, (view, at) => view.getFloat32(at, true))],
  ['F16', bits('float16')],
  ['BF16', bits('bfloat16')],
  ['I64', narrowed('int32', (view, at) => view.getBigInt64(at, true))],
  ['U64', narrowed('uint32', (view, at) => view.getBigUint64(at, true))],
  ['I32', numbers('int32', 4, (view, at) => view.getInt32(at, true))],
  ['U32', numbers('uint32', 4, (view, at) => view.getUint32(at, true))],
  ['I16', numbers('int32', 2, (view, at) => view.getInt16(at, true))],
  ['U16', numbers('uint32', 2, (view, at) => view.getUint16(at, true))],
  ['I8', numbers('int32', 1, (view, at) => view.getInt8(at))],
  ['U8', numbers('uint32', 1, (view, at) => view.getUint8(at))],
  ['BOOL', numbers('bool', 1, (view, at) => Number(view.getUint8(at) !== 0))],
]);

/** What each dtype is called in a file, the widest first, as the layout's own library orders them. */
export const TYPE_NAMES: { readonly [D in Dtype]: string } = {
  float64: 'F64',
  float32: 'F32',
  uint32: 'U32',
  int32: 'I32',
  bfloat16: 'BF16',
  float16: 'F16',
  bool: 'BOOL',
};

function numbers(dtype: Dtype, bytes: number, get: (view: DataView, at: number) => number): StoredType {
  return {
    bytes,
    dtype,
    read: (view, count) => {
      const data = makeArray(dtype, count);
      for (let i = 0; i < count; i++) data[i] = get(view, i * bytes);
      return data;
    },
  };
}

/** Floats of 16 bits are bits here, too. */
function bits(dtype: 'float16' | 'bfloat16'): StoredType {
  return numbers(dtype, 2, (view, at) => view.getUint16(at, true));
}

function narrowed(dtype: 'int32' | 'uint32', get: (view: DataView, at: number) => bigint): StoredType {
  return {
    bytes: 8,
    dtype,
    read: (view, count) => {
      const wide = Array.from({ length: count }, (_, i) => Number(get(view, i * 8)));
      const data = encode(wide, dtype);
      return wide.every((value, i) => value === data[i]) ? data : undefined;
    },
  };
}
