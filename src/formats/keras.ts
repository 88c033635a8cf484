import { readArchive, writeArchive } from '../data/archive/zip.ts';
import { ArgumentError, DataError, type Place } from '../graph/errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../training/model.ts';
import { bytesOf, delivered } from './files.ts';
import { type Hdf5Contents, readHdf5, writeHdf5 } from './hdf5.ts';
import { readCompileConfig, writeCompileConfig } from './kerasCompile.ts';
import { readModelConfig, writeModelConfig } from './kerasConfig.ts';
import { isJson, type Json, jsonText } from './kerasFields.ts';
import type { Reading } from './kerasLayer.ts';
import { legacyRoot, readLegacyOptimizer, readLegacyWeights, rootText } from './kerasLegacy.ts';
import { RUN, readRun, writeRun } from './kerasRun.ts';
import { Allowance } from './kerasTerms.ts';
import { hasFolders, readOptimizerState, readWeights, weightsFile } from './kerasWeights.ts';

const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const OWN = [METADATA, CONFIG, WEIGHTS, RUN];
const ASSETS = 'assets/';

/** The version of Keras whose files these are. */
const KERAS_VERSION = '3.15.1';

/** How many numbers the weights of a model may have that is made without a file of them: 1 GiB. */
const MOST_WEIGHTS = 2 ** 28;

export interface SaveOptions {
  /** Further members of the archive, by their paths in it. */
  readonly extras?: ReadonlyMap<string, Uint8Array>;
  /** Whether to save weights and optimizer alone, as `saveWeights` does; false by default. */
  readonly weightsOnly?: boolean;
}

/**
 * A model as a `.keras` file, which Keras 3 opens too: its layers, weights, and, where it is compiled, how it is
 * trained and how far that has come, so that `fit` with `resume` goes on from there. A model with a loss of one's own
 * is saved uncompiled.
 *
 * @param path where to write it, in Node: beside the old file, which is whole until the new one is
 * @returns the bytes of the file
 * @throws ArgumentError for a model that is not built, has layers of one's own, or functions as arguments
 */
export async function saveModel(model: Model, options?: SaveOptions): Promise<Uint8Array>;
export async function saveModel(model: Model, path: string, options?: SaveOptions): Promise<Uint8Array>;
export async function saveModel(
  model: Model,
  where: string | SaveOptions = {},
  settings: SaveOptions = {},
): Promise<Uint8Array> {
  const [path, options] = typeof where === 'string' ? [where, settings] : [undefined, where];
  if (options.weightsOnly) return saveWeights(model, path);
  return delivered(await wholeModel(model, options), path);
}

async function wholeModel(model: Model, { extras = new Map() }: SaveOptions): Promise<Uint8Array> {
  checkBuilt(model);
  for (const path of extras.keys()) {
    if (OWN.includes(path) || path.startsWith(ASSETS)) {
      throw new ArgumentError({
        asked: `the extra member ${path}`,
        expected: 'a path the model does not use',
      });
    }
  }
  const compileConfig = writeCompileConfig(model);
  const config = { ...writeModelConfig(model), compile_config: compileConfig ?? null };
  const weights = await writeHdf5(weightsFile(model, compileConfig !== undefined));
  return writeArchive(
    new Map([
      [METADATA, encoded({ keras_version: KERAS_VERSION })],
      [CONFIG, encoded(config)],
      [WEIGHTS, weights],
      ...(model.isCompiled ? [[RUN, writeRun(model)] as const] : []),
      ...extras,
    ]),
  );
}

function checkBuilt(model: Model): void {
  if (model.isBuilt) return;
  throw new ArgumentError({
    asked: `saving "${model.name}"`,
    expected: 'a model that knows the shape of its inputs',
    fix: 'Begin it with input(shape), or call build(shape) first.',
  });
}

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(jsonText(value));

export interface LoadOptions {
  /** Where the bytes are from, for messages; the path by default. */
  readonly source?: string;
  /** The length of axes that the file leaves open, such as `keras.Input((None, 8))`: here every length is known. */
  readonly openLength?: number;
  /** Whether the model is compiled as it was when it was saved; true by default. */
  readonly compile?: boolean;
}

