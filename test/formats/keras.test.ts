import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from '../../src/data/archive/zip.ts';
import { readHdf5 } from '../../src/formats/hdf5.ts';
import { loadModel, saveModel } from '../../src/formats/index.ts';
import {
  ArgumentError,
  activation,
  adagrad,
  adam,
  binaryCrossentropy,
  DataError,
  dense,
  dropout,
  flatten,
  input,
  leakyReLU,
  type NDArray,
  normalization,
  type Optimizer,
  reLU,
  rescaling,
  reshapeLayer,
  rmsprop,
  type Sequential,
  sequential,
  sgd,
  softmaxLayer,
  sparseCategoricalCrossentropy,
} from '../../src/index.ts';

const KERAS = new URL('../../fixtures/keras/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.keras`, KERAS)));

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Expected {
  readonly inputs: Stored;
  readonly outputs: Stored;
  readonly compiled: boolean;
  readonly optimizer?: string;
  readonly iterations?: number;
  readonly groups: Readonly<Record<string, string | null>>;
  readonly datasets: Readonly<Record<string, Stored>>;
  readonly training?: {
    readonly steps: readonly { x: Stored; y: Stored; loss: number; iterations: number }[];
    readonly weights: Readonly<Record<string, Stored>>;
  };
}
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', KERAS), 'utf8'));

function array({ dtype, shape, data }: Stored): NDArray {
  return dtype === 'int32'
    ? { dtype: 'int32', shape, data: Int32Array.from(data) }
    : { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(wanted[i] ?? 0));
    expect(Math.abs((actual[i] ?? Number.NaN) - (wanted[i] ?? 0)), `number ${i}`).toBeLessThanOrEqual(
      allowed,
    );
  }
}

async function weightsIn(file: Uint8Array) {
  const member = (await readArchive(file)).get('model.weights.h5');
  return readHdf5(member ?? new Uint8Array());
}

/** All a file says. Its bytes differ from one second to the next, for HDF5 keeps the time. */
async function contentsOf(file: Uint8Array) {
  const config = new TextDecoder().decode((await readArchive(file)).get('config.json'));
  return { config, weights: await weightsIn(file) };
}

const readable = Object.entries(expected).filter(([name]) => name !== 'lambda_layer');

describe('a file written by Keras', () => {
  it.each(readable)('%s predicts what it does in Keras', async (name, { inputs, outputs }) => {
    const { model } = await loadModel(bytesOf(name));
    const found = model.predict(array(inputs)).value();
    expect(found.shape).toEqual(outputs.shape);
    expectClose(found.data, outputs.data, 1e-5);
  });

  it.each(readable)('%s has the same weights in the same places when saved again', async (name, entry) => {
    const { model } = await loadModel(bytesOf(name));
    const { datasets, groups } = await weightsIn(await saveModel(model));
    for (const [path, group] of Object.entries(entry.groups)) {
      if (path === 'optimizer/vars') continue;
      expect(groups.get(path)?.name, path).toBe(group);
    }
    for (const [path, stored] of Object.entries(entry.datasets)) {
      const { dtype, shape, data } = datasets.get(path) ?? { dtype: 'none', shape: [], data: [] };
      expect({ dtype, shape, data: [...data] }, path).toEqual(stored);
    }
  });

  const compiled = readable.filter(([, entry]) => entry.compiled);
  it.each(compiled)('%s is compiled as it was', async (name, entry) => {
    const { model, warnings } = await loadModel(bytesOf(name));
    expect(warnings).toEqual([]);
    expect(model.compiled.optimizer.className).toBe(entry.optimizer);
    expect(model.compiled.optimizer.iterations.read().item()).toBe(entry.iterations);
  });

  it.each(compiled)('%s goes on training as it does in Keras', async (name, { training }) => {
    const { model } = await loadModel(bytesOf(name));
    for (const { x, y, loss, iterations } of training?.steps ?? []) {
      const logs = model.trainOnBatch(array(x), array(y));
      expectClose([logs.loss ?? Number.NaN], [loss], 1e-5);
      expect(model.compiled.optimizer.iterations.read().item()).toBe(iterations);
    }
    const { datasets } = await weightsIn(await saveModel(model));
    for (const [path, { data }] of Object.entries(training?.weights ?? {})) {
      expectClose(datasets.get(path)?.data ?? [], data, 1e-5);
    }
  });
});

