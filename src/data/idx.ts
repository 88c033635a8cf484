import { DataError } from '../graph/errors.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import { gunzip, isGzip } from './archive/gzip.ts';

/**
 * The contents of an IDX file, the format of MNIST and its relatives:
 *
 *     00 00 | element type | number of dimensions | each dimension, 32 bits | elements, row-major
 *
 * All numbers are big-endian.
 *
 * @see LeCun, Cortes & Burges, "The MNIST database of handwritten digits", section "The IDX file format".
 */
export interface IdxArray {
  readonly shape: Shape;
  readonly values: IdxValues;
}

export type IdxValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface ElementType {
  readonly code: number;
  readonly bytes: number;
  readonly holds: (values: IdxValues) => boolean;
  readonly make: (length: number) => IdxValues;
  readonly get: (view: DataView, at: number) => number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

const ELEMENT_TYPES: readonly ElementType[] = [
  {
    code: 0x08,
    bytes: 1,
    holds: (values) => values instanceof Uint8Array,
    make: (length) => new Uint8Array(length),
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  {
    code: 0x09,
    bytes: 1,
    holds: (values) => values instanceof Int8Array,
    make: (length) => new Int8Array(length),
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
  },
  {
    code: 0x0b,
    bytes: 2,
    holds: (values) => values instanceof Int16Array,
    make: (length) => new Int16Array(length),
    get: (view, at) => view.getInt16(at),
    set: (view, at, value) => view.setInt16(at, value),
  },
  {
    code: 0x0c,
    bytes: 4,
    holds: (values) => values instanceof Int32Array,
    make: (length) => new Int32Array(length),
    get: (view, at) => view.getInt32(at),
    set: (view, at, value) => view.setInt32(at, value),
  },
  {
    code: 0x0d,
    bytes: 4,
    holds: (values) => values instanceof Float32Array,
    make: (length) => new Float32Array(length),
    get: (view, at) => view.getFloat32(at),
    set: (view, at, value) => view.setFloat32(at, value),
  },
  {
    code: 0x0e,
    bytes: 8,
    holds: (values) => values instanceof Float64Array,
    make: (length) => new Float64Array(length),
    get: (view, at) => view.getFloat64(at),
    set: (view, at, value) => view.setFloat64(at, value),
  },
];

/** An absurd rank is a sign of a damaged file; no data set has more. */
const MOST_DIMENSIONS = 8;

/** An unpacked file larger than this is refused, whatever its header promises: 1 GiB. */
const MOST_BYTES = 2 ** 30;

/**
 * Reads an IDX file, plain or gzipped.
 *
 * Nothing is allocated on the word of the header alone: a plain file is measured first, a compressed one is
 * unpacked piece by piece and dropped as soon as it holds more than its header says.
 *
 * @param bytes The whole file.
 * @param source What to call it in messages.
 * @throws DataError when the file is no IDX file, is too short or too long for its dimensions, is larger than
 * 1 GiB unpacked, or is damaged gzip.
 */
export async function parseIdx(bytes: Uint8Array, source = 'IDX file'): Promise<IdxArray> {
  const plain = isGzip(bytes) ? await gunzipIdx(bytes, source) : bytes;
  const header = readHeader(plain, source);
  if (plain.length !== header.fileBytes) throw lengthError(header, `${plain.length}`, source);
  const { type, shape } = header;
  const values = type.make(sizeOf(shape));
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  // Bytes need no turning around, and are by far the most common.
  if (values instanceof Uint8Array) values.set(plain.subarray(header.headerBytes));
  else
    for (let i = 0; i < values.length; i++) values[i] = type.get(view, header.headerBytes + i * type.bytes);
  return { shape, values };
}

/**
 * Writes an IDX file; the kind of `values` decides the element type.
 *
 * @throws DataError when the shape does not hold exactly the values.
 */
export function encodeIdx({ shape, values }: IdxArray): Uint8Array {
  const type = ELEMENT_TYPES.find(({ holds }) => holds(values));
  if (type === undefined || sizeOf(shape) !== values.length || shape.length > MOST_DIMENSIONS) {
    throw new DataError({
      asked: `writing an IDX file of shape [${shape.join(', ')}]`,
      expected: `${sizeOf(shape)} numbers in at most ${MOST_DIMENSIONS} dimensions`,
      received: `${values.length}`,
    });
  }
  const headerBytes = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerBytes + values.length * type.bytes);
  const view = new DataView(bytes.buffer);
  bytes[2] = type.code;
  bytes[3] = shape.length;
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (const [i, value] of values.entries()) type.set(view, headerBytes + i * type.bytes, value);
  return bytes;
}

interface IdxHeader {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly headerBytes: number;
  readonly fileBytes: number;
}

function readHeader(bytes: Uint8Array, source: string): IdxHeader {
  const type = ELEMENT_TYPES.find(({ code }) => code === bytes[2]);
  const rank = bytes[3];
  if (
    bytes[0] !== 0 ||
    bytes[1] !== 0 ||
    type === undefined ||
    rank === undefined ||
    rank > MOST_DIMENSIONS
  ) {
    throw new DataError(
      {
        asked: 'reading an IDX file',
        expected:
          'a start of 00 00, an element type (08 09 0b 0c 0d 0e) and at most ' +
          `${MOST_DIMENSIONS} dimensions`,
        received: bytes.length === 0 ? 'an empty file' : hex(bytes.subarray(0, 4)),
        fix: 'Give the file of images or labels itself, such as train-images-idx3-ubyte.gz.',
      },
      { file: source },
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new DataError(
      {
        asked: `reading the ${rank} dimensions of an IDX file`,
        expected: `${headerBytes} bytes of header`,
        received: `${bytes.length}`,
        fix: 'The file is cut short: fetch it again.',
      },
      { file: source },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const header = { type, shape, headerBytes, fileBytes: headerBytes + sizeOf(shape) * type.bytes };
  if (header.fileBytes > MOST_BYTES) {
    throw new DataError(
      {
        asked: `reading an IDX file of shape [${shape.join(', ')}]`,
        expected: `at most ${MOST_BYTES} bytes`,
        received: `a header that promises ${header.fileBytes}`,
        fix: 'The header is damaged, or the data must be cut into smaller files.',
      },
      { file: source },
    );
  }
  return header;
}

function lengthError({ shape, fileBytes }: IdxHeader, received: string, source: string): DataError {
  return new DataError(
    {
      asked: `reading an IDX file of shape [${shape.join(', ')}]`,
      expected: `${fileBytes} bytes`,
      received,
      fix: 'The file is damaged or was not copied whole: fetch it again.',
    },
    { file: source },
  );
}

/** Unpacks an IDX file, and stops when there is more than its header says. */
function gunzipIdx(bytes: Uint8Array, source: string): Promise<Uint8Array> {
  let header: IdxHeader | undefined;
  const longestHeader = 4 + 4 * MOST_DIMENSIONS;
  return gunzip(bytes, source, (total, soFar) => {
    if (header === undefined && total >= longestHeader) header = readHeader(soFar(), source);
    if (header !== undefined && total > header.fileBytes) throw lengthError(header, 'more', source);
  });
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
