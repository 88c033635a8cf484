/**
 * Functions of tensors, composed of primitives. Each takes anything tensor-like; numbers take the dtype of the
 * tensor beside them. Shapes broadcast: aligned at the last axis, lengths of 1 stretch.
 */
import * as build from '../graph/build.ts';
import { type Dtype, isFloating } from '../graph/dtypes.ts';
import { scalar } from '../graph/graph.ts';
import type { Shape } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { type Axes, apply, resolveAxes, Tensor, type TensorLike, tensor } from './tensor.ts';

const unary = (op: (node: Node) => Node) => (x: TensorLike) => apply(op, x);
const binary = (op: (a: Node, b: Node) => Node) => (a: TensorLike, b: TensorLike) => apply(op, a, b);

export const add = binary(build.add);
export const sub = binary(build.sub);
export const mul = binary(build.mul);
/** a / b; integers towards zero. */
export const div = binary(build.div);
/** The greater of two numbers; NaN if either is. */
export const maximum = binary(build.max);
/** The lesser of two numbers; NaN if either is. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor =>
  apply((x, y) => mirror(build.max(mirror(x), mirror(y))), a, b);

/** Turns the order of numbers around, and is its own inverse: −x, for integers −1 − x, which never overflows. */
function mirror(x: Node): Node {
  return isFloating(x.dtype) ? build.neg(x) : build.sub(build.neg(x), 1);
}

export const matmul = binary(build.matmul);

export const neg = unary(build.neg);
export const exp = unary(build.exp);
/** The natural logarithm. */
export const log = unary(build.log);
export const sqrt = unary(build.sqrt);
export const sin = unary(build.sin);
/** cos x = sin(x + π/2). */
export const cos = (x: TensorLike): Tensor => sin(add(x, Math.PI / 2));
export const floor = unary(build.floor);
export const tanh = unary(build.tanh);
export const erf = unary(build.erf);
/** log(1 + x), accurate near 0. */
export const log1p = unary(build.log1p);
/** eˣ − 1, accurate near 0. */
export const expm1 = unary(build.expm1);
/** The identity, through which no gradient flows. */
export const stopGradient = unary(build.detach);

export const less = binary(build.less);
export const greater = (a: TensorLike, b: TensorLike): Tensor => less(b, a);
export const equal = binary(build.equal);
export const lessEqual = (a: TensorLike, b: TensorLike): Tensor => logicalOr(less(a, b), equal(a, b));
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor => lessEqual(b, a);
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => logicalNot(equal(a, b));
export const logicalNot = (a: TensorLike): Tensor => where(a, tensor(false), tensor(true));
export const logicalAnd = (a: TensorLike, b: TensorLike): Tensor => where(a, b, tensor(false));
export const logicalOr = (a: TensorLike, b: TensorLike): Tensor => where(a, tensor(true), b);

/** `a` where `condition` holds, else `b`. Gradients flow to the chosen one. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const chosen = tensor(condition, { dtype: 'bool' });
  const pair = [a, b].find((value) => value instanceof Tensor);
  const dtype = pair instanceof Tensor ? pair.dtype : 'float32';
  const side = (value: TensorLike) =>
    typeof value === 'number' ? new Tensor(scalar(value, dtype)) : tensor(value, { dtype });
  return apply((c, x, y) => build.where(c, x, y), chosen, side(a), side(b));
}

/** |x|, with gradient 0 at 0. */
export const abs = (x: TensorLike): Tensor => mul(x, sign(x));
/** −1, 0 or 1. */
export function sign(x: TensorLike): Tensor {
  const value = tensor(x);
  return where(greater(value, 0), 1, where(less(value, 0), scalarLike(value, -1), scalarLike(value, 0)));
}

function scalarLike({ dtype }: Tensor, value: number): Tensor {
  return new Tensor(scalar(value, dtype));
}

