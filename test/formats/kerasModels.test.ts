import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../src/data/archive/zip.ts';
import { readHdf5 } from '../../src/formats/hdf5.ts';
import {
  type LoadedModel,
  loadModel,
  loadWeights,
  modelFromJSON,
  saveModel,
  saveWeights,
  toJSON,
} from '../../src/formats/index.ts';
import { DataError, type Model, type NDArray, textsIn } from '../../src/index.ts';

// Written, with what Keras says of them, by fixtures/keras/generate_models.py.
const FOLDER = new URL('../../fixtures/keras/', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, FOLDER)));

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Expected {
  readonly kind: 'keras' | 'h5';
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Stored[];
  readonly groups?: Readonly<Record<string, string | null>>;
  readonly datasets?: Readonly<Record<string, readonly number[]>>;
  readonly training?: {
    readonly steps: readonly { x: Stored[]; y: Stored[]; logs: Readonly<Record<string, number>> }[];
    readonly outputs: readonly Stored[];
  };
}
const expected: Record<string, Expected> = JSON.parse(new TextDecoder().decode(read('models.json')));

function array({ dtype, shape, data }: Stored): NDArray {
  return dtype === 'int32'
    ? { dtype: 'int32', shape, data: Int32Array.from(data) }
    : { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function expectOutputs(
  model: Model,
  inputs: readonly Stored[],
  outputs: readonly Stored[],
  tolerance: number,
) {
  const found = model.predictMany(inputs.map(array)).map((output) => output.value());
  expect(found.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
  for (const [i, { data }] of outputs.entries()) {
    for (const [j, wanted] of data.entries()) {
      const allowed = tolerance * Math.max(1, Math.abs(wanted));
      expect(Math.abs((found[i]?.data[j] ?? Number.NaN) - wanted), `output ${i}, number ${j}`).toBeLessThan(
        allowed,
      );
    }
  }
}

const fileOf = (name: string, kind: Expected['kind']) => read(`models/${name}.${kind}`);
const open = (name: string): Promise<LoadedModel> => loadModel(fileOf(name, expected[name]?.kind ?? 'keras'));
const all = Object.entries(expected);

describe('a model of Keras', () => {
  it.each(all)('%s predicts what it does in Keras', async (name, { inputs, outputs }) => {
    const { model, warnings } = await open(name);
    expect(warnings).toEqual([]);
    expectOutputs(model, inputs, outputs, 1e-5);
  });

  const fitted = all.flatMap(([name, { inputs, training }]) =>
    training ? [{ name, inputs, training }] : [],
  );
  it.each(fitted)('$name goes on training as it does in Keras', async ({ name, inputs, training }) => {
    const { model } = await open(name);
    for (const { x, y, logs } of training.steps) {
      const found = model.trainOnBatch(x.map(array), y.map(array));
      for (const [key, value] of Object.entries(logs)) {
        expect(Math.abs((found[key] ?? Number.NaN) - value), key).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(value)),
        );
      }
    }
    expectOutputs(model, inputs, training.outputs, 1e-5);
  });

  const archives = all.filter(([, { kind }]) => kind === 'keras');
  it.each(archives)('%s has the same weights in the same places when saved again', async (name, entry) => {
    const file = await saveModel((await open(name)).model);
    const { datasets, groups } = await readHdf5((await readArchive(file)).get('model.weights.h5') ?? file);
    for (const [path, shape] of Object.entries(entry.datasets ?? {})) {
      expect(datasets.get(path)?.shape, path).toEqual(shape);
    }
    for (const path of Object.keys(entry.groups ?? {})) expect(groups.has(path), path).toBe(true);
  });

  it.each(all)('%s is the same model after it was saved and opened', async (name, { inputs }) => {
    const { model } = await open(name);
    const again = await loadModel(await saveModel(model));
    expect(again.warnings).toEqual([]);
    const predict = (one: Model) => one.predictMany(inputs.map(array)).map((output) => output.value());
    expect(predict(again.model)).toEqual(predict(model));
    expect(again.model.getState()).toEqual(model.getState());
    expect(toJSON(again.model)).toBe(toJSON(model));
  });
});

describe('a model of Keras that computes in 16 bits', () => {
  // Written by fixtures/keras/generate_mixed.py.
  const mixed: Record<string, Mixed> = JSON.parse(new TextDecoder().decode(read('mixed.json')));
  interface Mixed {
    readonly inputs: Stored;
    readonly outputs: Stored;
    readonly dtypes: Readonly<Record<string, string>>;
    readonly optimizer: string;
    readonly iterations: number;
  }

  it.each(Object.entries(mixed))(
    '%s predicts what it does there, and is saved as it was',
    async (name, entry) => {
      const { model, warnings } = await loadModel(read(`${name}.keras`));
      expect(warnings).toEqual([]);
      const dtypesOf = (one: Model) =>
        Object.fromEntries(one.layers.slice(1).map((layer) => [layer.name, layer.dtypePolicy]));
      const { [model.layers[0]?.name ?? '']: _, ...dtypes } = entry.dtypes;
      expect(dtypesOf(model)).toEqual(dtypes);
      // Three digits, or two, are left of every step.
      expectOutputs(model, [entry.inputs], [entry.outputs], name === 'mixed_float16' ? 5e-3 : 4e-2);
      expect(model.optimizer?.className).toBe(entry.optimizer);
      expect(model.optimizer?.iterations.read().item()).toBe(entry.iterations);
      const again = await loadModel(await saveModel(model));
      expect(dtypesOf(again.model)).toEqual(dtypes);
      expect(again.model.getState()).toEqual(model.getState());
    },
  );
});

describe('a model of Keras with texts', () => {
  // Written by fixtures/keras/generate_texts.py.
  const texts = JSON.parse(new TextDecoder().decode(read('texts.json'))) as {
    in: { inputs: string[][]; outputs: number[][] };
    out: { inputs: number[][]; outputs: string[] };
  };

  it('takes them, and is the same when saved again', async () => {
    const { model, warnings } = await loadModel(read('texts_in.keras'));
    expect(warnings).toEqual([]);
    const found = model.predict(texts.in.inputs);
    for (const [i, wanted] of texts.in.outputs.flat().entries()) {
      expect(found.dataSync()[i]).toBeCloseTo(wanted, 5);
    }
    const again = await loadModel(await saveModel(model));
    expect(again.model.predict(texts.in.inputs).array()).toEqual(found.array());
  });

  it('gives them', async () => {
    const { model } = await loadModel(read('texts_out.keras'));
    expect(textsIn(model.predict(texts.out.inputs))).toEqual(texts.out.outputs);
  });
});

describe('weights alone', () => {
  it('are taken from .weights.h5, from a whole file, and from what Keras 2 wrote', async () => {
    const { model } = await open('legacy');
    for (const bytes of [
      await saveWeights(model),
      await saveModel(model),
      fileOf('legacy', 'h5'),
      read('models/legacy.weights.h5'),
    ]) {
      const fresh = modelFromJSON(toJSON(model));
      expect(fresh.getWeights()).not.toEqual(model.getWeights());
      await loadWeights(fresh, bytes);
      expect(fresh.getWeights()).toEqual(model.getWeights());
    }
  });

  it('of another model are refused, naming the layer', async () => {
    const [{ model }, other] = [await open('norms'), await open('volume')];
    await expect(loadWeights(model, await saveWeights(other.model))).rejects.toThrow(DataError);
    await expect(loadWeights(model, await saveWeights(other.model))).rejects.toThrow(/conv1d/);
  });
});
