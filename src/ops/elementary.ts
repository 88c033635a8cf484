/** Functions of single numbers, element by element; of integers where they make sense, else as float32. */
import { isFloating } from '../graph/dtypes.ts';
import * as arithmetic from '../tensor/functions/arithmetic.ts';
import * as functions from '../tensor/functions.ts';
import { add, div, equal, less, mul, notEqual, sub, where } from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { floating, numeric } from './promotion.ts';

/** |x|, with gradient 0 at 0. @see Keras `keras.ops.abs` */
export const abs = (x: TensorLike): Tensor => functions.abs(numeric(x));
/** −x. @see Keras `keras.ops.negative` */
export const negative = (x: TensorLike): Tensor => functions.neg(numeric(x));
/** −1, 0 or 1; NaN stays NaN. @see Keras `keras.ops.sign` */
export function sign(x: TensorLike): Tensor {
  const value = numeric(x);
  return where(equal(value, value), functions.sign(value), value);
}
/** x². @see Keras `keras.ops.square` */
export const square = (x: TensorLike): Tensor => functions.square(numeric(x));
/** eˣ. @see Keras `keras.ops.exp` */
export const exp = (x: TensorLike): Tensor => functions.exp(floating(x));
/** eˣ − 1, accurate near 0. @see Keras `keras.ops.expm1` */
export const expm1 = (x: TensorLike): Tensor => functions.expm1(floating(x));
/** The natural logarithm. @see Keras `keras.ops.log` */
export const log = (x: TensorLike): Tensor => functions.log(floating(x));
/** log(1 + x), accurate near 0. @see Keras `keras.ops.log1p` */
export const log1p = (x: TensorLike): Tensor => functions.log1p(floating(x));
/** The logarithm to the base 2. @see Keras `keras.ops.log2` */
export const log2 = (x: TensorLike): Tensor => mul(log(x), Math.LOG2E);
/** The logarithm to the base 10. @see Keras `keras.ops.log10` */
export const log10 = (x: TensorLike): Tensor => mul(log(x), Math.LOG10E);
/** √x. @see Keras `keras.ops.sqrt` */
export const sqrt = (x: TensorLike): Tensor => functions.sqrt(floating(x));
/** 1/√x. @see Keras `keras.ops.rsqrt` */
export const rsqrt = (x: TensorLike): Tensor => div(1, sqrt(x));
/** 1/x. @see Keras `keras.ops.reciprocal` */
export const reciprocal = (x: TensorLike): Tensor => div(1, floating(x));
/** The sine of an angle in radians. @see Keras `keras.ops.sin` */
export const sin = (x: TensorLike): Tensor => functions.sin(floating(x));
/** The cosine of an angle in radians. @see Keras `keras.ops.cos` */
export const cos = (x: TensorLike): Tensor => functions.cos(floating(x));
/** The tangent, sin x / cos x. @see Keras `keras.ops.tan` */
export const tan = (x: TensorLike): Tensor => div(sin(x), cos(x));
/** (eˣ − e⁻ˣ)/2. @see Keras `keras.ops.sinh` */
export const sinh = (x: TensorLike): Tensor => mul(sub(expm1(x), expm1(negative(x))), 0.5);
/** (eˣ + e⁻ˣ)/2. @see Keras `keras.ops.cosh` */
export const cosh = (x: TensorLike): Tensor => mul(add(exp(x), exp(negative(x))), 0.5);
/** (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ). @see Keras `keras.ops.tanh` */
export const tanh = (x: TensorLike): Tensor => functions.tanh(floating(x));
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. @see Keras `keras.ops.erf` */
export const erf = (x: TensorLike): Tensor => functions.erf(floating(x));

/** The greatest whole number that is not above x. @see Keras `keras.ops.floor` */
export const floor = (x: TensorLike): Tensor => functions.floor(floating(x));
/** The least whole number that is not below x. @see Keras `keras.ops.ceil` */
export const ceil = (x: TensorLike): Tensor => functions.neg(functions.floor(functions.neg(floating(x))));

/** Without what comes after the point; integers as they are. @see Keras `keras.ops.trunc` */
export function trunc(x: TensorLike): Tensor {
  const value = tensor(x);
  return isFloating(value.dtype) ? where(less(value, 0), ceil(value), floor(value)) : value;
}

/**
 * The nearest number of so many decimals; of two the even one. Integers stay as they are.
 *
 * @param decimals 0 by default
 * @see Keras `keras.ops.round`
 */
export function round(x: TensorLike, decimals = 0): Tensor {
  const value = tensor(x);
  if (!isFloating(value.dtype)) return value;
  if (decimals !== 0) return div(round(mul(value, 10 ** decimals)), 10 ** decimals);
  const below = floor(value);
  const rest = sub(value, below);
  const isOdd = notEqual(mul(floor(mul(below, 0.5)), 2), below);
  const isUp = where(equal(rest, 0.5), isOdd, less(0.5, rest));
  return add(below, isUp.cast(value.dtype));
}

/** Whether x is not a number. @see Keras `keras.ops.isnan` */
export const isnan = (x: TensorLike): Tensor => arithmetic.isnan(x);
/** Whether x is neither NaN nor infinite. @see Keras `keras.ops.isfinite` */
export const isfinite = (x: TensorLike): Tensor => arithmetic.isfinite(numeric(x));
/** Whether x is +∞ or −∞. @see Keras `keras.ops.isinf` */
export const isinf = (x: TensorLike): Tensor => arithmetic.isinf(numeric(x));
/** Whether x is false, or 0. @see Keras `keras.ops.logical_not` */
export const logicalNot = (x: TensorLike): Tensor => functions.logicalNot(tensor(x).cast('bool'));
