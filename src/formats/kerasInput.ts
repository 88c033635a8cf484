import type { Dtype } from '../graph/dtypes.ts';
import type { Shape } from '../graph/ndarray.ts';
import { InputLayer } from '../layers/input.ts';
import type { InputSpec } from '../training/model.ts';
import { type Fields, isJson, type Json } from './kerasFields.ts';
import type { Entry, Reading } from './kerasLayer.ts';

/** Where a model begins: the layer of an InputLayer. */
export function readInputLayer({ fields }: Entry, reading: Reading): InputLayer {
  const given = fields.value('batchShape', 'batchInputShape');
  const shape = exampleShape(given, reading);
  if (!shape) {
    throw fields.refusal(
      'the shape of its inputs, every length known',
      `[${[given].flat(1).slice(0, 8).map(String).join(', ')}]`,
      'Give openLength to loadModel for axes of any length, or build the model for one in Keras.',
    );
  }
  const batchSize = Array.isArray(given) && typeof given[0] === 'number' ? { batchSize: given[0] } : {};
  const options = { name: fields.text('name', ''), dtype: dtypeIn(fields), ...batchSize };
  return fields.attempt(() => new InputLayer(shape, options));
}

/** The lengths after the batch's; those that are left open are `openLength`, if that is given. */
export function exampleShape(given: unknown, { openLength }: Reading): number[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const lengths = given.slice(1).map((length: unknown) => length ?? openLength);
  const shape = lengths.filter((n): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n > 0);
  return shape.length === lengths.length ? shape : undefined;
}

function dtypeIn(fields: Fields): Dtype | 'string' {
  const given = fields.value('dtype') ?? 'float32';
  const named = isJson(given) && isJson(given.config) ? given.config.name : given;
  const dtype = typeof named === 'string' ? named : '';
  if (dtype === 'bool' || dtype === 'string') return dtype;
  if (/^u?int(8|16|32|64)$/.test(dtype)) return 'int32';
  if (/^(b?float\d+|mixed_\w+)$/.test(dtype)) return 'float32';
  throw fields.refusal('inputs of numbers or texts', dtype);
}

/**
 * From the first of these that says it: the InputLayer, what the model was first called with, its first layer. Nothing
 * where none does: a model inside of another may learn it there.
 */
export function sequentialInput(
  entries: readonly Entry[],
  fields: Fields,
  root: Json,
  reading: Reading,
): InputLayer | undefined {
  const [first] = entries;
  if (first?.className === 'InputLayer') return readInputLayer(first, reading);
  const buildConfig = (json: Json | undefined) =>
    isJson(json?.build_config) ? json.build_config.input_shape : undefined;
  const candidates = [
    fields.value('buildInputShape'),
    buildConfig(root),
    buildConfig(first?.json),
    first?.fields.value('batchInputShape'),
  ];
  for (const candidate of candidates) {
    const shape = exampleShape(candidate, reading);
    if (!shape) continue;
    const dtype = first?.className === 'Embedding' ? 'int32' : 'float32';
    const taken = new Set(entries.map((entry) => entry.fields.text('name', '')));
    return fields.attempt(() => new InputLayer(shape, { name: freeInputName(taken), dtype }));
  }
  return undefined;
}

/** A name for an input that no layer has. */
export function freeInputName(taken: ReadonlySet<string>): string {
  let name = 'input_layer';
  while (taken.has(name)) name += '_';
  return name;
}

/** An input as Keras writes it, without what only its newest versions know. */
export function writeInputLayer(
  { name, dtype, takesTexts, shape, batchSize }: InputSpec,
  exampleShape?: Shape,
): Json {
  return {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: {
      batch_shape: [batchSize ?? null, ...(shape ?? exampleShape ?? [])],
      dtype: takesTexts ? 'string' : (dtype ?? 'float32'),
      sparse: false,
      name,
    },
    registered_name: null,
  };
}
