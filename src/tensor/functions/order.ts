/** Functions that put numbers in order. */
import * as build from '../../graph/build.ts';
import { ArgumentError } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import {
  add,
  arange,
  equal,
  expandDims,
  flip,
  less,
  logicalAnd,
  logicalOr,
  notEqual,
  where,
} from '../functions.ts';
import { apply, type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { axisOf, moveAxis, sliceAlong } from './arrange.ts';
import { takeAlongAxis } from './indexing.ts';

/**
 * The places of the elements in ascending order along an axis, as int32; equal ones as they stand, NaN last.
 *
 * An element's place is the number of those that belong before it: n comparisons for each of n elements, in one pass
 * that stores none of them. Below some ten thousand elements that takes milliseconds a row.
 */
export function argSort(x: TensorLike, axis = -1): Tensor {
  const value = tensor(x);
  const along = axisOf(value, axis, 'argSort');
  const last = value.shape.length - 1;
  const rows = moveAxis(value, along, last);
  const length = rows.shape[last] ?? 0;
  const count = sizeOf(rows.shape.slice(0, -1));
  const [mine, theirs] = [expandDims(rows, -1), expandDims(rows, -2)];
  const [myPlace, theirPlace] = [arange(length).reshape([length, 1]), arange(length).reshape([1, length])];
  // NaN is less than nothing, and equal to nothing: it belongs after all numbers, and NaNs are one like the other.
  const [isNaNHere, isNaNThere] = [notEqual(mine, mine), notEqual(theirs, theirs)];
  const smaller = logicalOr(less(theirs, mine), where(isNaNThere, false, isNaNHere));
  const alike = logicalOr(equal(theirs, mine), logicalAnd(isNaNHere, isNaNThere));
  const before = logicalOr(smaller, logicalAnd(alike, less(theirPlace, myPlace)));
  const ranks = before.cast('int32').sum(-1);
  const starts = arange(count).mul(length).reshape([count, 1]);
  const targets = ranks
    .reshape([count, length])
    .add(starts)
    .reshape([count * length]);
  const places = add(arange(length).reshape([1, length]), starts.mul(0)).reshape([count * length]);
  const order = apply((to, from) => build.scatterAdd(to, from, count * length), targets, places);
  return moveAxis(order.reshape(rows.shape), last, along);
}

/** The elements in ascending order along an axis; equal ones as they stand, NaN last. Gradients go where they came from. */
export const sort = (x: TensorLike, axis = -1): Tensor => takeAlongAxis(x, argSort(x, axis), axis);

/**
 * The k greatest elements along the last axis, the greatest first and of equals the first, and their places.
 *
 * @throws ArgumentError when there are fewer than k
 */
export function topK(x: TensorLike, k: number): { values: Tensor; indices: Tensor } {
  const value = tensor(x);
  const last = axisOf(value, -1, 'topK');
  const length = value.shape[last] ?? 0;
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new ArgumentError({
      asked: `topK with k = ${k}`,
      expected: `a whole number up to ${length}, the length of the last axis`,
    });
  }
  // Ascending from the end, over the elements from the end, is descending with equals as they stand.
  const fromEnd = argSort(flip(value, last), last);
  const places = flip(sliceAlong(fromEnd, last, length - k, k), last);
  const indices = apply((node) => build.sub(length - 1, node), places);
  return { values: takeAlongAxis(value, indices, last), indices };
}

/** The middle of the ordered numbers along an axis, or the mean of the two in the middle. */
export function median(x: TensorLike, axis = -1, keepDims = false): Tensor {
  const value = tensor(x);
  const along = axisOf(value, axis, 'median');
  const length = value.shape[along] ?? 0;
  const low = Math.floor((length - 1) / 2);
  return sliceAlong(sort(value, along), along, low, length % 2 === 0 ? 2 : 1).mean(along, keepDims);
}

/** Where a value would have to go into sorted numbers to keep their order: [n] and […] → int32 […]. */
export function searchSorted(
  sorted: TensorLike,
  values: TensorLike,
  side: 'left' | 'right' = 'left',
): Tensor {
  const wanted = expandDims(tensor(values), -1);
  const isBefore = less(tensor(sorted), wanted);
  const counted = side === 'left' ? isBefore : logicalOr(isBefore, equal(tensor(sorted), wanted));
  return counted.cast('int32').sum(-1);
}
