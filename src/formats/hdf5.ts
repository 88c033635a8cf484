import type { NDArray } from '../graph/ndarray.ts';
import { hdf5Engine, type OpenFile } from './hdf5Engine.ts';
import { checkHeaps } from './hdf5Heap.ts';
import { readContents } from './hdf5Reader.ts';
import { planGroups, writeContents } from './hdf5Writer.ts';

/** The text attributes of a group or dataset; a list is one attribute of several texts. */
export type TextAttributes = ReadonlyMap<string, string | readonly string[]>;

/** What is known of a group: in a Keras file, the `name` on a `vars` group is its layer's own. */
export interface Hdf5Group {
  readonly name?: string;
  /** Every text attribute that was read. Older whole-model files keep their configuration in them. */
  readonly attributes?: TextAttributes;
}

/** An HDF5 file of numbers. Paths have no leading slash: `layers/dense/vars/0`. The root group's path is empty. */
export interface Hdf5Contents {
  readonly datasets: ReadonlyMap<string, NDArray>;
  readonly groups: ReadonlyMap<string, Hdf5Group>;
}

/** What a file may ask of the one who reads it. */
export interface Hdf5Limits {
  /** How deep groups may lie in one another. */
  readonly depth: number;
  /** How many groups and datasets there may be. */
  readonly objects: number;
  /** How many bytes the numbers of all datasets may take in memory. */
  readonly bytes: number;
}

const LIMITS: Hdf5Limits = { depth: 64, objects: 100_000, bytes: 2 ** 30 };

/** DEFLATE cannot shrink anything further than this: a dataset that claims to be larger is made of nothing. */
const MAX_RATIO = 1032;

/** What the HDF5 library needs to work in, besides the numbers it reads. */
const WORKSPACE = 2 ** 26;

export interface ReadHdf5Options extends Partial<Hdf5Limits> {
  /** The file's name, for messages. */
  readonly file?: string;
}

/**
 * Writes datasets and named groups the way Keras does: the oldest layout, contiguous little-endian numbers, no
 * compression. Groups on the way to a dataset are made; those in `groups` exist even when nothing is in them.
 * A `bool` is stored as one byte, with an attribute `dtype` that says so; Keras reads it as the numbers 0 and 1.
 *
 * @throws ArgumentError when a path is malformed, or names both a dataset and a group.
 */
export async function writeHdf5(contents: Hdf5Contents): Promise<Uint8Array> {
  const groups = planGroups(contents);
  const engine = await hdf5Engine();
  return engine.write((file) => writeContents(file, groups, contents));
}

/**
 * Reads the numbers and group names of an HDF5 file of any layout, compressed or not. What is stored in a type
 * that is no dtype is widened or narrowed: float16 and bfloat16 to float32, 8- and 16-bit integers to int32 or
 * uint32, 64-bit integers too if every one of them fits.
 *
 * @throws DataError when the file is damaged, asks for too much, has links, or holds more than numbers.
 */
export async function readHdf5(bytes: Uint8Array, options: ReadHdf5Options = {}): Promise<Hdf5Contents> {
  const { file: name, ...given } = options;
  const place = name === undefined ? {} : { file: name };
  const limits = { ...LIMITS, ...given };
  const most = Math.min(limits.bytes, bytes.length * MAX_RATIO);
  checkHeaps(bytes, place);
  const engine = await hdf5Engine();
  const read = (file: OpenFile) => readContents(file, { ...limits, bytes: most }, place);
  // Compressed numbers take their place twice: as a chunk, and as what is asked for.
  return engine.read(bytes, WORKSPACE + 2 * most, read, place);
}
