/** Tensors made of little. */
import type { Dtype } from '../graph/dtypes.ts';
import type { Shape } from '../graph/ndarray.ts';
import { operation } from '../layers/operation.ts';
import { sliceAlong } from '../tensor/functions/arrange.ts';
import * as matrices from '../tensor/functions/matrices.ts';
import * as functions from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { diagonal } from './products.ts';
import { converted } from './promotion.ts';

/**
 * A tensor of given numbers.
 *
 * @param dtype by default that of a tensor or typed array, and float32 for plain numbers
 * @throws ShapeError when nested arrays are ragged
 * @see Keras `keras.ops.convert_to_tensor`
 */
export const convertToTensor = (x: TensorLike, dtype?: Dtype): Tensor =>
  dtype === undefined ? tensor(x) : converted(x, dtype);

/** Zeros. @see Keras `keras.ops.zeros` */
export const zeros = (shape: Shape, dtype: Dtype = 'float32'): Tensor => functions.zeros(shape, dtype);
/** Ones. @see Keras `keras.ops.ones` */
export const ones = (shape: Shape, dtype: Dtype = 'float32'): Tensor => functions.ones(shape, dtype);
/** One number throughout. @see Keras `keras.ops.full` */
export const full = (shape: Shape, fillValue: number, dtype: Dtype = 'float32'): Tensor =>
  functions.full(shape, fillValue, dtype);

/** Zeros in the shape of x, and in its dtype unless another is given. @see Keras `keras.ops.zeros_like` */
export const zerosLike = operation(
  'numpy.ZerosLike',
  'x dtype=',
  (x: TensorLike, dtype?: Dtype): Tensor => fullLike(x, 0, dtype),
);
/** Ones in the shape of x, and in its dtype unless another is given. @see Keras `keras.ops.ones_like` */
export const onesLike = operation(
  'numpy.OnesLike',
  'x dtype=',
  (x: TensorLike, dtype?: Dtype): Tensor => fullLike(x, 1, dtype),
);
/** One number in the shape of x, and in its dtype unless another is given. @see Keras `keras.ops.full_like` */
export const fullLike = operation(
  'numpy.FullLike',
  'x fillValue dtype=',
  (x: TensorLike, fillValue: number, dtype?: Dtype): Tensor => {
    const like = tensor(x);
    return full(like.shape, fillValue, dtype ?? like.dtype);
  },
);

/**
 * start, start + step, … up to, not including, stop; of one number, 0, 1, … up to it.
 *
 * @param step 1 by default
 * @param dtype int32 by default, float32 if a number is no whole one
 * @see Keras `keras.ops.arange`
 */
export function arange(start: number, stop?: number, step = 1, dtype?: Dtype): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const isWhole = [from, to, step].every(Number.isInteger);
  const count = Math.max(Math.ceil((to - from) / step), 0);
  const kind = isWhole ? 'int32' : 'float32';
  return functions
    .arange(count, kind)
    .mul(step)
    .add(from)
    .cast(dtype ?? kind);
}

/**
 * Numbers at equal distances.
 *
 * @param num how many; 50 by default
 * @param endpoint whether `stop` is the last of them; true by default
 * @see Keras `keras.ops.linspace`
 */
export function linspace(start: number, stop: number, num = 50, endpoint = true, dtype?: Dtype): Tensor {
  const values = new Float64Array(num).map((_, i) => {
    const part = i / Math.max(endpoint ? num - 1 : num, 1);
    return start * (1 - part) + stop * part;
  });
  return tensor(Float32Array.from(values)).cast(dtype ?? 'float32');
}

/**
 * Ones on a diagonal, zeros elsewhere: [N, M].
 *
 * @param M N by default
 * @param k how far right of the main diagonal; 0 by default
 * @see Keras `keras.ops.eye`
 */
export const eye = (N: number, M = N, k = 0, dtype: Dtype = 'float32'): Tensor =>
  matrices.eye(N, M, k, dtype);
/** The identity matrix [n, n]. @see Keras `keras.ops.identity` */
export const identity = (n: number, dtype: Dtype = 'float32'): Tensor => eye(n, n, 0, dtype);

/**
 * A matrix with a vector on a diagonal; or a diagonal of a matrix.
 *
 * @param k how far right of the main diagonal; 0 by default
 * @throws ShapeError for other shapes
 * @see Keras `keras.ops.diag`
 */
export const diag = operation('numpy.Diag', 'x k=', (x: TensorLike, k = 0): Tensor => {
  const value = tensor(x);
  if (value.shape.length === 2) return diagonal(value, k);
  const matrix = matrices.diag(value);
  const [before, after] = [Math.max(k, 0), Math.max(-k, 0)];
  return functions.pad(matrix, [after, before], [before, after]);
});

/** The last two axes with zeros above a diagonal, k right of the main one. @see Keras `keras.ops.tril` */
export const tril = operation('numpy.Tril', 'x k=', (x: TensorLike, k = 0): Tensor => matrices.tril(x, k));
/** The last two axes with zeros below a diagonal, k right of the main one. @see Keras `keras.ops.triu` */
export const triu = operation('numpy.Triu', 'x k=', (x: TensorLike, k = 0): Tensor => matrices.triu(x, k));

/**
 * 1 at the place each whole number names, 0 elsewhere; nothing but zeros for one out of range.
 *
 * @param numClasses the length of the new axis
 * @param axis where the new axis stands; −1, last, by default
 * @see Keras `keras.ops.one_hot`
 */
export const oneHot = operation(
  'nn.OneHot',
  'x numClasses= axis= dtype=',
  (x: TensorLike, numClasses: number, axis = -1, dtype: Dtype = 'float32'): Tensor => {
    const coded = functions.oneHot(converted(x, 'int32'), numClasses, dtype);
    const last = coded.shape.length - 1;
    const at = axis < 0 ? axis + last + 1 : axis;
    return coded.transpose(Array.from({ length: last }, (_, i) => i).toSpliced(at, 0, last));
  },
);

/**
 * 1 where a number is among those of an example, or of all of a vector: [batch, n] → [batch, numClasses].
 *
 * @see Keras `keras.ops.multi_hot`, which for more axes takes the numbers along the second
 */
export const multiHot = operation(
  'nn.MultiHot',
  'inputs numClasses= axis= dtype=',
  (x: TensorLike, numClasses: number, axis = -1, dtype: Dtype = 'float32'): Tensor =>
    oneHot(x, numClasses, axis, dtype).max(tensor(x).shape.length > 1 ? 1 : 0),
);

/** The differences of neighbours along an axis, n times over. @see Keras `keras.ops.diff` */
export const diff = operation('numpy.Diff', 'a n= axis=', (a: TensorLike, n = 1, axis = -1): Tensor => {
  let value = tensor(a);
  const along = axis < 0 ? axis + value.shape.length : axis;
  for (let i = 0; i < n; i++) {
    const length = Math.max((value.shape[along] ?? 1) - 1, 0);
    value = sliceAlong(value, along, 1, length).sub(sliceAlong(value, along, 0, length));
  }
  return value;
});
