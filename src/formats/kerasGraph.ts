import { ArgumentError } from '../graph/errors.ts';
import type { InputLayer } from '../layers/input.ts';
import type { Layer } from '../layers/layer.ts';
import { Operation } from '../layers/operation.ts';
import { type CallSettings, type LayerCall, SymbolicTensor } from '../layers/symbolic.ts';
import { Functional, Sequential } from '../training/model.ts';
import { camelCase, type Fields, isJson, type Json, underscored } from './kerasFields.ts';
import { readInputLayer } from './kerasInput.ts';
import { type Entry, entryOf, type Reading, within } from './kerasLayer.ts';
import { isMaskArgument, MaskRecord } from './kerasMasks.ts';
import { operationOf, readOperation, writeOperation } from './kerasOperations.ts';
import { layerFolders } from './kerasWeights.ts';

/** Layer, which of its calls, which of the call's results. */
type Triple = readonly [layer: string, call: number, output: number];

const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) &&
  value.length >= 3 &&
  typeof value[0] === 'string' &&
  Number.isSafeInteger(value[1]) &&
  Number.isSafeInteger(value[2]);

/** One layer of a graph as it was read, or an operation, with the calls that are still to be made. */
interface GraphLayer {
  readonly fields: Fields;
  /** None for an operation, of which every call makes one. */
  readonly layer: Layer | undefined;
  readonly calls: readonly unknown[];
  /** Makes a call; nothing while what it is called on is still to be computed. */
  readonly make: (call: unknown) => readonly SymbolicTensor[] | undefined;
  /** What each call gave, so far. */
  readonly results: (readonly SymbolicTensor[])[];
}

/** Keras names operations, functions of `ops` and those it makes masks with, by the module they are of. */
const isOperation = (json: Json): boolean => typeof json.module === 'string' && /\bops\b/.test(json.module);

/**
 * Reads a graph of layers: every layer is made, then called as soon as what it is called on is there.
 *
 * @throws DataError for calls that refer to nothing, or to themselves
 */
export function readFunctional(
  entry: Entry,
  place: string,
  reading: Reading,
  part: (json: unknown, what: string, folder: string) => Layer,
): Functional {
  const { fields } = entry;
  const stored = fields.value('layers');
  if (!Array.isArray(stored)) throw fields.refusal('a list of layers', stored);
  const graph = new GraphReader(fields, reading);
  const entries = stored.map((json: unknown, i) => entryOf(json, `layer ${i + 1}`, place, reading.place));
  // Operations have no weights, and no place among them.
  const layers = entries.filter(({ json }) => !isOperation(json));
  const folders = layerFolders(layers.map(({ className }) => className));
  for (const [i, one] of entries.entries()) {
    const calls = one.json.inbound_nodes ?? [];
    if (!Array.isArray(calls)) throw one.fields.refusal('a list of calls', calls);
    const name = typeof one.json.name === 'string' ? one.json.name : one.fields.text('name', '');
    if (isOperation(one.json)) graph.masks.add(name, one, calls);
    else if (one.className === 'InputLayer') graph.addInput(name, one.fields, readInputLayer(one, reading));
    else
      graph.add(
        name,
        one.fields,
        part(one.json, `layer ${i + 1}`, folders[layers.indexOf(one)] ?? ''),
        calls,
      );
  }
  graph.findOperations('outputLayers');
  graph.callAll();
  const name = fields.text('name', 'functional');
  const [inputs, outputs] = [graph.ends('inputLayers'), graph.ends('outputLayers')];
  return fields.attempt(() => new Functional({ inputs, outputs, name }));
}

class GraphReader {
  readonly masks = new MaskRecord();
  readonly #fields: Fields;
  readonly #reading: Reading;
  readonly #layers = new Map<string, GraphLayer>();

  constructor(fields: Fields, reading: Reading) {
    this.#fields = fields;
    this.#reading = reading;
  }

  addInput(name: string, fields: Fields, layer: InputLayer): void {
    this.#add(name, { fields, layer, calls: [], make: () => undefined, results: [[layer.output]] });
  }

  add(name: string, fields: Fields, layer: Layer, calls: readonly unknown[]): void {
    const make = (call: unknown) => this.#called(layer, fields, call);
    this.#add(name, { fields, layer, calls, make, results: [] });
  }

