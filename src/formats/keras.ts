import { DataError, type Place } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { sameShape } from '../graph/shapes.ts';
import type { Layer } from '../layers/index.ts';
import type { Variable } from '../tensor/variable.ts';
import {
  adagrad,
  adam,
  binaryCrossentropy,
  categoricalCrossentropy,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  type Optimizer,
  rmsprop,
  Sequential,
  sgd,
  snakeCase,
  sparseCategoricalCrossentropy,
} from '../training/index.ts';
import { readArchive, writeArchive } from './archive.ts';
import { type Hdf5Contents, readHdf5, writeHdf5 } from './hdf5.ts';
import {
  camelCase,
  type Json,
  type JsonObject,
  layerConfig,
  makeLayer,
  type StoredLayer,
  snake,
} from './kerasLayers.ts';

/** The version whose files these are written like. */
const KERAS_VERSION = '3.15.1';
const MEMBERS = ['metadata.json', 'config.json', 'model.weights.h5'] as const;

export interface SaveOptions {
  /** More members for the zip, which Keras ignores. */
  readonly extras?: ReadonlyMap<string, Uint8Array>;
}

/**
 * A model as the bytes of a `.keras` file: architecture, weights, and if it is compiled, loss, optimizer and the
 * optimizer's state. Keras 3 opens it.
 */
export async function saveModel(
  model: Sequential,
  { extras = new Map() }: SaveOptions = {},
): Promise<Uint8Array> {
  const encode = (value: Json) => new TextEncoder().encode(JSON.stringify(value));
  return writeArchive(
    new Map([
      ['metadata.json', encode({ keras_version: KERAS_VERSION, date_saved: new Date().toISOString() })],
      ['config.json', encode(modelConfig(model))],
      ['model.weights.h5', await writeHdf5(weightsOf(model))],
      ...extras,
    ]),
  );
}

function modelConfig(model: Sequential): JsonObject {
  const shape = [null, ...(model.inputShape ?? [])];
  const first = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: shape, dtype: 'float32', sparse: false, name: 'input_layer' },
    registered_name: null,
  };
  const layers = model.layers.map((layer) => ({
    module: 'keras.layers',
    class_name: layer.className,
    config: layerConfig(layer),
    registered_name: null,
    build_config: { input_shape: [null, ...layer.inputShape] },
  }));
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: model.name,
      trainable: true,
      dtype: 'float32',
      layers: [first, ...layers],
      build_input_shape: shape,
    },
    registered_name: null,
    build_config: { input_shape: shape },
    ...(model.isCompiled && { compile_config: compileConfig(model) }),
  };
}

function compileConfig(model: Sequential): JsonObject {
  const { optimizer, loss, metrics } = model.compiled;
  const inSnake = (config: Readonly<Record<string, unknown>>): JsonObject =>
    Object.fromEntries(Object.entries(config).map(([key, value]) => [snake(key), value as Json]));
  return {
    optimizer: {
      module: 'keras.optimizers',
      class_name: optimizer.className,
      config: { name: optimizer.className.toLowerCase(), ...inSnake(optimizer.config()) },
      registered_name: null,
    },
    loss: {
      module: 'keras.losses',
      class_name: loss.className,
      config: { name: snakeCase(loss.className), reduction: 'sum_over_batch_size', ...inSnake(loss.config) },
      registered_name: null,
    },
    loss_weights: null,
    metrics: metrics.map(({ name }) => name),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

/** Where each layer's weights lie: `layers/dense`, `layers/dense_1`, counting by class and not by name. */
function layerPaths(layers: readonly Layer[]): Map<Layer, string> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const base = snakeCase(layer.className);
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      return [layer, `layers/${base}${count === 0 ? '' : `_${count}`}`];
    }),
  );
}

function weightsOf(model: Sequential): Hdf5Contents {
  const datasets = new Map<string, NDArray>();
  const groups = new Map<string, { name?: string }>([['vars', {}]]);
  const add = (path: string, variables: readonly Variable[]) => {
    for (const [i, variable] of variables.entries()) datasets.set(`${path}/${i}`, variable.value());
  };
  for (const [layer, path] of layerPaths(model.layers)) {
    groups.set(`${path}/vars`, { name: layer.name });
    add(`${path}/vars`, layer.weights);
  }
  if (model.isCompiled) {
    groups.set('optimizer/vars', {});
    add('optimizer/vars', model.compiled.optimizer.variables);
  }
  return { datasets, groups };
}

export interface LoadOptions {
  /** The file's name, for errors. */
  readonly source?: string;
}

/**
 * Reads a `.keras` file: its model, compiled as it was when it was saved, and any further members.
 *
 * @throws DataError when the file is damaged, holds code, or a layer that is not known here
 */
export async function loadModel(
  bytes: Uint8Array,
  { source = 'model.keras' }: LoadOptions = {},
): Promise<{ model: Sequential; extras: Map<string, Uint8Array> }> {
  const members = await readArchive(bytes, { file: source });
  const place = { file: `${source}/config.json` };
  const config = objectOf(parse(member(members, 'config.json', source), place), 'model', place);
  const weights = await readHdf5(member(members, 'model.weights.h5', source), {
    file: `${source}/model.weights.h5`,
  });
  const model = makeModel(config, place);
  readWeights(model, weights, { file: `${source}/model.weights.h5` });
  compileAsStored(model, config.compile_config, weights);
  for (const name of MEMBERS) members.delete(name);
  return { model, extras: members };
}

function member(members: ReadonlyMap<string, Uint8Array>, name: string, file: string): Uint8Array {
  const found = members.get(name);
  if (!found) {
    throw new DataError(
      { asked: 'open a Keras model', expected: `a member ${name}`, received: [...members.keys()].join(', ') },
      { file },
    );
  }
  return found;
}

