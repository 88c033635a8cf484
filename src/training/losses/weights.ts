import { ShapeError } from '../../graph/errors.ts';
import { sameShape } from '../../graph/shapes.ts';
import { broadcastTo, mean } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Weights in the shape of the values: axes missing at the end repeat. @throws ShapeError when they do not fit */
export function weightsFor(values: Tensor, given: Tensor): Tensor {
  const weights = given.cast('float32');
  const rank = values.shape.length;
  const first = weights.shape.slice(0, rank);
  const fits = sameShape(first, values.shape.slice(0, first.length));
  if (!fits || weights.shape.slice(rank).some((length) => length !== 1)) {
    throw new ShapeError({
      asked: 'sample weights',
      expected: `[${values.shape.join(', ')}], or its first axes`,
      received: `[${weights.shape.join(', ')}]`,
    });
  }
  const missing = new Array<number>(rank - first.length).fill(1);
  return broadcastTo(weights.reshape([...first, ...missing]), values.shape);
}

/** The same, where axes that are too many are averaged over, as metrics do. */
export function averagedWeightsFor(values: Tensor, given: Tensor): Tensor {
  let weights = given.cast('float32');
  while (weights.shape.length > values.shape.length) weights = mean(weights, -1);
  return weightsFor(values, weights);
}
