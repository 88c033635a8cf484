import { DataError, type Place } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { sameShape, typeText } from '../../graph/shapes.ts';
import type { Model } from '../../training/model/model.ts';

/** The weights of a model by their paths in it: `dense/kernel`. */
export function weightsByPath(model: Model): Map<string, NDArray> {
  return new Map([...pathsIn(model)].map(([path, weight]) => [path, weight.value()]));
}

function pathsIn(model: Model) {
  const prefix = `${model.name}/`;
  return new Map(
    [...model.weightPaths()].map(([path, weight]) => [
      path.startsWith(prefix) ? path.slice(prefix.length) : path,
      weight,
    ]),
  );
}

/**
 * Gives the weights of a model the values they have under their paths.
 *
 * @param options.source where the values are from, for messages
 * @throws DataError when one is missing or of another shape; then no weight has changed
 */
export function assignWeights(
  model: Model,
  values: ReadonlyMap<string, NDArray>,
  { source }: { source?: string } = {},
): void {
  const place: Place = source === undefined ? {} : { file: source };
  const found = [...pathsIn(model)].map(([path, weight]) => {
    const value = values.get(path);
    if (value && sameShape(value.shape, weight.shape)) return { weight, value };
    const received = value ? typeText(value) : 'none';
    const expected = typeText({ dtype: weight.dtype, shape: weight.shape });
    throw new DataError({ asked: `the weight "${path}"`, expected, received }, place);
  });
  for (const { weight, value } of found) weight.assign(value);
}