  #add(name: string, made: GraphLayer): void {
    if (name === '') throw made.fields.refusal('a name', 'none');
    if (this.#layers.has(name)) throw made.fields.refusal('names that differ', 'layers of one name');
    this.#layers.set(name, made);
  }

  /** Takes in the operations whose results are results of the model. */
  findOperations(name: string): void {
    const given = this.#fields.value(name);
    const ends: unknown[] = isTriple(given) ? [given] : Object.values(Object(given ?? []));
    for (const end of ends) {
      const only: unknown = Array.isArray(end) && end.length === 1 ? end[0] : end;
      if (isTriple(only) && !this.#layers.has(only[0])) this.#operation(only[0]);
    }
  }

  /** Calls whatever can be called, until all is; a round in which nothing can means a circle, or a gap. */
  callAll(): void {
    for (;;) {
      const known = this.#layers.size;
      const waiting = [...this.#layers.values()].filter(
        ({ calls, results }) => results.length < calls.length,
      );
      const [stuck] = waiting;
      if (!stuck) return;
      let progress = false;
      for (const made of waiting) {
        while (made.results.length < made.calls.length && this.#call(made)) progress = true;
      }
      if (!progress && this.#layers.size === known) {
        throw stuck.fields.refusal(
          'calls on what other layers give',
          'one that waits for itself, or for nothing',
        );
      }
    }
  }

  /** An operation that is more than part of how a mask comes about: something is called on it. */
  #operation(name: string): GraphLayer | undefined {
    const operation = this.masks.operation(name);
    const known = operation && operationOf(operation.className);
    if (!operation || !known) return undefined;
    const { fields, config, calls } = operation;
    const find = (json: Json) => {
      const found = this.#tensors(json, fields);
      return found === 'waiting' ? undefined : found?.[0];
    };
    const make = (call: unknown) => readOperation(known, { fields, config, name }, call, find);
    const made = { fields, layer: undefined, calls, make, results: [] };
    this.#add(name, made);
    return made;
  }

  /** Whether the next call could be made. */
  #call({ calls, results, make }: GraphLayer): boolean {
    const made = make(calls[results.length]);
    if (made) results.push(made);
    return made !== undefined;
  }

  #called(layer: Layer, fields: Fields, call: unknown): readonly SymbolicTensor[] | undefined {
    const found = this.#argumentsOf(call, fields);
    if (!found) return undefined;
    const { positional, named, mask } = found;
    const inputs = positional.flat();
    const shapes = fields.attempt(() => inputs.map(({ exampleShape }) => exampleShape));
    const [first, ...rest] = positional;
    if (!first) throw fields.refusal('a call on at least one tensor', 'none');
    const result = within(layer, shapes, this.#reading, () => layer(first, ...rest, named)) as unknown;
    if (mask && 'initialState' in named) {
      throw fields.refusal(
        'initial states without a mask',
        'both',
        'Keras itself passes no mask on where states are given.',
      );
    }
    if (mask) this.masks.check(mask, (triple) => this.#callsOn(triple), fields);
    return result instanceof SymbolicTensor ? [result] : (result as SymbolicTensor[]);
  }

  /** The arguments of a call; nothing while one of them is still to be computed. */
  #argumentsOf(call: unknown, fields: Fields): CallParts | undefined {
    const parts: CallParts = { positional: [], named: {}, mask: undefined };
    if (Array.isArray(call)) return this.#legacyArguments(call, fields, parts);
    const args = isJson(call) ? call.args : undefined;
    const kwargs = isJson(call) ? (call.kwargs ?? {}) : undefined;
    if (!Array.isArray(args) || !isJson(kwargs)) throw fields.refusal('a call with args and kwargs', call);
    for (const value of args) {
      if (value === null) continue;
      const tensors = this.#tensors(value, fields);
      if (tensors === 'waiting') return undefined;
      if (tensors === undefined) throw fields.refusal('calls on tensors alone', value);
      parts.positional.push(tensors);
    }
    return this.#keywordArguments(kwargs, fields, parts) ? parts : undefined;
  }

