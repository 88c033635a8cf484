import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../src/data/archive/zip.ts';
import { type Hdf5Group, readHdf5, writeHdf5 } from '../../src/formats/hdf5.ts';
import { ArgumentError, DataError } from '../../src/graph/errors.ts';
import { type NDArray, ndarray } from '../../src/graph/ndarray.ts';

const KERAS = new URL('../../fixtures/keras/', import.meta.url);
const plain = (name: string) => readHdf5(readFileSync(new URL(`hdf5/${name}.h5`, KERAS)), { file: name });

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Expected {
  readonly groups: Readonly<Record<string, string | null>>;
  readonly datasets: Readonly<Record<string, Stored>>;
}
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', KERAS), 'utf8'));

async function weightsOf(name: string): Promise<Uint8Array> {
  const archive = await readArchive(readFileSync(new URL(`${name}.keras`, KERAS)));
  return archive.get('model.weights.h5') ?? new Uint8Array();
}

const stored = ({ dtype, shape, data }: NDArray): Stored => ({ dtype, shape, data: [...data] });

function only(path: string, array: NDArray) {
  return { datasets: new Map([[path, array]]), groups: new Map<string, Hdf5Group>() };
}

describe('writeHdf5', () => {
  const arrays: Record<string, NDArray> = {
    float32: ndarray(Float32Array.of(1.5, Number.NaN, -0, Number.POSITIVE_INFINITY, 1e-45, 3e38), [2, 3]),
    float64: ndarray(Float64Array.of(Math.PI, 5e-324), [2, 1, 1]),
    int32: ndarray(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    uint32: ndarray(Uint32Array.of(0, 2 ** 32 - 1)),
    bool: ndarray(Uint8Array.of(1, 0, 1, 1), [2, 2]),
    'a scalar': ndarray(Float32Array.of(7), []),
    'an integer scalar': ndarray(Int32Array.of(-3), []),
    'a scalar truth': ndarray(Uint8Array.of(1), []),
    nothing: ndarray(new Float32Array(0), [0, 3]),
    'nothing at all': ndarray(new Int32Array(0)),
    'part of a larger buffer': ndarray(new Float64Array([1, 2, 3, 4]).subarray(1, 3)),
  };

  it.each(Object.entries(arrays))('writes %s so that it is read unchanged', async (_, array) => {
    const { datasets } = await readHdf5(await writeHdf5(only('layers/dense/vars/0', array)));
    expect(datasets).toEqual(new Map([['layers/dense/vars/0', array]]));
  });

  it('writes named groups, even when they are empty', async () => {
    const groups = new Map([
      ['vars', { name: 'größe' }],
      ['layers/dropout/vars', { name: '' }],
      ['layers/flatten/vars', {}],
    ]);
    const read = await readHdf5(await writeHdf5({ datasets: new Map(), groups }));
    expect([...read.groups.keys()].sort()).toEqual([
      '',
      'layers',
      'layers/dropout',
      'layers/dropout/vars',
      'layers/flatten',
      'layers/flatten/vars',
      'vars',
    ]);
    for (const [path, { name }] of [...groups.entries()]) expect(read.groups.get(path)?.name).toBe(name);
  });

  it('writes the oldest layout, as Keras does', async () => {
    const bytes = await writeHdf5(only('vars/0', ndarray(Float32Array.of(1, 2))));
    expect([...bytes.subarray(0, 9)]).toEqual([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
  });

  it('writes more than a symbol table node holds', async () => {
    const datasets = new Map(
      Array.from({ length: 300 }, (_, index) => [
        `optimizer/vars/${index}`,
        ndarray(Int32Array.of(index), []),
      ]),
    );
    const read = await readHdf5(await writeHdf5({ datasets, groups: new Map() }));
    expect(read.datasets.size).toBe(300);
    expect(read.datasets.get('optimizer/vars/299')).toEqual(datasets.get('optimizer/vars/299'));
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', './a', 'a\0b'])('refuses the path %j', async (path) => {
    await expect(writeHdf5(only(path, ndarray(Int32Array.of(1))))).rejects.toThrow(ArgumentError);
  });

  it('refuses a path that is a dataset and a group', async () => {
    const datasets = new Map([
      ['a', ndarray(Int32Array.of(1))],
      ['a/b', ndarray(Int32Array.of(1))],
    ]);
    await expect(writeHdf5({ datasets, groups: new Map() })).rejects.toThrow(/not a group as well/);
  });
});

describe('readHdf5', () => {
  it.each(Object.keys(expected))('reads what Keras wrote in %s.keras', async (name) => {
    const { datasets, groups } = await readHdf5(await weightsOf(name));
    const found = Object.fromEntries([...datasets].map(([path, array]) => [path, stored(array)]));
    expect(found).toEqual(expected[name]?.datasets);
    const vars = [...groups].filter(([path]) => /(^|\/)vars$/.test(path));
    const names = Object.fromEntries(vars.map(([path, group]) => [path, group.name ?? null]));
    expect(names).toEqual(expected[name]?.groups);
  });

  it('reads every type of number', async () => {
    const { datasets } = await plain('dtypes');
    expect(Object.fromEntries([...datasets].map(([path, array]) => [path, array.data]))).toEqual({
      float32: Float32Array.of(1.5, -2, 0),
      float64: Float64Array.of(0.1, 1e300),
      big_endian: Float32Array.of(1.5, -2, 0),
      float16: Float32Array.of(1.5, -65504, 2 ** -24, Number.POSITIVE_INFINITY, -0),
      bfloat16: Float32Array.of(1.5, -2, 225 * 2 ** 120, 0),
      int8: Int32Array.of(-128, 127),
      int16: Int32Array.of(-300, 300),
      int32: Int32Array.of(-7),
      int64: Int32Array.of(-5000000),
      uint8: Uint32Array.of(0, 255),
      uint32: Uint32Array.of(4294967295),
      uint64: Uint32Array.of(4294967295),
      bool: Uint8Array.of(1, 0, 1),
      empty: new Float32Array(0),
    });
    expect(datasets.get('empty')?.shape).toEqual([0, 3]);
    expect(datasets.get('int64')?.shape).toEqual([]);
  });

  it.each(['gzip', 'checked', 'growing', 'growing_both'])(
    'reads the newest layout, chunks: %s',
    async (path) => {
      const { datasets, groups } = await plain('latest_chunked');
      expect(datasets.get(path)).toEqual(
        ndarray(
          Float32Array.from({ length: 600 }, (_, i) => i),
          [30, 20],
        ),
      );
      expect(groups.get('layers/dense/vars')?.name).toBe('hidden');
      expect(datasets.get('layers/dense/vars/11')?.data[0]).toBe(220);
    },
  );

  it('reads compressed chunks in the oldest layout', async () => {
    const { datasets } = await plain('chunked');
    expect(datasets.get('gzip')?.data).toEqual(Float32Array.from({ length: 600 }, (_, i) => i));
  });

  it('reads the text attributes of older files', async () => {
    const { groups } = await plain('legacy_attributes');
    expect(groups.get('')?.attributes?.get('keras_version')).toBe('2.15.0');
    expect(groups.get('')?.attributes?.get('model_config')).toBe('{"class_name": "Sequential"}');
    expect(groups.get('model_weights')?.attributes?.get('layer_names')).toEqual(['dense', 'out']);
    expect(groups.get('model_weights/dense')?.attributes).toEqual(
      new Map([['weight_names', ['dense/kernel:0', 'größe']]]),
    );
  });

  it.each([
    ['soft_link', /soft_link: reading \/there .* found a link to another place/],
    ['external_link', /a link to another place/],
    ['external_storage', /numbers that cannot be read/],
    ['virtual', /a view of other files/],
    ['strings', /found text/],
    ['compound', /compound records of 8 bytes/],
    ['reference', /found references/],
    ['opaque', /opaque bytes of 2 bytes/],
    ['int64_large', /int64 numbers that do not fit into 32 bits/],
    ['cycle', /at most 64 deep/],
    ['deep', /at most 64 deep/],
    ['hollow', /datasets of at most \d+ bytes/],
  ])('refuses what %s.h5 holds', async (name, message) => {
    await expect(plain(name)).rejects.toThrow(DataError);
    await expect(plain(name)).rejects.toThrow(message);
  });

  it('bounds depth, objects and bytes', async () => {
    const bytes = await weightsOf('adam');
    await expect(readHdf5(bytes, { depth: 2 })).rejects.toThrow(/at most 2 deep/);
    await expect(readHdf5(bytes, { objects: 10 })).rejects.toThrow(/at most 10 groups and datasets/);
    await expect(readHdf5(bytes, { bytes: 100 })).rejects.toThrow(/at most 100 bytes/);
  });

  it('refuses other kinds of file, naming the one it was given', async () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(5000), new TextEncoder().encode('PK\x03\x04')]) {
      await expect(readHdf5(bytes, { file: 'weights.h5' })).rejects.toThrow(
        /^weights\.h5: reading an HDF5 file/,
      );
    }
  });

  it('reads many files at once', async () => {
    const names = Object.keys(expected);
    const files = await Promise.all(names.map(async (name) => readHdf5(await weightsOf(name))));
    files.forEach(({ datasets }, index) => {
      expect([...datasets.keys()].sort()).toEqual(
        Object.keys(expected[names[index] ?? '']?.datasets ?? {}).sort(),
      );
    });
  });
});