export const square = (x: TensorLike): Tensor => mul(x, x);
/** xⁿ: by products for a small whole n, else as e^(n·log x), which needs x > 0. */
export function pow(x: TensorLike, exponent: number): Tensor {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 16) return exp(mul(log(x), exponent));
  if (exponent < 0) return div(1, pow(x, -exponent));
  let result = exponent % 2 === 1 ? tensor(x) : onesLike(x);
  let base = tensor(x);
  for (let rest = exponent >> 1; rest > 0; rest >>= 1) {
    base = square(base);
    if (rest % 2 === 1) result = mul(result, base);
  }
  return result;
}

/** x limited to low … high. */
export const clip = (x: TensorLike, low: number, high: number): Tensor => minimum(maximum(x, low), high);

/** The least float32 above 0 that every machine keeps: some take smaller ones for 0. */
const LEAST = 2 ** -126;

/** max(x, 0), with gradient 0 at 0. NaN stays NaN: it is not less than anything. */
export function relu(x: TensorLike): Tensor {
  const value = tensor(x);
  return where(less(value, LEAST), scalarLike(value, 0), value);
}

/** Below this e^(−x) would overflow in float32, and σ(x) is 0 to every digit. */
const SIGMOID_FLOOR = -80;

/** σ(x) = 1 / (1 + e^(−x)). */
export function sigmoid(x: TensorLike): Tensor {
  const value = tensor(x);
  const bounded = where(less(value, SIGMOID_FLOOR), scalarLike(value, SIGMOID_FLOOR), value);
  return div(1, add(exp(neg(bounded)), 1));
}

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e^(−|x|)), without overflow. At 0 the two terms give half and nothing: the
 * gradient is σ(0) = ½ there too.
 */
export const softplus = (x: TensorLike): Tensor => add(maximum(x, 0), log1p(exp(neg(abs(x)))));

export const sum = (x: TensorLike, axes?: Axes, keepDims = false): Tensor => tensor(x).sum(axes, keepDims);
export const mean = (x: TensorLike, axes?: Axes, keepDims = false): Tensor => tensor(x).mean(axes, keepDims);
export const max = (x: TensorLike, axes?: Axes, keepDims = false): Tensor => tensor(x).max(axes, keepDims);
export const min = (x: TensorLike, axes?: Axes, keepDims = false): Tensor =>
  apply(mirror, apply(mirror, x).max(axes, keepDims));
/** The mean squared distance from the mean. */
export const variance = (x: TensorLike, axes?: Axes, keepDims = false): Tensor =>
  square(sub(x, mean(x, axes, true))).mean(axes, keepDims);

/** The position of the greatest number along an axis, the first of equals, as int32. */
export function argMax(x: TensorLike, axis = -1): Tensor {
  const value = tensor(x);
  const [along = 0] = resolveAxes(value, axis);
  const length = value.shape[along] ?? 1;
  const fromEnd = new Tensor(build.sub(length, build.iota(value.shape, along, 'int32')));
  // Among NaNs, as in NumPy, the first NaN.
  const isGreatest = logicalOr(equal(value, value.max(along, true)), notEqual(value, value));
  return sub(length, where(isGreatest, fromEnd, scalarLike(fromEnd, 0)).max(along));
}

/** log Σ eˣ, shifted by the greatest x so that nothing overflows. */
export function logSumExp(x: TensorLike, axes?: Axes, keepDims = false): Tensor {
  const value = tensor(x);
  const greatest = stopGradient(value.max(axes, true));
  // Infinities need no shift: ∞ − ∞ would make NaN of them.
  const shift = where(less(abs(greatest), Number.POSITIVE_INFINITY), greatest, scalarLike(value, 0));
  const total = add(log(exp(sub(value, shift)).sum(axes, true)), shift);
  const over = resolveAxes(value, axes);
  return keepDims ? total : total.reshape(value.shape.filter((_, axis) => !over.includes(axis)));
}

