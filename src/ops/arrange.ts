/** Functions that move elements about, take some out and put some in. */
import type { Dtype } from '../graph/dtypes.ts';
import { ArgumentError, ShapeError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { operation } from '../layers/operation.ts';
import * as arranging from '../tensor/functions/arrange.ts';
import * as indexing from '../tensor/functions/indexing.ts';
import * as ordered from '../tensor/functions/order.ts';
import * as functions from '../tensor/functions.ts';
import { padWith } from '../tensor/nn/windowing.ts';
import { type Axes, resolveAxes, Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { alike } from './pairs.ts';
import { converted } from './promotion.ts';

/** The lengths of its axes. @see Keras `keras.ops.shape` */
export const shape = (x: TensorLike): Shape => tensor(x).shape;
/** How many axes it has. @see Keras `keras.ops.ndim` */
export const ndim = (x: TensorLike): number => tensor(x).shape.length;
/** What its numbers are stored as. @see Keras `keras.ops.dtype` */
export const dtype = (x: TensorLike): Dtype => tensor(x).dtype;
/** Whether it is a tensor, rather than numbers that could be one. @see Keras `keras.ops.is_tensor` */
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;

/** In another dtype: towards 0 for integers, x ≠ 0 for bool. @see Keras `keras.ops.cast` */
export const cast = operation(
  'core.Cast',
  'x dtype=',
  (x: TensorLike, kind: Dtype): Tensor => converted(x, kind),
);
/** The identity, through which no gradient flows. @see Keras `keras.ops.stop_gradient` */
export const stopGradient = operation(
  'core.StopGradient',
  'variable',
  (x: TensorLike): Tensor => functions.stopGradient(x),
);

/**
 * The same numbers in row-major order under another shape; one length may be −1, which is worked out.
 *
 * @throws ShapeError when the shape does not hold them
 * @see Keras `keras.ops.reshape`
 */
export const reshape = operation(
  'numpy.Reshape',
  'x newshape=',
  (x: TensorLike, newshape: Shape): Tensor => tensor(x).reshape(newshape),
);
/** All numbers in one axis. @see Keras `keras.ops.ravel` */
export const ravel = operation('numpy.Ravel', 'x', (x: TensorLike): Tensor => tensor(x).reshape([-1]));

/** Axes in another order; turned around, if none is given. @see Keras `keras.ops.transpose` */
export const transpose = operation(
  'numpy.Transpose',
  'x axes=',
  (x: TensorLike, axes?: readonly number[]): Tensor => {
    const value = tensor(x);
    return value.transpose(axes ? resolveAxes(value, axes) : value.shape.map((_, axis) => axis).reverse());
  },
);

/** Two axes exchanged. @see Keras `keras.ops.swapaxes` */
export const swapaxes = operation(
  'numpy.Swapaxes',
  'x axis1= axis2=',
  (x: TensorLike, axis1: number, axis2: number): Tensor => {
    const value = tensor(x);
    const [a, b] = [arranging.axisOf(value, axis1, 'swapaxes'), arranging.axisOf(value, axis2, 'swapaxes')];
    return value.transpose(value.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
  },
);

/** One axis, or several, moved to other places, the others in their order. @see Keras `keras.ops.moveaxis` */
export const moveaxis = operation(
  'numpy.Moveaxis',
  'x source= destination=',
  (x: TensorLike, source: Axes, destination: Axes): Tensor => {
    const value = tensor(x);
    const [from, to] = [resolveAxes(value, source), resolveAxes(value, destination)];
    const pairs = to.map((place, i) => [place, from[i] ?? 0] as const).sort(([a], [b]) => a - b);
    const others = value.shape.flatMap((_, axis) => (from.includes(axis) ? [] : [axis]));
    return value.transpose(pairs.reduce((order, [place, axis]) => order.toSpliced(place, 0, axis), others));
  },
);

/** Stretched to a shape: axes of length 1 repeat. @see Keras `keras.ops.broadcast_to` */
export const broadcastTo = operation(
  'numpy.BroadcastTo',
  'x shape=',
  (x: TensorLike, to: Shape): Tensor => functions.broadcastTo(x, to),
);

/** New axes of length 1, at places counted in the result. @see Keras `keras.ops.expand_dims` */
export const expandDims = operation('numpy.ExpandDims', 'x axis=', (x: TensorLike, axis: Axes): Tensor => {
  const value = tensor(x);
  const places = [axis].flat();
  const rank = value.shape.length + places.length;
  const at = places.map((place) => (place < 0 ? place + rank : place)).sort((a, b) => a - b);
  return value.reshape(at.reduce<Shape>((lengths, place) => lengths.toSpliced(place, 0, 1), value.shape));
});

/**
 * Without axes of length 1: all of them, or the given ones.
 *
 * @throws ShapeError when a given one is longer
 * @see Keras `keras.ops.squeeze`
 */
export const squeeze = operation('numpy.Squeeze', 'x axis=', (x: TensorLike, axis?: Axes): Tensor => {
  const value = tensor(x);
  const given = axis === undefined ? undefined : resolveAxes(value, axis);
  if (given?.some((at) => value.shape[at] !== 1)) {
    throw new ShapeError({
      asked: `squeeze of axis ${[axis].flat().join(', ')}`,
      expected: 'axes of length 1',
      received: `[${value.shape.join(', ')}]`,
    });
  }
  return value.reshape(
    value.shape.filter((length, at) => (given === undefined ? length !== 1 : !given.includes(at))),
  );
});

/** Tensors one after another along an axis. @throws ShapeError when the other axes differ @see Keras `keras.ops.concatenate` */
export const concatenate = operation(
  'numpy.Concatenate',
  'xs axis=',
  (xs: readonly TensorLike[], axis = 0): Tensor => functions.concat(alike(xs), axis),
);
/** Tensors of one shape along a new axis. @throws ShapeError when the shapes differ @see Keras `keras.ops.stack` */
export const stack = operation(
  'numpy.Stack',
  'x axis=',
  (xs: readonly TensorLike[], axis = 0): Tensor => arranging.stack(alike(xs), axis),
);
/** The slices along an axis, which disappears. @see Keras `keras.ops.unstack` */
export const unstack = operation(
  'core.Unstack',
  'x num= axis=',
  (x: TensorLike, num?: number, axis = 0): Tensor[] => {
    const slices = arranging.unstack(x, axis);
    if (num === undefined || num === slices.length) return slices;
    throw new ShapeError({ asked: 'unstack', expected: `${num} slices`, received: `${slices.length}` });
  },
);
/** So many equal parts along an axis, or parts that begin at the given places. @throws ShapeError when the axis does not divide @see Keras `keras.ops.split` */
export const split = operation(
  'numpy.Split',
  'x indicesOrSections= axis=',
  (x: TensorLike, indicesOrSections: number | readonly number[], axis = 0): Tensor[] =>
    arranging.split(x, indicesOrSections, axis),
);
/** The whole of x so many times along each axis. @see Keras `keras.ops.tile` */
export const tile = operation(
  'numpy.Tile',
  'x repeats=',
  (x: TensorLike, repeats: readonly number[]): Tensor => arranging.tile(x, repeats),
);
/** Each element so many times in a row: along an axis, or of all of x flattened. @see Keras `keras.ops.repeat` */
export const repeat = operation(
  'numpy.Repeat',
  'x repeats= axis=',
  (x: TensorLike, repeats: number, axis?: number): Tensor =>
    axis === undefined ? arranging.repeat(ravel(x), repeats, 0) : arranging.repeat(x, repeats, axis),
);
/** The order along some axes, or all, turned around. @see Keras `keras.ops.flip` */
export const flip = operation(
  'numpy.Flip',
  'x axis=',
  (x: TensorLike, axis?: Axes): Tensor => functions.flip(x, axis),
);

/** Elements moved on along an axis, or through all of x, those past the end coming in again at the start. @see Keras `keras.ops.roll` */
export const roll = operation(
  'numpy.Roll',
  'x shift= axis=',
  (x: TensorLike, shift: number, axis?: number): Tensor => {
    const value = tensor(x);
    return axis === undefined
      ? arranging.roll(ravel(value), shift, 0).reshape(value.shape)
      : arranging.roll(value, shift, axis);
  },
);

export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap';

/** Which of `length` places one stands for that lies beyond them. */
const PLACES: { readonly [M in Exclude<PadMode, 'constant'>]: (place: number, length: number) => number } = {
  edge: (place, length) => Math.min(Math.max(place, 0), length - 1),
  wrap: (place, length) => ((place % length) + length) % length,
  symmetric(place, length) {
    const within = PLACES.wrap(place, 2 * length);
    return within < length ? within : 2 * length - 1 - within;
  },
  reflect(place, length) {
    const within = PLACES.wrap(place, Math.max(2 * length - 2, 1));
    return within < length ? within : 2 * length - 2 - within;
  },
};

/**
 * Elements around: so many before and after each axis.
 *
 * @param padWidth one number, [before, after] for all axes, or a pair for each
 * @param mode `constant` by default; `edge` repeats the last, `reflect` and `symmetric` mirror at it, without and with
 *   the last itself, and `wrap` begins again
 * @param constantValues 0 by default
 * @throws ArgumentError when there are not as many pairs as axes, or for another mode
 * @see Keras `keras.ops.pad`
 */
export const pad = operation(
  'numpy.Pad',
  'x padWidth= mode= constantValues',
  (
    x: TensorLike,
    padWidth: number | readonly [number, number] | readonly (readonly [number, number])[],
    mode: PadMode = 'constant',
    constantValues = 0,
  ): Tensor => {
    const value = tensor(x);
    const given = typeof padWidth === 'number' ? [padWidth, padWidth] : padWidth;
    const margins = value.shape.map((_, axis) => {
      const [before, after] = (typeof given[0] === 'number' ? given : (given[axis] ?? [])) as number[];
      return { before: before ?? 0, after: after ?? 0 };
    });
    if (typeof given[0] !== 'number' && given.length !== value.shape.length) {
      throw new ArgumentError({
        asked: `pad of [${value.shape.join(', ')}]`,
        expected: `a pair for each of ${value.shape.length} axes`,
        received: `${given.length}`,
      });
    }
    if (mode === 'constant') return padWith(value, margins, constantValues);
    const placeOf = PLACES[mode];
    if (!placeOf) {
      throw new ArgumentError({
        asked: `pad with mode "${mode}"`,
        expected: `one of constant, ${Object.keys(PLACES).join(', ')}`,
      });
    }
    return margins.reduce((padded, { before, after }, axis) => {
      const length = value.shape[axis] ?? 1;
      if (before + after === 0) return padded;
      const places = Array.from({ length: before + length + after }, (_, i) => placeOf(i - before, length));
      return indexing.take(padded, tensor(places, { dtype: 'int32' }), axis);
    }, value);
  },
);

/** The box of a shape at a place. @see Keras `keras.ops.slice` */
export const slice = operation(
  'core.Slice',
  'inputs startIndices shape=',
  (inputs: TensorLike, startIndices: readonly number[], size: Shape): Tensor =>
    functions.slice(inputs, startIndices, size),
);

/** A stretch of an axis, `start:stop:step` in Python; null, or nothing, for an end that is left open. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number | null];
/** One place, which takes its axis away; a range; null for a new axis of length 1; `...` for all axes between. */
export type KeyPart = number | Range | null | '...';

/**
 * What Python writes in brackets: `x[:, 1:3, 0]` is `getItem(x, [], [1, 3], 0)`.
 *
 * @param key for each axis in turn, what is taken of it; axes left over are taken whole
 * @throws ArgumentError when there are more parts than axes
 * @see Python, "Subscriptions"; `keras.KerasTensor.__getitem__`
 */
export const getItem = operation('numpy.GetItem', 'x key*', (x: TensorLike, ...key: KeyPart[]): Tensor => {
  let value = tensor(x);
  const rank = value.shape.length;
  const named = key.filter((part) => part !== null && part !== '...').length;
  if (named > rank || key.filter((part) => part === '...').length > 1) {
    throw new ArgumentError({
      asked: `getItem of [${value.shape.join(', ')}]`,
      expected: `a part for each of ${rank} axes at most, and "..." once at most`,
      received: JSON.stringify(key),
    });
  }
  const lengths: number[] = [];
  let axis = 0;
  for (const part of key) {
    if (part === '...') {
      lengths.push(...value.shape.slice(axis, axis + rank - named));
      axis += rank - named;
    } else if (part === null) lengths.push(1);
    else {
      value = typeof part === 'number' ? taken(value, axis, part) : ranged(value, axis, part);
      if (typeof part !== 'number') lengths.push(value.shape[axis] ?? 0);
      axis++;
    }
  }
  return value.reshape([...lengths, ...value.shape.slice(axis)]);
});

function taken(x: Tensor, axis: number, place: number): Tensor {
  const length = x.shape[axis] ?? 0;
  const at = place < 0 ? place + length : place;
  if (Number.isInteger(at) && at >= 0 && at < length) return arranging.sliceAlong(x, axis, at, 1);
  throw new ArgumentError({
    asked: `place ${place} along axis ${axis} of [${x.shape.join(', ')}]`,
    expected: `a whole number, ${-length} … ${length - 1}`,
  });
}

function ranged(x: Tensor, axis: number, [start, stop, step]: Range): Tensor {
  const length = x.shape[axis] ?? 0;
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride < 1) {
    throw new ArgumentError({
      asked: `a range with step ${stride}`,
      expected: 'a whole number of at least 1',
    });
  }
  const within = (place: number) => Math.min(Math.max(place < 0 ? place + length : place, 0), length);
  const [from, to] = [within(start ?? 0), within(stop ?? length)];
  const part = arranging.sliceAlong(x, axis, from, Math.max(to - from, 0));
  if (stride === 1) return part;
  const places = Array.from({ length: Math.ceil((to - from) / stride) }, (_, i) => i * stride);
  return indexing.take(part, tensor(places, { dtype: 'int32' }), axis);
}

/** The inputs with other values in the box at a place. @see Keras `keras.ops.slice_update` */
export const sliceUpdate = operation(
  'core.SliceUpdate',
  'inputs startIndices updates',
  (inputs: TensorLike, startIndices: readonly number[], updates: TensorLike): Tensor => {
    const value = tensor(inputs);
    const box = converted(updates, value.dtype);
    const after = value.shape.map(
      (length, axis) => length - (startIndices[axis] ?? 0) - (box.shape[axis] ?? 0),
    );
    const isInside = functions.pad(functions.ones(box.shape, 'bool'), startIndices, after);
    return functions.where(isInside, functions.pad(box, startIndices, after), value);
  },
);

const places = (indices: TensorLike): Tensor => converted(indices, 'int32');

/** Slices by number along an axis, or elements of all of x flattened; numbers below 0 count from the end. @see Keras `keras.ops.take` */
export const take = operation(
  'numpy.Take',
  'x indices axis=',
  (x: TensorLike, indices: TensorLike, axis?: number): Tensor =>
    axis === undefined
      ? indexing.take(ravel(x), places(indices), 0)
      : indexing.take(x, places(indices), axis),
);

/** For every row along an axis, the elements at places of its own. @throws ShapeError when the other axes do not fit @see Keras `keras.ops.take_along_axis` */
export const takeAlongAxis = operation(
  'numpy.TakeAlongAxis',
  'x indices axis=',
  (x: TensorLike, indices: TensorLike, axis?: number): Tensor =>
    axis === undefined
      ? indexing.takeAlongAxis(ravel(x), ravel(places(indices)), 0)
      : indexing.takeAlongAxis(x, places(indices), axis),
);

/** Zeros, to which each value is added at its place: indices [n, d], values [n, …s]. @see Keras `keras.ops.scatter` */
export const scatter = operation(
  'core.Scatter',
  'indices values shape=',
  (indices: TensorLike, values: TensorLike, to: Shape): Tensor =>
    indexing.scatter(places(indices), values, to),
);
/** The inputs with other values at some places, which must differ from each other. @see Keras `keras.ops.scatter_update` */
export const scatterUpdate = operation(
  'core.ScatterUpdate',
  'inputs indices updates',
  (inputs: TensorLike, indices: TensorLike, updates: TensorLike): Tensor =>
    indexing.scatterUpdate(inputs, places(indices), updates),
);
/** Rows added up by the number of their segment: [n, …s] and [n] → [segments, …s]. @see Keras `keras.ops.segment_sum` */
export const segmentSum = operation(
  'math.SegmentSum',
  'data segmentIds numSegments=',
  (data: TensorLike, segmentIds: TensorLike, numSegments: number): Tensor =>
    indexing.segmentSum(data, places(segmentIds), numSegments),
);

/** In ascending order along an axis, the last by default; NaN last. @see Keras `keras.ops.sort` */
export const sort = operation(
  'numpy.Sort',
  'x axis=',
  (x: TensorLike, axis = -1): Tensor => ordered.sort(x, axis),
);
/** The places of the elements in ascending order along an axis, as int32. @see Keras `keras.ops.argsort` */
export const argsort = operation(
  'numpy.Argsort',
  'x axis=',
  (x: TensorLike, axis = -1): Tensor => ordered.argSort(x, axis),
);
/** Where values would have to go into sorted numbers to keep their order, as int32. @see Keras `keras.ops.searchsorted` */
export const searchsorted = operation(
  'numpy.SearchSorted',
  'sortedSequence values side=',
  (sortedSequence: TensorLike, values: TensorLike, side: 'left' | 'right' = 'left'): Tensor =>
    ordered.searchSorted(sortedSequence, values, side),
);

/**
 * The k greatest along the last axis, the greatest first.
 *
 * @returns [values, their places]
 * @throws ArgumentError when there are fewer than k
 * @see Keras `keras.ops.top_k`
 */
export const topK = operation(
  'math.TopK',
  'x k=',
  (x: TensorLike, k: number): [values: Tensor, indices: Tensor] => {
    const { values, indices } = ordered.topK(x, k);
    return [values, indices];
  },
);

/** Whether each target is among the k greatest of its row of predictions, [batch, classes]. @see Keras `keras.ops.in_top_k` */
export const inTopK = operation(
  'math.InTopK',
  'targets predictions k=',
  (targets: TensorLike, predictions: TensorLike, k: number): Tensor => {
    const labels = functions.expandDims(places(targets), -1);
    const rows = tensor(predictions);
    const chosen = indexing.takeAlongAxis(rows, labels, -1);
    return functions.less(functions.greater(rows, chosen).cast('int32').sum(-1), k);
  },
);
