import { bytesOf, type Dtype } from '../../graph/dtypes.ts';
import { ArgumentError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { TYPE_NAMES } from './types.ts';

/** The header ends on a multiple of these, so that arrays are aligned in a file mapped into memory. */
const ALIGNMENT = 8;
const ORDER = Object.keys(TYPE_NAMES) as Dtype[];

/**
 * Writes named arrays as a safetensors file, the widest numbers first.
 *
 * @param metadata texts about the file
 * @throws ArgumentError for the name `__metadata__`, which the layout keeps for itself
 * @see https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NDArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  if (tensors.has('__metadata__')) {
    throw new ArgumentError({ asked: 'an array named "__metadata__"', expected: 'another name' });
  }
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      ORDER.indexOf(a.dtype) - ORDER.indexOf(b.dtype) || (nameA < nameB ? -1 : Number(nameA > nameB)),
  );
  const rows: string[] = [];
  if (Object.keys(metadata).length > 0) rows.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const begin = end;
    end += data.length * bytesOf(dtype);
    const entry = { dtype: TYPE_NAMES[dtype], shape, data_offsets: [begin, end] };
    rows.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  return assembled(
    `{${rows.join(',')}}`,
    sorted.map(([, array]) => array),
    end,
  );
}

function assembled(text: string, arrays: readonly NDArray[], length: number): Uint8Array {
  const header = new TextEncoder().encode(text);
  const padded = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + padded + length).fill(0x20, 8 + header.length, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, 8);
  let at = 8 + padded;
  for (const array of arrays) {
    const part = littleEndian(array);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The bytes of an array in the order of files. */
export function littleEndian({ data, dtype }: NDArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const width = bytesOf(dtype);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 || width === 1) return bytes;
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += width) swapped.subarray(at, at + width).reverse();
  return swapped;
}
