import { div, expandDims, max, maximum, mean, mul, sum } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext, Layer } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

export interface GlobalPoolingOptions extends SpatialOptions {
  /** Whether spatial axes stay, with length 1; false by default. */
  readonly keepdims?: boolean;
}

type Reduction = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

class GlobalPooling extends SpatialLayer {
  readonly #reduction: Reduction;
  readonly #keepdims: boolean;

  constructor(kind: string, reduction: Reduction, rank: number, options: GlobalPoolingOptions) {
    super(`Global${kind}Pooling${rank}D`, rank, options);
    this.#reduction = reduction;
    this.#keepdims = options.keepdims ?? false;
  }

  protected get axes(): number[] {
    const first = this.dataFormat === 'channels_last' ? 1 : 2;
    return Array.from({ length: this.rank }, (_, i) => first + i);
  }

  override call(x: Tensor, { mask }: CallContext): Tensor {
    if (mask && this.className === 'GlobalAveragePooling1D') return this.#maskedMean(x, mask);
    return this.#reduction(x, this.axes, this.#keepdims);
  }

  protected callSpatial(x: Tensor): Tensor {
    return x;
  }

  /** The mean of the steps that count. */
  #maskedMean(x: Tensor, mask: Tensor): Tensor {
    const counts = expandDims(mask.cast(x.dtype), this.dataFormat === 'channels_last' ? 2 : 1);
    const total = sum(mul(x, counts), this.axes, this.#keepdims);
    return div(total, maximum(sum(counts, this.axes, this.#keepdims), 1e-7));
  }

  config() {
    return { dataFormat: this.dataFormat, keepdims: this.#keepdims };
  }
}

/**
 * The greatest number of each channel over all steps.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, channels].
 *
 * @see Keras `GlobalMaxPooling1D`
 */
export const globalMaxPooling1D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Max', max, 1, options);

/**
 * The greatest number of each channel over the whole picture.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, channels], or [batch, 1, 1, channels] with
 * `keepdims`.
 *
 * @see Keras `GlobalMaxPooling2D`
 */
export const globalMaxPooling2D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Max', max, 2, options);

/** The same with three spatial axes. @see globalMaxPooling2D, Keras `GlobalMaxPooling3D` */
export const globalMaxPooling3D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Max', max, 3, options);

/**
 * The mean of each channel over all steps; with a mask, over those that count.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, channels].
 *
 * @see Keras `GlobalAveragePooling1D`
 */
export const globalAveragePooling1D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Average', mean, 1, options);

/**
 * The mean of each channel over the whole picture.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, channels], or [batch, 1, 1, channels] with
 * `keepdims`.
 *
 * @see Keras `GlobalAveragePooling2D`; Lin et al., "Network in network", 2014
 */
export const globalAveragePooling2D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Average', mean, 2, options);

/** The same with three spatial axes. @see globalAveragePooling2D, Keras `GlobalAveragePooling3D` */
export const globalAveragePooling3D = (options: GlobalPoolingOptions = {}): Layer =>
  new GlobalPooling('Average', mean, 3, options);
