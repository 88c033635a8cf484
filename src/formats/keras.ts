import { readArchive, writeArchive } from '../data/archive/zip.ts';
import { ArgumentError, DataError, type Place } from '../graph/errors.ts';
import { Sequential } from '../training/model.ts';
import { readHdf5, writeHdf5 } from './hdf5.ts';
import { readCompileConfig, writeCompileConfig } from './kerasCompile.ts';
import { readModelConfig, writeModelConfig } from './kerasConfig.ts';
import { isJson, type Json, jsonText } from './kerasFields.ts';
import { buildWithWeights, readOptimizerState, weightsFile } from './kerasWeights.ts';

const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const OWN = [METADATA, CONFIG, WEIGHTS];

/** The version of Keras whose files these are. */
const KERAS_VERSION = '3.15.1';

export interface SaveOptions {
  /** Further members of the archive, by their paths in it. */
  readonly extras?: ReadonlyMap<string, Uint8Array>;
}

/**
 * A model as a `.keras` file, which Keras 3 opens too: its layers, weights, and, where it is compiled, how it is
 * trained and how far that has come. A model with a loss of one's own is saved uncompiled.
 *
 * @throws ArgumentError for a model that is not built, or has layers of one's own
 */
export async function saveModel(
  model: Sequential,
  { extras = new Map() }: SaveOptions = {},
): Promise<Uint8Array> {
  const { inputShape } = model;
  if (!model.isBuilt) {
    throw new ArgumentError({
      asked: `saving "${model.name}"`,
      expected: 'a model that knows the shape of its inputs',
      fix: 'Begin it with input(shape), or call build(shape) first.',
    });
  }
  for (const path of extras.keys()) {
    if (OWN.includes(path)) {
      throw new ArgumentError({
        asked: `the extra member ${path}`,
        expected: 'a path the model does not use',
      });
    }
  }
  const compileConfig = writeCompileConfig(model);
  const config = { ...writeModelConfig(model, inputShape), compile_config: compileConfig ?? null };
  const weights = await writeHdf5(weightsFile(model, compileConfig !== undefined));
  return writeArchive(
    new Map([
      [METADATA, encoded({ keras_version: KERAS_VERSION })],
      [CONFIG, encoded(config)],
      [WEIGHTS, weights],
      ...extras,
    ]),
  );
}

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(jsonText(value));

export interface LoadOptions {
  /** Where the bytes are from, for messages. */
  readonly source?: string;
}

export interface LoadedModel {
  readonly model: Sequential;
  /** The members of the archive that Keras does not use. */
  readonly extras: Map<string, Uint8Array>;
  /** What the file asks for that was left out. None of it changes predictions beyond their precision. */
  readonly warnings: readonly string[];
}

/**
 * Opens a `.keras` file: a Sequential of the layers there are here, with its weights, and compiled, its optimizer
 * where it was left, if it was so when it was saved. Nothing in the file is run.
 *
 * @throws DataError when the file is damaged, or holds another kind of model, a layer that is not known, or code
 */
export async function loadModel(bytes: Uint8Array, { source }: LoadOptions = {}): Promise<LoadedModel> {
  const place: Place = source === undefined ? {} : { file: source };
  refuseHdf5(bytes, place);
  const members = await readArchive(bytes, place);
  const warnings: string[] = [];
  const root = parsed(memberOf(members, CONFIG, place), place);
  const entry = readModelConfig(root, place, warnings);
  const contents = await readHdf5(memberOf(members, WEIGHTS, place), place);
  buildWithWeights(entry, contents);

  const model = new Sequential(
    entry.layers.map(({ layer }) => layer),
    { name: entry.name },
  );
  model.build(entry.inputShape);
  readCompileConfig(model, root, place, warnings);
  if (model.isCompiled) readOptimizerState(model, contents, place);
  for (const path of OWN) members.delete(path);
  return { model, extras: members, warnings };
}

/** Keras 2 wrote whole models as HDF5, whatever they were called. */
function refuseHdf5(bytes: Uint8Array, place: Place): void {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  if (!signature.every((byte, i) => bytes[i] === byte)) return;
  throw new DataError(
    {
      asked: 'opening a model',
      expected: 'a .keras file of Keras 3',
      received: 'an HDF5 file of an earlier one',
      fix: "Open it in Keras 3 and save it again: keras.models.load_model(old).save('model.keras').",
    },
    place,
  );
}

function memberOf(members: ReadonlyMap<string, Uint8Array>, path: string, place: Place): Uint8Array {
  const member = members.get(path);
  if (member) return member;
  throw new DataError({ asked: 'opening a model', expected: `a member ${path}`, received: 'none' }, place);
}

function parsed(bytes: Uint8Array, place: Place): Json {
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    cause = error;
  }
  if (isJson(value)) return value;
  const received = cause === undefined ? 'another value' : 'text that is not JSON';
  throw new DataError({ asked: 'reading config.json', expected: 'an object', received }, place, { cause });
}