const INPUTS = Array.from({ length: 6 }, (_, i) => Array.from({ length: 4 }, (_, j) => Math.sin(5 * i + j)));

function everyLayer(): Sequential {
  const scale = normalization();
  scale.adapt(INPUTS);
  return sequential(
    [
      input([4]),
      scale,
      dense(6, { activation: 'leakyRelu', kernelInitializer: 'heNormal', name: 'hidden' }),
      reshapeLayer([2, -1]),
      rescaling(0.5, { offset: 0.25 }),
      flatten(),
      reLU({ maxValue: 3, negativeSlope: 0.1, threshold: 0.05 }),
      dense(5, { trainable: false }),
      leakyReLU({ negativeSlope: 0.2 }),
      dropout(0.5, { seed: 7 }),
      dense(3, { useBias: false }),
      activation('tanh'),
      softmaxLayer(),
    ],
    { name: 'every' },
  );
}

describe('saveModel and loadModel', () => {
  it('write regularisers and constraints as Keras does, and refuse functions', async () => {
    const model = sequential([
      input([4]),
      dense(2, { kernelRegularizer: 'l2', biasConstraint: 'nonNeg', name: 'bounded' }),
    ]);
    const { config } = await contentsOf(await saveModel(model));
    expect(config).toMatch(/"module":\s*"keras.regularizers",\s*"class_name":\s*"L2"/);
    expect(config).toMatch(/"module":\s*"keras.constraints",\s*"class_name":\s*"NonNeg"/);
    const open = sequential([input([4]), dense(2, { activation: (x) => x })]);
    await expect(saveModel(open)).rejects.toThrow('(Dense): expected activation by its name');
  });

  it('bring back the same model: configuration, predictions and weights', async () => {
    const model = everyLayer();
    const file = await saveModel(model);
    const loaded = await loadModel(file);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.model.summary()).toBe(model.summary());
    expect(loaded.model.predict(INPUTS).value()).toEqual(model.predict(INPUTS).value());
    expect(await contentsOf(await saveModel(loaded.model))).toEqual(await contentsOf(file));
  });

  const optimizers: Record<string, () => Optimizer> = {
    sgd: () => sgd({ learningRate: 0.05 }),
    'sgd with Nesterov momentum': () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    adam: () => adam({ learningRate: 0.02, beta1: 0.8 }),
    rmsprop: () => rmsprop({ momentum: 0.5, centered: true }),
    adagrad: () => adagrad({ initialAccumulatorValue: 0.2 }),
  };
  it.each(Object.entries(optimizers))('go on training to the bit with %s', async (_, optimizer) => {
    const model = everyLayer();
    model.compile({ optimizer: optimizer(), loss: sparseCategoricalCrossentropy(), metrics: ['accuracy'] });
    const targets = Int32Array.of(0, 1, 2, 0, 1, 2);
    await model.fit(INPUTS, targets, { epochs: 2, batchSize: 2 });
    const file = await saveModel(model);
    const { model: loaded, warnings } = await loadModel(file);
    expect(warnings).toEqual([]);
    expect(loaded.getState()).toEqual(model.getState());
    expect(loaded.compiled.optimizer.config()).toEqual(model.compiled.optimizer.config());
    expect(await contentsOf(await saveModel(loaded))).toEqual(await contentsOf(file));
  });

  it('goes on with the same random numbers of a dropout with a seed', async () => {
    const model = everyLayer();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const targets = Int32Array.of(0, 1, 2, 0, 1, 2);
    model.trainOnBatch(INPUTS, targets);
    const { model: loaded } = await loadModel(await saveModel(model));
    expect(loaded.trainOnBatch(INPUTS, targets)).toEqual(model.trainOnBatch(INPUTS, targets));
    expect(loaded.getState()).toEqual(model.getState());
  });

  it('keep further members', async () => {
    const extras = new Map([['pellucid.json', new TextEncoder().encode('{"version":1}')]]);
    const { extras: found } = await loadModel(await saveModel(everyLayer(), { extras }));
    expect(found).toEqual(extras);
    const clash = new Map([['config.json', new Uint8Array()]]);
    await expect(saveModel(everyLayer(), { extras: clash })).rejects.toThrow(ArgumentError);
  });

  it('keep a loss with its arguments', async () => {
    const model = sequential([input([2]), dense(1)]);
    model.compile({
      optimizer: 'sgd',
      loss: binaryCrossentropy({ fromLogits: true }),
      metrics: ['accuracy'],
    });
    const { model: loaded } = await loadModel(await saveModel(model));
    expect(loaded.compiled.loss.config).toMatchObject({ fromLogits: true });
    expect(loaded.compiled.metrics.map(({ name }) => name)).toEqual(['accuracy']);
  });

  it('write whole numbers of an optimizer as floats, which Keras asks for', async () => {
    const model = sequential([input([2]), dense(1)]);
    model.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mse' });
    const { config } = await contentsOf(await saveModel(model));
    expect(config).toContain('"learning_rate":1.0,"momentum":0.0,"nesterov":false');
  });

  it('write the slots of RMSprop kind by kind, as Keras reads them', async () => {
    const model = sequential([input([2]), dense(3)]);
    model.compile({ optimizer: rmsprop({ momentum: 0.5, centered: true }), loss: 'mse' });
    const { datasets } = await weightsIn(await saveModel(model));
    const shapes = Array.from({ length: 6 }, (_, i) => datasets.get(`optimizer/vars/${i + 2}`)?.shape);
    expect(shapes).toEqual([[2, 3], [3], [2, 3], [3], [2, 3], [3]]);
  });

  it('refuse to save a model of unknown input shape', async () => {
    await expect(saveModel(sequential([dense(1)]))).rejects.toThrow(/build\(shape\)/);
  });
});

