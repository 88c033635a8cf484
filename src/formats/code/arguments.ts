import { ArgumentError } from '../../graph/errors.ts';
import type { Layer } from '../../layers/layer.ts';
import { KNOWN_LAYERS, LAYERS } from '../kerasLayers.ts';

/** What a layer is made with, by the names of its arguments. */
export interface LayerArguments {
  readonly positional: readonly (readonly [name: string, value: unknown])[];
  /** Those that are not as usual. */
  readonly options: readonly (readonly [name: string, value: unknown])[];
}

/**
 * The arguments that make a layer like one there is.
 *
 * @throws ArgumentError for a layer that Keras has not, or one with functions as arguments
 */
export function argumentsOf(layer: Layer): LayerArguments {
  const row = LAYERS.get(layer.className);
  if (!row) {
    throw new ArgumentError({
      asked: `code of layer "${layer.name}" (${layer.className})`,
      expected: `one of ${KNOWN_LAYERS}`,
    });
  }
  const config = layer.config();
  const { positional = [], needs = [], unwritten = [] } = row;
  const first = positional.map((name) => [name, config[name]] as const);
  const needed = Object.fromEntries(needs.map((name) => [name, config[name]]));
  const make = row.make as (...given: unknown[]) => Layer;
  const usual = make(...first.map(([, value]) => value), needed).config();
  const options = Object.entries({
    ...config,
    ...(layer.activityRegularizer && { activityRegularizer: layer.activityRegularizer }),
    ...(!layer.trainable && { trainable: false }),
  }).filter(([name, value]) => {
    const isKnown = positional.includes(name) || (unwritten.includes(name) && name !== 'trainable');
    return !isKnown && (needs.includes(name) || !isAlike(value, usual[name]));
  });
  for (const [name, value] of [...first, ...options]) {
    if (typeof value !== 'function' || name === 'layer' || name === 'backwardLayer') continue;
    throw new ArgumentError({
      asked: `code of layer "${layer.name}" (${layer.className})`,
      expected: `${name} by its name`,
      received: 'a function, whose text is not known',
    });
  }
  return { positional: first, options };
}

/** Whether two arguments say the same: numbers, names, lists, and what has a class and arguments. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a === 'function' || typeof b === 'function') return a === b;
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
