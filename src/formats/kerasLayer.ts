import { ArgumentError, DataError, type Place } from '../graph/errors.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import { type DtypePolicy, isPolicy } from '../layers/dtypePolicy.ts';
import type { Initializer } from '../layers/initializers.ts';
import type { Layer } from '../layers/layer.ts';
import { IntegerLookup, StringLookup } from '../layers/preprocessing/lookups.ts';
import { Fields, isJson, type Json, shown, underscored } from './kerasFields.ts';
import { KNOWN_LAYERS, LAYERS, type LayerRow } from './kerasLayers.ts';
import {
  type Allowance,
  activationIn,
  constraintIn,
  initializerIn,
  regularizerIn,
  writtenTerm,
} from './kerasTerms.ts';

/** The reading of one file. */
export interface Reading {
  readonly place: Place;
  /** What the file asks for that was left out. */
  readonly warnings: string[];
  readonly allowance: Allowance;
  /** The members of the archive: lookups keep their vocabularies there. */
  readonly members: ReadonlyMap<string, Uint8Array>;
  /** The length of axes whose length the file leaves open. */
  readonly openLength: number | undefined;
  /** What each layer was read from, for messages. */
  readonly fieldsOf: Map<Layer, Fields>;
}

/** One object with a class and arguments of a configuration. */
export interface Entry {
  readonly className: string;
  readonly fields: Fields;
  readonly json: Json;
}

/** How deep layers may lie in one another. */
const DEEPEST = 16;
/** How many numbers one example may have anywhere: a volume of 256³. */
const MOST_NUMBERS = 2 ** 24;
/** Pictures no larger, and steps of time no more, are worked out when a model is made. */
const LONGEST: Readonly<Record<string, number>> = { height: 2 ** 14, width: 2 ** 14, size: 2 ** 10 };
const MOST_STEPS = 2 ** 13;

/** The classes of models; `Model` is what Keras 2 called a Functional. */
export const MODELS: ReadonlySet<string> = new Set(['Sequential', 'Functional', 'Model']);

/** @throws DataError for what is no layer, and for code in place of numbers */
export function entryOf(json: unknown, what: string, inside: string, place: Place): Entry {
  if (!isJson(json) || typeof json.class_name !== 'string') {
    throw new DataError(
      {
        asked: `${what} of ${inside}`,
        expected: 'an object with class_name and config',
        received: shown(json),
      },
      place,
    );
  }
  const { class_name: className } = json;
  // The oldest Sequentials are their layers.
  const config = Array.isArray(json.config) ? { layers: json.config } : json.config;
  const name = isJson(config) && typeof config.name === 'string' ? config.name : '';
  const owner = `${what} ${JSON.stringify(name)} (${className}) of ${inside}`;
  if (!isJson(config)) {
    throw new DataError(
      { asked: owner, expected: 'an object with class_name and config', received: shown(config) },
      place,
    );
  }
  const fields = new Fields(config, owner, place);
  if (className === 'Lambda' || (!MODELS.has(className) && holdsCode(config))) {
    throw fields.refusal(
      'a layer described by numbers and names',
      'Python code, which is not run',
      'Rebuild the model with layers in place of the Lambda.',
    );
  }
  const registered = json.registered_name;
  if (!isKerasOwn(json)) {
    throw fields.refusal(`one of ${KNOWN_LAYERS}`, typeof registered === 'string' ? registered : className);
  }
  return { className, fields, json };
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
    if (isJson(value) && (value.class_name === '__lambda__' || value.class_name === 'Lambda')) return true;
    if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) left.push(part);
  }
  return false;
}

/** Reads a layer that may be a model. */
export type LayerReader = (json: unknown, what: string, inside: string, depth: number) => Layer;

/** A layer that is no model, not yet built, with its arguments. */
export function readLayer(entry: Entry, depth: number, reading: Reading, inner: LayerReader): Layer {
  const { className, fields } = entry;
  const row = LAYERS.get(className);
  if (!row) throw fields.refusal(`one of ${KNOWN_LAYERS}`, className);
  if (depth > DEEPEST) throw fields.refusal(`layers at most ${DEEPEST} deep in one another`, 'deeper ones');
  const name = fields.text('name', '');
  checkArguments(row, fields, reading.warnings);
  const layer = fields.attempt(() => new Arguments(row, fields, depth, reading, inner).layer(name));
  reading.fieldsOf.set(layer, fields);
  return layer;
}

