/** Functions that put whole tensors together, take them apart and move their elements about. */
import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { broadcastTo, concat, expandDims, slice } from '../functions.ts';
import { resolveAxes, type Tensor, type TensorLike, tensor } from '../tensor.ts';

/** The axis meant, from 0. */
export function axisOf(x: Pick<Tensor, 'shape'>, axis: number, asked: string): number {
  const [along = 0] = resolveAxes(x, axis);
  if (!Number.isInteger(along) || along < 0 || along >= x.shape.length) {
    throw new ArgumentError({
      asked: `${asked} along axis ${axis}`,
      expected: `an axis of [${x.shape.join(', ')}]`,
    });
  }
  return along;
}

/** The part from `start` on, `length` long, along one axis. */
export function sliceAlong(x: Tensor, axis: number, start: number, length: number): Tensor {
  return slice(x, x.shape.map(() => 0).with(axis, start), x.shape.with(axis, length));
}

/**
 * Tensors of one shape along a new axis: n of [a, b] → [n, a, b] for axis 0.
 *
 * @throws ShapeError when the shapes differ
 */
export function stack(parts: readonly TensorLike[], axis = 0): Tensor {
  return concat(
    parts.map((part) => expandDims(part, axis)),
    axis < 0 && parts[0] !== undefined ? axis + tensor(parts[0]).shape.length + 1 : axis,
  );
}

/** The slices along an axis, which disappears: [n, a, b] → n of [a, b] for axis 0. */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const value = tensor(x);
  const along = axisOf(value, axis, 'unstack');
  const rest = value.shape.toSpliced(along, 1);
  return Array.from({ length: value.shape[along] ?? 0 }, (_, i) =>
    sliceAlong(value, along, i, 1).reshape(rest),
  );
}

/**
 * Parts one after another along an axis.
 *
 * @param at how many equal parts, or where each part but the first begins
 * @throws ShapeError when the axis does not divide into so many parts
 */
export function split(x: TensorLike, at: number | readonly number[], axis = 0): Tensor[] {
  const value = tensor(x);
  const along = axisOf(value, axis, 'split');
  const length = value.shape[along] ?? 0;
  if (typeof at === 'number' && length % at !== 0) {
    throw new ShapeError({
      asked: `split into ${at} parts along axis ${along}`,
      expected: `a length that ${at} divides`,
      received: `${length}`,
    });
  }
  const starts =
    typeof at === 'number' ? Array.from({ length: at }, (_, i) => (i * length) / at) : [0, ...at];
  return starts.map((start, i) => sliceAlong(value, along, start, (starts[i + 1] ?? length) - start));
}

/** The whole of x so many times along each axis; missing leading axes count 1, as in NumPy. */
export function tile(x: TensorLike, repeats: readonly number[]): Tensor {
  const value = tensor(x);
  const rank = Math.max(value.shape.length, repeats.length);
  const aligned = (lengths: readonly number[]) => [
    ...Array<number>(rank - lengths.length).fill(1),
    ...lengths,
  ];
  const shape = aligned(value.shape);
  const times = aligned(repeats);
  const between = shape.flatMap((length) => [1, length]);
  const stretched = shape.flatMap((length, axis) => [times[axis] ?? 1, length]);
  return broadcastTo(value.reshape(between), stretched).reshape(
    shape.map((length, axis) => length * (times[axis] ?? 1)),
  );
}

/** Each element so many times in a row along an axis: [a, b] → [a, a, b, b]. */
export function repeat(x: TensorLike, times: number, axis = 0): Tensor {
  const value = tensor(x);
  const along = axisOf(value, axis, 'repeat');
  const { shape } = value;
  const stretched: Shape = shape.toSpliced(along + 1, 0, times);
  return broadcastTo(expandDims(value, along + 1), stretched).reshape(
    shape.with(along, (shape[along] ?? 0) * times),
  );
}

/** Elements moved on by `shift` along an axis, those past the end coming in again at the start. */
export function roll(x: TensorLike, shift: number, axis = 0): Tensor {
  const value = tensor(x);
  const along = axisOf(value, axis, 'roll');
  const length = value.shape[along] ?? 0;
  const by = length === 0 ? 0 : ((shift % length) + length) % length;
  if (by === 0) return value;
  return concat([sliceAlong(value, along, length - by, by), sliceAlong(value, along, 0, length - by)], along);
}

/** Axis `from` moved to place `to`, the others in their order. */
export function moveAxis(x: TensorLike, from: number, to: number): Tensor {
  const value = tensor(x);
  const along = axisOf(value, from, 'moveAxis');
  const others = value.shape.flatMap((_, axis) => (axis === along ? [] : [axis]));
  return value.transpose(others.toSpliced(axisOf(value, to, 'moveAxis'), 0, along));
}
