/** One number for many: beyond the sum, the mean and the greatest. */

import { isFloating } from '../../graph/dtypes.ts';
import {
  abs,
  argMax,
  concat,
  div,
  full,
  less,
  max,
  maximum,
  min,
  mul,
  neg,
  pow,
  sqrt,
  square,
  sum,
  variance,
  where,
} from '../functions.ts';
import { type Axes, resolveAxes, type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { sliceAlong } from './arrange.ts';

/** The product over some axes (all, if none are given), in log₂ n rounds of halves. */
export function prod(x: TensorLike, axes?: Axes, keepDims = false): Tensor {
  const value = tensor(x);
  const over = resolveAxes(value, axes);
  const total = over.reduce(productAlong, value);
  return keepDims ? total : total.reshape(value.shape.filter((_, axis) => !over.includes(axis)));
}

function productAlong(x: Tensor, axis: number): Tensor {
  let total = x;
  for (let length = x.shape[axis] ?? 0; length !== 1; length = total.shape[axis] ?? 1) {
    const half = Math.ceil(length / 2);
    if (length === 0) return full(x.shape.with(axis, 1), 1, x.dtype);
    const rest = sliceAlong(total, axis, half, length - half);
    const ones = full(total.shape.with(axis, 2 * half - length), 1, x.dtype);
    total = sliceAlong(total, axis, 0, half).mul(2 * half === length ? rest : concat([rest, ones], axis));
  }
  return total;
}

/** Whether all along some axes are true (or not 0). */
export const all = (x: TensorLike, axes?: Axes, keepDims = false): Tensor =>
  min(tensor(x).cast('bool').cast('int32'), axes, keepDims).cast('bool');
/** Whether any along some axes is true (or not 0). */
export const any = (x: TensorLike, axes?: Axes, keepDims = false): Tensor =>
  max(tensor(x).cast('bool').cast('int32'), axes, keepDims).cast('bool');

/** The position of the least number along an axis, the first of equals, as int32. */
export function argMin(x: TensorLike, axis = -1): Tensor {
  const value = tensor(x);
  // −1 − x turns the order of integers around without overflow.
  return argMax(isFloating(value.dtype) ? neg(value) : neg(value).sub(1), axis);
}

/** The standard deviation: the root of the variance. */
export const std = (x: TensorLike, axes?: Axes, keepDims = false): Tensor =>
  sqrt(variance(x, axes, keepDims));

/**
 * The length of vectors: (Σ |x|^order)^(1/order) over some axes; the greatest |x| for an order of ∞.
 *
 * The gradient of the Euclidean norm of zeros is 0, as in PyTorch.
 */
export function norm(x: TensorLike, order = 2, axes?: Axes, keepDims = false): Tensor {
  if (order === Number.POSITIVE_INFINITY) return max(abs(x), axes, keepDims);
  if (order === 1) return sum(abs(x), axes, keepDims);
  const total = sum(order === 2 ? square(x) : pow(abs(x), order), axes, keepDims);
  const isPositive = less(0, total);
  const safe = where(isPositive, total, mul(total, 0).add(1));
  const root = order === 2 ? sqrt(safe) : pow(safe, 1 / order);
  return where(isPositive, root, total);
}

/** x, made shorter where its Euclidean norm over some axes (all, if none are given) is greater than `limit`. */
export function clipByNorm(x: TensorLike, limit: number, axes?: Axes): Tensor {
  const length = norm(x, 2, axes, true);
  return mul(x, div(limit, maximum(length, limit)));
}