function checkArguments(row: LayerRow, fields: Fields, warnings: string[]): void {
  for (const [name, wanted] of Object.entries(row.only ?? {})) {
    const given = fields.value(name) ?? null;
    if (given !== null && given !== wanted) {
      throw fields.refusal(`${underscored(name)} to be ${wanted}`, given);
    }
  }
  for (const [name, most] of Object.entries(LONGEST)) {
    const given = [fields.value(name)].flat();
    if (given.some((length) => typeof length === 'number' && length > most)) {
      throw fields.refusal(`a ${name} of at most ${most}`, given[0]);
    }
  }
  const policy = policyNameIn(fields);
  if (typeof policy === 'string' && !isPolicy(policy) && !/^(int32|int64|bool|string)$/.test(policy)) {
    warnings.push(`${fields.owner}: computed in float32, not ${shown(policy)}.`);
  }
}

/** What a layer computes in: a name, or an object with one. */
function policyNameIn(fields: Fields): unknown {
  const dtype = fields.value('dtype');
  return isJson(dtype) && isJson(dtype.config) ? dtype.config.name : dtype;
}

/** The arguments of one layer, each read as what its layer has under that name by default. */
class Arguments {
  readonly #row: LayerRow;
  readonly #fields: Fields;
  readonly #depth: number;
  readonly #reading: Reading;
  readonly #inner: LayerReader;

  constructor(row: LayerRow, fields: Fields, depth: number, reading: Reading, inner: LayerReader) {
    this.#row = row;
    this.#fields = fields;
    this.#depth = depth;
    this.#reading = reading;
    this.#inner = inner;
  }

  layer(name: string): Layer {
    const { make, positional = [], needs = [] } = this.#row;
    const first = positional.map((argument) => this.#positional(argument));
    const options: Record<string, unknown> = {};
    for (const argument of needs) options[argument] = this.#plain(argument);
    const plainly = make as (...given: unknown[]) => Layer;
    const usual = plainly(...first, options).config();
    for (const [argument, value] of Object.entries(usual)) {
      if (positional.includes(argument)) continue;
      const found = this.#option(argument, value);
      if (found !== undefined) options[argument] = found;
    }
    for (const argument of this.#row.layers ?? []) {
      const json = this.#fields.value(argument);
      if (json !== undefined) options[argument] = this.#nested(json, `the ${underscored(argument)}`);
    }
    const activityRegularizer = this.#term('activityRegularizer');
    const policy = policyNameIn(this.#fields);
    return plainly(...first, {
      ...options,
      ...(name !== '' && { name }),
      trainable: this.#fields.flag('trainable', true),
      // Not what layers are made to compute in here at the moment.
      dtype: typeof policy === 'string' && isPolicy(policy) ? policy : 'float32',
      ...(activityRegularizer !== undefined && { activityRegularizer }),
    });
  }

  #positional(name: string): unknown {
    if (name === 'layer') return this.#nested(this.#fields.value('layer'), 'the layer');
    if (name === 'activation') return activationIn(this.#fields);
    if (name !== 'layers' && name !== 'mode' && this.#fields.value(name) === undefined) {
      throw this.#fields.refusal(`a value for ${underscored(name)}`, 'none');
    }
    if (name !== 'layers') return this.#plain(name);
    const list = this.#fields.value('layers');
    if (!Array.isArray(list)) throw this.#fields.refusal('a list of layers', list);
    return list.map((json: unknown, i) => this.#nested(json, `layer ${i + 1}`));
  }

  #nested(json: unknown, what: string): Layer {
    return this.#inner(json, what, this.#fields.owner, this.#depth + 1);
  }

  #option(name: string, usual: unknown): unknown {
    const fields = this.#fields;
    if (/activation$/i.test(name)) {
      return fields.isNull(name)
        ? 'linear'
        : fields.value(name) === undefined
          ? usual
          : activationIn(fields, name);
    }
    if (name.endsWith('Initializer')) {
      const { allowance, warnings } = this.#reading;
      return allowance.hold(initializerIn(fields, name, usual as Initializer, warnings));
    }
    if (/(Regularizer|Constraint)$/.test(name)) return this.#term(name);
    if (this.#row.nullable?.includes(name) && fields.isNull(name)) return null;
    const alias = this.#row.aliases?.[name];
    const key = fields.value(name) === undefined && alias !== undefined ? alias : name;
    const given = fields.value(key);
    if (given === undefined) return undefined;
    if (typeof usual === 'boolean') return fields.flag(key, usual);
    if (typeof usual === 'string') return fields.text(key, usual);
    const plain = this.#plain(key);
    if (typeof usual !== 'number') return plain;
    // Keras 2 wrote one axis as a list of one.
    const one = Array.isArray(plain) && plain.length === 1 ? plain[0] : plain;
    if (typeof one === 'number' || Array.isArray(one)) return one;
    throw fields.refusal(`a number for ${underscored(key)}`, given);
  }

  #term(name: string): unknown {
    const read = name.endsWith('Constraint') ? constraintIn : regularizerIn;
    return read(this.#fields, name, this.#reading.warnings);
  }

  /** A number, a text, a truth value, or a list of such in lists. */
  #plain(name: string): unknown {
    const given = this.#fields.value(name);
    if (isPlain(given, 8)) return given;
    if (isJson(given) && given.class_name === '__tuple__' && Array.isArray(given.items)) return given.items;
    throw this.#fields.refusal(`numbers or names for ${underscored(name)}`, given);
  }
}

function isPlain(value: unknown, depth: number): boolean {
  if (Array.isArray(value))
    return depth > 0 && value.every((item) => item === null || isPlain(item, depth - 1));
  return !isJson(value);
}

/** Applies a layer, or builds it, for inputs of given shapes, and refuses what would take too long or too much. */
export function within<T>(layer: Layer, inputShapes: readonly Shape[], reading: Reading, use: () => T): T {
  const fields = reading.fieldsOf.get(layer);
  if (!fields) return use();
  checkSteps(layer, inputShapes, fields);
  const result = fields.attempt(use);
  checkSize(layer, fields);
  return result;
}

/** Refuses shapes that would take more memory and time than any example is worth. */
function checkSize(layer: Layer, fields: Fields): void {
  checkShapes([...layer.inputShapes, ...layer.outputShapes], fields);
}

/** The same for the shapes of single examples. */
export function checkShapes(shapes: readonly Shape[], fields: Fields): void {
  for (const shape of shapes) {
    if (sizeOf(shape) <= MOST_NUMBERS) continue;
    throw fields.refusal(`examples of at most ${MOST_NUMBERS} numbers`, `[batch, ${shape.join(', ')}]`);
  }
}

/** Refuses recurrent layers over more steps than can be unrolled. */
function checkSteps(layer: Layer, [inputShape = []]: readonly Shape[], fields: Fields): void {
  if (!/RNN|LSTM|GRU|Bidirectional/.test(layer.className)) return;
  const [steps = 0] = inputShape;
  if (steps <= MOST_STEPS) return;
  throw fields.refusal(`at most ${MOST_STEPS} steps of time`, `${steps}`);
}

/**
 * Gives a lookup the vocabulary that lies beside the model in the file, if there is one: special tokens, then those
 * learnt, one a line.
 */
export function readVocabulary(layer: Layer, folder: string, reading: Reading): void {
  const bytes = reading.members.get(`assets/${folder}/vocabulary.txt`);
  if (!bytes || !(layer instanceof StringLookup || layer instanceof IntegerLookup)) return;
  const fields = reading.fieldsOf.get(layer);
  const text = new TextDecoder().decode(bytes);
  const tokens = text.replace(/\n$/, '').split('\n');
  const set = () => {
    if (layer instanceof StringLookup) layer.setVocabulary(tokens);
    else layer.setVocabulary(tokens.map(Number));
  };
  if (fields) fields.attempt(set);
  else set();
}

/** What a layer computes in, as Keras writes it. */
export const writtenPolicy = (name: DtypePolicy): Json => ({
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name },
  registered_name: null,
});

