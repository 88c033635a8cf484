import { decode, isHalf } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Hdf5Contents } from './hdf5.ts';
import type { OpenFile } from './hdf5Engine.ts';
import { isName, STORED, STRING } from './hdf5Types.ts';

/**
 * Every group that is named or lies on the way to a dataset, each after the one it lies in.
 *
 * @throws ArgumentError when a path is malformed, or names both a dataset and a group.
 */
export function planGroups({ datasets, groups }: Hdf5Contents): ReadonlySet<string> {
  const planned = new Set<string>();
  for (const path of groups.keys()) addGroup(planned, path);
  for (const path of datasets.keys()) {
    checkPath(path);
    addGroup(planned, parentOf(path));
  }
  for (const path of datasets.keys()) {
    if (planned.has(path)) throw badPath(path, 'a dataset that is not a group as well');
  }
  return planned;
}

/** Fills a new file; `groups` come from {@link planGroups}. */
export function writeContents(file: OpenFile, groups: ReadonlySet<string>, contents: Hdf5Contents): void {
  for (const path of groups) file.library.create_group(file.id, `/${path}`);
  for (const [path, { name }] of contents.groups) {
    if (name !== undefined) writeText(file, `/${path}`, 'name', name);
  }
  for (const [path, array] of contents.datasets) writeDataset(file, `/${path}`, array);
}

/** Floats of 16 bits are written as the float32 they are, too: the format has no bfloat16. */
function writeDataset(file: OpenFile, path: string, { dtype: own, shape, data: stored }: NDArray): void {
  const { library, id } = file;
  const dtype = isHalf(own) ? 'float32' : own;
  const data = decode(stored, own);
  file.borrow(data.byteLength, (pointer) => {
    library.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pointer);
    library.create_dataset(id, path, BigInt(pointer), {
      ...STORED[dtype],
      vlen: false,
      littleEndian: true,
      total_size: data.length,
      shape: shape.map(BigInt),
      maxshape: null,
    });
  });
  // The library reports no failure here, so it is asked for what it has made.
  if (library.get_type(id, path) !== library.H5G_DATASET) throw new Error(`${path} was not written.`);
  if (dtype === 'bool') writeText(file, path, 'dtype', 'bool');
}

/** A text of any length in UTF-8, as h5py writes a Python string. */
function writeText({ library, id }: OpenFile, path: string, name: string, text: string): void {
  library.create_vlen_str_attribute(id, path, name, [text], {
    type: STRING,
    size: 4,
    cset: 1,
    signed: false,
    vlen: true,
    littleEndian: true,
    total_size: 1,
    shape: [],
    maxshape: null,
  });
}

function addGroup(planned: Set<string>, path: string): void {
  if (path === '' || planned.has(path)) return;
  checkPath(path);
  addGroup(planned, parentOf(path));
  planned.add(path);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function checkPath(path: string): void {
  if (!path.split('/').every(isName)) throw badPath(path, 'names joined by /, such as layers/dense/vars/0');
}

function badPath(path: string, expected: string): ArgumentError {
  return new ArgumentError({ asked: `writing ${JSON.stringify(path)} to an HDF5 file`, expected });
}