export interface LoadedModel {
  readonly model: Model;
  /** The members of the archive that Keras does not use. */
  readonly extras: Map<string, Uint8Array>;
  /** What the file asks for that was left out. None of it changes predictions beyond their precision. */
  readonly warnings: readonly string[];
}

/**
 * Opens a file of a whole model, given by its bytes, or in Node by its path: `.keras` of Keras 3, or HDF5 of Keras 2, whatever it is called. It is a Sequential
 * or a Functional of the layers there are here, with its weights, and compiled, its optimizer where it was left, if
 * it was so when it was saved. Nothing in the file is run.
 *
 * @throws DataError when the file is damaged, or holds another kind of model, a layer that is not known, or code
 */
export async function loadModel(file: Uint8Array | string, given: LoadOptions = {}): Promise<LoadedModel> {
  const options = withSource(file, given);
  const bytes = await bytesOf(file);
  const place = placeOf(options);
  if (isHdf5(bytes)) return loadLegacyModel(await readHdf5(bytes, place), options);
  const members = await readArchive(bytes, place);
  const root = parsed(decoded(memberOf(members, CONFIG, place)), CONFIG, place);
  const weights = memberOf(members, WEIGHTS, place);
  const contents = await readHdf5(weights, place);
  const reading = readingOf(options, numbersIn(contents), members);
  const model = readModelConfig(root, reading);
  readWeights(model, contents, place, ownersIn(reading));
  reading.allowance.end();
  if (options.compile !== false) {
    readCompileConfig(model, root.compile_config, place, reading.warnings);
    if (model.isCompiled) {
      readOptimizerState(model, contents, place);
      readRun(model, members.get(RUN), place);
    }
  }
  for (const path of [...members.keys()]) {
    if (OWN.includes(path) || path.startsWith(ASSETS)) members.delete(path);
  }
  return { model, extras: members, warnings: reading.warnings };
}

const withSource = <O extends LoadOptions>(file: Uint8Array | string, options: O): O =>
  typeof file === 'string' ? { source: file, ...options } : options;

const placeOf = ({ source }: LoadOptions): Place => (source === undefined ? {} : { file: source });

function readingOf(
  options: LoadOptions,
  numbers: number,
  members: ReadonlyMap<string, Uint8Array> = new Map(),
): Reading {
  return {
    place: placeOf(options),
    warnings: [],
    allowance: new Allowance(numbers),
    members,
    openLength: options.openLength,
    fieldsOf: new Map(),
  };
}

const numbersIn = ({ datasets }: Hdf5Contents): number =>
  [...datasets.values()].reduce((total, { data }) => total + data.length, 0);

/** What a layer is called in messages: as the file has it. */
const ownersIn =
  ({ fieldsOf }: Reading) =>
  (layer: Layer): string =>
    fieldsOf.get(layer)?.owner ?? `layer "${layer.name}" (${layer.className})`;

/** A whole model of Keras 2. */
function loadLegacyModel(contents: Hdf5Contents, options: LoadOptions): LoadedModel {
  const place = placeOf(options);
  const config = rootText(contents, 'model_config');
  if (config === undefined) {
    throw new DataError(
      {
        asked: 'opening a model',
        expected: 'an HDF5 file with an attribute model_config',
        received: 'one without',
        fix: 'A file of weights is for loadWeights(model, bytes): make the model first.',
      },
      place,
    );
  }
  const reading = readingOf(options, numbersIn(contents));
  const model = readModelConfig(parsed(config, 'model_config', place), reading);
  readLegacyWeights(model, contents, place, ownersIn(reading));
  reading.allowance.end();
  const training = rootText(contents, 'training_config');
  if (options.compile !== false && training !== undefined) {
    const { optimizer_config: optimizer, ...rest } = parsed(training, 'training_config', place);
    readCompileConfig(model, { optimizer, ...rest }, place, reading.warnings);
    if (model.isCompiled && !readLegacyOptimizer(model, contents, place)) {
      reading.warnings.push(
        'The state of the optimizer is of an earlier Keras, and left out: it begins anew.',
      );
    }
  }
  return { model, extras: new Map(), warnings: reading.warnings };
}