  #keywordArguments(kwargs: Json, fields: Fields, parts: CallParts): boolean {
    for (const [key, value] of Object.entries(kwargs)) {
      if (value === null) continue;
      const name = camelCase(key);
      if (isMaskArgument(name)) {
        parts.mask ??= value;
        continue;
      }
      const tensors = this.#tensors(value, fields);
      if (tensors === 'waiting') return false;
      if (tensors) parts.named[name] = tensors;
      else if (isSetting(value)) parts.named[name] = value;
      else throw fields.refusal(`a tensor or a setting for ${key}`, value);
    }
    return true;
  }

  /** Keras 2: a call is a list of [layer, call, output, keyword arguments]. */
  #legacyArguments(call: readonly unknown[], fields: Fields, parts: CallParts): CallParts | undefined {
    const list = isTriple(call) ? [call] : call;
    const inputs: SymbolicTensor[] = [];
    for (const triple of list) {
      if (!isTriple(triple)) throw fields.refusal('calls on what other layers give', triple);
      const found = this.#result(triple, fields);
      if (found === 'waiting') return undefined;
      inputs.push(found);
      const kwargs: unknown = (triple as readonly unknown[])[3];
      if (isJson(kwargs) && !this.#keywordArguments(withTensors(kwargs), fields, parts)) return undefined;
    }
    parts.positional.push(inputs);
    return parts;
  }

  /** The tensors a value stands for: one, or those in a list or a record; nothing where it is another value. */
  #tensors(value: unknown, fields: Fields): SymbolicTensor[] | 'waiting' | undefined {
    if (isTensorJson(value)) {
      const history = value.config.keras_history;
      if (!isTriple(history)) throw fields.refusal('a tensor with the layer it is of', history);
      const found = this.#result(history, fields);
      return found === 'waiting' ? found : [found];
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const tensors: SymbolicTensor[] = [];
    for (const item of Object.values(value)) {
      const found = isTensorJson(item) ? this.#tensors(item, fields) : undefined;
      if (found === undefined || found === 'waiting') return found;
      tensors.push(...found);
    }
    return tensors.length > 0 ? tensors : undefined;
  }

  #result([name, call, output]: Triple, fields: Fields, offset = 0): SymbolicTensor | 'waiting' {
    const made = this.#layers.get(name) ?? this.#operation(name);
    if (!made) {
      const operation = this.masks.operation(name)?.className;
      throw fields.refusal(
        'calls on layers of the model',
        operation
          ? `one on ${JSON.stringify(name)}, the operation ${operation}`
          : `one on ${JSON.stringify(name)}`,
        operation && 'Rebuild the model in Keras with layers, or other functions of keras.ops, in its place.',
      );
    }
    const { calls, results } = made;
    // Keras 2 counted the calls of models from 1: their own graph was the first.
    const isModel = made.layer instanceof Functional || made.layer instanceof Sequential;
    const at = isModel && call - offset >= Math.max(1, calls.length) ? call - 1 : call - offset;
    const found = results[at]?.[output];
    if (found) return found;
    if (at < 0 || at >= Math.max(1, calls.length) || results[at]) {
      throw fields.refusal(`a result of ${JSON.stringify(name)}`, `number ${output} of call ${call}`);
    }
    return 'waiting';
  }

  /** The layers that are called on a tensor. */
  #callsOn(triple: unknown): Layer[] {
    if (!isTriple(triple)) return [];
    const made = this.#layers.get(triple[0]);
    const tensor = made?.results[triple[1]]?.[triple[2]];
    if (!tensor) return [];
    const calls = [...this.#layers.values()].flatMap(({ layer }) => layer?.calls ?? []);
    return calls.filter(({ inputs }) => inputs.includes(tensor)).map(({ layer }) => layer);
  }

  /** Inputs or outputs: a triple, a list or a record of triples. */
  ends(name: string): SymbolicTensor[] | Record<string, SymbolicTensor> {
    const given = this.#fields.value(name);
    if (isTriple(given)) return [this.#end(given)];
    if (Array.isArray(given)) return given.map((one: unknown) => this.#end(one));
    if (!isJson(given)) throw this.#fields.refusal(`a list of ${underscored(name)}`, given);
    return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, this.#end(one)]));
  }

  #end(given: unknown): SymbolicTensor {
    const only: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
    if (!isTriple(only)) throw this.#fields.refusal('a layer, a call and an output', given);
    const isModel = this.#layers.get(only[0])?.layer instanceof Functional;
    const found = this.#result(only, this.#fields, isModel && only[1] > 0 ? 1 : 0);
    if (found !== 'waiting') return found;
    throw this.#fields.refusal('outputs that are computed', only[0]);
  }
}

interface CallParts {
  readonly positional: SymbolicTensor[][];
  readonly named: Record<string, SymbolicTensor[] | CallSettings[string]>;
  mask: unknown;
}

