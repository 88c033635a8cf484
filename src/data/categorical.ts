import { ArgumentError } from '../graph/errors.ts';
import { type NDArray, sizeOf } from '../graph/ndarray.ts';
import { type TensorLike, toArray } from '../tensor/tensor.ts';

/**
 * The numbers of classes as rows that are 1 at the class and 0 elsewhere.
 *
 * @param y whole numbers from 0; a last axis of length 1 is dropped
 * @param numClasses one more than the greatest of them by default
 *
 * Input shape: […]. Output shape: […, numClasses], float32.
 *
 * @throws ArgumentError for a number that is no class
 * @see Keras `keras.utils.to_categorical`
 */
export function toCategorical(y: TensorLike, numClasses?: number): NDArray {
  const { data, shape } = toArray(y);
  const classes = numClasses ?? 1 + Array.from(data).reduce((most, label) => Math.max(most, label), -1);
  const rows = new Float32Array(data.length * classes);
  for (const [i, label] of data.entries()) {
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new ArgumentError({
        asked: `toCategorical with ${classes} classes`,
        expected: `whole numbers from 0 to ${classes - 1}`,
        received: `${label}`,
      });
    }
    rows[i * classes + label] = 1;
  }
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return { dtype: 'float32', shape: [...kept, classes], data: rows };
}

/**
 * Divides what lies along an axis by its norm, (Σ|x|ᵖ)^(1/p); by 1 where that is 0.
 *
 * @param axis the last by default
 * @param order p: 2 by default, Infinity for the greatest magnitude
 *
 * Output shape: that of the input, float32.
 *
 * @throws ArgumentError for an axis that is none, or an order that is not above 0
 * @see Keras `keras.utils.normalize`
 */
export function normalize(x: TensorLike, axis = -1, order = 2): NDArray {
  const { data, shape } = toArray(x);
  const at = axis < 0 ? axis + shape.length : axis;
  const length = shape[at];
  if (length === undefined || !(order > 0)) {
    throw new ArgumentError({
      asked: `normalize along axis ${axis} with order ${order}`,
      expected: `one of ${shape.length} axes, and an order above 0`,
    });
  }
  const stride = sizeOf(shape.slice(at + 1));
  const result = new Float32Array(data.length);
  for (let line = 0; line < data.length / length; line++) {
    const start = Math.floor(line / stride) * stride * length + (line % stride);
    const places = Array.from({ length }, (_, i) => start + i * stride);
    const norm = normOf(
      places.map((place) => data[place] as number),
      order,
    );
    for (const place of places) result[place] = (data[place] as number) / (norm || 1);
  }
  return { dtype: 'float32', shape, data: result };
}

function normOf(values: readonly number[], order: number): number {
  if (order === Number.POSITIVE_INFINITY) {
    return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
  return values.reduce((sum, value) => sum + Math.abs(value) ** order, 0) ** (1 / order);
}
