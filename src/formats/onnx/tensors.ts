import { type Dtype, encode, isHalf, makeArray, type TypedArray } from '../../graph/dtypes.ts';
import { DataError, type Place } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import type { TensorMessage } from './schema.ts';

/** How numbers of one type lie in a file, and which dtype they are here. */
interface ElementType {
  readonly name: string;
  readonly dtype: Dtype;
  readonly bytes: number;
  /** From little-endian bytes. */
  readonly read: (view: DataView, at: number) => number;
  /** The field that lists them where they are no bytes. */
  readonly list: 'floats' | 'ints' | 'longs' | 'doubles' | 'unsigned';
}

/** By the numbers ONNX gives them. Whole numbers of 64 bits become those of 32 that are nearest. */
export const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [1, row('float', 'float32', 4, 'floats', (view, at) => view.getFloat32(at, true))],
  [2, row('uint8', 'int32', 1, 'ints', (view, at) => view.getUint8(at))],
  [3, row('int8', 'int32', 1, 'ints', (view, at) => view.getInt8(at))],
  [4, row('uint16', 'int32', 2, 'ints', (view, at) => view.getUint16(at, true))],
  [5, row('int16', 'int32', 2, 'ints', (view, at) => view.getInt16(at, true))],
  [6, row('int32', 'int32', 4, 'ints', (view, at) => view.getInt32(at, true))],
  [7, row('int64', 'int32', 8, 'longs', (view, at) => Number(view.getBigInt64(at, true)))],
  [9, row('bool', 'bool', 1, 'ints', (view, at) => Number(view.getUint8(at) !== 0))],
  [10, row('float16', 'float16', 2, 'ints', (view, at) => view.getUint16(at, true))],
  [11, row('double', 'float64', 8, 'doubles', (view, at) => view.getFloat64(at, true))],
  [12, row('uint32', 'uint32', 4, 'unsigned', (view, at) => view.getUint32(at, true))],
  [13, row('uint64', 'uint32', 8, 'unsigned', (view, at) => Number(view.getBigUint64(at, true)))],
  [16, row('bfloat16', 'bfloat16', 2, 'ints', (view, at) => view.getUint16(at, true))],
]);

function row(
  name: string,
  dtype: Dtype,
  bytes: number,
  list: ElementType['list'],
  read: ElementType['read'],
): ElementType {
  return { name, dtype, bytes, list, read };
}

/**
 * The numbers of a tensor in a file.
 *
 * @param asked what it is, for messages
 * @throws DataError for types without a dtype here, numbers in other files, and more or fewer than its shape holds
 */
export function arrayOf(tensor: TensorMessage, asked: string, place: Place): NDArray {
  const refusal = (expected: string, received: string) => new DataError({ asked, expected, received }, place);
  if (tensor.location) throw refusal('numbers in the file itself', 'numbers in another file');
  const type = ELEMENT_TYPES.get(tensor.dataType ?? 0);
  if (!type) throw refusal('numbers or truth values', `elements of type ${tensor.dataType ?? 0}`);
  const { dims: shape } = tensor;
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw refusal('lengths of at least 0', `[${shape.slice(0, 16).join(', ')}]`);
  }
  const count = sizeOf(shape);
  const stored = tensor.raw ? tensor.raw.length / type.bytes : tensor[type.list].length;
  if (stored !== count) throw refusal(`${count} numbers for [${shape.join(', ')}]`, `${stored}`);
  const numbers = tensor.raw ? fromBytes(tensor.raw, type, count) : [...tensor[type.list]];
  return { dtype: type.dtype, shape, data: stored32(numbers, type.dtype) };
}

function fromBytes(raw: Uint8Array, { read, bytes }: ElementType, count: number): Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = read(view, i * bytes);
  return numbers;
}

/** Numbers as the dtype has them; floats of 16 bits are given as bits already. */
function stored32(numbers: ArrayLike<number>, dtype: Dtype): TypedArray {
  if (dtype !== 'int32' && dtype !== 'uint32') {
    const data = makeArray(dtype, isHalf(dtype) ? numbers.length : 0);
    if (!isHalf(dtype)) return encode(numbers, dtype);
    data.set(numbers);
    return data;
  }
  const [low, high] = dtype === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  return encode(
    Array.from(numbers, (x) => Math.min(Math.max(x, low), high)),
    dtype,
  );
}
