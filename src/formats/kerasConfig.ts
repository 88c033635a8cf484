import { ArgumentError, DataError, type Place } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import {
  ACTIVATIONS,
  type ActivationName,
  activationNameOf,
  kerasActivationName,
} from '../layers/activations.ts';
import {
  activation,
  dense,
  dropout,
  flatten,
  leakyReLU,
  reLU,
  reshape,
  softmax as softmaxLayer,
} from '../layers/factories.ts';
import type { Initializer } from '../layers/initializers.ts';
import type { Layer, LayerOptions } from '../layers/layer.ts';
import { normalization, rescaling } from '../layers/preprocessing/index.ts';
import type { Sequential } from '../training/model.ts';
import {
  type Described,
  Fields,
  isJson,
  type Json,
  shapeAfterBatch,
  shown,
  underscored,
  writtenObject,
} from './kerasFields.ts';
import { readInitializer } from './kerasInitializers.ts';

/** A kind of layer as its configuration has it. */
interface LayerRow {
  /** Makes it. What cannot be kept but does not change predictions goes to `warnings`. */
  readonly make: (fields: Fields, options: LayerOptions, warnings: string[]) => Layer;
  /** The shapes its weights must have in the file, known before any is made. */
  readonly weights?: (fields: Fields, inputShape: Shape) => Shape[];
}

const LAYERS: ReadonlyMap<string, LayerRow> = new Map<string, LayerRow>([
  [
    'Dense',
    {
      make: (fields, options, warnings) =>
        dense(fields.number('units', 0), {
          ...options,
          activation: activationIn(fields),
          useBias: fields.flag('useBias', true),
          kernelInitializer: initializerIn(fields, 'kernelInitializer', 'glorotUniform', warnings),
          biasInitializer: initializerIn(fields, 'biasInitializer', 'zeros', warnings),
        }),
      weights: (fields, inputShape) => {
        const units = fields.number('units', 0);
        const kernel = [inputShape.at(-1) ?? 0, units];
        return fields.flag('useBias', true) ? [kernel, [units]] : [kernel];
      },
    },
  ],
  ['Activation', { make: (fields, options) => activation(activationIn(fields), options) }],
  [
    'ReLU',
    {
      make: (fields, options) => {
        const maxValue = fields.value('maxValue') === undefined ? undefined : fields.number('maxValue', 0);
        return reLU({
          ...options,
          ...(maxValue !== undefined && { maxValue }),
          negativeSlope: fields.number('negativeSlope', 0),
          threshold: fields.number('threshold', 0),
        });
      },
    },
  ],
  [
    'LeakyReLU',
    {
      make: (fields, options) =>
        leakyReLU({ ...options, negativeSlope: fields.number('negativeSlope', 0.3, 'alpha') }),
    },
  ],
  [
    'Softmax',
    {
      make: (fields, options) => {
        const axis = fields.value('axis') ?? -1;
        const one = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
        if (typeof one !== 'number') throw fields.refusal('one axis', axis);
        return softmaxLayer({ ...options, axis: one });
      },
    },
  ],
  [
    'Flatten',
    {
      make: (fields, options) => {
        const format = fields.text('dataFormat', 'channels_last');
        if (format !== 'channels_last') throw fields.refusal('the data format channels_last', format);
        return flatten(options);
      },
    },
  ],
  [
    'Reshape',
    {
      make: (fields, options) => {
        const target = fields.value('targetShape');
        const lengths = Array.isArray(target)
          ? target.filter((n): n is number => Number.isSafeInteger(n) && n >= -1)
          : [];
        if (!Array.isArray(target) || lengths.length !== target.length) {
          throw fields.refusal('a list of lengths for target_shape', target);
        }
        return reshape(lengths, options);
      },
    },
  ],
  [
    'Dropout',
    {
      make: (fields, options, warnings) => {
        if (fields.value('noiseShape') !== undefined) {
          warnings.push(`${fields.owner}: noise_shape is left out; each number drops on its own.`);
        }
        const seed = fields.value('seed') === undefined ? undefined : fields.number('seed', 0);
        return dropout(fields.number('rate', 0.5), { ...options, ...(seed !== undefined && { seed }) });
      },
    },
  ],
  [
    'Rescaling',
    {
      make: (fields, options) =>
        rescaling(fields.number('scale', 1), { ...options, offset: fields.number('offset', 0) }),
    },
  ],
  [
    'Normalization',
    {
      make: (fields, options) => {
        if (fields.flag('invert', false)) throw fields.refusal('invert to be false', 'true');
        const mean = numbersIn(fields, 'mean');
        const variance = numbersIn(fields, 'variance');
        return normalization({ ...options, ...(mean && { mean }), ...(variance && { variance }) });
      },
      weights: (fields, inputShape) => {
        const given = fields.value('axis') ?? [-1];
        const axes = Array.isArray(given) ? given : [given];
        if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== inputShape.length)) {
          throw fields.refusal('to be normalized along the last axis', `axes ${axes.slice(0, 8).join(', ')}`);
        }
        if (fields.value('mean') !== undefined) return [];
        const features = inputShape.at(-1) ?? 0;
        return [[features], [features], []];
      },
    },
  ],
]);

