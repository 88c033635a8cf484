import { ArgumentError } from '../../graph/errors.ts';
import type { Layer } from '../../layers/layer.ts';
import { freeName, snakeCase } from '../../layers/names.ts';

/**
 * Gives names to layers without one: `dense`, `dense_1`, … A name given so, in another model, gives way to one
 * that is taken.
 *
 * @throws ArgumentError where two layers were given one name
 */
export function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const layer of layers) {
    if (!layer.isNamed) continue;
    if (taken.has(layer.name)) {
      throw new ArgumentError({
        asked: 'layers of a model',
        expected: 'names that differ',
        received: `two layers named "${layer.name}"`,
        fix: 'Give one of them another name.',
      });
    }
    taken.add(layer.name);
  }
  for (const layer of layers) {
    if (layer.isNamed) continue;
    if (layer.name === '' || taken.has(layer.name)) {
      layer.name = freeName(snakeCase(layer.className), taken);
    }
    taken.add(layer.name);
  }
}
