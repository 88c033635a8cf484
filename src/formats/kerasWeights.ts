import { DataError, type Place } from '../graph/errors.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { sameShape } from '../graph/shapes.ts';
import { Layer } from '../layers/layer.ts';
import { Pipeline } from '../layers/preprocessing/pipeline.ts';
import type { Variable } from '../tensor/variable.ts';
import { Functional, Model, Sequential, snakeCase } from '../training/model.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { Hdf5Contents, Hdf5Group } from './hdf5.ts';
import { underscored } from './kerasFields.ts';

/** Where the weights of a layer lie in a file: in the group `vars` of a folder. */
export interface WeightFolder {
  readonly folder: string;
  readonly name: string;
  readonly variables: readonly Variable[];
  /** The layer at the top of the model that this is, or is a part of. */
  readonly top: Layer;
}

/** The folder of each of some layers: its class, counted per class. The layer's own name is not in the path. */
export function layerFolders(classNames: readonly string[], root = 'layers'): string[] {
  const counts = new Map<string, number>();
  return classNames.map((className) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? `${root}/${base}` : `${root}/${base}_${count}`;
  });
}

/** Parts that layers of Keras have and ours do not need. Keras opens the group of each, though they are empty. */
const EMPTY_PARTS: Readonly<Record<string, readonly string[]>> = {
  MultiHeadAttention: ['_softmax', '_dropout_layer'],
};

/** Keras 3 before 3.1 and Keras 2.12 to 2.15 called the folder of layers so. */
const OLD_ROOT = '_layer_checkpoint_dependencies';

/** Every layer of a model, from the model itself inwards, with its own weights and where Keras puts them. */
export function weightFolders(model: Layer, root = 'layers'): WeightFolder[] {
  const found: WeightFolder[] = [];
  const visit = (layer: Layer, folder: string, top: Layer) => {
    const inside = new Set(layer.subLayers.flatMap((part) => part.layer.weights));
    const variables = layer.weights.filter((weight) => !inside.has(weight));
    found.push({ folder, name: layer.name, variables, top });
    for (const [path, part] of partsOf(layer, root))
      visit(part, joined(folder, path), folder === '' ? part : top);
    for (const part of EMPTY_PARTS[layer.className] ?? []) {
      found.push({ folder: joined(folder, part), name: part, variables: [], top });
    }
  };
  visit(model, '', model);
  return found;
}

const joined = (folder: string, path: string): string => (folder === '' ? path : `${folder}/${path}`);

/** The layers a layer is made of, by their paths in its folder. */
function partsOf(layer: Layer, root: string): [path: string, part: Layer][] {
  if (layer instanceof Sequential || layer instanceof Functional || layer instanceof Pipeline) {
    const { layers } = layer;
    const folders = layerFolders(
      layers.map(({ className }) => className),
      root,
    );
    return layers.map((part, i) => [folders[i] ?? '', part]);
  }
  if (!(layer instanceof Model))
    return layer.subLayers.map(({ attribute, layer: part }) => [attribute, part]);
  // A class of one's own: the properties that hold layers, by their names.
  return Object.entries(layer).flatMap(([property, value]): [string, Layer][] => {
    const path = underscored(property);
    if (value instanceof Layer) return [[path, value]];
    const parts = Array.isArray(value) ? value.filter((part): part is Layer => part instanceof Layer) : [];
    const folders = layerFolders(
      parts.map(({ className }) => className),
      path,
    );
    return parts.map((part, i) => [folders[i] ?? '', part]);
  });
}

/** The weights of a model, and of its optimizer where it is `compiled`, by the paths Keras gives them. */
export function weightsFile(model: Model, compiled: boolean): Hdf5Contents {
  const datasets = new Map<string, NDArray>();
  const groups = new Map<string, Hdf5Group>();
  const add = (folder: string, name: string, variables: readonly Variable[]) => {
    const path = joined(folder, 'vars');
    // Keras opens the group of everything that could have variables, so it is there even when empty.
    groups.set(path, { name });
    for (const [i, variable] of variables.entries()) datasets.set(`${path}/${i}`, variable.value());
  };
  for (const { folder, name, variables } of weightFolders(model)) add(folder, name, variables);
  if (compiled) {
    const { optimizer } = model.compiled;
    // Keras warns of an optimizer without slots.
    optimizer.build(model.trainableWeights);
    let folder = 'optimizer';
    for (let one: Optimizer | undefined = optimizer; one; one = one.inner) {
      add(folder, snakeCase(one.className), one.variables);
      folder += '/inner_optimizer';
    }
  }
  return { datasets, groups };
}

/** The datasets of a `vars` group in the order of their numbers. */
function storedIn({ datasets }: Hdf5Contents, folder: string): NDArray[] {
  const stored: NDArray[] = [];
  for (let i = 0; ; i++) {
    const found = datasets.get(joined(folder, `vars/${i}`));
    if (!found) return stored;
    stored.push(found);
  }
}

/** Whether a file has its weights in the folders of Keras 3. */
export const hasFolders = ({ groups }: Hdf5Contents): boolean =>
  groups.has('layers') || groups.has(OLD_ROOT) || groups.has('vars');

/**
 * Gives the weights of a model the values of a file.
 *
 * @param ownerOf what a layer is called in messages
 * @throws DataError when number or shapes of weights are others than the model's
 */
export function readWeights(
  model: Model,
  contents: Hdf5Contents,
  place: Place,
  ownerOf: (layer: Layer) => string = ({ name, className }) => `layer "${name}" (${className})`,
): void {
  const root = contents.groups.has(OLD_ROOT) ? OLD_ROOT : 'layers';
  for (const { folder, variables, top } of weightFolders(model, root)) {
    const path = joined(folder, 'vars');
    assignAll(
      variables,
      storedIn(contents, folder),
      ownerOf(top),
      `in ${path} of the file of weights`,
      place,
    );
  }
}

/** @throws DataError when there are more or fewer values than variables, or values of other shapes */
export function assignAll(
  variables: readonly Variable[],
  stored: readonly NDArray[],
  owner: string,
  where: string,
  place: Place,
): void {
  const fits =
    variables.length === stored.length && variables.every(({ shape }, i) => isOf(stored[i], shape));
  if (!fits) {
    throw new DataError(
      {
        asked: owner,
        expected: `weights of ${listed(variables.map(({ shape }) => shape))} ${where}`,
        received: listed(stored.map(({ shape }) => shape)),
      },
      place,
    );
  }
  for (const [i, variable] of variables.entries()) {
    const value = stored[i];
    if (value) variable.assign(value);
  }
}

const isOf = (array: NDArray | undefined, shape: Shape): boolean =>
  array !== undefined && sameShape(array.shape, shape);

const listed = (shapes: readonly Shape[]): string =>
  shapes.length === 0 ? 'none' : shapes.map((shape) => `[${shape.join(', ')}]`).join(', ');

/**
 * Gives the optimizer of a compiled model the state it was saved with. A file with another number of variables,
 * as of a model that was never fitted, leaves it fresh.
 *
 * @throws DataError when a variable has another shape
 */
export function readOptimizerState(model: Model, contents: Hdf5Contents, place: Place): void {
  const { optimizer } = model.compiled;
  optimizer.build(model.trainableWeights);
  const stored = storedIn(contents, 'optimizer');
  if (stored.length !== optimizer.variables.length) return;
  assignAll(optimizer.variables, stored, `the optimizer ${optimizer.className}`, 'in optimizer/vars', place);
  // Random numbers go on with the next step's, as they would have.
  model.trainingSteps.assign(Math.max(0, optimizer.iterations.value().data[0] ?? 0));
}
