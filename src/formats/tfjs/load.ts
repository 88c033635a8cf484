import { DataError, type Place } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Layer } from '../../layers/layer.ts';
import { Functional, type Model, Sequential } from '../../training/model.ts';
import type { LoadedModel, LoadOptions } from '../keras.ts';
import { readModelConfig } from '../kerasConfig.ts';
import { isJson, type Json } from '../kerasFields.ts';
import type { Reading } from '../kerasLayer.ts';
import { Allowance } from '../kerasTerms.ts';
import { assignAll } from '../kerasWeights.ts';
import { arraysIn, groupsIn, numbersIn, type WeightGroup } from './weights.ts';

/** Longer texts describe no model. */
const LONGEST_JSON = 64 * 2 ** 20;

/** Gives the bytes of a file beside `model.json`, by its path from there. */
export type ShardReader = (path: string) => Uint8Array | Promise<Uint8Array>;

/**
 * Opens a layers model of TensorFlow.js: `model.json`, and the files of weights beside it, quantised or not. It is a
 * Sequential or a Functional of the layers there are here, not compiled. Nothing in the files is run.
 *
 * @param json the contents of `model.json`
 * @param shard reads a file of weights, such as `group1-shard1of1.bin`
 * @throws DataError for a graph model, a layer that is not known, and files that are damaged or do not fit together
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export async function loadTfjs(
  json: Uint8Array | string,
  shard: ShardReader,
  { source, openLength }: Pick<LoadOptions, 'source' | 'openLength'> = {},
): Promise<LoadedModel> {
  const place: Place = source === undefined ? {} : { file: source };
  const root = parsed(json, place);
  const config = topologyOf(root, place);
  const groups = groupsIn(root.weightsManifest ?? [], place);
  // Files first: a manifest alone may ask for any memory.
  const stored: [string, NDArray][] = [];
  for (const group of groups) stored.push(...arraysIn(group, await bytesOf(group, shard), place));
  const reading: Reading = {
    place,
    warnings: [],
    allowance: new Allowance(numbersIn(groups)),
    members: new Map(),
    openLength,
    fieldsOf: new Map(),
  };
  const model = readModelConfig(config, reading);
  assignWeights(model, stored, reading);
  reading.allowance.end();
  return { model, extras: new Map(), warnings: reading.warnings };
}

function refusal(expected: string, received: string, place: Place, fix?: string, cause?: unknown): DataError {
  const parts = { asked: 'opening a model of TensorFlow.js', expected, received };
  return new DataError(fix === undefined ? parts : { ...parts, fix }, place, { cause });
}

function parsed(json: Uint8Array | string, place: Place): Json {
  if (json.length > LONGEST_JSON) {
    throw refusal(`at most ${LONGEST_JSON} bytes of JSON`, `${json.length}`, place);
  }
  let value: unknown;
  try {
    value = JSON.parse(
      typeof json === 'string' ? json : new TextDecoder('utf-8', { fatal: true }).decode(json),
    );
  } catch (cause) {
    throw refusal('model.json', 'text that is not JSON', place, undefined, cause);
  }
  if (isJson(value)) return value;
  throw refusal('an object in model.json', 'another value', place);
}

/** The configuration: as the converter from Keras has it, or as TensorFlow.js itself saves it. */
function topologyOf({ format, modelTopology }: Json, place: Place): Json {
  if (format === 'graph-model') {
    const fix = 'Convert it from its Keras model, to a layers model.';
    throw refusal('a layers model', 'a graph model', place, fix);
  }
  const topology = isJson(modelTopology) ? modelTopology : {};
  const config = isJson(topology.model_config) ? topology.model_config : topology;
  if (typeof config.class_name === 'string') return config;
  throw refusal('a modelTopology with the configuration of a model', 'none', place);
}

async function bytesOf({ paths }: WeightGroup, shard: ShardReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const path of paths) parts.push(await shard(path));
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Weights are named after their layers: those of one lie in its own order, what trains first. */
function assignWeights(model: Model, stored: readonly [string, NDArray][], reading: Reading): void {
  const byLayer = new Map<string, NDArray[]>();
  for (const [name, array] of stored) {
    const layer = name.split('/')[0] ?? '';
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), array]);
  }
  for (const layer of new Set(leavesOf(model))) {
    if (layer.weights.length === 0) continue;
    const { name, className } = layer;
    const owner = reading.fieldsOf.get(layer)?.owner ?? `layer ${JSON.stringify(name)} (${className})`;
    const order = [...layer.trainableWeights, ...layer.nonTrainableWeights];
    assignAll(order, byLayer.get(name) ?? [], owner, 'in weightsManifest', reading.place);
    byLayer.delete(name);
  }
  for (const name of byLayer.keys()) {
    reading.warnings.push(
      `Weights of ${JSON.stringify(name.slice(0, 100))}, which is no layer, are left out.`,
    );
  }
}

/** The layers of a model that are no models. */
function leavesOf(model: Model): Layer[] {
  return model.layers.flatMap((layer) =>
    layer instanceof Sequential || layer instanceof Functional ? leavesOf(layer) : [layer],
  );
}