function parse(bytes: Uint8Array, place: Place): Json {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Json;
  } catch (cause) {
    throw new DataError({ asked: 'read the configuration', expected: 'JSON' }, place, { cause });
  }
}

function objectOf(value: Json | undefined, what: string, place: Place): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError(
      {
        asked: `read the ${what}`,
        expected: 'an object',
        received: JSON.stringify(value)?.slice(0, 80) ?? 'nothing',
      },
      place,
    );
  }
  return value as JsonObject;
}

function makeModel(root: JsonObject, place: Place): Sequential {
  if (root.class_name !== 'Sequential') {
    throw new DataError(
      { asked: 'open a Keras model', expected: 'a Sequential', received: String(root.class_name) },
      place,
    );
  }
  const config = objectOf(root.config, 'model configuration', place);
  const stored = (Array.isArray(config.layers) ? config.layers : []).map((entry, i): StoredLayer => {
    const layer = objectOf(entry as Json, `layer ${i}`, place);
    return { className: String(layer.class_name), config: objectOf(layer.config, `layer ${i}`, place) };
  });
  const layers = stored.map((entry) => makeLayer(entry, place));
  const model = new Sequential(layers, {
    name: typeof config.name === 'string' ? config.name : 'sequential',
  });
  if (!model.inputShape) {
    const shape =
      config.build_input_shape ?? objectOf(root.build_config ?? {}, 'build configuration', place).input_shape;
    if (!Array.isArray(shape)) {
      throw new DataError(
        {
          asked: 'open a Keras model',
          expected: 'the shape of its inputs',
          received: 'none',
          fix: 'Build it before saving.',
        },
        place,
      );
    }
    model.build(shape.slice(1).map(Number));
  }
  return model;
}

function readWeights(model: Sequential, { datasets }: Hdf5Contents, place: Place): void {
  for (const [layer, path] of layerPaths(model.layers)) {
    for (const [i, weight] of layer.weights.entries()) {
      const found = datasets.get(`${path}/vars/${i}`);
      if (!found || !sameShape(found.shape, weight.shape)) {
        throw new DataError(
          {
            asked: `weight "${weight.name}" of layer "${layer.name}" at ${path}/vars/${i}`,
            expected: `[${weight.shape.join(', ')}]`,
            received: found ? `[${found.shape.join(', ')}]` : 'none',
          },
          place,
        );
      }
      weight.assign(withDtype(found, weight));
    }
  }
}

function withDtype(value: NDArray, { dtype }: Variable): NDArray {
  if (value.dtype === dtype) return value;
  const data = dtype === 'int32' ? Int32Array.from(value.data) : Float32Array.from(value.data);
  return { dtype, shape: value.shape, data };
}

type Options = Readonly<Record<string, never>>;
const OPTIMIZERS: Readonly<Record<string, (options: Options) => Optimizer>> = {
  SGD: sgd,
  Adam: adam,
  RMSprop: rmsprop,
  Adagrad: adagrad,
};
const LOSSES: Readonly<Record<string, (options: Options) => Loss>> = {
  MeanSquaredError: meanSquaredError,
  MeanAbsoluteError: meanAbsoluteError,
  BinaryCrossentropy: binaryCrossentropy,
  CategoricalCrossentropy: categoricalCrossentropy,
  SparseCategoricalCrossentropy: sparseCategoricalCrossentropy,
};

/** Compiles the model as it was; a training set-up that is not known here leaves it uncompiled, ready to predict. */
function compileAsStored(model: Sequential, stored: Json | undefined, { datasets }: Hdf5Contents): void {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return;
  const { optimizer: how, loss: what, metrics } = stored as JsonObject;
  const optimizer = made(OPTIMIZERS, how);
  const loss = typeof what === 'string' ? named(what) : made(LOSSES, what);
  if (!optimizer || !loss) return;
  const names = (Array.isArray(metrics) ? metrics : []).filter(
    (name): name is string => typeof name === 'string',
  );
  try {
    model.compile({ optimizer, loss, metrics: names });
  } catch {
    // A metric that is not known here must not keep the model from being used.
    model.compile({ optimizer, loss });
  }
  optimizer.build(model.trainableWeights);
  restore(optimizer, datasets);
}

function made<T>(
  makers: Readonly<Record<string, (options: Options) => T>>,
  stored: Json | undefined,
): T | undefined {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return undefined;
  const { class_name: name, config } = stored as JsonObject;
  const make = typeof name === 'string' && Object.hasOwn(makers, name) ? makers[name] : undefined;
  const entries = Object.entries((config ?? {}) as JsonObject).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'boolean',
  );
  const options = Object.fromEntries(entries.map(([key, value]) => [camelCase(key), value]));
  return make?.(options as Options);
}

function named(text: string): Loss | undefined {
  const className = camelCase(`_${text}`);
  const short: Readonly<Record<string, string>> = { Mse: 'MeanSquaredError', Mae: 'MeanAbsoluteError' };
  return LOSSES[short[className] ?? className]?.({});
}

/** The optimizer's variables, if the file has all of them; a learning rate schedule has no rate among them. */
function restore(optimizer: Optimizer, datasets: ReadonlyMap<string, NDArray>): void {
  const variables = optimizer.variables;
  const values = variables.map((_, i) => datasets.get(`optimizer/vars/${i}`));
  const fits = variables.every((variable, i) => {
    const value = values[i];
    return value && sameShape(value.shape, variable.shape);
  });
  if (!fits) return;
  for (const [i, variable] of variables.entries()) {
    const value = values[i];
    if (value) variable.assign(withDtype(value, variable));
  }
}
