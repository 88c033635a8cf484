import { ArgumentError } from '../../graph/errors.ts';
import { type NDArray, ndarray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import { add, div, maximum, mul, sqrt, sub } from '../../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor, toArray } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { Layer, type LayerOptions } from '../layer.ts';

export interface NormalizationOptions extends LayerOptions {
  /**
   * The axes whose entries have a mean and variance each, the batch counting as axis 0; the last one by default. With
   * null there is one mean and variance for all.
   */
  readonly axis?: number | readonly number[] | null;
  /** Known means and variances, instead of `adapt`: one for each entry, or one number for all. */
  readonly mean?: TensorLike;
  readonly variance?: TensorLike;
  /** Whether to go back from standardised numbers instead; false by default. */
  readonly invert?: boolean;
}

/** The smallest deviation divided by: constant features become 0, not infinite. Keras's epsilon. */
const EPSILON = 1e-7;

/** Numbers with mean 0 and variance 1: see `normalization`. */
export class Normalization extends Layer {
  readonly className = 'Normalization';
  override readonly supportsMasking = true;
  override readonly computesInFull = true;
  readonly #axes: readonly number[];
  readonly #invert: boolean;
  readonly #given: { mean: NDArray; variance: NDArray } | undefined;
  #adapted: Moments | undefined;
  #mean: Variable | undefined;
  #variance: Variable | undefined;
  #count: Variable | undefined;

  constructor({ axis = -1, mean, variance, invert = false, ...options }: NormalizationOptions) {
    super(options);
    this.#axes = axis === null ? [] : [axis].flat();
    this.#invert = invert;
    if ((mean === undefined) !== (variance === undefined)) {
      throw new ArgumentError({
        asked: 'normalization',
        expected: 'both a mean and a variance, or neither',
        received: 'one',
      });
    }
    if (mean !== undefined && variance !== undefined) {
      this.#given = { mean: toArray(mean), variance: toArray(variance) };
    }
  }

  /** Takes means and variances from data, all of it at once. Call before the model is used. */
  adapt(data: TensorLike): void {
    if (this.#given) {
      throw new ArgumentError({
        asked: 'adapt of a normalization layer',
        expected: 'one that was not given its mean and variance',
      });
    }
    const array = toArray(data);
    this.#adapted = momentsOf(array, this.#keptAxes(array.shape));
    this.#takeOver();
  }

  #keptAxes(shape: Shape): number[] {
    const axes = this.#axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
    if (axes.some((axis) => !(axis >= 0 && axis < shape.length))) {
      throw this.misfit(`axes ${this.#axes.join(' and ')}`, shape.slice(1));
    }
    return axes.sort((a, b) => a - b);
  }

  #takeOver(): void {
    if (!this.#adapted || !this.#mean) return;
    this.#mean.assign(this.#adapted.mean);
    this.#variance?.assign(this.#adapted.variance);
    this.#count?.assign(tensor(this.#adapted.count, { dtype: 'int32' }));
  }

  protected setUp(inputShape: Shape): Shape {
    // The length of the batch is not known, nor needed unless it is kept.
    const shape = [Number.NaN, ...inputShape];
    const kept = this.#keptAxes(shape);
    if (kept.includes(0)) throw this.misfit('an axis other than the batch to be kept', inputShape);
    if (this.#given) return inputShape;
    const lengths = kept.map((axis) => shape[axis] ?? 1);
    this.#mean = this.addWeight('mean', lengths, { initializer: 'zeros', trainable: false });
    this.#variance = this.addWeight('variance', lengths, { initializer: 'ones', trainable: false });
    this.#count = this.addWeight('count', [], { initializer: 'zeros', trainable: false, dtype: 'int32' });
    this.#takeOver();
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const kept = this.#keptAxes(x.shape);
    const mean = this.#broadcastable(this.#mean?.read() ?? this.#given?.mean ?? 0, kept, x);
    const variance = this.#broadcastable(this.#variance?.read() ?? this.#given?.variance ?? 1, kept, x);
    const deviation = maximum(sqrt(variance), EPSILON);
    return this.#invert ? add(mean, mul(x, deviation)) : div(sub(x, mean), deviation);
  }

  /** Axes of the moments stand for the kept axes, from the last one backwards; all others have length 1. */
  #broadcastable(moments: TensorLike, kept: readonly number[], x: Tensor): Tensor {
    const value = tensor(moments).cast('float32');
    const shape = x.shape.map(() => 1);
    for (const [i, length] of value.shape.toReversed().entries()) {
      const axis = kept.at(-1 - i);
      if (axis === undefined) throw this.misfit(`moments of at most ${kept.length} axes`, x.shape.slice(1));
      shape[axis] = length;
    }
    return value.reshape(shape);
  }

  config() {
    const nested = (values: NDArray | undefined) => values && tensor(values).array();
    return {
      axis: this.#axes.length === 0 ? null : [...this.#axes],
      invert: this.#invert,
      mean: nested(this.#given?.mean) ?? null,
      variance: nested(this.#given?.variance) ?? null,
    };
  }
}

interface Moments {
  readonly mean: NDArray;
  readonly variance: NDArray;
  readonly count: number;
}

/** In two passes and double precision: E[x²] − E[x]² cancels to nothing where the mean is large. */
function momentsOf({ shape, data }: NDArray, kept: readonly number[]): Moments {
  const lengths = kept.map((axis) => shape[axis] ?? 1);
  const size = sizeOf(lengths);
  const strides = kept.map((axis) => sizeOf(shape.slice(axis + 1)));
  const entryOf = (i: number) =>
    kept.reduce(
      (entry, _, k) => entry * (lengths[k] ?? 1) + (Math.floor(i / (strides[k] ?? 1)) % (lengths[k] ?? 1)),
      0,
    );
  const count = Math.max(data.length / size, 1);
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (let i = 0; i < data.length; i++) {
    const entry = entryOf(i);
    mean[entry] = (mean[entry] ?? 0) + (data[i] ?? 0) / count;
  }
  for (let i = 0; i < data.length; i++) {
    const entry = entryOf(i);
    variance[entry] = (variance[entry] ?? 0) + ((data[i] ?? 0) - (mean[entry] ?? 0)) ** 2 / count;
  }
  return {
    mean: ndarray(Float32Array.from(mean), lengths),
    variance: ndarray(Float32Array.from(variance), lengths),
    count,
  };
}

/**
 * (x − mean) / max(√variance, ε), entry by entry along the kept axes; or, inverted, the way back. Means and variances
 * are given, or come from `adapt(data)`. Output shape: that of the input.
 *
 * @see Keras `Normalization`
 */
export function normalization(options: NormalizationOptions = {}): Normalization {
  return new Normalization(options);
}
