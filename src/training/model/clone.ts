import { ArgumentError } from '../../graph/errors.ts';
import { InputLayer, input } from '../../layers/input.ts';
import { layerLike } from '../../layers/kinds.ts';
import type { Layer } from '../../layers/layer.ts';
import type { SymbolicTensor } from '../../layers/symbolic.ts';
import { Functional } from './functional.ts';
import { Model } from './model.ts';
import { Sequential } from './sequential.ts';

/** A layer of the same kind and arguments; models within are cloned layer by layer. */
const likewise = (layer: Layer): Layer => layerLike(layer, (part) => cloned(part, likewise));

/**
 * A model of the same layers with weights of their own, freshly drawn.
 *
 * @param cloneLayer makes a layer like a given one, with its name: by default one of the same kind and arguments; models
 *   within are cloned layer by layer
 * @throws ArgumentError for a class of one's own, whose calls or arguments are not known
 *
 * @see Keras `clone_model`
 */
export function cloneModel<M extends Sequential | Functional>(
  model: M,
  cloneLayer: (layer: Layer) => Layer = likewise,
): Sequential | Functional {
  if (model instanceof Sequential) return cloneSequential(model, cloneLayer);
  return cloneFunctional(model, cloneLayer);
}

function cloned(layer: Layer, cloneLayer: (layer: Layer) => Layer): Layer {
  if (layer instanceof Sequential || layer instanceof Functional) return cloneModel(layer, cloneLayer);
  if (!(layer instanceof Model)) return cloneLayer(layer);
  throw new ArgumentError({
    asked: `a clone of "${layer.name}"`,
    expected: 'a sequential or functional model',
    received: layer.className,
  });
}

function cloneSequential(model: Sequential, cloneLayer: (layer: Layer) => Layer): Sequential {
  const [spec] = model.inputSpecs;
  const dtype = spec?.takesTexts ? 'string' : spec?.dtype;
  const start = spec?.shape && input(spec.shape, { name: spec.name, ...(dtype && { dtype }) });
  const layers = model.layers.map((layer) => cloned(layer, cloneLayer));
  return new Sequential(start ? [start, ...layers] : layers, {
    name: model.name,
    checkpoint: model.checkpoint,
  });
}

function cloneFunctional(model: Functional, cloneLayer: (layer: Layer) => Layer): Functional {
  const layers = new Map<Layer, Layer>();
  const tensors = new Map<SymbolicTensor, SymbolicTensor>();
  const keys = model.inputSpecs.map(({ name }) => name);
  for (const symbol of model.inputs) {
    const { layer, exampleShape, batchSize } = symbol;
    const dtype = layer instanceof InputLayer && layer.takesTexts ? 'string' : symbol.dtype;
    tensors.set(
      symbol,
      input(exampleShape, { name: layer.name, dtype, ...(batchSize !== null && { batchSize }) }),
    );
  }
  for (const { layer, inputs, inputNames, settings, outputs } of model.layerCalls) {
    if (outputs.every((output) => tensors.has(output))) continue;
    const copy = layers.get(layer) ?? cloned(layer, cloneLayer);
    layers.set(layer, copy);
    const given = inputs.map((symbol) => tensors.get(symbol) as SymbolicTensor);
    const made = copy.connect(given, inputNames, settings);
    for (const [i, output] of outputs.entries()) tensors.set(output, made[i] as SymbolicTensor);
  }
  const record = (names: readonly string[], symbols: readonly SymbolicTensor[]) =>
    Object.fromEntries(
      names.map((name, i) => [name, tensors.get(symbols[i] as SymbolicTensor) as SymbolicTensor]),
    );
  return new Functional({
    inputs: record(keys, model.inputs),
    outputs: record(model.outputNames, model.outputs),
    name: model.name,
    trainable: model.trainable,
  });
}