const KNOWN = [...LAYERS.keys()].join(', ');

function activationIn(fields: Fields): ActivationName {
  const given = fields.value('activation') ?? 'linear';
  const found = typeof given === 'string' ? activationNameOf(given) : undefined;
  if (found) return found;
  throw fields.refusal(
    `an activation among ${Object.keys(ACTIVATIONS).map(kerasActivationName).join(', ')}`,
    shown(given),
  );
}

/** The initialiser of an argument. One of another kind is not needed, for the weights are in the file. */
function initializerIn(
  fields: Fields,
  name: string,
  otherwise: string,
  warnings: string[],
): Initializer | string {
  const given = fields.value(name);
  if (given === undefined) return otherwise;
  const found = readInitializer(given, fields);
  if (found) return found;
  warnings.push(`${fields.owner}: ${shown(given)} is not known; ${otherwise} takes its place.`);
  return otherwise;
}

/** Numbers in lists of any depth, one after the other. */
function numbersIn(fields: Fields, name: string): number[] | undefined {
  const given = fields.value(name);
  if (given === undefined) return undefined;
  const flat = [given].flat(8);
  const numbers = flat.filter((value): value is number => typeof value === 'number');
  if (numbers.length !== flat.length) throw fields.refusal(`numbers for ${name}`, given);
  return numbers;
}

/** A layer as it was read, not yet built. */
export interface LayerEntry {
  readonly layer: Layer;
  readonly fields: Fields;
  weightShapes(inputShape: Shape): Shape[];
}

export interface ModelEntry {
  readonly name: string;
  /** The shape of one example. */
  readonly inputShape: Shape;
  readonly layers: readonly LayerEntry[];
}

/**
 * Reads the configuration of a Sequential.
 *
 * @throws DataError for anything else, for layers that are not known, and for code in place of numbers
 */
export function readModelConfig(root: Json, place: Place, warnings: string[]): ModelEntry {
  const asked = 'the model in config.json';
  if (root.class_name !== 'Sequential' || !isKerasOwn(root) || !isJson(root.config)) {
    throw new DataError(
      {
        asked,
        expected: 'a Sequential',
        received: shown(root),
        fix: 'Only models of layers one after the other are read: rebuild it as a keras.Sequential and save that.',
      },
      place,
    );
  }
  const fields = new Fields(root.config, asked, place);
  const stored = fields.value('layers');
  if (!Array.isArray(stored)) throw fields.refusal('a list of layers', stored);
  const entries = stored.map((entry: unknown, i) => checkedEntry(entry, i, place));

  const layers = entries
    .filter(({ className }) => className !== 'InputLayer')
    .map(({ className, fields: own, entry }) => layerOf(className, own, entry, warnings));
  const names = new Set(layers.map(({ layer }) => layer.name));
  if (names.size !== layers.length) throw fields.refusal('names that differ', 'layers of one name');
  return {
    name: fields.text('name', 'sequential'),
    inputShape: inputShapeIn(entries, fields, root),
    layers,
  };
}

interface CheckedEntry {
  readonly className: string;
  readonly fields: Fields;
  readonly entry: Json;
}

function checkedEntry(entry: unknown, i: number, place: Place): CheckedEntry {
  const where = `layer ${i + 1} of config.json`;
  if (!isJson(entry) || typeof entry.class_name !== 'string' || !isJson(entry.config)) {
    throw new DataError(
      { asked: where, expected: 'an object with class_name and config', received: shown(entry) },
      place,
    );
  }
  const { class_name: className, config } = entry;
  const name = typeof config.name === 'string' ? config.name : '';
  const owner = `layer ${i + 1} ${JSON.stringify(name)} (${className}) of config.json`;
  const fields = new Fields(config, owner, place);
  if (className === 'Lambda' || holdsCode(config)) {
    throw fields.refusal(
      'a layer described by numbers and names',
      'Python code, which is not run',
      'Rebuild the model with layers in place of the Lambda.',
    );
  }
  if (className !== 'InputLayer' && (!LAYERS.has(className) || !isKerasOwn(entry))) {
    const registered = typeof entry.registered_name === 'string' ? entry.registered_name : className;
    throw fields.refusal(`one of ${KNOWN}`, registered);
  }
  return { className, fields, entry };
}

/** Whether a class is Keras's: one's own are registered as `package>Name`. */
function isKerasOwn({ module, registered_name: registered }: Json): boolean {
  if (typeof registered === 'string' && registered.includes('>')) return false;
  return (
    module === undefined || (typeof module === 'string' && /^(keras|tensorflow\.keras)(\.|$)/.test(module))
  );
}

/** Whether Python byte code is anywhere inside. Without recursion: the file says how deep it is. */
function holdsCode(config: unknown): boolean {
  const left = [config];
  while (left.length > 0) {
    const value = left.pop();
    if (isJson(value) && value.class_name === '__lambda__') return true;
    if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) left.push(part);
  }
  return false;
}