type Entry = { class_name: string; registered_name?: string | null; config: Record<string, unknown> };
interface Root {
  class_name: string;
  config: { layers: Entry[] };
  compile_config: { optimizer: Entry } & Record<string, unknown>;
}

/** A file of Keras with its configuration changed. */
async function changed(name: string, change: (root: Root, dense: Entry) => void): Promise<Uint8Array> {
  const members = await readArchive(bytesOf(name));
  const root: Root = JSON.parse(new TextDecoder().decode(members.get('config.json')));
  const hidden = root.config.layers.find(({ class_name }) => class_name === 'Dense');
  if (hidden) change(root, hidden);
  members.set('config.json', new TextEncoder().encode(JSON.stringify(root)));
  return writeArchive(members);
}

describe('loadModel', () => {
  let adamFile: Uint8Array;
  beforeAll(() => {
    adamFile = bytesOf('adam');
  });

  it('refuses Python code, naming the layer, its class and the file', async () => {
    const opened = loadModel(bytesOf('lambda_layer'), { source: 'some.keras' });
    await expect(opened).rejects.toThrow(DataError);
    await expect(opened).rejects.toThrow(/some\.keras: layer 2 "lambda" \(Lambda\).*Python code/);
  });

  it('refuses code hidden in an argument', async () => {
    const file = await changed('adam', (_, { config }) => {
      config.activation = { class_name: '__lambda__', config: { code: '' } };
    });
    await expect(loadModel(file)).rejects.toThrow(/"hidden" \(Dense\).*Python code/);
  });

  it.each<[string, RegExp, (root: Root, dense: Entry) => void]>([
    [
      'an unknown layer',
      /layer 2 "hidden" \(Conv9D\) of config.json.*one of Dense/,
      (_, dense) => Object.assign(dense, { class_name: 'Conv9D' }),
    ],
    [
      "a layer of one's own",
      /found mine>Dense/,
      (_, dense) => Object.assign(dense, { registered_name: 'mine>Dense' }),
    ],
    [
      'a model of a class of its own',
      /a Sequential or a Functional, found Mine/,
      (root) => {
        root.class_name = 'Mine';
      },
    ],
    [
      'an unknown activation',
      /"hidden".*relu.*found sparsemax/,
      (_, { config }) => {
        config.activation = 'sparsemax';
      },
    ],
    [
      'units of another number',
      /\[4, 7\], \[7\].*found \[4, 6\], \[6\]/,
      (_, { config }) => {
        config.units = 7;
      },
    ],
    [
      'more units than memory holds',
      /"hidden".*no more numbers than the file has/,
      (_, { config }) => {
        config.units = 2 ** 45;
      },
    ],
    [
      'units that are no number',
      /"hidden".*units to be a whole number/,
      (_, { config }) => {
        config.units = 'many';
      },
    ],
    ['layers that are none', /a list of layers/, (root) => Object.assign(root.config, { layers: 3 })],
    [
      'two layers of one name',
      /names that differ/,
      (root) => {
        for (const { config } of root.config.layers) config.name = 'same';
      },
    ],
  ])('refuses %s', async (_, message, change) => {
    const opened = loadModel(await changed('adam', change));
    await expect(opened).rejects.toThrow(DataError);
    await expect(opened).rejects.toThrow(message);
  });

  it('ignores arguments it does not know', async () => {
    const file = await changed('adam', (_, { config }) => {
      config.from_the_future = { deep: [1] };
    });
    expect((await loadModel(file)).warnings).toEqual([]);
  });

  it.each([
    ['decay', 0.1, 'no decay'],
    ['beta_1', 'high', 'beta_1'],
    ['clipvalue', true, 'clipvalue'],
    ['gradient_accumulation_steps', 1, 'at least 2'],
    ['learning_rate', { class_name: 'Mine', config: {} }, 'Mine'],
    ['learning_rate', { class_name: 'CosineDecay', config: { decay_steps: 3 } }, 'initial_learning_rate'],
  ])('leaves a model uncompiled whose optimizer has %s %s, and says so', async (key, value, message) => {
    const file = await changed('adam', ({ compile_config }) => {
      compile_config.optimizer.config[key] = value;
    });
    const { model, warnings } = await loadModel(file);
    expect(model.isCompiled).toBe(false);
    expect(warnings.join()).toContain(message);
  });

  it('refuses optimizers without end in one another', async () => {
    const file = await changed('adam', ({ compile_config }) => {
      for (let depth = 0; depth < 50; depth++) {
        const inner = compile_config.optimizer;
        compile_config.optimizer = { class_name: 'LossScaleOptimizer', config: { inner_optimizer: inner } };
      }
    });
    expect((await loadModel(file)).warnings.join()).toContain('no deeper');
  });

  it('leaves the optimizer fresh when its state has another number of variables', async () => {
    const file = await changed('adam', ({ compile_config }) => {
      Object.assign(compile_config.optimizer, { class_name: 'SGD' });
    });
    const { model } = await loadModel(file);
    expect(model.compiled.optimizer.iterations.read().item()).toBe(0);
  });

  it('refuses a file cut short anywhere', async () => {
    for (const share of [0, 0.1, 0.5, 0.9, 0.999]) {
      await expect(loadModel(adamFile.slice(0, adamFile.length * share))).rejects.toThrow(DataError);
    }
  });

  it.each(['config.json', 'model.weights.h5'])('refuses a file without %s', async (path) => {
    const members = await readArchive(adamFile);
    members.delete(path);
    await expect(loadModel(await writeArchive(members))).rejects.toThrow(path);
  });

  it('refuses a file of weights, saying what to do', async () => {
    const weights = (await readArchive(adamFile)).get('model.weights.h5') ?? new Uint8Array();
    await expect(loadModel(weights)).rejects.toThrow(/loadWeights/);
  });
});
