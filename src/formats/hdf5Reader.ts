import type { Metadata } from 'h5wasm';
import { DataError, type Place } from '../graph/errors.ts';
import { type NDArray, ndarray, sizeOf } from '../graph/ndarray.ts';
import type { Hdf5Contents, Hdf5Group, Hdf5Limits } from './hdf5.ts';
import type { OpenFile } from './hdf5Engine.ts';
import { readTexts } from './hdf5Texts.ts';
import { bytesOfStored, decode, describeType, isName, storedType } from './hdf5Types.ts';

/** Everything in an open file, or a DataError that says what is not to be read. */
export function readContents(file: OpenFile, limits: Hdf5Limits, place: Place): Hdf5Contents {
  const walk = new Walk(file, limits, place);
  walk.visitGroup('', 0);
  return { datasets: walk.datasets, groups: walk.groups };
}

/** One walk through a file, counting what it has taken so far. Links may form cycles: the limits end them. */
class Walk {
  readonly datasets = new Map<string, NDArray>();
  readonly groups = new Map<string, Hdf5Group>();
  readonly #file: OpenFile;
  readonly #limits: Hdf5Limits;
  readonly #place: Place;
  #objects = 0;
  #bytes = 0;

  constructor(file: OpenFile, limits: Hdf5Limits, place: Place) {
    this.#file = file;
    this.#limits = limits;
    this.#place = place;
  }

  visitGroup(path: string, depth: number): void {
    const { library, id } = this.#file;
    const { depth: maxDepth, objects } = this.#limits;
    if (depth > maxDepth) throw this.#excess(path, `groups at most ${maxDepth} deep`, 'deeper ones');
    const attributes = readTexts(this.#file, `/${path}`);
    const name = attributes.get('name');
    this.groups.set(path, typeof name === 'string' ? { name, attributes } : { attributes });

    const children = library.get_names(id, `/${path}`, false);
    this.#objects += children.length;
    if (this.#objects > objects) throw this.#excess(path, `at most ${objects} groups and datasets`, 'more');
    for (const child of children) {
      if (!isName(child)) throw this.#damaged(path, `something named ${JSON.stringify(child)} in it`);
      this.#visit(path === '' ? child : `${path}/${child}`, depth + 1);
    }
  }

  #visit(path: string, depth: number): void {
    const { library, id } = this.#file;
    // Asked before the type, which is that of whatever a link leads to.
    if (this.#isLink(path)) throw this.#refused(path, 'a link to another place');
    const type = library.get_type(id, `/${path}`);
    if (type === library.H5G_GROUP) this.visitGroup(path, depth);
    else if (type === library.H5G_DATASET) this.datasets.set(path, this.#readDataset(path));
    else if (type === library.H5G_TYPE) throw this.#refused(path, 'a named type');
    else throw this.#damaged(path, 'neither');
  }

  #isLink(path: string): boolean {
    const { library, id } = this.#file;
    if (library.get_symbolic_link(id, `/${path}`) !== null) return true;
    return 'filename' in library.get_external_link(id, `/${path}`);
  }

  #readDataset(path: string): NDArray {
    const { library, id } = this.#file;
    const metadata = library.get_dataset_metadata(id, `/${path}`);
    const { shape } = metadata;
    if (metadata.virtual_sources !== undefined) throw this.#refused(path, 'a view of other files');
    if (shape === null) throw this.#refused(path, 'a dataset of nothing');
    const length = sizeOf(shape);
    if (length !== metadata.total_size) throw this.#damaged(path, `a shape of [${shape.join(', ')}]`);

    const stored = storedType(metadata, () => readTexts(this.#file, `/${path}`).get('dtype'));
    if (stored === undefined) throw this.#refused(path, describeType(metadata));
    this.#bytes += length * bytesOfStored(stored);
    if (this.#bytes > this.#limits.bytes) {
      const expected = `datasets of at most ${this.#limits.bytes} bytes in a file of this size`;
      throw this.#excess(path, expected, `${this.#bytes} with this one`);
    }
    const data = decode(this.#readBytes(path, metadata, length), stored);
    if (data === undefined) {
      throw this.#refused(path, `${stored} numbers that do not fit into 32 bits`);
    }
    return ndarray(data, shape);
  }

  #readBytes(path: string, { size }: Metadata, length: number): Uint8Array<ArrayBuffer> {
    const { library, id } = this.#file;
    return this.#file.borrow(size * length, (pointer) => {
      const status = library.get_dataset_data(id, `/${path}`, null, null, null, BigInt(pointer));
      if (status < 0) throw this.#damaged(path, 'numbers that cannot be read');
      return new Uint8Array(library.HEAPU8.subarray(pointer, pointer + size * length));
    });
  }

  #excess(path: string, expected: string, received: string): DataError {
    const fix = 'The file is damaged or was made to exhaust memory. If you trust it, raise the limits.';
    return this.#error(path, expected, received, fix);
  }

  #refused(path: string, received: string): DataError {
    const fix = 'Files of weights hold numbers only: save the model again with Keras.';
    return this.#error(path, 'a group or a dataset of numbers', received, fix);
  }

  #damaged(path: string, received: string): DataError {
    const fix = 'The file is damaged: copy or download it again.';
    return this.#error(path, 'a group or a dataset of numbers', received, fix);
  }

  #error(path: string, expected: string, received: string, fix: string): DataError {
    return new DataError(
      { asked: `reading /${path} from an HDF5 file`, expected, received, fix },
      this.#place,
    );
  }
}
