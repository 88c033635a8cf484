import type { Metadata } from 'h5wasm';
import type { TextAttributes } from './hdf5.ts';
import type { OpenFile } from './hdf5Engine.ts';
import { STRING } from './hdf5Types.ts';

/** More texts or bytes than an attribute of a real file has: 64 KiB is the most that fits beside its object. */
const MAX_TEXTS = 2 ** 16;
const MAX_BYTES = 2 ** 24;

/** The text attributes of a group or dataset. Attributes of other types are left out. */
export function readTexts(file: OpenFile, path: string): TextAttributes {
  const { library, id } = file;
  const texts = new Map<string, string | readonly string[]>();
  for (const name of library.get_attribute_names(id, path)) {
    const metadata = library.get_attribute_metadata(id, path, name);
    if (metadata.type !== STRING || metadata.shape === null) continue;
    const values = readText(file, path, name, metadata);
    const [first] = values;
    if (metadata.shape.length > 0) texts.set(name, values);
    else if (first !== undefined) texts.set(name, first);
  }
  return texts;
}

function readText(
  { library, id, borrow }: OpenFile,
  path: string,
  name: string,
  metadata: Metadata,
): string[] {
  const { total_size: count, size, vlen } = metadata;
  if (!(count <= MAX_TEXTS && count * size <= MAX_BYTES)) throw new Error(`${path} has an endless ${name}.`);
  return borrow(count * size, (pointer) => {
    const status = library.get_attribute_data(id, path, name, BigInt(pointer));
    if (status < 0) throw new Error(`The attribute ${name} of ${path} cannot be read.`);
    const bytes = new Uint8Array(library.HEAPU8.subarray(pointer, pointer + count * size));
    if (!vlen) {
      const decoder = new TextDecoder();
      return Array.from({ length: count }, (_, index) => {
        const text = bytes.subarray(index * size, (index + 1) * size);
        const end = text.indexOf(0);
        return decoder.decode(end < 0 ? text : text.subarray(0, end));
      });
    }
    try {
      // An address each; 0 is the empty text.
      return Array.from(new Uint32Array(bytes.buffer), (address) => library.UTF8ToString(address));
    } finally {
      library.reclaim_vlen_memory(id, path, name, BigInt(pointer));
    }
  });
}