/**
 * A layer that is no model as Keras writes it.
 *
 * @throws ArgumentError for a layer that Keras has not, or that has functions as arguments
 */
export function writeLayer(layer: Layer, inner: (layer: Layer) => Json): Json {
  const owner = `layer "${layer.name}" (${layer.className})`;
  const row = LAYERS.get(layer.className);
  if (!row) throw new ArgumentError({ asked: `saving ${owner}`, expected: `one of ${KNOWN_LAYERS}` });
  const config: Record<string, unknown> = {};
  const { name, trainable, activityRegularizer } = layer;
  const all = {
    ...{ name, trainable, dtype: writtenPolicy(layer.dtypePolicy) },
    ...layer.config(),
    ...(activityRegularizer && { activityRegularizer }),
  };
  for (const [key, value] of Object.entries(all)) {
    if (row.unwritten?.includes(key)) continue;
    config[underscored(key)] = writtenArgument(owner, key, value, inner);
  }
  const [inputShape, ...more] = layer.inputShapes;
  const isPlainlyBuilt = inputShape && more.length === 0 && layer.subLayers.length === 0;
  return {
    module: 'keras.layers',
    class_name: layer.className,
    config,
    registered_name: null,
    ...(isPlainlyBuilt &&
      layer.weights.length > 0 && { build_config: { input_shape: [null, ...inputShape] } }),
  };
}

function writtenArgument(owner: string, key: string, value: unknown, inner: (layer: Layer) => Json): unknown {
  if (key === 'layer' || key === 'backwardLayer') return inner(value as Layer);
  if (key === 'layers') return (value as Layer[]).map(inner);
  return writtenTerm(owner, key, value);
}
