import { DataError } from '../../graph/errors.ts';
import { type NDArray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import { readArchive } from '../archive/zip.ts';
import { elementTypeOf, type NpyElementType } from './npyTypes.ts';

/** The first bytes of an NPY file: \x93NUMPY. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy writes no longer header, and refuses to read one. */
const LONGEST_HEADER = 10_000;

/** NumPy has no arrays of more axes. */
const MOST_AXES = 32;

export interface NpyOptions {
  /** What to call the file in messages. */
  readonly source?: string;
}

/**
 * Reads an array from a NumPy file (`numpy.save`), format versions 1 to 3, in C or Fortran order and either byte
 * order.
 *
 * | NumPy | here |
 * |---|---|
 * | float16, float32 | float32 |
 * | float64 | float64 |
 * | int8, int16, int32, uint8, uint16 | int32 |
 * | int64, uint64 | int32, if every number fits |
 * | uint32 | uint32 |
 * | bool | bool |
 *
 * @throws DataError when the file is no NPY file, is cut short or damaged, or holds anything but such numbers:
 * pickled objects are never read, as they may hold code.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(bytes: Uint8Array, options: NpyOptions = {}): NDArray {
  const { source = 'NPY file' } = options;
  const { descr, fortranOrder, shape, start } = readHeader(bytes, source);
  const type = elementTypeOf(descr, source);
  const count = sizeOf(shape);
  const expected = start + count * type.bytes;
  if (bytes.length !== expected) {
    throw new DataError(
      {
        asked: `reading an array of shape [${shape.join(', ')}]`,
        expected: `${expected} bytes`,
        received: `${bytes.length}`,
        fix: 'The file is damaged or was not copied whole: fetch it again.',
      },
      { file: source },
    );
  }
  const data = type.read(
    new DataView(bytes.buffer, bytes.byteOffset + start),
    count,
    type.littleEndian,
    source,
  );
  const array = { dtype: type.dtype, shape, data };
  return fortranOrder ? toRowMajor(array, type) : array;
}

/**
 * Reads the arrays of a NumPy archive (`numpy.savez`, `numpy.savez_compressed`), by name.
 *
 * @throws DataError when the archive is damaged or too large, and all that `parseNpy` throws.
 */
export async function parseNpz(
  bytes: Uint8Array,
  options: NpyOptions = {},
): Promise<Record<string, NDArray>> {
  const { source = 'NPZ file' } = options;
  const members = await readArchive(bytes, { file: source });
  const arrays = [...members].map(([path, member]) => {
    if (!path.endsWith('.npy')) {
      throw new DataError(
        { asked: 'reading a NumPy archive', expected: 'members that end in .npy', received: path },
        { file: source },
      );
    }
    return [path.slice(0, -'.npy'.length), parseNpy(member, { source: `${source}/${path}` })] as const;
  });
  // Without a prototype, so that no name means more than itself.
  return Object.assign(Object.create(null), Object.fromEntries(arrays));
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the numbers begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, source: string): Header {
  const version = bytes[6] ?? 0;
  if (MAGIC.some((byte, i) => bytes[i] !== byte) || version < 1 || version > 3) {
    throw headerError(source, 0, 'the start of an NPY file of version 1, 2 or 3', startOf(bytes));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textAt = version === 1 ? 10 : 12;
  if (bytes.length < textAt) throw headerError(source, 8, 'the length of the header', 'the end of the file');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = textAt + length;
  if (length > LONGEST_HEADER || start > bytes.length) {
    const most = Math.min(LONGEST_HEADER, bytes.length - textAt);
    throw headerError(source, 8, `a header of at most ${most} bytes`, `${length}`);
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(textAt, start));
  return { ...parseHeader(text, source, textAt), start };
}

/** The header is a Python dictionary of three entries; only the form in which NumPy writes it is read. */
function parseHeader(text: string, source: string, at: number): Omit<Header, 'start'> {
  const descr = /'descr':\s*(?:'([^']*)'|(.))/.exec(text);
  if (descr?.[2] === '[') {
    throw headerError(
      source,
      at,
      'plain numbers',
      'records of several fields',
      'Save each field as an array.',
    );
  }
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descr?.[1] === undefined || order === undefined || axes === undefined) {
    throw headerError(
      source,
      at,
      "{'descr': …, 'fortran_order': …, 'shape': …}",
      JSON.stringify(text.trim()),
    );
  }
  const shape = axes
    .split(',')
    .filter((length) => length.trim() !== '')
    .map(Number);
  if (
    shape.length > MOST_AXES ||
    !shape.every(Number.isSafeInteger) ||
    !Number.isSafeInteger(sizeOf(shape) * 16)
  ) {
    throw headerError(source, at, `at most ${MOST_AXES} axes that fit into memory`, `(${axes})`);
  }
  return { descr: descr[1], fortranOrder: order === 'True', shape };
}

/** In Fortran order the first axis runs fastest: the same numbers as the transposed shape in C order. */
function toRowMajor({ dtype, shape, data }: NDArray, type: NpyElementType): NDArray {
  const ordered = type.make(data.length);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    ordered[to] = data[from] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [length = 0, stride = 0, place = 0] = [shape[axis], strides[axis], index[axis]];
      from += stride;
      index[axis] = place + 1;
      if (place + 1 < length) break;
      from -= length * stride;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: ordered };
}

function headerError(
  source: string,
  at: number,
  expected: string,
  received: string,
  fix?: string,
): DataError {
  return new DataError(
    {
      asked: `reading the header of an NPY file at byte ${at}`,
      expected,
      received,
      ...(fix !== undefined && { fix }),
    },
    { file: source },
  );
}

const startOf = (bytes: Uint8Array) =>
  [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'an empty file';