interface TensorJson {
  readonly config: Json;
}

const isTensorJson = (value: unknown): value is TensorJson =>
  isJson(value) && value.class_name === '__keras_tensor__' && isJson(value.config);

const isSetting = (value: unknown): value is boolean | number | string =>
  typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';

/** Keyword arguments of Keras 2 with triples as those of Keras 3 with tensors. */
function withTensors(kwargs: Json): Json {
  const tensor = (triple: Triple) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: triple.slice(0, 3) },
  });
  return Object.fromEntries(
    Object.entries(kwargs).map(([key, value]) => {
      if (isTriple(value)) return [key, tensor(value)];
      if (Array.isArray(value) && value.length > 0 && value.every(isTriple)) return [key, value.map(tensor)];
      return [key, value];
    }),
  );
}

/**
 * A graph of layers as Keras writes it.
 *
 * @throws ArgumentError for a layer that Keras has not
 */
export function writeFunctional(model: Functional, writeAny: (layer: Layer) => Json): Json {
  const calls = new Map<Layer, LayerCall[]>();
  for (const call of model.layerCalls) calls.set(call.layer, [...(calls.get(call.layer) ?? []), call]);
  for (const list of calls.values()) list.sort((a, b) => a.index - b.index);
  const triple = ({ history: { call, output } }: SymbolicTensor): Triple => {
    const at = calls.get(call.layer)?.indexOf(call) ?? -1;
    if (at < 0)
      throw new ArgumentError({ asked: `saving "${model.name}"`, expected: 'a graph that is whole' });
    return [call.layer.name, at, output];
  };
  // Keras counts the calls of models from 1 here, but not in the calls themselves.
  const end = (tensor: SymbolicTensor): Triple => {
    const [name, call, output] = triple(tensor);
    return [name, tensor.layer instanceof Functional ? call + 1 : call, output];
  };
  const ends = (tensors: readonly SymbolicTensor[], keys: readonly string[] | undefined) =>
    keys ? Object.fromEntries(tensors.map((tensor, i) => [keys[i] ?? '', end(tensor)])) : tensors.map(end);
  const written = (x: SymbolicTensor): Json => ({
    class_name: '__keras_tensor__',
    config: { shape: x.shape, dtype: x.dtype, keras_history: triple(x) },
  });
  const layers = model.layers.map((layer) => {
    const made = (calls.get(layer) ?? []).filter(({ inputs }) => inputs.length > 0);
    if (layer instanceof Operation) return writeOperation(layer, made[0]?.inputs ?? [], written);
    const inbound = made.map((call) => writeCall(call, written));
    return { ...writeAny(layer), name: layer.name, inbound_nodes: inbound };
  });
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: model.name,
      trainable: model.trainable,
      layers,
      input_layers: ends(model.inputs, model.inputKeys),
      output_layers: ends(model.outputs, model.outputKeys),
    },
    registered_name: 'Functional',
  };
}

/** Layers whose inputs are arguments each; others take them in one list. */
const SEPARATE: ReadonlySet<string> = new Set(['MultiHeadAttention']);
/** Layers whose further inputs are the states they begin with. */
const STATEFUL: ReadonlySet<string> = new Set(['SimpleRNN', 'LSTM', 'GRU', 'Bidirectional']);

function writeCall(
  { layer, inputs, inputNames, settings }: LayerCall,
  json: (x: SymbolicTensor) => Json,
): Json {
  const positional = inputs.filter((_, i) => inputNames[i] === '').map(json);
  const named = new Map<string, unknown[]>();
  for (const [i, name] of inputNames.entries()) {
    const x = inputs[i];
    if (name !== '' && x) named.set(name, [...(named.get(name) ?? []), json(x)]);
  }
  const kwargs: Record<string, unknown> = {};
  for (const [name, values] of named) {
    const isList = values.length > 1 || name === 'initialState';
    kwargs[underscored(name)] = isList ? values : values[0];
  }
  for (const [name, value] of Object.entries(settings)) kwargs[underscored(name)] = value;
  if (SEPARATE.has(layer.className)) return { args: positional, kwargs };
  if (STATEFUL.has(layer.className) && positional.length > 1) {
    return { args: positional.slice(0, 1), kwargs: { ...kwargs, initial_state: positional.slice(1) } };
  }
  return { args: positional.length === 1 ? positional : [positional], kwargs };
}
