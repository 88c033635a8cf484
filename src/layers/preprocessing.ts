import { ArgumentError } from '../graph/errors.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { add, div, maximum, mul, sqrt, sub } from '../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor, toArray } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type LayerOptions } from './layer.ts';

class Rescaling extends Layer {
  readonly className = 'Rescaling';
  readonly #scale: number;
  readonly #offset: number;

  constructor(scale: number, { offset = 0, ...options }: LayerOptions & { offset?: number }) {
    super(options);
    this.#scale = scale;
    this.#offset = offset;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const scaled = mul(x.cast('float32'), this.#scale);
    return this.#offset === 0 ? scaled : add(scaled, this.#offset);
  }

  config() {
    return { scale: this.#scale, offset: this.#offset };
  }
}

/** x·scale + offset: `rescaling(1 / 255)` for pictures. Output shape: that of the input. */
export function rescaling(scale: number, options: LayerOptions & { offset?: number } = {}): Layer {
  return new Rescaling(scale, options);
}

export interface NormalizationOptions extends LayerOptions {
  /** Known means and variances, instead of `adapt`: one for each feature, or one number for all. */
  readonly mean?: TensorLike;
  readonly variance?: TensorLike;
}

/** The smallest deviation divided by: constant features become 0, not infinite. Keras's epsilon. */
const EPSILON = 1e-7;

export class Normalization extends Layer {
  readonly className = 'Normalization';
  readonly #given: { mean: TensorLike; variance: TensorLike } | undefined;
  #adapted: { mean: NDArray; variance: NDArray; count: number } | undefined;
  #mean: Variable | undefined;
  #variance: Variable | undefined;
  #count: Variable | undefined;

  constructor({ mean, variance, ...options }: NormalizationOptions) {
    super(options);
    if ((mean === undefined) !== (variance === undefined)) {
      throw new ArgumentError({
        asked: 'normalization',
        expected: 'both a mean and a variance, or neither',
        received: 'one',
      });
    }
    if (mean !== undefined && variance !== undefined) this.#given = { mean, variance };
  }

  /** Takes means and variances of every feature (the last axis) from data. Call before the model is used. */
  adapt(data: TensorLike): void {
    const { shape, data: numbers } = toArray(data);
    const features = shape.at(-1) ?? 1;
    const rows = Math.max(numbers.length / features, 1);
    const mean = new Float64Array(features);
    const variance = new Float64Array(features);
    numbers.forEach((x: number, i: number) => {
      mean[i % features] = (mean[i % features] ?? 0) + x / rows;
    });
    numbers.forEach((x: number, i: number) => {
      variance[i % features] = (variance[i % features] ?? 0) + (x - (mean[i % features] ?? 0)) ** 2 / rows;
    });
    const array = (values: Float64Array): NDArray => ({
      dtype: 'float32',
      shape: [features],
      data: Float32Array.from(values),
    });
    this.#adapted = { mean: array(mean), variance: array(variance), count: rows };
    this.#mean?.assign(this.#adapted.mean);
    this.#variance?.assign(this.#adapted.variance);
    this.#count?.assign(tensor(rows, { dtype: 'int32' }));
  }

  protected setUp(inputShape: Shape): Shape {
    const features = inputShape.at(-1);
    if (features === undefined) throw this.misfit('at least one axis besides the batch', inputShape);
    if (!this.#given) {
      this.#mean = this.addWeight('mean', [features], { initializer: 'zeros', trainable: false });
      this.#variance = this.addWeight('variance', [features], { initializer: 'ones', trainable: false });
      this.#count = this.addWeight('count', [], {
        initializer: 'zeros',
        trainable: false,
        dtype: 'int32',
      });
      if (this.#adapted) {
        this.#mean.assign(this.#adapted.mean);
        this.#variance.assign(this.#adapted.variance);
        this.#count.assign(tensor(this.#adapted.count, { dtype: 'int32' }));
      }
    }
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const mean = this.#given ? tensor(this.#given.mean) : (this.#mean as Variable).read();
    const variance = this.#given ? tensor(this.#given.variance) : (this.#variance as Variable).read();
    return div(sub(x.cast('float32'), mean), maximum(sqrt(variance), EPSILON));
  }

  config() {
    const list = (values: TensorLike | undefined) =>
      values === undefined ? null : Array.from(toArray(values).data);
    return {
      axis: [-1],
      invert: false,
      mean: list(this.#given?.mean),
      variance: list(this.#given?.variance),
    };
  }
}

/**
 * (x − mean) / max(√variance, ε), feature by feature, along the last axis. Means and variances are given, or come
 * from `adapt(data)`. Output shape: that of the input.
 *
 * @see Keras `Normalization`
 */
export function normalization(options: NormalizationOptions = {}): Normalization {
  return new Normalization(options);
}
