import { ArgumentError, DataError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { InputLayer } from '../layers/input.ts';
import type { Layer } from '../layers/layer.ts';
import { Functional, type Model, Sequential } from '../training/model.ts';
import { type Json, shown } from './kerasFields.ts';
import { readFunctional, writeFunctional } from './kerasGraph.ts';
import { freeInputName, sequentialInput, writeInputLayer } from './kerasInput.ts';
import {
  type Entry,
  entryOf,
  MODELS,
  type Reading,
  readLayer,
  readVocabulary,
  within,
  writeLayer,
  writtenPolicy,
} from './kerasLayer.ts';
import { layerFolders } from './kerasWeights.ts';

/** How deep models may lie in one another. */
const DEEPEST = 16;

/**
 * Reads the configuration of a model, and builds it.
 *
 * @throws DataError for layers that are not known, for code in place of numbers, and for what makes no sense
 */
export function readModelConfig(root: Json, reading: Reading): Model {
  const model = MODELS.has(`${root.class_name}`)
    ? readAny(root, ['the model', 'config.json', ''], 0, reading)
    : undefined;
  if (model instanceof Sequential || model instanceof Functional) return model;
  throw new DataError(
    {
      asked: 'the model of config.json',
      expected: 'a Sequential or a Functional',
      received: shown(root),
      fix: 'Models of classes of their own are code. Rebuild it of layers in Keras, and save that.',
    },
    reading.place,
  );
}

/** What something is, what it is in, and its folder among the weights. */
type Whereabouts = readonly [what: string, inside: string, folder: string];

/** A layer, or a model used as one. */
function readAny(json: unknown, [what, inside, folder]: Whereabouts, depth: number, reading: Reading): Layer {
  const entry = entryOf(json, what, inside, reading.place);
  if (!MODELS.has(entry.className)) {
    const layer = readLayer(entry, depth, reading, (part, name, outer, deeper) =>
      readAny(part, [name, outer, folder], deeper, reading),
    );
    readVocabulary(layer, folder, reading);
    return layer;
  }
  const { className, fields } = entry;
  if (depth > DEEPEST) throw fields.refusal(`models at most ${DEEPEST} deep in one another`, 'deeper ones');
  const place = depth === 0 ? 'config.json' : fields.owner;
  const part = (json: unknown, name: string, path: string) =>
    readAny(json, [name, place, folder === '' ? path : `${folder}/${path}`], depth + 1, reading);
  const model =
    className === 'Sequential'
      ? readSequential(entry, place, depth, reading, part)
      : readFunctional(entry, place, reading, part);
  if (!fields.flag('trainable', true)) model.trainable = false;
  reading.fieldsOf.set(model, fields);
  return model;
}

function readSequential(
  { fields, json }: Entry,
  place: string,
  depth: number,
  reading: Reading,
  part: (json: unknown, what: string, folder: string) => Layer,
): Sequential {
  const stored = fields.value('layers');
  if (!Array.isArray(stored)) throw fields.refusal('a list of layers', stored);
  const entries = stored.map((one: unknown, i) => entryOf(one, `layer ${i + 1}`, place, reading.place));
  const input = sequentialInput(entries, fields, json, reading);
  if (!input && depth === 0) {
    throw fields.refusal(
      'the shape of its inputs, every length known',
      'none',
      'Build the model, or begin it with keras.Input(shape), before saving.',
    );
  }
  const first = entries[0]?.className === 'InputLayer' ? 1 : 0;
  const folders = layerFolders(entries.slice(first).map(({ className }) => className));
  const layers = stored
    .slice(first)
    .map((one: unknown, i) => part(one, `layer ${first + i + 1}`, folders[i] ?? ''));
  const unnamed = layers.find(({ name }) => name === '');
  if (unnamed) throw (reading.fieldsOf.get(unnamed) ?? fields).refusal('a name', 'none');
  if (input) {
    let shapes: readonly Shape[] = [input.inputShape];
    for (const layer of layers) {
      const before = shapes;
      shapes = within(layer, before, reading, () => layer.buildMany(before));
    }
  }
  const name = fields.text('name', 'sequential');
  return fields.attempt(() => new Sequential([...(input ? [input.output] : []), ...layers], { name }));
}

/**
 * The configuration of a model as Keras writes it, without what only its newest versions know.
 *
 * @throws ArgumentError for a layer that Keras has not, or a model of a class of one's own
 */
export function writeModelConfig(model: Model): Json {
  if (model instanceof Functional) return writeFunctional(model, writeAny);
  if (model instanceof Sequential) return writeSequential(model);
  throw new ArgumentError({
    asked: `saving "${model.name}" (${model.className})`,
    expected: 'a model of layers, made by sequential or model',
    received: 'one of a class of its own, which is code',
    fix: 'Keep its weights with saveWeights, and make the model by its class.',
  });
}

function writeAny(layer: Layer): Json {
  if (layer instanceof Sequential || layer instanceof Functional) return writeModelConfig(layer);
  if (layer instanceof InputLayer) {
    const { name, dtype, takesTexts, inputShape: shape, batchSize } = layer;
    return writeInputLayer({ name, dtype, takesTexts, shape, batchSize });
  }
  return writeLayer(layer, writeAny);
}

function writeSequential(model: Sequential): Json {
  const [spec] = model.inputSpecs;
  const batchShape = [spec?.batchSize ?? null, ...model.inputShape];
  const names = new Set(model.layers.map(({ name }) => name));
  const name = spec && !names.has(spec.name) ? spec.name : freeInputName(names);
  const layers = model.layers.map(writeAny);
  const built = model.isBuilt && {
    build_input_shape: batchShape,
    layers: [writeInputLayer({ ...spec, name }, model.inputShape), ...layers],
  };
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: model.name,
      trainable: model.trainable,
      dtype: writtenPolicy(model.dtypePolicy),
      layers,
      ...built,
    },
    registered_name: null,
    ...(model.isBuilt && { build_config: { input_shape: batchShape } }),
  };
}
