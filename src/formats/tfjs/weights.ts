import { makeArray } from '../../graph/dtypes.ts';
import { DataError, type Place } from '../../graph/errors.ts';
import { halfValue } from '../../graph/halfFloats.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import { isJson, type Json, shown } from '../kerasFields.ts';

/** One weight as the manifest describes it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** How its numbers lie in the file. */
  readonly stored: StoredNumbers;
}

interface StoredNumbers {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** Some weights, and the files their bytes lie in, one after the other. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

const PLAIN: ReadonlyMap<string, StoredNumbers> = new Map<string, StoredNumbers>([
  ['float32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['int32', { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ['bool', { bytes: 1, read: (view, at) => Number(view.getUint8(at) !== 0) }],
]);
const QUANTIZED: ReadonlyMap<string, StoredNumbers> = new Map<string, StoredNumbers>([
  ['uint8', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['uint16', { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ['float16', { bytes: 2, read: (view, at) => halfValue(view.getUint16(at, true), 'float16') }],
]);

const isDtype = (value: unknown): value is WeightSpec['dtype'] =>
  typeof value === 'string' && PLAIN.has(value);

/**
 * The groups of a manifest.
 *
 * @throws DataError for numbers of another type, and for paths outside of the folder of the model
 */
export function groupsIn(manifest: unknown, place: Place): WeightGroup[] {
  if (!Array.isArray(manifest)) throw refusal('weightsManifest', 'a list of groups', manifest, place);
  return manifest.map((group: unknown, i) => {
    const asked = `group ${i + 1} of weightsManifest`;
    const { paths, weights } = isJson(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      throw refusal(asked, 'an object with paths and weights', group, place);
    }
    const inside = paths.filter(
      (path): path is string => typeof path === 'string' && /^(?!\/)(?!.*\.\.)[^\\:\0]+$/.test(path),
    );
    if (inside.length !== paths.length) throw refusal(asked, 'paths inside of its folder', 'others', place);
    return { paths: inside, weights: weights.map((weight) => specOf(weight, asked, place)) };
  });
}

function refusal(asked: string, expected: string, received: unknown, place: Place): DataError {
  return new DataError({ asked, expected, received: shown(received) }, place);
}

function specOf(weight: unknown, group: string, place: Place): WeightSpec {
  if (!isJson(weight) || typeof weight.name !== 'string') {
    throw refusal(group, 'weights with a name, shape and dtype', weight, place);
  }
  const { name, shape, dtype, quantization } = weight;
  const asked = `the weight ${JSON.stringify(name.slice(0, 100))}`;
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isShape) throw refusal(asked, 'a shape of whole numbers', shape, place);
  if (!isDtype(dtype)) throw refusal(asked, `a dtype among ${[...PLAIN.keys()].join(', ')}`, dtype, place);
  return { name, shape, dtype, stored: storedAs(dtype, quantization, asked, place) };
}

/** Numbers in fewer bits: q·scale + min, or halves as they are. */
function storedAs(
  dtype: WeightSpec['dtype'],
  quantization: unknown,
  asked: string,
  place: Place,
): StoredNumbers {
  const plain = PLAIN.get(dtype) as StoredNumbers;
  if (quantization === undefined || quantization === null) return plain;
  const given: Json = isJson(quantization) ? quantization : {};
  const kind = QUANTIZED.get(`${given.dtype}`);
  if (!kind)
    throw refusal(asked, `a quantization among ${[...QUANTIZED.keys()].join(', ')}`, given.dtype, place);
  if (given.dtype === 'float16') return kind;
  const { scale, min } = given;
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw refusal(asked, 'numbers for scale and min', 'others', place);
  }
  const exact = (view: DataView, at: number) => kind.read(view, at) * scale + min;
  return { bytes: kind.bytes, read: dtype === 'int32' ? (view, at) => Math.round(exact(view, at)) : exact };
}

/** How many numbers a manifest has; more than its bytes hold is found out later. */
export function numbersIn(groups: readonly WeightGroup[]): number {
  return groups.reduce(
    (total, { weights }) => weights.reduce((sum, { shape }) => sum + sizeOf(shape), total),
    0,
  );
}

/** The arrays of a group, by their names in their order. @throws DataError for fewer or more bytes than they need */
export function arraysIn({ weights }: WeightGroup, bytes: Uint8Array, place: Place): [string, NDArray][] {
  const needed = weights.reduce((sum, { shape, stored }) => sum + sizeOf(shape) * stored.bytes, 0);
  if (needed !== bytes.length) {
    throw refusal('the files of weights', `${needed} bytes`, bytes.length, place);
  }
  let at = 0;
  return weights.map(({ name, shape, dtype, stored }) => {
    const count = sizeOf(shape);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, count * stored.bytes);
    at += count * stored.bytes;
    const data = makeArray(dtype, count);
    for (let i = 0; i < count; i++) data[i] = stored.read(view, i * stored.bytes);
    return [name, { dtype, shape, data }];
  });
}
