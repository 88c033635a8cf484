/**
 * Functions of two numbers, element by element. Shapes broadcast; two dtypes meet as in Keras: floats before integers
 * before truth values, and a bare number takes the dtype of the tensor beside it, if that can hold it.
 */
import { isFloating } from '../graph/dtypes.ts';
import { operation } from '../layers/operation.ts';
import * as arithmetic from '../tensor/functions/arithmetic.ts';
import * as functions from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { converted, floats, numbers, numeric, promoted, promotedDtype } from './promotion.ts';

/** x1 + x2. @see Keras `keras.ops.add` */
export const add = operation(
  'numpy.Add',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.add(...numbers(x1, x2)),
);
/** x1 − x2. @see Keras `keras.ops.subtract` */
export const subtract = operation(
  'numpy.Subtract',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.sub(...numbers(x1, x2)),
);
/** x1 · x2. @see Keras `keras.ops.multiply` */
export const multiply = operation(
  'numpy.Multiply',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.mul(...numbers(x1, x2)),
);
/** x1 / x2, of integers too a float. @see Keras `keras.ops.divide` */
export const divide = operation(
  'numpy.Divide',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.div(...floats(x1, x2)),
);
/** ⌊x1 / x2⌋. @see Keras `keras.ops.floor_divide` */
export const floorDivide = operation(
  'numpy.FloorDivide',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => arithmetic.floorDivide(...numbers(x1, x2)),
);
/** x1 − x2·⌊x1 / x2⌋: what is left, with the sign of x2. @see Keras `keras.ops.mod` */
export const mod = operation(
  'numpy.Mod',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => arithmetic.mod(...numbers(x1, x2)),
);
/** The greater of two; NaN if either is. @see Keras `keras.ops.maximum` */
export const maximum = operation(
  'numpy.Maximum',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.maximum(...numbers(x1, x2)),
);
/** The lesser of two; NaN if either is. @see Keras `keras.ops.minimum` */
export const minimum = operation(
  'numpy.Minimum',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.minimum(...numbers(x1, x2)),
);
/** log(e^x1 + e^x2), without overflow. @see Keras `keras.ops.logaddexp` */
export const logaddexp = operation(
  'numpy.Logaddexp',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => arithmetic.logAddExp(...floats(x1, x2)),
);

/**
 * x1 to the power of x2: exact for a small whole number x2, else e^(x2·log|x1|) with the sign that a whole x2 gives,
 * and NaN for a negative x1 and another x2.
 *
 * @see Keras `keras.ops.power`
 */
export const power = operation('numpy.Power', 'x1 x2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [base, exponent] = numbers(x1, x2);
  if (typeof x2 === 'number' && Number.isInteger(x2) && x2 >= 0 && x2 <= 16) return functions.pow(base, x2);
  if (isFloating(base.dtype)) return arithmetic.power(base, exponent);
  const result = arithmetic.power(base.cast('float32'), exponent.cast('float32'));
  // The nearest whole number: what logarithms give lies on either side of it.
  const half = functions.where(functions.less(result, 0), -0.5, 0.5);
  return functions.add(result, half).cast(base.dtype);
});

/** x limited to xMin … xMax. @see Keras `keras.ops.clip` */
export const clip = operation(
  'numpy.Clip',
  'x xMin= xMax=',
  (x: TensorLike, xMin: number, xMax: number): Tensor => minimum(maximum(x, xMin), xMax),
);

/** x1 < x2. @see Keras `keras.ops.less` */
export const less = operation(
  'numpy.Less',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.less(...numbers(x1, x2)),
);
/** x1 ≤ x2. @see Keras `keras.ops.less_equal` */
export const lessEqual = operation(
  'numpy.LessEqual',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.lessEqual(...numbers(x1, x2)),
);
/** x1 > x2. @see Keras `keras.ops.greater` */
export const greater = operation(
  'numpy.Greater',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => less(x2, x1),
);
/** x1 ≥ x2. @see Keras `keras.ops.greater_equal` */
export const greaterEqual = operation(
  'numpy.GreaterEqual',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => lessEqual(x2, x1),
);
/** x1 = x2. @see Keras `keras.ops.equal` */
export const equal = operation(
  'numpy.Equal',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.equal(...numbers(x1, x2)),
);
/** x1 ≠ x2. @see Keras `keras.ops.not_equal` */
export const notEqual = operation(
  'numpy.NotEqual',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.notEqual(...numbers(x1, x2)),
);

