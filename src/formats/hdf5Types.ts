import type { Metadata } from 'h5wasm';
import type { Dtype, DtypeArrays, TypedArray } from '../graph/dtypes.ts';
import type { HalfFloat } from '../graph/halfFloats.ts';

/** HDF5 knows the classes of its types by number. */
const INTEGER = 0;
const FLOAT = 1;
export const STRING = 3;
const OPAQUE = 5;
const ENUM = 8;

/** What a person calls them, in the order of their numbers. */
const CLASSES = [
  'integers',
  'floating-point numbers',
  'times',
  'text',
  'bit fields',
  'opaque bytes',
  'compound records',
  'references',
  'an enumeration',
  'lists of various lengths',
  'arrays',
];

/** How a dtype is written. */
export const STORED: {
  readonly [D in Exclude<Dtype, HalfFloat>]: {
    readonly type: number;
    readonly size: number;
    readonly signed: boolean;
  };
} = {
  float32: { type: FLOAT, size: 4, signed: true },
  float64: { type: FLOAT, size: 8, signed: true },
  int32: { type: INTEGER, size: 4, signed: true },
  uint32: { type: INTEGER, size: 4, signed: false },
  bool: { type: INTEGER, size: 1, signed: true },
};

/** The types a dataset of numbers may be stored in. */
type StoredType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

interface Decoder {
  /** Bytes of one stored number. */
  readonly bytes: number;
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => TypedArray | undefined;
}

/** A row for each stored type. The bytes have a buffer of their own, so that numbers of any size are aligned in it. */
const DECODERS: { readonly [S in StoredType]: Decoder } = {
  float16: { bytes: 2, decode: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), fromFloat16) },
  bfloat16: { bytes: 2, decode: ({ buffer }) => fromBfloat16(new Uint16Array(buffer)) },
  float32: { bytes: 4, decode: ({ buffer }) => new Float32Array(buffer) },
  float64: { bytes: 8, decode: ({ buffer }) => new Float64Array(buffer) },
  int8: { bytes: 1, decode: ({ buffer }) => Int32Array.from(new Int8Array(buffer)) },
  int16: { bytes: 2, decode: ({ buffer }) => Int32Array.from(new Int16Array(buffer)) },
  int32: { bytes: 4, decode: ({ buffer }) => new Int32Array(buffer) },
  int64: { bytes: 8, decode: ({ buffer }) => narrow(new BigInt64Array(buffer), Int32Array) },
  uint8: { bytes: 1, decode: ({ buffer }) => Uint32Array.from(new Uint8Array(buffer)) },
  uint16: { bytes: 2, decode: ({ buffer }) => Uint32Array.from(new Uint16Array(buffer)) },
  uint32: { bytes: 4, decode: ({ buffer }) => new Uint32Array(buffer) },
  uint64: { bytes: 8, decode: ({ buffer }) => narrow(new BigUint64Array(buffer), Uint32Array) },
  bool: { bytes: 1, decode: (bytes) => bytes.map((byte) => (byte === 0 ? 0 : 1)) },
};

/**
 * The type a dataset is stored in; undefined where it does not hold numbers. `label` reads its attribute `dtype`,
 * in which Keras names the type of two opaque bytes, and this library that of truth values.
 */
export function storedType(
  { type, size, signed, enum_type }: Metadata,
  label: () => string | readonly string[] | undefined,
): StoredType | undefined {
  switch (type) {
    case INTEGER:
      return size === 1 && label() === 'bool' ? 'bool' : named(`${signed ? 'int' : 'uint'}${size * 8}`);
    case FLOAT:
      return named(`float${size * 8}`);
    case OPAQUE:
      return size === 2 && label() === 'bfloat16' ? 'bfloat16' : undefined;
    case ENUM: {
      // How h5py writes truth values.
      const { FALSE, TRUE } = enum_type?.members ?? {};
      return size === 1 && FALSE === 0 && TRUE === 1 ? 'bool' : undefined;
    }
    default:
      return undefined;
  }
}

/** What a dataset holds, in words. */
export function describeType({ type, size }: Metadata): string {
  const name = CLASSES[type] ?? 'an unknown type';
  return type === STRING ? name : `${name} of ${size} ${size === 1 ? 'byte' : 'bytes'}`;
}

/** The bytes one number takes while it is read: as it is stored, or as the dtype it becomes. */
export function bytesOfStored(type: StoredType): number {
  return Math.max(4, DECODERS[type].bytes);
}

/** The numbers in `bytes`, little-endian; undefined where one does not fit the dtype its type is read as. */
export function decode(bytes: Uint8Array<ArrayBuffer>, type: StoredType): TypedArray | undefined {
  return DECODERS[type].decode(bytes);
}

/** Whether `name` can stand between slashes: HDF5 reads a dot as "here", and ends a name at a zero byte. */
export function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

function named(name: string): StoredType | undefined {
  return Object.hasOwn(DECODERS, name) ? (name as StoredType) : undefined;
}

function narrow<A extends DtypeArrays['int32' | 'uint32']>(
  wide: BigInt64Array | BigUint64Array,
  Narrow: new (length: number) => A,
): A | undefined {
  const result = new Narrow(wide.length);
  for (let index = 0; index < wide.length; index++) {
    const number = Number(wide[index]);
    result[index] = number;
    if (result[index] !== number) return undefined;
  }
  return result;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

/** IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
