import { interpolate, repeatEach } from '../tensor/nn/resizing.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf, perAxis, withFirst } from './arguments.ts';
import type { PerAxis } from './convolution.ts';
import type { Layer, LayerOptions } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

export type Interpolation = 'nearest' | 'bilinear';

export interface UpSamplingOptions extends SpatialOptions {
  /** How many places become of each; 2 by default. */
  readonly size?: PerAxis;
}

export type UpSampling1DOptions = LayerOptions & { readonly size?: number };

export interface UpSampling2DOptions extends UpSamplingOptions {
  /** Whether places repeat (nearest, the default) or pass into each other (bilinear). */
  readonly interpolation?: Interpolation;
}

class UpSampling extends SpatialLayer {
  readonly #size: readonly number[];
  readonly #interpolation: Interpolation;

  constructor(rank: number, { size = 2, interpolation = 'nearest', ...options }: UpSampling2DOptions) {
    super(`UpSampling${rank}D`, rank, options);
    this.#size = perAxis(this.className, 'size', size, rank);
    this.#interpolation = oneOf(this.className, 'interpolation', interpolation, ['nearest', 'bilinear']);
  }

  protected callSpatial(x: Tensor): Tensor {
    const axes = this.#size.map((_, at) => at + 1);
    if (this.#interpolation === 'nearest') return repeatEach(x, axes, this.#size);
    return axes.reduce((sofar, axis, at) => {
      return interpolate(sofar, axis, (x.shape[axis] ?? 1) * (this.#size[at] ?? 1));
    }, x);
  }

  config() {
    if (this.rank === 1) return { size: this.#size[0] };
    const { dataFormat } = this;
    const size = [...this.#size];
    return this.rank === 2 ? { size, dataFormat, interpolation: this.#interpolation } : { size, dataFormat };
  }
}

/**
 * Every step of a sequence several times in a row.
 *
 * @param size how many times; 2 by default
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, steps · size, channels].
 *
 * @see Keras `UpSampling1D`
 */
export function upSampling1D(
  size: number | UpSampling1DOptions = {},
  options: UpSampling1DOptions = {},
): Layer {
  return new UpSampling(1, withFirst('size', size, options));
}

/**
 * A larger picture: places repeat, or pass into each other.
 *
 * @param size one factor, or [rows, columns]; 2 by default
 * @param options.interpolation nearest (the default) or bilinear
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, height · size, width · size, channels].
 *
 * @see Keras `UpSampling2D`
 */
export const upSampling2D = (
  size: PerAxis | UpSampling2DOptions = {},
  options: UpSampling2DOptions = {},
): Layer => new UpSampling(2, withFirst('size', size, options));

/** Places repeat along three spatial axes. @see Keras `UpSampling3D` */
export const upSampling3D = (
  size: PerAxis | UpSamplingOptions = {},
  options: UpSamplingOptions = {},
): Layer => new UpSampling(3, withFirst('size', size, options));
