import type { Hdf5Library } from './hdf5Engine.ts';

const PAGE = 2 ** 16;

/**
 * The memory of the HDF5 library, with a ceiling. A damaged file may claim a text of gigabytes, and the library
 * makes room for it before it looks for the text; where there is no room, it reports an error like any other.
 */
export class Hdf5Memory {
  readonly #library: Hdf5Library;
  /** The memory as it was before the first file, up to its last byte that is not zero. */
  readonly #pristine: Uint8Array;
  #ceiling = Number.POSITIVE_INFINITY;

  constructor(library: Hdf5Library) {
    this.#library = library;
    this.#pristine = usedMemory(library);
    const memory = memoryOf(library);
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * PAGE > this.#ceiling)
        throw new RangeError('HDF5 memory is full');
      return grow(pages);
    };
  }

  /** Runs `body` with at most `bytes` more than the library had before its first file. */
  within<T>(bytes: number, body: () => T): T {
    this.#ceiling = this.#pristine.length + bytes;
    try {
      return body();
    } finally {
      this.#ceiling = Number.POSITIVE_INFINITY;
    }
  }

  /** Puts everything back as it was before the first file: the same as loading the library afresh. */
  restore(): void {
    this.#library.HEAPU8.set(this.#pristine);
  }
}

function usedMemory({ HEAPU8 }: Hdf5Library): Uint8Array {
  const words = new Uint32Array(HEAPU8.buffer);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0) end--;
  return HEAPU8.slice(0, end * 4);
}

/** The library keeps its memory to itself, but shows it when it has to grow: so it is made to, once. */
function memoryOf(library: Hdf5Library): WebAssembly.Memory {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  const seen: WebAssembly.Memory[] = [];
  prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    seen.push(this);
    return grow.call(this, pages);
  };
  try {
    library._free(library._malloc(library.HEAPU8.length));
  } finally {
    prototype.grow = grow;
  }
  const [memory] = seen;
  if (memory === undefined) throw new Error('The HDF5 library did not grow its memory.');
  return memory;
}
