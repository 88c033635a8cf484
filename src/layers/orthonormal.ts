import { type Tensor, tensor } from '../tensor/tensor.ts';

/**
 * Makes the rows of a matrix orthogonal to one another and of length 1, by the modified method of Gram and Schmidt in
 * double precision. Of normally distributed numbers it makes a matrix that is uniform among all such.
 *
 * @param matrix no more rows than columns; its values are read now
 */
export function orthonormal(matrix: Tensor): Tensor {
  const [count = 0, length = 0] = matrix.shape;
  const numbers = Float64Array.from(matrix.value().data);
  const rows = Array.from({ length: count }, (_, i) => numbers.subarray(i * length, (i + 1) * length));
  for (const [i, row] of rows.entries()) {
    const size = Math.sqrt(dot(row, row));
    for (let j = 0; j < length; j++) row[j] = (row[j] ?? 0) / size;
    for (const later of rows.slice(i + 1)) {
      const share = dot(row, later);
      for (let j = 0; j < length; j++) later[j] = (later[j] ?? 0) - share * (row[j] ?? 0);
    }
  }
  return tensor({ dtype: 'float32', shape: matrix.shape, data: Float32Array.from(numbers) });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}
