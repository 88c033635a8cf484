/** Functions that read and write at places given by other tensors. */
import * as build from '../../graph/build.ts';
import { ShapeError } from '../../graph/errors.ts';
import { type Shape, sizeOf } from '../../graph/ndarray.ts';
import { broadcastShapes } from '../../graph/shapes.ts';
import { arange, broadcastTo, gather, less, onesLike, where } from '../functions.ts';
import { apply, Tensor, type TensorLike, tensor } from '../tensor.ts';
import { axisOf, moveAxis } from './arrange.ts';

/** Places below 0 count from the end; those beyond either end become the nearest. */
function wrapped(indices: Tensor, length: number): Tensor {
  const fromEnd = where(less(indices, 0), indices.add(length), indices);
  const least = apply((node) => build.max(node, 0), fromEnd);
  return apply((node) => build.neg(build.max(build.neg(node), -(length - 1))), least);
}

const asPlaces = (indices: TensorLike): Tensor => tensor(indices, { dtype: 'int32' });

/** Slices of x along an axis, by number: [a, n, b] and […i] → [a, …i, b] for axis 1. */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const value = tensor(x);
  const places = asPlaces(indices);
  const along = axisOf(value, axis, 'take');
  const rank = places.shape.length;
  const rows = gather(moveAxis(value, along, 0), wrapped(places, value.shape[along] ?? 1));
  // [...i, a, b] → [a, ...i, b]
  const order = [
    ...Array.from({ length: along }, (_, i) => rank + i),
    ...places.shape.map((_, i) => i),
    ...Array.from({ length: value.shape.length - 1 - along }, (_, i) => rank + along + i),
  ];
  return rows.transpose(order);
}

/**
 * For every row along an axis, the elements at places of its own: [a, n] and [a, m] → [a, m] for axis 1.
 *
 * @throws ShapeError when the other axes do not fit
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const given = tensor(x);
  const places = asPlaces(indices);
  const along = axisOf(given, axis, 'takeAlongAxis');
  if (places.shape.length !== given.shape.length) {
    throw new ShapeError({
      asked: 'takeAlongAxis',
      expected: `indices of ${given.shape.length} axes, as [${given.shape.join(', ')}] has`,
      received: `[${places.shape.join(', ')}]`,
    });
  }
  const length = given.shape[along] ?? 1;
  const count = places.shape[along] ?? 0;
  const others = broadcastShapes('takeAlongAxis', given.shape.with(along, 1), places.shape.with(along, 1));
  const last = others.length - 1;
  const rows = sizeOf(others);
  const flat = moveAxis(broadcastTo(given, others.with(along, length)), along, last).reshape([rows * length]);
  const here = moveAxis(broadcastTo(places, others.with(along, count)), along, last);
  const starts = arange(rows).mul(length).reshape([rows, 1]);
  const found = gather(flat, wrapped(here, length).reshape([rows, count]).add(starts));
  return moveAxis(found.reshape(here.shape), last, along);
}

/** Rows added up by the number of their segment: [n, …s] and int32 [n] → [segments, …s]. */
export const segmentSum = (rows: TensorLike, segments: TensorLike, count: number): Tensor =>
  apply((ids, updates) => build.scatterAdd(ids, updates, count), asPlaces(segments), tensor(rows));

/**
 * Zeros, to which each update is added at its place.
 *
 * @param indices int32 [n, d]: a place along the first d axes for each update
 * @param updates [n, …s]
 * @param shape of the result, [… d axes, …s]
 */
export function scatter(indices: TensorLike, updates: TensorLike, shape: Shape): Tensor {
  const places = asPlaces(indices);
  const depth = places.shape.at(-1) ?? 0;
  const outer = shape.slice(0, depth);
  const steps = outer.map((_, axis) => sizeOf(outer.slice(axis + 1)));
  const rows = places.mul(new Tensor(asPlaces(steps).node)).sum(-1);
  const added = apply(
    (ids, values) => build.scatterAdd(ids, values, sizeOf(outer)),
    rows.reshape([-1]),
    tensor(updates).reshape([sizeOf(rows.shape), ...shape.slice(depth)]),
  );
  return added.reshape(shape);
}

/**
 * x with other values at some places, which must differ from each other.
 *
 * @param indices int32 [n, d], as for `scatter`
 * @param updates [n, …s]
 */
export function scatterUpdate(x: TensorLike, indices: TensorLike, updates: TensorLike): Tensor {
  const value = tensor(x);
  const written = tensor(updates, { dtype: value.dtype });
  const count = scatter(indices, onesLike(written), value.shape);
  return where(less(count, 1), value, scatter(indices, written, value.shape));
}
