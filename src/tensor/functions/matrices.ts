/** Matrices made of little, and what lies on and beside their diagonals. */
import type { Dtype } from '../../graph/dtypes.ts';
import { ShapeError } from '../../graph/errors.ts';
import { arange, equal, less, logicalNot, where } from '../functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { diagonal } from './einsum.ts';

/** How far each element is right of the main diagonal: [rows, columns]. */
const distance = (rows: number, columns: number): Tensor =>
  arange(columns)
    .reshape([1, columns])
    .sub(arange(rows).reshape([rows, 1]));

/** Ones on a diagonal, `offset` places right of the main one, zeros elsewhere. */
export function eye(rows: number, columns = rows, offset = 0, dtype: Dtype = 'float32'): Tensor {
  return equal(distance(rows, columns), offset).cast(dtype);
}

/** A matrix with a vector on its main diagonal; or the main diagonal of a matrix. */
export function diag(x: TensorLike): Tensor {
  const value = tensor(x);
  const [length = 0, columns] = value.shape;
  if (value.shape.length > 2 || value.shape.length === 0) {
    throw new ShapeError({
      asked: 'diag',
      expected: 'a vector or a matrix',
      received: `[${value.shape.join(', ')}]`,
    });
  }
  if (columns !== undefined) return diagonal(value);
  return where(equal(distance(length, length), 0), value, zeroOf(value));
}

/** The sum of the main diagonal of the last two axes. */
export const trace = (x: TensorLike): Tensor => diagonal(x, -2, -1).sum(-1);

/** The last two axes with zeros above a diagonal, `offset` places right of the main one. */
export function tril(x: TensorLike, offset = 0): Tensor {
  const value = tensor(x);
  const [rows = 1, columns = 1] = value.shape.slice(-2);
  return where(less(distance(rows, columns), offset + 1), value, zeroOf(value));
}

/** The last two axes with zeros below a diagonal, `offset` places right of the main one. */
export function triu(x: TensorLike, offset = 0): Tensor {
  const value = tensor(x);
  const [rows = 1, columns = 1] = value.shape.slice(-2);
  return where(logicalNot(less(distance(rows, columns), offset)), value, zeroOf(value));
}

const zeroOf = ({ dtype }: Tensor): Tensor => tensor(0, { dtype });
