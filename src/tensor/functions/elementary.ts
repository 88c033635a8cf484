import type { Dtype } from '../../graph/dtypes.ts';
import { ShapeError } from '../../graph/errors.ts';
import {
  add,
  cos,
  div,
  equal,
  exp,
  expm1,
  floor,
  full,
  less,
  log,
  matmul,
  mul,
  neg,
  notEqual,
  reshape,
  sin,
  slice,
  sqrt,
  sub,
  sum,
  where,
} from '../functions.ts';
import { type Axes, type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { axisOf } from './arrange.ts';
import { tensordot } from './einsum.ts';

/** The smallest whole number that is not below x. */
export const ceil = (x: TensorLike): Tensor => neg(floor(neg(x)));

/** Without what comes after the point. */
export const trunc = (x: TensorLike): Tensor => where(less(x, 0), ceil(x), floor(x));

/** The nearest whole number; of two the even one, as in NumPy. */
export function round(x: TensorLike): Tensor {
  const below = floor(x);
  const rest = sub(x, below);
  const isOdd = notEqual(mul(floor(mul(below, 0.5)), 2), below);
  const isUp = where(equal(rest, 0.5), isOdd, less(0.5, rest));
  return add(below, isUp.cast('float32'));
}

/** 1/x. */
export const reciprocal = (x: TensorLike): Tensor => div(1, x);
/** 1/√x. */
export const rsqrt = (x: TensorLike): Tensor => div(1, sqrt(x));
/** The logarithm to the base 2. */
export const log2 = (x: TensorLike): Tensor => mul(log(x), Math.LOG2E);
/** The logarithm to the base 10. */
export const log10 = (x: TensorLike): Tensor => mul(log(x), Math.LOG10E);
/** The tangent, sin x / cos x. */
export const tan = (x: TensorLike): Tensor => div(sin(x), cos(x));
/** (eˣ − e⁻ˣ)/2. */
export const sinh = (x: TensorLike): Tensor => mul(sub(expm1(x), expm1(neg(x))), 0.5);
/** (eˣ + e⁻ˣ)/2. */
export const cosh = (x: TensorLike): Tensor => mul(add(exp(x), exp(neg(x))), 0.5);

/** Whether one of two is true, and the other is not. */
export const logicalXor = (a: TensorLike, b: TensorLike): Tensor =>
  notEqual(tensor(a).cast('bool'), tensor(b).cast('bool'));

/** A value in the shape of x. */
export const fullLike = (x: TensorLike, value: number, dtype?: Dtype): Tensor => {
  const like = tensor(x);
  return full(like.shape, value, dtype ?? like.dtype);
};

/** How many numbers are other than 0: int32. */
export const countNonzero = (x: TensorLike, axes?: Axes): Tensor => sum(notEqual(x, 0).cast('int32'), axes);

/** All numbers in one axis. */
export const ravel = (x: TensorLike): Tensor => reshape(x, [-1]);

/**
 * Without axes of length 1: all of them, or the given one.
 *
 * @throws ShapeError when the given one is longer
 */
export function squeeze(x: TensorLike, axis?: number): Tensor {
  const { shape } = tensor(x);
  const at = axis === undefined ? undefined : axisOf(tensor(x), axis, 'squeeze');
  if (at !== undefined && shape[at] !== 1) {
    throw new ShapeError({
      asked: `squeeze of axis ${axis}`,
      expected: 'an axis of length 1',
      received: `[${shape.join(', ')}]`,
    });
  }
  return reshape(
    x,
    shape.filter((length, i) => (at === undefined ? length !== 1 : i !== at)),
  );
}

/** Two axes exchanged. */
export function swapaxes(x: TensorLike, axis1: number, axis2: number): Tensor {
  const given = tensor(x);
  const [a, b] = [axisOf(given, axis1, 'swapaxes'), axisOf(given, axis2, 'swapaxes')];
  return given.transpose(given.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
}

/** Products of vectors or matrices summed over the last axis of `a` and the last but one of `b`, as in NumPy. */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = [tensor(a), tensor(b)];
  const ranks = [left.shape.length, right.shape.length];
  if (ranks.includes(0)) return mul(left, right);
  if (ranks[0] === 2 && ranks[1] === 2) return matmul(left, right);
  return tensordot(left, right, [[-1], [ranks[1] === 1 ? -1 : -2]]);
}

/** The differences of neighbours along an axis. */
export function diff(x: TensorLike, axis = -1): Tensor {
  const given = tensor(x);
  const at = axisOf(given, axis, 'diff');
  const length = (given.shape[at] ?? 1) - 1;
  const from = (start: number) => given.shape.map((_, i) => (i === at ? start : 0));
  const size = given.shape.map((n, i) => (i === at ? length : n));
  return sub(slice(given, from(1), size), slice(given, from(0), size));
}
