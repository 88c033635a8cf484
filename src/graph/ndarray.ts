import { type Dtype, dtypeOf, type TypedArray } from './dtypes.ts';
import { ShapeError } from './errors.ts';

export type Shape = readonly number[];

/** An array of numbers in host memory: row-major, dense, never a view. The currency between floors. */
export interface NDArray {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= shape[axis] ?? 1;
  return product;
}

/**
 * Wraps `data` as an array of `shape`, without copying.
 *
 * @throws ShapeError when the shape does not hold exactly `data.length` elements.
 */
export function ndarray(data: TypedArray, shape: Shape = [data.length]): NDArray {
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError({
      asked: `array of shape [${shape.join(', ')}]`,
      expected: `${sizeOf(shape)} numbers`,
      received: `${data.length}`,
    });
  }
  return { dtype: dtypeOf(data), shape: [...shape], data };
}
