import { DataError, type Place } from '../../graph/errors.ts';
import { type NDArray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import { isJson, type Json, shown } from '../kerasFields.ts';
import { STORED_TYPES, type StoredType } from './types.ts';

/** Bytes of the length before the header. */
const LENGTH_BYTES = 8;
/** The longest header the layout allows. */
const HEADER_LIMIT = 100_000_000;

export interface Safetensors {
  readonly tensors: Map<string, NDArray>;
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file: named arrays, and texts about them.
 *
 * Integers of 8 and 16 bits come as 32 bits; those of 64 bits likewise, where all fit.
 *
 * @param options.source where the bytes are from, for messages
 * @throws DataError for a file that is cut off, whose arrays overlap or leave holes, or with numbers of another type
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, { source }: { source?: string } = {}): Safetensors {
  const place: Place = source === undefined ? {} : { file: source };
  const { header, data } = split(bytes, place);
  const { __metadata__: metadata = {}, ...rest } = header;
  const entries = Object.entries(rest).map(([name, value]) => entryOf(name, value, place));
  checkCoverage(entries, data.length, place);
  return { tensors: tensorsIn(entries, data, place), metadata: textsIn(metadata, place) };
}

function refusal(asked: string, expected: string, received: unknown, place: Place, cause?: unknown) {
  return new DataError({ asked, expected, received: shown(received) }, place, { cause });
}

function split(bytes: Uint8Array, place: Place): { header: Json; data: Uint8Array } {
  const asked = 'reading a safetensors file';
  if (bytes.length < LENGTH_BYTES) {
    throw refusal(asked, `at least ${LENGTH_BYTES} bytes`, bytes.length, place);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const limit = Math.min(HEADER_LIMIT, bytes.length - LENGTH_BYTES);
  if (length > limit) throw refusal(asked, `a header of at most ${limit} bytes`, length, place);
  const text = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  return { header: parsed(text, place), data: bytes.subarray(LENGTH_BYTES + length) };
}

function parsed(text: Uint8Array, place: Place): Json {
  const asked = 'the header of a safetensors file';
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw refusal(asked, 'JSON', 'other text', place, cause);
  }
  if (!isJson(value)) throw refusal(asked, 'an object', value, place);
  return value;
}

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function entryOf(name: string, value: unknown, place: Place): Entry {
  const asked = `the array ${JSON.stringify(name.slice(0, 100))}`;
  if (!isJson(value)) throw refusal(asked, 'an object with dtype, shape and data_offsets', value, place);
  const type = typeof value.dtype === 'string' ? STORED_TYPES.get(value.dtype) : undefined;
  if (!type) throw refusal(asked, `a dtype among ${[...STORED_TYPES.keys()].join(', ')}`, value.dtype, place);
  const { shape, data_offsets: offsets } = value;
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw refusal(asked, 'a shape of whole numbers', shape, place);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw refusal(asked, 'data_offsets of two whole numbers', offsets, place);
  }
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(shape) * type.bytes;
  if (end - begin !== expected) {
    throw refusal(asked, `${expected} bytes for [${shape.join(', ')}]`, end - begin, place);
  }
  return { name, type, shape, begin, end };
}

/** Arrays lie one after the other: each byte belongs to exactly one. */
function checkCoverage(entries: readonly Entry[], length: number, place: Place): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      throw refusal(`the array ${JSON.stringify(name.slice(0, 100))}`, `to begin at ${at}`, begin, place);
    }
    at = end;
  }
  if (at !== length) throw refusal('the arrays of a safetensors file', `${at} bytes`, length, place);
}

function tensorsIn(entries: readonly Entry[], data: Uint8Array, place: Place): Map<string, NDArray> {
  const tensors = new Map<string, NDArray>();
  for (const { name, type, shape, begin, end } of entries) {
    const view = new DataView(data.buffer, data.byteOffset + begin, end - begin);
    const numbers = type.read(view, sizeOf(shape));
    if (!numbers) {
      const asked = `the array ${JSON.stringify(name.slice(0, 100))}`;
      throw refusal(asked, 'integers that fit into 32 bits', 'greater ones', place);
    }
    tensors.set(name, { dtype: type.dtype, shape, data: numbers });
  }
  return tensors;
}

function textsIn(metadata: unknown, place: Place): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  if (!isJson(metadata)) throw refusal('the metadata of a safetensors file', 'an object', metadata, place);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') {
      throw refusal('the metadata of a safetensors file', 'texts', value, place);
    }
    Object.defineProperty(texts, key, { value, enumerable: true });
  }
  return texts;
}
