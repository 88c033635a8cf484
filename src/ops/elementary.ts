/** Functions of single numbers, element by element; of integers where they make sense, else as float32. */
import { isFloating } from '../graph/dtypes.ts';
import { operation } from '../layers/operation.ts';
import * as arithmetic from '../tensor/functions/arithmetic.ts';
import * as functions from '../tensor/functions.ts';
import { add, div, equal, less, mul, notEqual, sub, where } from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { floating, numeric } from './promotion.ts';

/** |x|, with gradient 0 at 0. @see Keras `keras.ops.abs` */
export const abs = operation('numpy.Absolute', 'x', (x: TensorLike): Tensor => functions.abs(numeric(x)));
/** −x. @see Keras `keras.ops.negative` */
export const negative = operation(
  'numpy.Negative',
  'x',
  (x: TensorLike): Tensor => functions.neg(numeric(x)),
);
/** −1, 0 or 1; NaN stays NaN. @see Keras `keras.ops.sign` */
export const sign = operation('numpy.Sign', 'x', (x: TensorLike): Tensor => {
  const value = numeric(x);
  return where(equal(value, value), functions.sign(value), value);
});
/** x². @see Keras `keras.ops.square` */
export const square = operation('numpy.Square', 'x', (x: TensorLike): Tensor => functions.square(numeric(x)));
/** eˣ. @see Keras `keras.ops.exp` */
export const exp = operation('numpy.Exp', 'x', (x: TensorLike): Tensor => functions.exp(floating(x)));
/** eˣ − 1, accurate near 0. @see Keras `keras.ops.expm1` */
export const expm1 = operation('numpy.Expm1', 'x', (x: TensorLike): Tensor => functions.expm1(floating(x)));
/** The natural logarithm. @see Keras `keras.ops.log` */
export const log = operation('numpy.Log', 'x', (x: TensorLike): Tensor => functions.log(floating(x)));
/** log(1 + x), accurate near 0. @see Keras `keras.ops.log1p` */
export const log1p = operation('numpy.Log1p', 'x', (x: TensorLike): Tensor => functions.log1p(floating(x)));
/** The logarithm to the base 2. @see Keras `keras.ops.log2` */
export const log2 = operation('numpy.Log2', 'x', (x: TensorLike): Tensor => mul(log(x), Math.LOG2E));
/** The logarithm to the base 10. @see Keras `keras.ops.log10` */
export const log10 = operation('numpy.Log10', 'x', (x: TensorLike): Tensor => mul(log(x), Math.LOG10E));
/** √x. @see Keras `keras.ops.sqrt` */
export const sqrt = operation('numpy.Sqrt', 'x', (x: TensorLike): Tensor => functions.sqrt(floating(x)));
/** 1/√x. @see Keras `keras.ops.rsqrt` */
export const rsqrt = operation('math.Rsqrt', 'x', (x: TensorLike): Tensor => div(1, sqrt(x)));
/** 1/x. @see Keras `keras.ops.reciprocal` */
export const reciprocal = operation('numpy.Reciprocal', 'x', (x: TensorLike): Tensor => div(1, floating(x)));
/** The sine of an angle in radians. @see Keras `keras.ops.sin` */
export const sin = operation('numpy.Sin', 'x', (x: TensorLike): Tensor => functions.sin(floating(x)));
/** The cosine of an angle in radians. @see Keras `keras.ops.cos` */
export const cos = operation('numpy.Cos', 'x', (x: TensorLike): Tensor => functions.cos(floating(x)));
/** The tangent, sin x / cos x. @see Keras `keras.ops.tan` */
export const tan = operation('numpy.Tan', 'x', (x: TensorLike): Tensor => div(sin(x), cos(x)));
/** (eˣ − e⁻ˣ)/2. @see Keras `keras.ops.sinh` */
export const sinh = operation(
  'numpy.Sinh',
  'x',
  (x: TensorLike): Tensor => mul(sub(expm1(x), expm1(negative(x))), 0.5),
);
/** (eˣ + e⁻ˣ)/2. @see Keras `keras.ops.cosh` */
export const cosh = operation(
  'numpy.Cosh',
  'x',
  (x: TensorLike): Tensor => mul(add(exp(x), exp(negative(x))), 0.5),
);
/** (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ). @see Keras `keras.ops.tanh` */
export const tanh = operation('numpy.Tanh', 'x', (x: TensorLike): Tensor => functions.tanh(floating(x)));
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. @see Keras `keras.ops.erf` */
export const erf = operation('math.Erf', 'x', (x: TensorLike): Tensor => functions.erf(floating(x)));

/** The greatest whole number that is not above x. @see Keras `keras.ops.floor` */
export const floor = operation('numpy.Floor', 'x', (x: TensorLike): Tensor => functions.floor(floating(x)));
/** The least whole number that is not below x. @see Keras `keras.ops.ceil` */
export const ceil = operation(
  'numpy.Ceil',
  'x',
  (x: TensorLike): Tensor => functions.neg(functions.floor(functions.neg(floating(x)))),
);

/** Without what comes after the point; integers as they are. @see Keras `keras.ops.trunc` */
export const trunc = operation('numpy.Trunc', 'x', (x: TensorLike): Tensor => {
  const value = tensor(x);
  return isFloating(value.dtype) ? where(less(value, 0), ceil(value), floor(value)) : value;
});

/**
 * The nearest number of so many decimals; of two the even one. Integers stay as they are.
 *
 * @param decimals 0 by default
 * @see Keras `keras.ops.round`
 */
export const round = operation('numpy.Round', 'x decimals=', (x: TensorLike, decimals = 0): Tensor => {
  const value = tensor(x);
  if (!isFloating(value.dtype)) return value;
  if (decimals !== 0) return div(round(mul(value, 10 ** decimals)), 10 ** decimals);
  const below = floor(value);
  const rest = sub(value, below);
  const isOdd = notEqual(mul(floor(mul(below, 0.5)), 2), below);
  const isUp = where(equal(rest, 0.5), isOdd, less(0.5, rest));
  return add(below, isUp.cast(value.dtype));
});

/** Whether x is not a number. @see Keras `keras.ops.isnan` */
export const isnan = operation('numpy.Isnan', 'x', (x: TensorLike): Tensor => arithmetic.isnan(x));
/** Whether x is neither NaN nor infinite. @see Keras `keras.ops.isfinite` */
export const isfinite = operation(
  'numpy.Isfinite',
  'x',
  (x: TensorLike): Tensor => arithmetic.isfinite(numeric(x)),
);
/** Whether x is +∞ or −∞. @see Keras `keras.ops.isinf` */
export const isinf = operation('numpy.Isinf', 'x', (x: TensorLike): Tensor => arithmetic.isinf(numeric(x)));
/** Whether x is false, or 0. @see Keras `keras.ops.logical_not` */
export const logicalNot = operation(
  'numpy.LogicalNot',
  'x',
  (x: TensorLike): Tensor => functions.logicalNot(tensor(x).cast('bool')),
);