/** log softmax(x) = x − log Σ eˣ, shifted before the subtraction: far from 0 the digits of the difference would be lost. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const value = tensor(x);
  const shifted = sub(value, stopGradient(value.max(axis, true)));
  return sub(shifted, log(exp(shifted).sum(axis, true)));
}

/** eˣ / Σ eˣ along an axis: positive, with sum 1. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const value = tensor(x);
  const powers = exp(sub(value, stopGradient(value.max(axis, true))));
  return div(powers, powers.sum(axis, true));
}

export const reshape = (x: TensorLike, shape: Shape): Tensor => tensor(x).reshape(shape);
export const transpose = (x: TensorLike, order?: readonly number[]): Tensor => tensor(x).transpose(order);
export const broadcastTo = (x: TensorLike, shape: Shape): Tensor =>
  apply((node) => build.broadcast(node, shape), x);
export const cast = (x: TensorLike, dtype: Dtype): Tensor => tensor(x).cast(dtype);
/** The box of `size` at `start`; a size of −1 goes to the end. */
export function slice(x: TensorLike, start: readonly number[], size: Shape): Tensor {
  const { shape } = tensor(x);
  const full = size.map((length, axis) => (length < 0 ? (shape[axis] ?? 0) - (start[axis] ?? 0) : length));
  return apply((node) => build.slice(node, start, full), x);
}
/** Zeros around: `before[i]` and `after[i]` along axis i. */
export const pad = (x: TensorLike, before: readonly number[], after: readonly number[]): Tensor =>
  apply((node) => build.pad(node, before, after), x);

/** The order along some axes turned around. */
export function flip(x: TensorLike, axes?: Axes): Tensor {
  const value = tensor(x);
  return apply((node) => build.flip(node, resolveAxes(value, axes)), value);
}

/** Where windows stand and what they see, an entry for each axis. */
export interface WindowOptions {
  /** Ascending. */
  readonly axes: readonly number[];
  readonly size: Shape;
  /** How far apart windows stand; 1 by default. */
  readonly strides?: readonly number[];
  /** How far apart the places inside of a window are; 1 by default. */
  readonly dilations?: readonly number[];
}

/**
 * Every window along some axes, as a view: [batch, height, width, channels] over axes [1, 2] becomes
 * [batch, rows, columns, …size, channels]. The sizes follow the last of the axes.
 *
 * @throws ShapeError when a window is longer than its axis
 */
export function windows(x: TensorLike, { axes, size, strides, dilations }: WindowOptions): Tensor {
  const ones = axes.map(() => 1);
  const windowing = { axes, size, strides: strides ?? ones, dilations: dilations ?? ones };
  return apply((node) => build.window(node, windowing), x);
}

/** A new axis of length 1. */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const value = tensor(x);
  const at = axis < 0 ? axis + value.shape.length + 1 : axis;
  return value.reshape([...value.shape.slice(0, at), 1, ...value.shape.slice(at)]);
}

/** Tensors one after another along an axis. */
export function concat(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map((part) => tensor(part));
  const along = tensors[0] ? (resolveAxes(tensors[0], axis)[0] ?? 0) : 0;
  return apply((...nodes) => build.concat(nodes, along), ...tensors);
}

/** Rows of `table` by number: [r, …s] and int32 […i] → […i, …s]. Numbers out of range take the nearest row. */
export const gather = (table: TensorLike, indices: TensorLike): Tensor =>
  apply(build.gather, tensor(table), tensor(indices, { dtype: 'int32' }));

/** 1 at the place each index names, 0 elsewhere: […i] → […i, classes]. */
export function oneHot(indices: TensorLike, classes: number, dtype: Dtype = 'float32'): Tensor {
  const wanted = expandDims(tensor(indices, { dtype: 'int32' }), -1);
  const place = new Tensor(build.iota([classes], 0, 'int32'));
  return equal(wanted, place).cast(dtype);
}

export const full = (shape: Shape, value: number, dtype: Dtype = 'float32'): Tensor =>
  new Tensor(build.broadcast(scalar(value, dtype), shape));
export const zeros = (shape: Shape, dtype: Dtype = 'float32'): Tensor => full(shape, 0, dtype);
export const ones = (shape: Shape, dtype: Dtype = 'float32'): Tensor => full(shape, 1, dtype);
export const zerosLike = (x: TensorLike): Tensor => apply((node) => build.fullLike(node, 0), x);
export const onesLike = (x: TensorLike): Tensor => apply((node) => build.fullLike(node, 1), x);
/** 0, 1, … count − 1. */
export const arange = (count: number, dtype: Dtype = 'int32'): Tensor =>
  new Tensor(build.iota([count], 0, dtype));
