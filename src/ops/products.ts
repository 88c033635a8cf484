/** Sums of products. */

import { operation } from '../layers/operation.ts';
import * as named from '../tensor/functions/einsum.ts';
import * as functions from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { alikeNumbers, inFloats, matmul } from './pairs.ts';
import { numbers } from './promotion.ts';

/**
 * Einstein's summation: products of tensors, summed over every letter the result does not have.
 *
 * @throws ArgumentError when the subscripts cannot be read; ShapeError when one letter stands for two lengths
 * @see Keras `keras.ops.einsum`
 */
export const einsum = operation(
  'numpy.Einsum',
  'subscripts= operands*',
  (subscripts: string, ...operands: TensorLike[]): Tensor =>
    inFloats(alikeNumbers(operands), (tensors) => named.einsum(subscripts, ...tensors)),
);

/**
 * The sum of products over the last axes of x1 and the first of x2, or over the axes listed for each.
 *
 * @param axes 2 by default
 * @see Keras `keras.ops.tensordot`
 */
export const tensordot = operation(
  'numpy.Tensordot',
  'x1 x2 axes=',
  (
    x1: TensorLike,
    x2: TensorLike,
    axes: number | readonly [readonly number[], readonly number[]] = 2,
  ): Tensor => inFloats(numbers(x1, x2), ([a, b]) => named.tensordot(a, b, axes)),
);

/** Every product of an element of x1 and one of x2, both flattened: [m] and [n] → [m, n]. @see Keras `keras.ops.outer` */
export const outer = operation(
  'numpy.Outer',
  'x1 x2',
  (x1: TensorLike, x2: TensorLike): Tensor => named.outer(...numbers(x1, x2)),
);

/**
 * Products of vectors or matrices, summed over the last axis of x1 and the last but one of x2 (its only one, if it is
 * a vector); a number multiplies.
 *
 * @see Keras `keras.ops.dot`
 */
export const dot = operation('numpy.Dot', 'x1 x2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [left, right] = numbers(x1, x2);
  const ranks = [left.shape.length, right.shape.length];
  if (ranks.includes(0)) return functions.mul(left, right);
  if (ranks[1] === 1 || (ranks[0] ?? 0) + (ranks[1] ?? 0) <= 4) return matmul(left, right);
  return tensordot(left, right, [[-1], [-2]]);
});

/**
 * The elements on a diagonal of two axes, along a new last axis.
 *
 * @param offset how far right of the main diagonal; 0 by default
 * @see Keras `keras.ops.diagonal`
 */
export const diagonal = operation(
  'numpy.Diagonal',
  'x offset= axis1= axis2=',
  (x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor => {
    const value = tensor(x);
    const rank = value.shape.length;
    const [rows, columns] = [(axis1 + rank) % rank, (axis2 + rank) % rank];
    const start = value.shape
      .map(() => 0)
      .with(rows, Math.max(-offset, 0))
      .with(columns, Math.max(offset, 0));
    const size = value.shape.map((length, axis) => Math.max(length - (start[axis] ?? 0), 0));
    return named.diagonal(functions.slice(value, start, size), rows, columns);
  },
);

/** The sum of a diagonal of two axes. @see diagonal, Keras `keras.ops.trace` */
export const trace = operation(
  'numpy.Trace',
  'x offset= axis1= axis2=',
  (x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor => diagonal(x, offset, axis1, axis2).sum(-1),
);
