import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel, saveModel, saveWeights } from '../../src/formats/index.ts';
import {
  type Callback,
  callbacks,
  DataError,
  Dataset,
  dense,
  dropout,
  type FileStore,
  input,
  layers,
  type Model,
  model as modelOf,
  optimizers,
} from '../../src/index.ts';
import { built, testKills } from '../support/killable.ts';

const x = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a = 0, b = 0]) => [a * b]);

function made(optimizer = optimizers.adam({ learningRate: 0.01 })): Model {
  const noisy = layers.gaussianNoise(0.1);
  const shared = dropout(0.2);
  const from = input([2]);
  const h = shared(dense(8, { activation: 'tanh' })(noisy(from)));
  const model = modelOf({ inputs: from, outputs: dense(1)(shared(layers.batchNormalization()(h))) });
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  return model;
}

/** Trains for some epochs; `resume` of a fresh model begins a run. */
const train = (model: Model, epochs: number, more: Callback[] = []) =>
  model.fit(x, y, {
    epochs,
    batchSize: 8,
    validationSplit: 0.2,
    resume: true,
    callbacks: [callbacks.reduceLROnPlateau({ patience: 1, factor: 0.5 }), ...more],
  });
const stateOf = (model: Model) => model.getState().map(({ data }) => [...data]);

describe('a run goes on from a .keras file to the last bit', () => {
  test.each([
    ['adam', () => optimizers.adam({ learningRate: 0.01 })],
    [
      'sgd with momentum, decay and averages',
      () => optimizers.sgd({ momentum: 0.9, weightDecay: 0.01, useEma: true }),
    ],
    ['nadam, accumulating gradients', () => optimizers.nadam({ gradientAccumulationSteps: 3 })],
    ['a scaled loss', () => optimizers.lossScaleOptimizer(optimizers.adamW({}), { dynamicGrowthSteps: 4 })],
  ])('%s', async (_, optimizer) => {
    const whole = made(optimizer());
    let saved: Uint8Array | undefined;
    const save: Callback = {
      async afterEpoch(epoch) {
        if (epoch === 2) saved = await saveModel(whole);
      },
    };
    const { history } = await train(whole, 6, [save]);
    const { model } = await loadModel(saved ?? new Uint8Array());
    const resumed = await train(model, 6);
    expect(resumed.epoch).toEqual([3, 4, 5]);
    expect(resumed.history.val_loss).toEqual(history.val_loss?.slice(3));
    expect(stateOf(model)).toEqual(stateOf(whole));
  });

  test('from the middle of an epoch, logs too', async () => {
    const whole = made();
    let saved: Uint8Array | undefined;
    const save: Callback = {
      everyBatch: true,
      async onTrainBatchEnd(batch) {
        if (batch === 3 && whole.progress?.epoch === 1) saved = await saveModel(whole);
      },
    };
    const { history } = await train(whole, 3, [save]);
    const { model } = await loadModel(saved ?? new Uint8Array());
    const resumed = await train(model, 3);
    expect(resumed.history).toEqual(
      Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values.slice(1)])),
    );
    expect(stateOf(model)).toEqual(stateOf(whole));
  });

  test('with passes that end within epochs', async () => {
    const run = (model: Model, epochs: number) =>
      model.fit(x, y, { epochs, batchSize: 8, stepsPerEpoch: 3, resume: true });
    const [whole, first] = [made(), made()];
    first.setWeights(whole.getWeights());
    for (const [i, generator] of first.seedGenerators.entries()) {
      generator.key = whole.seedGenerators[i]?.key;
    }
    await run(whole, 2);
    const { model } = await loadModel(await saveModel(whole));
    await run(whole, 5);
    await run(model, 5);
    expect(stateOf(model)).toEqual(stateOf(whole));
  });

  test('over a source of batches in random order', async () => {
    const source = () =>
      Dataset.from(x.map((row, i) => ({ x: row, y: y[i] as number[] })))
        .shuffle(20, { seed: 4 })
        .batch(8);
    const whole = made();
    let saved: Uint8Array | undefined;
    const save: Callback = {
      async onTrainBatchEnd(batch) {
        if (batch === 4 && whole.progress?.epoch === 1) saved = await saveModel(whole);
      },
    };
    await whole.fit(source(), { epochs: 3, callbacks: [save] });
    const { model } = await loadModel(saved ?? new Uint8Array());
    await model.fit(source(), { epochs: 3, resume: true });
    expect(stateOf(model)).toEqual(stateOf(whole));
  });

  test('that had come to its end, without another epoch', async () => {
    const whole = made();
    const stopping = () =>
      callbacks.earlyStopping({ monitor: 'loss', minDelta: 1e9, restoreBestWeights: true });
    let saved: Uint8Array | undefined;
    const save: Callback = {
      async afterEpoch() {
        saved = await saveModel(whole);
      },
    };
    await train(whole, 9, [stopping(), save]);
    expect(whole.progress?.epoch).toBe(2);
    const { model } = await loadModel(saved ?? new Uint8Array());
    expect((await train(model, 9, [stopping()])).epoch).toEqual([]);
    expect(stateOf(model)).toEqual(stateOf(whole));
  });

  test('which refuses other callbacks', async () => {
    const whole = made();
    await train(whole, 1);
    const { model } = await loadModel(await saveModel(whole));
    await expect(train(model, 2, [callbacks.earlyStopping()])).rejects.toThrow(/its callbacks, 1 of which/);
  });
});

