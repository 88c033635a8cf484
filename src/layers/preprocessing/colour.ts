import { add, clip, mul, sub } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Draws, type Factor, RandomImageLayer, type RandomLayerOptions, rangeOf } from './imageLayer.ts';

export interface ValueRangeOptions extends RandomLayerOptions {
  /** The least and greatest number a pixel may have; 0 and 255 by default. */
  readonly valueRange?: readonly [number, number];
}

class RandomBrightness extends RandomImageLayer {
  readonly className = 'RandomBrightness';
  readonly #factor: readonly [number, number];
  readonly #valueRange: readonly [number, number];

  constructor(factor: Factor, { valueRange = [0, 255], ...options }: ValueRangeOptions) {
    super(options);
    this.#factor = rangeOf('randomBrightness with factor', factor, -1, 1);
    this.#valueRange = valueRange;
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const [low, high] = this.#valueRange;
    const share = draws.uniform([images.shape[0] ?? 1, 1, 1, 1], ...this.#factor);
    return clip(add(images, mul(share, high - low)), low, high);
  }

  config() {
    return { factor: [...this.#factor], valueRange: [...this.#valueRange], seed: this.seed ?? null };
  }
}

/**
 * Adds a random share of the value range to all pixels of a picture while training, and keeps them in the range.
 *
 * @param factor The largest share in either direction, or the range of shares, from −1 to 1.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomBrightness`
 */
export function randomBrightness(factor: Factor, options: ValueRangeOptions = {}): RandomImageLayer {
  return new RandomBrightness(factor, options);
}

class RandomContrast extends RandomImageLayer {
  readonly className = 'RandomContrast';
  readonly #factor: readonly [number, number];
  readonly #valueRange: readonly [number, number];

  constructor(factor: Factor, { valueRange = [0, 255], ...options }: ValueRangeOptions) {
    super(options);
    const [lower, upper] = typeof factor === 'number' ? [factor, factor] : factor;
    rangeOf('randomContrast with factor', [lower, upper], 0, 1);
    this.#factor = [lower, upper];
    this.#valueRange = valueRange;
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const [lower, upper] = this.#factor;
    const factor = draws.uniform([images.shape[0] ?? 1, 1, 1, 1], 1 - lower, 1 + upper);
    const average = images.mean([1, 2], true);
    return clip(add(mul(sub(images, average), factor), average), ...this.#valueRange);
  }

  config() {
    return { factor: [...this.#factor], valueRange: [...this.#valueRange], seed: this.seed ?? null };
  }
}

/**
 * Moves all pixels of a picture away from the mean of their channel, or towards it, by a random factor while training:
 * (x − mean)·factor + mean.
 *
 * @param factor The factor is drawn from 1 − factor to 1 + factor; or, of a pair, from 1 − the first to 1 + the second.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomContrast`
 */
export function randomContrast(factor: Factor, options: ValueRangeOptions = {}): RandomImageLayer {
  return new RandomContrast(factor, options);
}
