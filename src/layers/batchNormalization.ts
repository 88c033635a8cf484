import type { Shape } from '../graph/ndarray.ts';
import { add, mul } from '../tensor/functions.ts';
import { type Moments, moments, standardize } from '../tensor/nn/normalization.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { type Initializer, initializerOf } from './initializers.ts';
import type { CallContext, Layer } from './layer.ts';
import {
  broadcastShape,
  ScaledNormalization,
  type ScaledNormalizationOptions,
} from './scaledNormalization.ts';

export interface BatchNormalizationOptions extends ScaledNormalizationOptions {
  /** The axis of the features, the batch being axis 0; the last by default. */
  readonly axis?: number;
  /** How much of a moving statistic stays after each step; 0.99 by default. */
  readonly momentum?: number;
  readonly movingMeanInitializer?: Initializer | string;
  readonly movingVarianceInitializer?: Initializer | string;
}

class BatchNormalization extends ScaledNormalization {
  readonly className = 'BatchNormalization';
  readonly #axis: number;
  readonly #momentum: number;
  readonly #meanStart: Initializer | string;
  readonly #varianceStart: Initializer | string;
  #movingMean: Variable | undefined;
  #movingVariance: Variable | undefined;

  constructor(options: BatchNormalizationOptions) {
    super(options);
    this.#axis = options.axis ?? -1;
    this.#momentum = options.momentum ?? 0.99;
    this.#meanStart = options.movingMeanInitializer ?? 'zeros';
    this.#varianceStart = options.movingVarianceInitializer ?? 'ones';
  }

  protected setUp(inputShape: Shape): Shape {
    const features = [this.lengthAlong(this.#axis, inputShape)];
    this.addScale(features);
    this.#movingMean = this.addWeight('moving_mean', features, {
      initializer: this.#meanStart,
      trainable: false,
    });
    this.#movingVariance = this.addWeight('moving_variance', features, {
      initializer: this.#varianceStart,
      trainable: false,
    });
    return inputShape;
  }

  call(x: Tensor, { training, mask }: CallContext): Tensor {
    const shape = broadcastShape(x, [this.#axis]);
    const [mean, variance] = [this.#movingMean as Variable, this.#movingVariance as Variable];
    if (!training || !this.trainable) {
      const known = { mean: mean.read().reshape(shape), variance: variance.read().reshape(shape) };
      return this.#standardize(x, known, shape);
    }
    const axes = [...x.shape.keys()].filter((axis) => axis !== this.#place(x));
    const counts = mask
      ?.cast(x.dtype)
      .reshape([...mask.shape, ...x.shape.slice(mask.shape.length).map(() => 1)]);
    const now = moments(x, axes, counts);
    this.#move(mean, now.mean);
    this.#move(variance, now.variance);
    return this.#standardize(x, now, shape);
  }

  #place({ shape }: Tensor): number {
    return this.#axis < 0 ? this.#axis + shape.length : this.#axis;
  }

  #standardize(x: Tensor, statistics: Moments, shape: Shape): Tensor {
    const { scale, offset } = this.readScale(shape);
    return standardize(x, statistics, this.epsilon, scale, offset);
  }

  /** A moving average takes a step towards what was seen. */
  #move(average: Variable, seen: Tensor): void {
    const share = 1 - this.#momentum;
    average.assign(add(mul(average.read(), this.#momentum), mul(seen.reshape(average.shape), share)));
  }

  config() {
    return {
      axis: this.#axis,
      momentum: this.#momentum,
      ...this.scaleConfig(),
      movingMeanInitializer: initializerOf(this.#meanStart),
      movingVarianceInitializer: initializerOf(this.#varianceStart),
    };
  }
}

/**
 * Batch normalisation: γ·(x − mean) / √(variance + ε) + β, feature by feature. While training, mean and variance are
 * those of the batch, and move the running ones, which are used otherwise. Where it is not trainable it does not train.
 *
 * @param options.axis the axis of the features; the last by default
 * @param options.momentum how much of a running statistic stays after each step; 0.99 by default
 * @param options.epsilon 0.001 by default
 *
 * Input shape: [batch, …, features]. Output shape: the same.
 *
 * @see Ioffe and Szegedy, "Batch normalization", 2015, algorithms 1 and 2; Keras `BatchNormalization`
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  return new BatchNormalization(options);
}
