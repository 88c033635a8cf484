/** Arithmetic beyond the four operations. */
import * as build from '../../graph/build.ts';
import { isFloating } from '../../graph/dtypes.ts';
import {
  abs,
  arange,
  div,
  equal,
  exp,
  floor,
  less,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  maximum,
  mul,
  neg,
  notEqual,
  sub,
  where,
} from '../functions.ts';
import { apply, type Tensor, type TensorLike, tensor } from '../tensor.ts';

/** Two operands as tensors of one dtype: that of the tensor beside a number. */
function pair(a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  return [apply((x) => x, a), apply((x) => x, b)].map((value, i, both) => {
    const other = both[1 - i] as Tensor;
    const bare = [a, b][i];
    return typeof bare === 'number' ? tensor(bare, { dtype: other.dtype }) : value;
  }) as [Tensor, Tensor];
}

/** ⌊a / b⌋, also for integers; those by zero give 0. */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = pair(a, b);
  const quotient = div(x, y);
  if (isFloating(x.dtype)) return floor(quotient);
  if (x.dtype !== 'int32') return quotient;
  // The division went towards zero: one too far up where the signs differ and something is left.
  const rest = sub(x, quotient.mul(y));
  const isOver = logicalAnd(
    notEqual(rest, 0),
    notEqual(less(rest, 0).cast('int32'), less(y, 0).cast('int32')),
  );
  return where(logicalAnd(isOver, notEqual(y, 0)), quotient.sub(1), quotient);
}

/** a − b·⌊a / b⌋: what is left, with the sign of b. */
export function mod(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = pair(a, b);
  return sub(x, floorDivide(x, y).mul(y));
}

/**
 * aᵇ element by element: e^(b·log|a|) with the sign that a whole b gives, NaN for a negative a and another b. Its
 * relative error is that of a float32 times |b·log a|; `pow` with a number for b is exact for small whole ones.
 */
export function power(a: TensorLike, b: TensorLike): Tensor {
  const [base, exponent] = pair(a, b);
  const size = exp(mul(exponent, log(abs(base))));
  const half = exponent.mul(0.5);
  const isWhole = equal(floor(exponent), exponent);
  const isOdd = logicalAnd(isWhole, notEqual(floor(half), half));
  const signed = where(isOdd, neg(size), where(isWhole, size, Number.NaN));
  const result = where(less(base, 0), signed, size);
  return where(equal(exponent, 0), 1, result);
}

/** log(eᵃ + eᵇ), without overflow. */
export function logAddExp(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = pair(a, b);
  // Infinities of one sign have no difference.
  const apart = where(equal(x, y), 0, abs(sub(x, y)));
  return maximum(x, y).add(log1p(exp(neg(apart))));
}

export const isnan = (x: TensorLike): Tensor => notEqual(x, x);
/** Neither NaN nor infinite. */
export const isfinite = (x: TensorLike): Tensor => less(abs(x), Number.POSITIVE_INFINITY);
export const isinf = (x: TensorLike): Tensor => equal(abs(x), Number.POSITIVE_INFINITY);

/** Numbers at equal distances from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number): Tensor {
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  const fromStart = arange(count, 'float32').mul(step).add(start);
  // From the nearer end, so that the last number is exact, too.
  const fromStop = apply((node) => build.sub(node, count - 1), arange(count, 'float32'))
    .mul(step)
    .add(stop);
  return count > 1 ? where(less(arange(count), Math.ceil(count / 2)), fromStart, fromStop) : fromStart;
}

/** |a − b| ≤ absolute + relative·|b|. */
export const isClose = (a: TensorLike, b: TensorLike, relative = 1e-5, absolute = 1e-8): Tensor =>
  logicalNot(less(mul(abs(b), relative).add(absolute), abs(sub(a, b))));
