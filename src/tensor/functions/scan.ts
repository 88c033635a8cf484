/** Running totals. */
import { concat, flip, full } from '../functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { axisOf, sliceAlong } from './arrange.ts';

export interface ScanOptions {
  /** From the end instead of from the start. */
  readonly reverse?: boolean;
  /** Without the element itself. */
  readonly exclusive?: boolean;
}

/**
 * Each element with all before it along an axis, added up: [a, b, c] → [a, a + b, a + b + c].
 *
 * In log₂ n rounds, each adding what lies 1, 2, 4, … places before; so a sum is rounded log₂ n times, not n.
 */
export const cumsum = (x: TensorLike, axis = -1, options: ScanOptions = {}): Tensor =>
  scan(x, axis, options, 0, (a, b) => a.add(b));

/** Each element with all before it along an axis, multiplied. */
export const cumprod = (x: TensorLike, axis = -1, options: ScanOptions = {}): Tensor =>
  scan(x, axis, options, 1, (a, b) => a.mul(b));

/** @see Hillis and Steele, "Data Parallel Algorithms", 1986. */
function scan(
  x: TensorLike,
  axis: number,
  { reverse = false, exclusive = false }: ScanOptions,
  neutral: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const value = tensor(x);
  const along = axisOf(value, axis, 'running total');
  const length = value.shape[along] ?? 0;
  const later = (total: Tensor, by: number) =>
    concat(
      [
        full(value.shape.with(along, Math.min(by, length)), neutral, value.dtype),
        sliceAlong(total, along, 0, Math.max(length - by, 0)),
      ],
      along,
    );
  let total = reverse ? flip(value, along) : value;
  if (exclusive) total = later(total, 1);
  for (let by = 1; by < length; by *= 2) total = combine(total, later(total, by));
  return reverse ? flip(total, along) : total;
}
