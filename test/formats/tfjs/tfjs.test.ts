import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTfjs } from '../../../src/formats/index.ts';
import { DataError, type NDArray } from '../../../src/index.ts';

const FIXTURES = new URL('../../../fixtures/tfjs/', import.meta.url);
const fileOf = (folder: string, path: string) =>
  new Uint8Array(readFileSync(new URL(`${folder}/${path}`, FIXTURES)));

interface Stored {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
const expected: Record<string, { inputs: Stored[]; outputs: Stored[] }> = JSON.parse(
  readFileSync(new URL('expected.json', FIXTURES), 'utf8'),
);

const arrayOf = ({ dtype, shape, data }: Stored): NDArray =>
  dtype === 'int32'
    ? { dtype, shape, data: Int32Array.from(data) }
    : { dtype, shape, data: Float32Array.from(data) };
const load = (folder: string) => loadTfjs(fileOf(folder, 'model.json'), (path) => fileOf(folder, path));

/** A model.json with one weight, changed in places. */
function contents(
  changes: Readonly<Record<string, unknown>> = {},
  weight: Readonly<Record<string, unknown>> = {},
) {
  const dense = {
    class_name: 'Dense',
    config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] },
  };
  return JSON.stringify({
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers: [dense] } },
    weightsManifest: [
      { paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32', ...weight }] },
    ],
    ...changes,
  });
}
const bytes = (count: number) => () => new Uint8Array(count);

describe('loadTfjs', () => {
  it.each(Object.keys(expected))('predicts what Keras does with the weights of %s', async (folder) => {
    const { model, warnings } = await load(folder);
    expect(warnings).toEqual([]);
    const { inputs = [], outputs = [] } = expected[folder] ?? {};
    const found = model.predictMany(inputs.map(arrayOf));
    expect(found.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
    for (const [i, { data }] of outputs.entries()) {
      const worst = Math.max(...data.map((x, at) => Math.abs(x - (found[i]?.dataSync()[at] ?? Number.NaN))));
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it('takes numbers and truths as they are, and rounds quantised integers', async () => {
    const { model } = await loadTfjs(contents(), () => new Uint8Array(Float32Array.of(2, 3).buffer));
    expect(model.predict([[1, 10]]).array()).toEqual([[32]]);
    const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
    const { model: small } = await loadTfjs(contents({}, { quantization }), () => Uint8Array.of(0, 4));
    expect(small.predict([[1, 10]]).array()).toEqual([[9]]);
  });

  it.each([
    ['text that is not JSON', '{', bytes(8), /model\.json, found text that is not JSON/],
    ['a graph model', contents({ format: 'graph-model' }), bytes(8), /a layers model, found a graph model/],
    ['no topology', contents({ modelTopology: null }), bytes(8), /modelTopology/],
    [
      'an unknown layer',
      contents().replace('"Dense"', '"Odd"'),
      bytes(8),
      /layer 1 "d" \(Odd\).*expected one of/,
    ],
    ['code', contents().replace('"Dense"', '"Lambda"'), bytes(8), /Python code, which is not run/],
    ['too few bytes', contents(), bytes(7), /8 bytes, found 7/],
    ['too many bytes', contents(), bytes(9), /8 bytes, found 9/],
    [
      'a weight of another shape',
      contents({}, { shape: [1, 2] }),
      bytes(8),
      /weights of \[2, 1\].*found \[1, 2\]/,
    ],
    ['a missing weight', contents({}, { name: 'e/kernel' }), bytes(8), /weights of \[2, 1\].*found none/],
    [
      'texts',
      contents({}, { dtype: 'string' }),
      bytes(8),
      /a dtype among float32, int32, bool, found string/,
    ],
    [
      'an unknown quantization',
      contents({}, { quantization: { dtype: 'uint4' } }),
      bytes(8),
      /uint8, uint16, float16/,
    ],
    [
      'a path outside',
      contents({ weightsManifest: [{ paths: ['../w.bin'], weights: [] }] }),
      bytes(8),
      /inside of its folder/,
    ],
    [
      'an address',
      contents({ weightsManifest: [{ paths: ['http://x/w'], weights: [] }] }),
      bytes(8),
      /inside of its folder/,
    ],
    ['more memory than bytes', contents({}, { shape: [2 ** 30, 2 ** 20] }), bytes(8), /bytes, found 8/],
  ])('refuses %s', async (_, json, shard, message) => {
    const loading = () => loadTfjs(json, shard, { source: 'model.json' });
    await expect(loading()).rejects.toThrow(DataError);
    await expect(loading()).rejects.toThrow(message);
  });

  it('warns of weights of no layer', async () => {
    const weights = [
      { name: 'd/kernel', shape: [2, 1], dtype: 'float32' },
      { name: 'Adam/m', shape: [1], dtype: 'float32' },
    ];
    const { warnings } = await loadTfjs(
      contents({ weightsManifest: [{ paths: ['w.bin'], weights }] }),
      bytes(12),
    );
    expect(warnings).toEqual(['Weights of "Adam", which is no layer, are left out.']);
  });
});
