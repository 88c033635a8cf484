import { DataError, type Place } from '../graph/errors.ts';
import { Hdf5Memory } from './hdf5Memory.ts';

export type Hdf5Library = typeof import('h5wasm').Module;

/** A file that is open in the HDF5 library, for as long as one call runs. */
export interface OpenFile {
  readonly library: Hdf5Library;
  readonly id: bigint;
  /** Lends `bytes` bytes of the library's memory, zeroed, for as long as `use` runs. */
  borrow<T>(bytes: number, use: (pointer: number) => T): T;
}

/**
 * The HDF5 library, compiled to WebAssembly. Files exist only in its own small file system, and only while one
 * call runs; nothing waits inside of a call, so two of them never meet.
 */
export interface Hdf5Engine {
  /**
   * Runs `read` on the file that `bytes` are, with `room` bytes for the library to work in. Whatever goes wrong
   * inside is thrown as a DataError.
   */
  read<T>(bytes: Uint8Array, room: number, read: (file: OpenFile) => T, place?: Place): T;
  /** The bytes of a new file that `write` has filled. */
  write(write: (file: OpenFile) => void): Uint8Array;
}

let engine: Promise<Hdf5Engine> | undefined;

/** Loads the library at its first use: it weighs 1 MB compressed, and only files of weights need it. */
export function hdf5Engine(): Promise<Hdf5Engine> {
  engine ??= import('h5wasm').then(async ({ ready }) => new Engine(await ready));
  return engine;
}

const PATH = '/pellucid.h5';

class Engine implements Hdf5Engine {
  readonly #library: Hdf5Library;
  readonly #memory: Hdf5Memory;

  constructor(library: Hdf5Library) {
    this.#library = library;
    removeInputDevices(library);
    this.#memory = new Hdf5Memory(library);
  }

  read<T>(bytes: Uint8Array, room: number, read: (file: OpenFile) => T, place: Place = {}): T {
    const { FS, H5F_ACC_RDONLY } = this.#library;
    return this.#guarded('reading an HDF5 file', place, () => {
      FS.writeFile(PATH, bytes);
      return this.#memory.within(room, () => this.#opened(H5F_ACC_RDONLY, read));
    });
  }

  write(write: (file: OpenFile) => void): Uint8Array {
    const { FS, H5F_ACC_TRUNC } = this.#library;
    return this.#guarded('writing an HDF5 file', {}, () => {
      this.#opened(H5F_ACC_TRUNC, write);
      return FS.readFile(PATH);
    });
  }

  #opened<T>(mode: number, use: (file: OpenFile) => T): T {
    const library = this.#library;
    // From the oldest layout to the newest: what is written is as old as it can be.
    const { H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST } = library;
    const id = library.open(PATH, mode, false, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
    if (id < 0n) throw new Error('The HDF5 library cannot open the file.');
    let result: T;
    try {
      result = use({ library, id, borrow: (bytes, use) => borrow(library, bytes, use) });
    } catch (error) {
      // A library that has trapped is not called again: its memory is about to be put back.
      if (!isTrap(error)) this.#close(id);
      throw error;
    }
    this.#close(id);
    return result;
  }

  #close(id: bigint): void {
    if (this.#library.close_file(id) < 0) throw new BrokenLibrary('The HDF5 library cannot close the file.');
  }

  #guarded<T>(asked: string, place: Place, body: () => T): T {
    const { FS } = this.#library;
    try {
      return silently(this.#library, () => onCleanStack(this.#library, body));
    } catch (error) {
      if (isTrap(error) || error instanceof BrokenLibrary) this.#restart();
      if (error instanceof DataError) throw error;
      throw new DataError(
        {
          asked,
          expected: 'a whole HDF5 file',
          received: 'one that the HDF5 library cannot make sense of',
          fix: 'Either it is another kind of file, or it is damaged: copy or download it again.',
        },
        place,
        { cause: error },
      );
    } finally {
      if (FS.analyzePath(PATH).exists) FS.unlink(PATH);
    }
  }

  /**
   * A damaged file may make the library trap in the middle of its work, with objects open and its heap trampled
   * on. Its memory is then put back as it was before the first file: the same as loading it afresh.
   */
  #restart(): void {
    const { FS } = this.#library;
    this.#memory.restore();
    for (const stream of streamsOf(this.#library)) if (stream && stream.fd > 2) FS.close(stream);
  }
}

/** Thrown where the library can no longer be trusted with another file. */
class BrokenLibrary extends Error {}

function borrow<T>(library: Hdf5Library, bytes: number, use: (pointer: number) => T): T {
  const pointer = library._malloc(Math.max(1, bytes));
  if (pointer === 0) throw new Error(`The HDF5 library has no ${bytes} bytes left.`);
  let result: T;
  try {
    library.HEAPU8.fill(0, pointer, pointer + bytes);
    result = use(pointer);
  } catch (error) {
    if (!isTrap(error)) library._free(pointer);
    throw error;
  }
  library._free(pointer);
  return result;
}

/** Whether WebAssembly stopped, rather than the library reporting an error. */
function isTrap(error: unknown): boolean {
  // Recursion that is too deep for the engine shows as a RangeError.
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

/**
 * Runs `body` and puts the library's stack back where it was: an error thrown through WebAssembly leaves the
 * frames it came through on it, and after some thousands of damaged files there would be no stack left.
 * `ccall` saves and restores the stack around whatever it finds under an underscored name, if an argument
 * needs room there.
 */
function onCleanStack<T>(library: Hdf5Library, body: () => T): T {
  const values: T[] = [];
  const errors: unknown[] = [];
  const _pellucidBody = (): void => {
    try {
      values.push(body());
    } catch (error) {
      errors.push(error);
    }
  };
  Object.assign(library, { _pellucidBody });
  library.ccall('pellucidBody', null, ['string'], [' ']);
  for (const error of errors) throw error;
  for (const value of values) return value;
  throw new BrokenLibrary('The HDF5 library did not run.');
}

interface Stream {
  readonly fd: number;
}

/** The library's table of open files, which its declarations leave out. */
function streamsOf(library: Hdf5Library): (Stream | null)[] {
  return (library.FS as Hdf5Library['FS'] & { streams: (Stream | null)[] }).streams;
}

/** The library prints a page to the console for each error it reports; here that goes to /dev/null. */
function silently<T>(library: Hdf5Library, body: () => T): T {
  const { FS } = library;
  const streams = streamsOf(library);
  const console = streams[2] ?? null;
  const silence = FS.open('/dev/null', 'w');
  streams[2] = silence as Stream;
  try {
    return body();
  } finally {
    streams[2] = console;
    FS.close(silence);
  }
}

/** A dataset may name a file as its storage, and these would wait for someone to type. */
function removeInputDevices({ FS }: Hdf5Library): void {
  for (const path of ['/dev/stdin', '/dev/tty', '/dev/tty1']) {
    if (FS.analyzePath(path).exists) FS.unlink(path);
  }
}
