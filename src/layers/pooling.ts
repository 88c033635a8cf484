import type { Shape } from '../graph/ndarray.ts';
import { averagePool, maxPool } from '../tensor/nn/pooling.ts';
import type { Padding, Sliding } from '../tensor/nn/windowing.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf, perAxis, withFirst } from './arguments.ts';
import type { PerAxis } from './convolution.ts';
import type { Layer } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

export interface PoolingOptions extends SpatialOptions {
  /** The size of a window; 2 by default. */
  readonly poolSize?: PerAxis;
  /** How far apart windows stand; by default as far as they are long. */
  readonly strides?: PerAxis | null;
  /** valid by default; same lets windows reach over the edge, where they see only the data. */
  readonly padding?: Exclude<Padding, 'causal'>;
}

type Pool = (x: Tensor, sliding: Sliding) => Tensor;

class Pooling extends SpatialLayer {
  readonly #pool: Pool;
  readonly #sliding: Sliding;

  constructor(kind: string, pool: Pool, rank: number, options: PoolingOptions) {
    const name = `${kind}Pooling${rank}D`;
    super(name, rank, options);
    const { poolSize = 2, strides, padding = 'valid' } = options;
    const size = perAxis(name, 'poolSize', poolSize, rank);
    this.#pool = pool;
    this.#sliding = {
      size,
      strides: perAxis(name, 'strides', strides ?? size, rank),
      dilations: size.map(() => 1),
      padding: oneOf(name, 'padding', padding, ['valid', 'same']),
    };
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    this.checkWindows(lengths, channels, this.#sliding);
  }

  protected callSpatial(x: Tensor): Tensor {
    return this.#pool(x, this.#sliding);
  }

  config() {
    const { size, strides, padding } = this.#sliding;
    return { poolSize: [...size], strides: [...strides], padding, dataFormat: this.dataFormat };
  }
}

/**
 * The greatest number of every window of a sequence.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, new steps, channels].
 *
 * @see Keras `MaxPooling1D`
 */
export const maxPooling1D = (poolSize: PerAxis | PoolingOptions = {}, options: PoolingOptions = {}): Layer =>
  new Pooling('Max', maxPool, 1, withFirst('poolSize', poolSize, options));

/**
 * The greatest number of every window of a picture, channel by channel.
 *
 * @param poolSize the size of a window; 2 by default
 * @param options.strides how far apart windows stand; by default as far as they are long
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, channels].
 *
 * @throws ShapeError when no window fits
 * @see Keras `MaxPooling2D`
 */
export const maxPooling2D = (poolSize: PerAxis | PoolingOptions = {}, options: PoolingOptions = {}): Layer =>
  new Pooling('Max', maxPool, 2, withFirst('poolSize', poolSize, options));

/** The same with three spatial axes. @see maxPooling2D, Keras `MaxPooling3D` */
export const maxPooling3D = (poolSize: PerAxis | PoolingOptions = {}, options: PoolingOptions = {}): Layer =>
  new Pooling('Max', maxPool, 3, withFirst('poolSize', poolSize, options));

/**
 * The mean of every window of a sequence.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, new steps, channels].
 *
 * @see Keras `AveragePooling1D`
 */
export const averagePooling1D = (
  poolSize: PerAxis | PoolingOptions = {},
  options: PoolingOptions = {},
): Layer => new Pooling('Average', averagePool, 1, withFirst('poolSize', poolSize, options));

/**
 * The mean of every window of a picture, channel by channel; at the edge the mean of what the window sees.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, channels].
 *
 * @throws ShapeError when no window fits
 * @see Keras `AveragePooling2D`
 */
export const averagePooling2D = (
  poolSize: PerAxis | PoolingOptions = {},
  options: PoolingOptions = {},
): Layer => new Pooling('Average', averagePool, 2, withFirst('poolSize', poolSize, options));

/** The same with three spatial axes. @see averagePooling2D, Keras `AveragePooling3D` */
export const averagePooling3D = (
  poolSize: PerAxis | PoolingOptions = {},
  options: PoolingOptions = {},
): Layer => new Pooling('Average', averagePool, 3, withFirst('poolSize', poolSize, options));