/**
 * Weights as a `.weights.h5` file of Keras 3, with the optimizer's state where the model is compiled.
 *
 * @param path where to write it, in Node
 * @returns the bytes of the file
 */
export async function saveWeights(model: Model, path?: string): Promise<Uint8Array> {
  checkBuilt(model);
  return delivered(await writeHdf5(weightsFile(model, writeCompileConfig(model) !== undefined)), path);
}

/**
 * Gives a model the weights of a file, given by its bytes, or in Node by its path: `.weights.h5`, a whole `.keras` or `.h5`, or the weights of Keras 2. The model
 * is one made by the same calls, layers in the same order.
 *
 * @throws DataError when the file is damaged, or has other weights
 */
export async function loadWeights(
  model: Model,
  file: Uint8Array | string,
  options: Pick<LoadOptions, 'source'> = {},
): Promise<void> {
  checkBuilt(model);
  const bytes = await bytesOf(file);
  const place = placeOf(withSource(file, options));
  const weights = isHdf5(bytes) ? bytes : memberOf(await readArchive(bytes, place), WEIGHTS, place);
  const contents = await readHdf5(weights, place);
  if (legacyRoot(contents) !== undefined) {
    readLegacyWeights(model, contents, place);
    return;
  }
  if (!hasFolders(contents)) {
    throw new DataError(
      { asked: 'weights', expected: 'a file of weights of Keras', received: 'another HDF5 file' },
      place,
    );
  }
  readWeights(model, contents, place);
  if (model.isCompiled) readOptimizerState(model, contents, place);
}

/** The configuration of a model, without weights, as Keras's `to_json` writes it. */
export function toJSON(model: Model): string {
  const compileConfig = writeCompileConfig(model);
  return jsonText({ ...writeModelConfig(model), compile_config: compileConfig ?? null });
}

/**
 * The model of a configuration, with weights as its initialisers make them.
 *
 * @throws DataError as `loadModel` does
 * @see Keras `model_from_json`
 */
export function modelFromJSON(text: string, options: LoadOptions = {}): Model {
  const place = placeOf(options);
  const root = parsed(text, 'the configuration', place);
  const reading = readingOf(options, MOST_WEIGHTS);
  reading.allowance.initialize();
  const model = readModelConfig(root, reading);
  reading.allowance.end();
  if (options.compile !== false) readCompileConfig(model, root.compile_config, place, reading.warnings);
  return model;
}

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const isHdf5 = (bytes: Uint8Array): boolean => HDF5_SIGNATURE.every((byte, i) => bytes[i] === byte);

function memberOf(members: ReadonlyMap<string, Uint8Array>, path: string, place: Place): Uint8Array {
  const member = members.get(path);
  if (member) return member;
  throw new DataError({ asked: 'opening a model', expected: `a member ${path}`, received: 'none' }, place);
}

const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** How deep objects may lie in one another: more than any model, less than a walk through them can go. */
const DEEPEST_JSON = 512;

function parsed(text: string, what: string, place: Place): Json {
  let value: unknown;
  let cause: unknown;
  try {
    if (depthOf(text) > DEEPEST_JSON) throw new Error(`deeper than ${DEEPEST_JSON}`);
    value = JSON.parse(text);
  } catch (error) {
    cause = error;
  }
  if (isJson(value)) return value;
  const received = cause === undefined ? 'another value' : 'text that is not JSON';
  throw new DataError({ asked: `reading ${what}`, expected: 'an object', received }, place, { cause });
}

/** The depth of brackets, texts aside. */
function depthOf(text: string): number {
  let [depth, deepest, inText] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inText && character === '\\') i++;
    else if (character === '"') inText = !inText;
    else if (inText) continue;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return deepest;
}