describe('paths', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pellucid-paths-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('are written whole, and read', async () => {
    const model = made();
    const path = join(folder, 'deep', 'model.keras');
    const bytes = await saveModel(model, path);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    expect(existsSync(`${path}.part`)).toBe(false);
    const loaded = await loadModel(path);
    expect(loaded.model.predict(x).array()).toEqual(model.predict(x).array());
    await writeFile(path, 'no model');
    await expect(loadModel(path)).rejects.toThrow(path);
    await expect(loadModel(join(folder, 'none.keras'))).rejects.toThrow(DataError);
  });

  test('modelCheckpoint keeps weights alone', async () => {
    const files = new Map<string, Uint8Array>();
    const store: FileStore = {
      read: async (path) => files.get(path),
      write: async (path, bytes) => void files.set(path, bytes),
      append: async () => {},
      remove: async () => {},
    };
    const model = made();
    const options = { save: saveModel, saveWeightsOnly: true, files: store };
    await train(model, 1, [callbacks.modelCheckpoint('a.weights.h5', options)]);
    expect(files.get('a.weights.h5')).toEqual(await saveWeights(model));
    expect(() => callbacks.modelCheckpoint('a.keras', options)).toThrow('.weights.h5');
  });
});

/** Trains in a process of its own, whose file is the only thing it leaves. */
const SCRIPT = (library: string, formats: string) => `
  import { existsSync } from 'node:fs';
  import { open } from 'node:fs/promises';
  import { callbacks, dense, dropout, input, sequential } from '${library}';
  import { loadModel, saveModel } from '${formats}';
  const [path, moment, saveFreq] = process.argv.slice(2);
  const die = () => process.kill(process.pid, 'SIGKILL');
  const x = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const y = x.map(([a, b]) => [a * b]);
  const make = () => {
    const made = sequential([input([2]), dense(8, { activation: 'tanh' }), dropout(0.2), dense(1)]);
    made.compile({ optimizer: 'adam', loss: 'mse' });
    return made;
  };
  const model = existsSync(path) ? (await loadModel(path)).model : make();
  let epoch;
  // What a kill in the middle of writing leaves: a part of the new file, beside the old one.
  const torn = async (bytes) => {
    const file = await open(path + '.part', 'w');
    await file.write(bytes.subarray(0, bytes.length >> 1));
    die();
  };
  await model.fit(x, y, { epochs: 8, batchSize: 8, validationSplit: 0.2, resume: true, callbacks: [
    { everyBatch: true,
      onEpochBegin(begun) { epoch = begun; if (moment === 'begin' && begun === 2) die(); },
      onTrainBatchEnd(batch) { if (moment === 'batch' && epoch === 4 && batch === 4) die(); },
      onTestBegin() { if (moment === 'validation' && epoch === 3) die(); } },
    callbacks.earlyStopping({ patience: 20, restoreBestWeights: true }),
    callbacks.modelCheckpoint(path, {
      saveFreq: saveFreq === 'epoch' ? saveFreq : Number(saveFreq),
      save: async (model) => {
        const bytes = await saveModel(model);
        return moment === 'write' && epoch === 5 ? torn(bytes) : bytes;
      },
    }),
  ] });
  console.log(JSON.stringify(model.getState().map(({ data }) => [...data])));`;

describe('kill −9', () => {
  testKills(SCRIPT(built('index.js'), built('formats/index.js')), {
    moments: ['begin', 'validation', 'batch', 'write'],
    saving: ['epoch', '5'],
    ending: '.keras',
  });
});
