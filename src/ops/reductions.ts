/** One number for many: over an axis, several, or all if none is given; these disappear unless `keepdims`. */
import { ArgumentError } from '../graph/errors.ts';
import { operation } from '../layers/operation.ts';
import * as ordered from '../tensor/functions/order.ts';
import * as scans from '../tensor/functions/scan.ts';
import * as summaries from '../tensor/functions/summaries.ts';
import * as functions from '../tensor/functions.ts';
import { type Axes, resolveAxes, type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { floating, numeric } from './promotion.ts';

/** Σ x. @see Keras `keras.ops.sum` */
export const sum = operation(
  'numpy.Sum',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => numeric(x).sum(axis, keepdims),
);
/** The product. @see Keras `keras.ops.prod` */
export const prod = operation(
  'numpy.Prod',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => summaries.prod(numeric(x), axis, keepdims),
);
/** The mean, a float. @see Keras `keras.ops.mean` */
export const mean = operation(
  'numpy.Mean',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => floating(x).mean(axis, keepdims),
);
/** The mean squared distance from the mean. @see Keras `keras.ops.var` */
export const variance = operation(
  'numpy.Var',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => functions.variance(floating(x), axis, keepdims),
);
/** The root of the variance. @see Keras `keras.ops.std` */
export const std = operation(
  'numpy.Std',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => summaries.std(floating(x), axis, keepdims),
);

/**
 * The greatest number.
 *
 * @param initial the least it can be
 * @see Keras `keras.ops.max`
 */
export const max = operation(
  'numpy.Max',
  'x axis= keepdims= initial=',
  (x: TensorLike, axis?: Axes, keepdims = false, initial?: number): Tensor => {
    const greatest = numeric(x).max(axis, keepdims);
    return initial === undefined ? greatest : functions.maximum(greatest, initial);
  },
);

/**
 * The least number.
 *
 * @param initial the greatest it can be
 * @see Keras `keras.ops.min`
 */
export const min = operation(
  'numpy.Min',
  'x axis= keepdims= initial=',
  (x: TensorLike, axis?: Axes, keepdims = false, initial?: number): Tensor => {
    const least = functions.min(numeric(x), axis, keepdims);
    return initial === undefined ? least : functions.minimum(least, initial);
  },
);

/** Whether all are true, or not 0. @see Keras `keras.ops.all` */
export const all = operation(
  'numpy.All',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => summaries.all(x, axis, keepdims),
);
/** Whether any is true, or not 0. @see Keras `keras.ops.any` */
export const any = operation(
  'numpy.Any',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => summaries.any(x, axis, keepdims),
);
/** How many are other than 0, as int32. @see Keras `keras.ops.count_nonzero` */
export const countNonzero = operation(
  'numpy.CountNonzero',
  'x axis=',
  (x: TensorLike, axis?: Axes): Tensor => functions.notEqual(x, 0).cast('int32').sum(axis),
);
/** log Σ eˣ, without overflow. @see Keras `keras.ops.logsumexp` */
export const logsumexp = operation(
  'math.Logsumexp',
  'x axis= keepdims=',
  (x: TensorLike, axis?: Axes, keepdims = false): Tensor => functions.logSumExp(floating(x), axis, keepdims),
);

/** All numbers in one axis, where no axis is meant; else as they stand. */
const along = (x: Tensor, axis: number | undefined): [x: Tensor, axis: number] =>
  axis === undefined ? [x.reshape([-1]), 0] : [x, axis];

/** The shape with all axes kept, as length 1 where they were reduced. */
function kept(result: Tensor, x: Tensor, axis: number | undefined, keepdims: boolean): Tensor {
  if (!keepdims) return result;
  const over = resolveAxes(x, axis);
  return result.reshape(x.shape.map((length, at) => (over.includes(at) ? 1 : length)));
}

/** The place of the greatest number, the first of equals, as int32: along an axis, or in all of x flattened. @see Keras `keras.ops.argmax` */
export const argmax = operation(
  'numpy.Argmax',
  'x axis= keepdims=',
  (x: TensorLike, axis?: number, keepdims = false): Tensor => {
    const value = numeric(x);
    return kept(functions.argMax(...along(value, axis)), value, axis, keepdims);
  },
);

/** The place of the least number, the first of equals, as int32: along an axis, or in all of x flattened. @see Keras `keras.ops.argmin` */
export const argmin = operation(
  'numpy.Argmin',
  'x axis= keepdims=',
  (x: TensorLike, axis?: number, keepdims = false): Tensor => {
    const value = numeric(x);
    return kept(summaries.argMin(...along(value, axis)), value, axis, keepdims);
  },
);

/** The middle of the ordered numbers, or the mean of the two in the middle. @see Keras `keras.ops.median` */
export const median = operation(
  'numpy.Median',
  'x axis= keepdims=',
  (x: TensorLike, axis?: number, keepdims = false): Tensor => {
    const value = floating(x);
    return kept(ordered.median(...along(value, axis)), value, axis, keepdims);
  },
);

/** Each number with all before it added up: along an axis, or in all of x flattened. @see Keras `keras.ops.cumsum` */
export const cumsum = operation(
  'numpy.Cumsum',
  'x axis=',
  (x: TensorLike, axis?: number): Tensor => scans.cumsum(...along(numeric(x), axis)),
);
/** Each number with all before it multiplied: along an axis, or in all of x flattened. @see Keras `keras.ops.cumprod` */
export const cumprod = operation(
  'numpy.Cumprod',
  'x axis=',
  (x: TensorLike, axis?: number): Tensor => scans.cumprod(...along(numeric(x), axis)),
);

/**
 * The length of vectors along one axis, (Σ |x|^ord)^(1/ord); or the size of matrices in two axes: the root of the sum
 * of squares (`fro`), the greatest column sum of |x| (1) or the greatest row sum (∞). Of x as one vector, if neither an
 * order nor an axis is given.
 *
 * @param ord 2 for vectors and `fro` for matrices, by default
 * @throws ArgumentError for other orders of matrices
 * @see Keras `keras.ops.norm`
 */
export const norm = operation(
  'linalg.Norm',
  'x ord= axis= keepdims=',
  (x: TensorLike, ord?: number | 'fro', axis?: Axes, keepdims = false): Tensor => {
    const value = floating(x);
    const axes = resolveAxes(value, axis);
    if (ord === undefined || (ord === 'fro' && axes.length === 2))
      return summaries.norm(value, 2, axes, keepdims);
    if (axes.length === 1 && ord !== 'fro') return summaries.norm(value, ord, axes, keepdims);
    const [rows = 0, columns = 1] = axes;
    if (axes.length !== 2 || (ord !== 1 && ord !== Number.POSITIVE_INFINITY)) {
      throw new ArgumentError({
        asked: `norm of order ${ord} over ${axes.length} axes`,
        expected: 'any number for one axis; fro, 1 or Infinity for two',
      });
    }
    const sums = functions.abs(value).sum(ord === 1 ? rows : columns, true);
    const greatest = sums.max([rows, columns], true);
    return keepdims ? greatest : greatest.reshape(value.shape.filter((_, at) => !axes.includes(at)));
  },
);

/**
 * Mean and variance.
 *
 * @returns [mean, variance]
 * @see Keras `keras.ops.moments`
 */
export const moments = operation(
  'nn.Moments',
  'x axes= keepdims=',
  (x: TensorLike, axes: Axes, keepdims = false): [mean: Tensor, variance: Tensor] => [
    mean(x, axes, keepdims),
    variance(x, axes, keepdims),
  ],
);

/** x as vectors of length 1 along an axis; `epsilon` keeps zeros from dividing by 0. @see Keras `keras.ops.normalize` */
export const normalize = operation(
  'nn.Normalize',
  'x axis= order= epsilon=',
  (x: TensorLike, axis: Axes = -1, order = 2, epsilon = 1e-7): Tensor => {
    const value = floating(x);
    const powers = functions.pow(functions.abs(value), order).sum(axis, true);
    if (order === 2) return functions.div(value, functions.sqrt(functions.maximum(powers, epsilon ** 2)));
    return functions.div(value, functions.maximum(functions.pow(powers, 1 / order), epsilon));
  },
);

/** How many numbers there are. @see Keras `keras.ops.size` */
export const size = (x: TensorLike): number => tensor(x).size;
