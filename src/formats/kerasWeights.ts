import { DataError, type Place } from '../graph/errors.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { sameShape } from '../graph/shapes.ts';
import type { Variable } from '../tensor/variable.ts';
import { type Sequential, snakeCase } from '../training/model.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { Hdf5Contents, Hdf5Group } from './hdf5.ts';
import type { ModelEntry } from './kerasConfig.ts';

/** The folder of each layer: its class, counted per class. The layer's own name is not in the path. */
export function layerFolders(classNames: readonly string[], root = 'layers'): string[] {
  const counts = new Map<string, number>();
  return classNames.map((className) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? `${root}/${base}` : `${root}/${base}_${count}`;
  });
}

/** The weights of a model, and of its optimizer where it is `compiled`, by the paths Keras gives them. */
export function weightsFile(model: Sequential, compiled: boolean): Hdf5Contents {
  const datasets = new Map<string, NDArray>();
  const groups = new Map<string, Hdf5Group>();
  const add = (folder: string, name: string, variables: readonly Variable[]) => {
    // Keras opens the group of everything that could have variables, so it is there even when empty.
    groups.set(folder, { name });
    for (const [i, variable] of variables.entries()) datasets.set(`${folder}/${i}`, variable.value());
  };
  const folders = layerFolders(model.layers.map(({ className }) => className));
  for (const [i, layer] of model.layers.entries()) add(`${folders[i]}/vars`, layer.name, layer.weights);
  if (compiled) {
    const { optimizer } = model.compiled;
    // Keras warns of an optimizer without slots.
    optimizer.build(model.trainableWeights);
    let folder = 'optimizer';
    for (let one: Optimizer | undefined = optimizer; one; one = one.inner) {
      add(`${folder}/vars`, snakeCase(one.className), one.variables);
      folder += '/inner_optimizer';
    }
  }
  add('vars', model.name, []);
  return { datasets, groups };
}

/** The datasets of a `vars` group in the order of their numbers. */
function storedIn({ datasets }: Hdf5Contents, folder: string): NDArray[] {
  const stored: NDArray[] = [];
  for (let i = 0; ; i++) {
    const found = datasets.get(`${folder}/vars/${i}`);
    if (!found) return stored;
    stored.push(found);
  }
}

/**
 * Builds the layers of a model and gives them their weights. Shapes are compared before a weight is made, so that
 * a configuration cannot ask for more memory than its file has numbers.
 *
 * @throws DataError when number or shapes of weights are others than the configuration says
 */
export function buildWithWeights({ layers, inputShape }: ModelEntry, contents: Hdf5Contents): void {
  const old = '_layer_checkpoint_dependencies';
  const isOld = [...contents.datasets.keys()].some((path) => path.startsWith(`${old}/`));
  const folders = layerFolders(
    layers.map(({ layer }) => layer.className),
    isOld ? old : 'layers',
  );
  let shape = inputShape;
  for (const [i, { layer, fields, weightShapes }] of layers.entries()) {
    const expected = weightShapes(shape);
    const stored = storedIn(contents, folders[i] ?? '');
    const fits = expected.length === stored.length && expected.every((one, j) => isOf(stored[j], one));
    if (!fits) {
      throw fields.refusal(
        `weights of ${listed(expected)} in ${folders[i]}/vars of model.weights.h5`,
        listed(stored.map((array) => array.shape)),
      );
    }
    const before = shape;
    shape = fields.attempt(() => layer.build(before));
    for (const [j, weight] of layer.weights.entries()) {
      const value = stored[j];
      if (value) fields.attempt(() => weight.assign(value));
    }
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
export function readOptimizerState(model: Sequential, contents: Hdf5Contents, place: Place): void {
  const { optimizer } = model.compiled;
  optimizer.build(model.trainableWeights);
  const stored = storedIn(contents, 'optimizer');
  const { variables } = optimizer;
  if (stored.length !== variables.length) return;
  for (const [i, variable] of variables.entries()) {
    const value = stored[i];
    if (!value || !isOf(value, variable.shape)) {
      throw new DataError(
        {
          asked: `optimizer/vars/${i} of model.weights.h5`,
          expected: `[${variable.shape.join(', ')}]`,
          received: `[${value?.shape.join(', ')}]`,
        },
        place,
      );
    }
    variable.assign(value);
  }
  // Random numbers go on with the next step's, as they would have.
  model.trainingSteps.assign(Math.max(0, optimizer.iterations.value().data[0] ?? 0));
}
