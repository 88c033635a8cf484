import {
  abs,
  add,
  arange,
  clip,
  div,
  exp,
  floor,
  less,
  lessEqual,
  matmul,
  mul,
  square,
  sub,
  where,
} from '../../tensor/functions.ts';
import { imageShape } from '../../tensor/image/resize.ts';
import {
  checkSampling,
  type FillMode,
  type SampleInterpolation,
  sampleImages,
} from '../../tensor/image/sample.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ValueRangeOptions } from './colour.ts';
import { type Draws, type Factor, RandomImageLayer, rangeOf } from './imageLayer.ts';

export interface RandomElasticTransformOptions extends ValueRangeOptions {
  /** The probability that a picture is changed is drawn from 0 to this, or from this range; 1 by default. */
  readonly factor?: Factor;
  /** How much: up to that much, or from the first to the second number, at most 1; 1 by default. */
  readonly scale?: Factor;
  readonly interpolation?: SampleInterpolation;
  readonly fillMode?: FillMode;
  readonly fillValue?: number;
}

class RandomElasticTransform extends RandomImageLayer {
  readonly className = 'RandomElasticTransform';
  readonly #factor: readonly [number, number];
  readonly #scale: readonly [number, number];
  readonly #valueRange: readonly [number, number];
  readonly #sampling: { interpolation: SampleInterpolation; fillMode: FillMode; fillValue: number };

  constructor(options: RandomElasticTransformOptions) {
    super(options);
    this.#factor = rangeOf('randomElasticTransform with factor', options.factor ?? 1, 0, 1);
    this.#scale = rangeOf('randomElasticTransform with scale', options.scale ?? 1, 0, 1);
    this.#valueRange = options.valueRange ?? [0, 255];
    const { interpolation = 'bilinear', fillMode = 'reflect', fillValue = 0 } = options;
    this.#sampling = { interpolation, fillMode, fillValue };
    checkSampling(this.#sampling);
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    if (this.#scale[1] === 0 || this.#factor[1] === 0) return images;
    const [batch, height, width] = imageShape(images, 'randomElasticTransform');
    const each = [batch, 1, 1, 1];
    const chosen = less(draws.uniform(each), draws.uniform(each, ...this.#factor));
    const scale = draws.uniform([], ...this.#scale);
    const strength = mul(scale, 0.1 * Math.max(height, width));
    const spread = mul(scale, 0.05 * Math.min(height, width));
    const field = () => {
      const noise = mul(draws.normal([batch, height, width]), spread);
      return mul(gaussianBlur(noise, spread), strength);
    };
    const x = add(field(), arange(width, 'float32').reshape([1, 1, width]));
    const y = add(field(), arange(height, 'float32').reshape([1, height, 1]));
    const moved = sampleImages(images, y, x, this.#sampling);
    return clip(where(chosen, moved, images), ...this.#valueRange);
  }

  config() {
    return {
      factor: [...this.#factor],
      scale: [...this.#scale],
      ...this.#sampling,
      valueRange: [...this.#valueRange],
      seed: this.seed ?? null,
      dataFormat: 'channels_last',
    };
  }
}

/**
 * Rows and columns blurred by a bell of deviation `sigma`, 0 beyond the edges: a matrix of weights from each side. The
 * bell ends at 3 sigma, as Keras's kernel of length ⌊6 sigma⌋ | 1 does.
 *
 * @param x [batch, height, width]
 * @param sigma []
 */
export function gaussianBlur(x: Tensor, sigma: Tensor): Tensor {
  const [, height = 1, width = 1] = x.shape;
  const reach = floor(div(floor(mul(sigma, 6)), 2));
  // [height, height] × [batch, height, width] × [width, width]
  return matmul(matmul(bells(height, sigma, reach), x), bells(width, sigma, reach));
}

/** Row i holds the weights of all places around place i. */
function bells(length: number, sigma: Tensor, reach: Tensor): Tensor {
  const bell = (distance: Tensor) => {
    // Of sigma 0 the bell is its one middle weight.
    const weight = exp(mul(square(div(distance, add(sigma, 1e-12))), -0.5));
    return where(lessEqual(abs(distance), reach), weight, 0);
  };
  const places = arange(length, 'float32');
  const total = bell(sub(arange(6 * length + 1, 'float32'), 3 * length)).sum();
  return div(bell(sub(places.reshape([length, 1]), places)), total);
}

/**
 * Stretches and squeezes pictures here and there while training, like rubber: each pixel moves by a random field that
 * is smooth. Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Simard, Steinkraus & Platt, "Best Practices for Convolutional Neural Networks", 2003; Keras `RandomElasticTransform`
 */
export function randomElasticTransform(options: RandomElasticTransformOptions = {}): RandomImageLayer {
  return new RandomElasticTransform(options);
}
