import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  assignWeights,
  readSafetensors,
  weightsByPath,
  writeSafetensors,
} from '../../../src/formats/index.ts';
import {
  ArgumentError,
  DataError,
  dense,
  input,
  layers,
  type NDArray,
  ndarray,
  sequential,
} from '../../../src/index.ts';

const FIXTURES = new URL('../../../fixtures/safetensors/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.safetensors`, FIXTURES)));

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}
const expected: Record<string, Record<string, Stored>> = JSON.parse(
  readFileSync(new URL('expected.json', FIXTURES), 'utf8'),
);

/** The file of a header and so many bytes of zeros. */
function fileOf(header: unknown, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
const entry = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('readSafetensors', () => {
  it.each(['all', 'others'])('reads what the safetensors library wrote in %s.safetensors', (name) => {
    const { tensors } = readSafetensors(bytesOf(name));
    const wanted = Object.entries(expected[name] ?? {});
    expect([...tensors.keys()].sort()).toEqual(wanted.map(([key]) => key).sort());
    for (const [key, { dtype, shape, data }] of wanted) {
      const found = tensors.get(key) as NDArray;
      expect({ key, dtype: found.dtype, shape: found.shape }).toEqual({ key, dtype, shape });
      const numbers = data.map((x) => (x === 'inf' ? Number.POSITIVE_INFINITY : Number(x)));
      expect([...found.data], key).toEqual(dtype === 'float32' ? numbers.map(Math.fround) : numbers);
    }
  });

  it('reads metadata', () => {
    expect(readSafetensors(bytesOf('all')).metadata).toEqual({ format: 'pt' });
    expect(readSafetensors(bytesOf('others')).metadata).toEqual({});
  });

  it.each([
    ['an integer of more than 32 bits', bytesOf('far'), /integers that fit into 32 bits/],
    [
      'a type without a dtype',
      bytesOf('complex'),
      /the array "complex": expected a dtype among .* found C64/,
    ],
    ['no bytes', new Uint8Array(), /at least 8 bytes/],
    ['a cut-off header', bytesOf('all').subarray(0, 100), /a header of at most 92 bytes, found 592/],
    ['cut-off numbers', bytesOf('all').subarray(0, -1), /found \d+/],
    ['another kind of text', fileOf('{"a"', 0), /JSON/],
    ['a list', fileOf([], 0), /an object/],
    ['bytes of no array', fileOf({ a: entry('F32', [1], 0, 4) }, 8), /4 bytes, found 8/],
    ['a hole', fileOf({ a: entry('U8', [1], 0, 1), b: entry('U8', [1], 2, 3) }, 3), /to begin at 1, found 2/],
    [
      'an overlap',
      fileOf({ a: entry('U8', [2], 0, 2), b: entry('U8', [2], 1, 3) }, 3),
      /begin at 2, found 1/,
    ],
    ['bytes beyond the end', fileOf({ a: entry('F32', [2], 0, 8) }, 4), /8 bytes, found 4/],
    ['a shape of other bytes', fileOf({ a: entry('F32', [3], 0, 8) }, 8), /12 bytes for \[3\], found 8/],
    ['a length below 0', fileOf({ a: entry('F32', [-1], 0, 4) }, 4), /whole numbers/],
    ['a product past all numbers', fileOf({ a: entry('U8', [2 ** 40, 2 ** 40], 0, 4) }, 4), /found 4/],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, 0), /texts, found 1/],
  ])('refuses %s', (_, bytes, message) => {
    const read = () => readSafetensors(bytes, { source: 'weights.safetensors' });
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^weights\.safetensors: /);
  });
});

describe('writeSafetensors', () => {
  it('writes the bytes that the safetensors library writes', () => {
    const { tensors, metadata } = readSafetensors(bytesOf('all'));
    const shuffled = new Map([...tensors].reverse());
    expect(writeSafetensors(shuffled, metadata)).toEqual(bytesOf('all'));
  });

  it('writes parts of larger buffers', () => {
    const part = ndarray(new Float64Array([1, 2, 3, 4]).subarray(1, 3));
    expect(readSafetensors(writeSafetensors(new Map([['part', part]]))).tensors.get('part')).toEqual(part);
  });

  it('refuses the name the layout keeps for itself', () => {
    expect(() => writeSafetensors(new Map([['__metadata__', ndarray(Int32Array.of(1))]]))).toThrow(
      ArgumentError,
    );
  });
});

describe('weights of a model', () => {
  const network = () =>
    sequential([
      input([3]),
      dense(4, { name: 'hidden' }),
      layers.batchNormalization(),
      dense(2, { name: 'out' }),
    ]);

  it('go through a file into another model of the same layers', () => {
    const [from, to] = [network(), network()];
    const x = [[0.3, -1, 2]];
    const bytes = writeSafetensors(weightsByPath(from));
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toContain('hidden/kernel');
    expect(to.predict(x).array()).not.toEqual(from.predict(x).array());
    assignWeights(to, tensors);
    expect(to.predict(x).array()).toEqual(from.predict(x).array());
  });

  it('are refused as a whole where one is missing or of another shape', () => {
    const model = network();
    const before = model.getWeights();
    const values = weightsByPath(network());
    values.set('out/bias', ndarray(Float32Array.of(1, 2, 3)));
    const assign = () => assignWeights(model, values, { source: 'w.safetensors' });
    expect(assign).toThrow(DataError);
    expect(assign).toThrow('w.safetensors: the weight "out/bias": expected float32[2], found float32[3].');
    expect(model.getWeights()).toEqual(before);
  });
});
