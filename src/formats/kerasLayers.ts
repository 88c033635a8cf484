import type { Place } from '../graph/errors.ts';
import { DataError } from '../graph/errors.ts';
import {
  ACTIVATIONS,
  activation,
  dense,
  dropout,
  flatten,
  type Initializer,
  input,
  type Layer,
  leakyReLU,
  normalization,
  reLU,
  rescaling,
  reshapeLayer,
  softmaxLayer,
  uniform,
} from '../layers/index.ts';

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A layer as `config.json` has it. */
export interface StoredLayer {
  readonly className: string;
  readonly config: JsonObject;
}

type Maker = (config: JsonObject, place: Place) => Layer;

/** How a layer is made from its configuration, by Keras's class name. Keys that are not read are ignored. */
const MAKERS: Readonly<Record<string, Maker>> = {
  InputLayer: (config, place) =>
    input(numbers(config.batch_shape ?? config.batch_input_shape, 'batch_shape', place).slice(1)),
  Dense: (config, place) =>
    dense(number(config.units, 'units', place), {
      ...named(config),
      activation: activationName(config.activation, place),
      useBias: config.use_bias !== false,
      kernelInitializer: initializer(config.kernel_initializer, 'glorotUniform'),
      biasInitializer: initializer(config.bias_initializer, 'zeros'),
    }),
  Activation: (config, place) => activation(activationName(config.activation, place), named(config)),
  ReLU: (config, place) =>
    reLU({
      ...named(config),
      ...(config.max_value != null && { maxValue: number(config.max_value, 'max_value', place) }),
      negativeSlope: number(config.negative_slope ?? 0, 'negative_slope', place),
      threshold: number(config.threshold ?? 0, 'threshold', place),
    }),
  LeakyReLU: (config, place) =>
    leakyReLU({
      ...named(config),
      negativeSlope: number(config.negative_slope ?? config.alpha ?? 0.3, 'negative_slope', place),
    }),
  Softmax: (config, place) => softmaxLayer({ ...named(config), axis: axisOf(config.axis, place) }),
  Flatten: (config) => flatten(named(config)),
  Reshape: (config, place) =>
    reshapeLayer(numbers(config.target_shape, 'target_shape', place), named(config)),
  Dropout: (config, place) => dropout(number(config.rate, 'rate', place), named(config)),
  Rescaling: (config, place) =>
    rescaling(number(config.scale, 'scale', place), {
      ...named(config),
      offset: number(config.offset ?? 0, 'offset', place),
    }),
  Normalization: (config, place) => {
    const given = (key: 'mean' | 'variance') => {
      const value = config[key];
      return value == null
        ? undefined
        : typeof value === 'number'
          ? value
          : numbers([value].flat(9) as Json, key, place);
    };
    const [mean, variance] = [given('mean'), given('variance')];
    return normalization({
      ...named(config),
      ...(mean !== undefined && variance !== undefined && { mean, variance }),
    });
  },
};

/**
 * Makes a layer.
 *
 * @throws DataError for a class that is not known here, or would run code
 */
export function makeLayer({ className, config }: StoredLayer, place: Place): Layer {
  const name = typeof config.name === 'string' ? config.name : className;
  const make = Object.hasOwn(MAKERS, className) ? MAKERS[className] : undefined;
  if (!make) {
    throw new DataError(
      {
        asked: `layer "${name}"`,
        expected: `one of ${Object.keys(MAKERS).join(', ')}`,
        received: className,
        fix:
          className === 'Lambda'
            ? 'A Lambda is Python code inside of the file, which is never run: replace it by layers and save again.'
            : 'This kind of layer cannot be read yet.',
      },
      place,
    );
  }
  return make(config, place);
}

function named(config: JsonObject): { name?: string; trainable?: boolean } {
  return {
    ...(typeof config.name === 'string' && { name: config.name }),
    ...(typeof config.trainable === 'boolean' && { trainable: config.trainable }),
  };
}

function unreadable(asked: string, expected: string, received: unknown, place: Place): DataError {
  return new DataError({ asked, expected, received: JSON.stringify(received) ?? 'nothing' }, place);
}

function number(value: Json | undefined, key: string, place: Place): number {
  if (typeof value !== 'number') throw unreadable(key, 'a number', value, place);
  return value;
}

function numbers(value: Json | undefined, key: string, place: Place): number[] {
  if (!Array.isArray(value) || value.length > 16)
    throw unreadable(key, 'a short list of numbers', value, place);
  return value.map((item: Json, i) => (item === null && i === 0 ? 1 : number(item, key, place)));
}

function axisOf(value: Json | undefined, place: Place): number {
  return Array.isArray(value) ? number(value[0], 'axis', place) : number(value ?? -1, 'axis', place);
}

function activationName(value: Json | undefined, place: Place): keyof typeof ACTIVATIONS {
  const text = value == null ? 'linear' : value;
  const name = typeof text === 'string' ? camelCase(text) : '';
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw unreadable('activation', `one of ${Object.keys(ACTIVATIONS).map(snake).join(', ')}`, value, place);
  }
  return name as keyof typeof ACTIVATIONS;
}

/** Weights are read anyway: an initialiser that is not known here becomes the default. */
function initializer(value: Json | undefined, fallback: string): Initializer | string {
  if (typeof value !== 'object' || value === null || !('class_name' in value)) return fallback;
  const name = camelCase(String(value.class_name).replace(/^./, (letter) => letter.toLowerCase()));
  if (name === 'randomUniform') {
    const { minval, maxval } = value.config as JsonObject;
    return uniform({
      ...(typeof minval === 'number' && { minval }),
      ...(typeof maxval === 'number' && { maxval }),
    });
  }
  return KNOWN_INITIALIZERS.has(name) ? name : fallback;
}

const KNOWN_INITIALIZERS = new Set([
  ...[
    'zeros',
    'ones',
    'glorotUniform',
    'glorotNormal',
    'heUniform',
    'heNormal',
    'lecunUniform',
    'lecunNormal',
  ],
]);

/** A layer's configuration in Keras's words. */
export function layerConfig(layer: Layer): JsonObject {
  const own = Object.entries(layer.config()).map(([key, value]): [string, Json] => [
    snake(key),
    stored(key, value),
  ]);
  return { name: layer.name, trainable: layer.trainable, dtype: DTYPE_POLICY, ...Object.fromEntries(own) };
}

const DTYPE_POLICY: JsonObject = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};

function stored(key: string, value: unknown): Json {
  if (key.endsWith('Initializer')) {
    const { name, config } = value as Initializer;
    const className = name.replace(/^./, (letter) => letter.toUpperCase());
    return {
      module: 'keras.initializers',
      class_name: className,
      config: { ...config },
      registered_name: null,
    };
  }
  return key === 'activation' && typeof value === 'string' ? snake(value) : (value as Json);
}

export function camelCase(text: string): string {
  return text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `beta1` is `beta_1` in Keras. */
export function snake(text: string): string {
  return text.replaceAll(/[A-Z]|\d+/g, (piece) => `_${piece.toLowerCase()}`);
}