/**
 * |x1 − x2| ≤ atol + rtol·|x2|; a number is close to the infinity that it is, and NaN to nothing.
 *
 * @param equalNan whether two NaNs are close; false by default
 * @see Keras `keras.ops.isclose`
 */
export const isclose = operation(
  'numpy.Isclose',
  'x1 x2 rtol atol equalNan=',
  (x1: TensorLike, x2: TensorLike, rtol = 1e-5, atol = 1e-8, equalNan = false): Tensor => {
    const [a, b] = floats(x1, x2);
    const near = functions.logicalAnd(arithmetic.isClose(a, b, rtol, atol), arithmetic.isfinite(b));
    const isNear = functions.logicalAnd(functions.logicalOr(near, functions.equal(a, b)), sameNumber(a, b));
    const both = functions.logicalAnd(arithmetic.isnan(a), arithmetic.isnan(b));
    return equalNan ? functions.logicalOr(isNear, both) : isNear;
  },
);

/** Neither of two is NaN. */
const sameNumber = (a: Tensor, b: Tensor): Tensor =>
  functions.logicalAnd(functions.equal(a, a), functions.equal(b, b));

const truth = (x: TensorLike): Tensor => tensor(x).cast('bool');

/** Whether both are true, or not 0. @see Keras `keras.ops.logical_and` */
export const logicalAnd = operation(
  'numpy.LogicalAnd',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.logicalAnd(truth(x1), truth(x2)),
);
/** Whether either is true, or not 0. @see Keras `keras.ops.logical_or` */
export const logicalOr = operation(
  'numpy.LogicalOr',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.logicalOr(truth(x1), truth(x2)),
);
/** Whether one is true, and the other is not. @see Keras `keras.ops.logical_xor` */
export const logicalXor = operation(
  'numpy.LogicalXor',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => functions.notEqual(truth(x1), truth(x2)),
);

/** x1 where the condition holds, else x2. Gradients flow to the chosen one. @see Keras `keras.ops.where` */
export const where = operation(
  'numpy.Where',
  'condition x1 x2',
  (condition: TensorLike, x1: TensorLike, x2: TensorLike): Tensor =>
    functions.where(truth(condition), ...promoted(x1, x2)),
);

/**
 * The matrix product: [… m, k] × [… k, n] → [… m, n]; a vector is a row on the left, a column on the right, and leaves
 * no axis behind.
 *
 * @throws ShapeError when the inner lengths differ
 * @see Keras `keras.ops.matmul`
 */
export const matmul = operation('numpy.Matmul', 'x1 x2', (x1: TensorLike, x2: TensorLike): Tensor => {
  return inFloats(numbers(x1, x2), ([a, b]) => matrixProduct(a, b));
});

function matrixProduct(a: Tensor, b: Tensor): Tensor {
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const product = functions.matmul(
    isRow ? functions.expandDims(a, 0) : a,
    isColumn ? functions.expandDims(b, -1) : b,
  );
  const { shape } = product;
  const rank = shape.length;
  if (!isRow && !isColumn) return product;
  return product.reshape(
    shape.filter((_, axis) => !(isRow && axis === rank - 2) && !(isColumn && axis === rank - 1)),
  );
}

/** Sums of products are those of floats: integers go through float64, which holds them all, and back. */
export function inFloats<T extends readonly Tensor[]>(tensors: T, body: (tensors: T) => Tensor): Tensor {
  const dtype = tensors[0]?.dtype ?? 'float32';
  if (isFloating(dtype)) return body(tensors);
  return body(tensors.map((x) => x.cast('float64')) as readonly Tensor[] as T).cast(dtype);
}

/** Tensors of one dtype, that in which all of them meet. */
export function alike(parts: readonly TensorLike[]): Tensor[] {
  const dtypes = parts.map((part) => tensor(part).dtype);
  const dtype = dtypes.reduce(promotedDtype);
  return parts.map((part) => converted(part, dtype));
}

/** Tensors of numbers of one dtype. */
export const alikeNumbers = (parts: readonly TensorLike[]): Tensor[] => alike(parts).map(numeric);
