import { DataError, type Place } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Layer } from '../layers/layer.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Model } from '../training/model.ts';
import type { Hdf5Contents } from './hdf5.ts';
import { assignAll } from './kerasWeights.ts';

// How Keras 2 and before kept models: one HDF5 file, with configurations as texts in the attributes of its root, and
// weights in groups by the names of their layers. See Keras `keras/src/legacy/saving/legacy_h5_format.py`.

/** A text attribute of the root. */
export function rootText({ groups }: Hdf5Contents, name: string): string | undefined {
  const value = groups.get('')?.attributes?.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** A list of names; one too long for an attribute is in several, `names0`, `names1`, … */
function namesIn({ groups }: Hdf5Contents, path: string, name: string): string[] | undefined {
  const attributes = groups.get(path)?.attributes;
  const listed = (value: string | readonly string[] | undefined) =>
    value === undefined ? undefined : [value].flat();
  const whole = listed(attributes?.get(name));
  if (whole) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = listed(attributes?.get(`${name}${i}`));
    if (!part) return i === 0 ? undefined : parts;
    parts.push(...part);
  }
}

/** The group with the weights of a file: of whole models a part, of files of weights the root. */
export function legacyRoot(contents: Hdf5Contents): string | undefined {
  for (const root of ['model_weights', '']) if (namesIn(contents, root, 'layer_names')) return root;
  return undefined;
}

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');

/**
 * Gives the weights of a model those of such a file, layer by layer in their order, names aside.
 *
 * @throws DataError when layers or shapes do not match
 */
export function readLegacyWeights(
  model: Model,
  contents: Hdf5Contents,
  place: Place,
  ownerOf: (layer: Layer) => string = ({ name, className }) => `layer "${name}" (${className})`,
): void {
  const root = legacyRoot(contents) ?? '';
  const stored = (namesIn(contents, root, 'layer_names') ?? [])
    .map((name) => ({ name, arrays: arraysIn(contents, joined(root, name), place) }))
    .filter(({ arrays }) => arrays.length > 0);
  const layers = model.layers.filter(({ weights }) => weights.length > 0);
  if (stored.length !== layers.length) {
    throw new DataError(
      {
        asked: `weights of "${model.name}"`,
        expected: `those of ${layers.length} layers`,
        received: `${stored.length}`,
      },
      place,
    );
  }
  for (const [i, layer] of layers.entries()) {
    const { name = '', arrays = [] } = stored[i] ?? {};
    assignAll(legacyOrder(layer), arrays, ownerOf(layer), `in ${joined(root, name)} of the file`, place);
  }
}

/** Of a layer that trains, and of all inside it, first what trains. */
function legacyOrder(layer: Layer): readonly Variable[] {
  return [...layer.trainableWeights, ...layer.nonTrainableWeights];
}

function arraysIn(contents: Hdf5Contents, group: string, place: Place): NDArray[] {
  const names = namesIn(contents, group, 'weight_names') ?? [];
  return names.map((name) => {
    const found = contents.datasets.get(joined(group, name));
    if (found) return found;
    throw new DataError(
      { asked: `weight ${name} in ${group}`, expected: 'a dataset of numbers', received: 'none' },
      place,
    );
  });
}

/**
 * The state of the optimizer, where it is one of Keras 3: what Keras 2 kept is in another order, and left out.
 *
 * @returns whether it was taken over
 */
export function readLegacyOptimizer(model: Model, contents: Hdf5Contents, place: Place): boolean {
  const names = namesIn(contents, 'optimizer_weights', 'weight_names');
  if (!names) return true;
  const { optimizer } = model.compiled;
  optimizer.build(model.trainableWeights);
  const arrays = arraysIn(contents, 'optimizer_weights', place);
  const { variables } = optimizer;
  const fits = variables.every(({ shape }, i) => `${arrays[i]?.shape}` === `${shape}`);
  if (arrays.length !== variables.length || !fits) return false;
  assignAll(variables, arrays, `the optimizer ${optimizer.className}`, 'in optimizer_weights', place);
  model.trainingSteps.assign(Math.max(0, optimizer.iterations.value().data[0] ?? 0));
  return true;
}