function layerOf(className: string, fields: Fields, entry: Json, warnings: string[]): LayerEntry {
  const row = LAYERS.get(className);
  if (!row) throw fields.refusal(`one of ${KNOWN}`, className);
  const name = fields.text('name', '');
  if (name === '') throw fields.refusal('a name', 'none');
  noteIgnored(fields, warnings);
  const options = { name, trainable: fields.flag('trainable', true) };
  const layer = fields.attempt(() => row.make(fields, options, warnings));
  const built = isJson(entry.build_config) ? shapeAfterBatch(entry.build_config.input_shape) : undefined;
  return {
    layer,
    fields,
    weightShapes(inputShape) {
      if (built && built.length !== inputShape.length) {
        throw fields.refusal(`inputs of [batch, ${built.join(', ')}]`, `[batch, ${inputShape.join(', ')}]`);
      }
      return row.weights?.(fields, inputShape) ?? [];
    },
  };
}

/** What would change training or precision, but not what the model is. */
function noteIgnored(fields: Fields, warnings: string[]): void {
  for (const name of ['kernelRegularizer', 'biasRegularizer', 'activityRegularizer']) {
    if (fields.value(name) !== undefined) {
      warnings.push(`${fields.owner}: ${underscored(name)} is left out.`);
    }
  }
  for (const name of ['kernelConstraint', 'biasConstraint']) {
    if (fields.value(name) !== undefined) {
      warnings.push(`${fields.owner}: ${underscored(name)} is left out.`);
    }
  }
  const dtype = fields.value('dtype');
  const policy = isJson(dtype) && isJson(dtype.config) ? dtype.config.name : dtype;
  if (policy !== undefined && policy !== 'float32') {
    warnings.push(`${fields.owner}: computed in float32, not ${shown(policy)}.`);
  }
}

/** From the InputLayer, or from what the model was first called with. */
function inputShapeIn(entries: readonly CheckedEntry[], fields: Fields, root: Json): Shape {
  const first = entries[0];
  const candidates = [
    first?.className === 'InputLayer' ? first.fields.value('batchShape', 'batchInputShape') : undefined,
    fields.value('buildInputShape'),
    isJson(root.build_config) ? root.build_config.input_shape : undefined,
    isJson(first?.entry.build_config) ? first.entry.build_config.input_shape : undefined,
    first?.fields.value('batchInputShape'),
  ];
  for (const candidate of candidates) {
    const shape = shapeAfterBatch(candidate);
    if (shape) return shape;
  }
  throw fields.refusal(
    'the shape of its inputs, every length known',
    'none',
    'Build the model, or begin it with keras.Input(shape), before saving.',
  );
}

const FLOAT32 = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};

/**
 * The configuration of a model as Keras writes it, without what only its newest versions know.
 *
 * @throws ArgumentError for a layer that Keras has not
 */
export function writeModelConfig(model: Sequential, inputShape: Shape): Json {
  const batchShape = [null, ...inputShape];
  const names = new Set(model.layers.map(({ name }) => name));
  let inputName = 'input_layer';
  while (names.has(inputName)) inputName += '_';
  const inputLayer = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: batchShape, dtype: 'float32', sparse: false, name: inputName },
    registered_name: null,
  };
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: model.name,
      trainable: true,
      dtype: FLOAT32,
      layers: [inputLayer, ...model.layers.map(writeLayer)],
      build_input_shape: batchShape,
    },
    registered_name: null,
    build_config: { input_shape: batchShape },
  };
}

function writeLayer(layer: Layer): Json {
  if (!LAYERS.has(layer.className)) {
    throw new ArgumentError({
      asked: `saving layer "${layer.name}" (${layer.className})`,
      expected: `one of ${KNOWN}`,
    });
  }
  const config: Record<string, unknown> = { name: layer.name, trainable: layer.trainable, dtype: FLOAT32 };
  for (const [key, value] of Object.entries(layer.config())) config[underscored(key)] = written(key, value);
  return {
    module: 'keras.layers',
    class_name: layer.className,
    config,
    registered_name: null,
    ...(layer.weights.length > 0 && { build_config: { input_shape: [null, ...layer.inputShape] } }),
  };
}

function written(key: string, value: unknown): unknown {
  if (key === 'activation' && typeof value === 'string') return kerasActivationName(value);
  if (typeof value === 'function') {
    throw new ArgumentError({
      asked: `saving ${underscored(key)}`,
      expected: 'one that has a name',
      received: 'a function',
      fix: 'Name the activation, or write it as a layer of its own.',
    });
  }
  return isDescribed(value) ? writtenObject(moduleOf(key), value) : value;
}

/** Where Keras has the initialiser, the regulariser or the constraint of an argument. */
function moduleOf(key: string): string {
  if (key.endsWith('Regularizer')) return 'keras.regularizers';
  return key.endsWith('Constraint') ? 'keras.constraints' : 'keras.initializers';
}

const isDescribed = (value: unknown): value is Described =>
  isJson(value) && typeof value.className === 'string' && isJson(value.config);
