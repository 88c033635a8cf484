import { ArgumentError } from '../../graph/errors.ts';
import { clip, less, logicalAnd, mul, sqrt, where } from '../../tensor/functions.ts';
import { imageShape } from '../../tensor/image/resize.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { insideBoxes, placeBoxes } from './boxes.ts';
import type { ValueRangeOptions } from './colour.ts';
import { type Draws, type Factor, RandomImageLayer, rangeOf } from './imageLayer.ts';

export interface RandomErasingOptions extends ValueRangeOptions {
  /** The probability that a picture loses a box is drawn from 0 to this, or from this range; 1 by default. */
  readonly factor?: Factor;
  /** The share of the picture's area, at least and at most; 0.02 to 0.33 by default. */
  readonly scale?: Factor;
  /** What the box is filled with: one number, or one for each channel; noise if left out. */
  readonly fillValue?: number | readonly number[] | null;
}

class RandomErasing extends RandomImageLayer {
  readonly className = 'RandomErasing';
  readonly #factor: readonly [number, number];
  readonly #scale: readonly [number, number];
  readonly #fillValue: number | readonly number[] | null;
  readonly #valueRange: readonly [number, number];

  constructor(options: RandomErasingOptions) {
    super(options);
    this.#factor = rangeOf('randomErasing with factor', options.factor ?? 1, 0, 1);
    this.#scale = rangeOf('randomErasing with scale', options.scale ?? [0.02, 0.33], 0, 1);
    this.#fillValue = options.fillValue ?? null;
    this.#valueRange = options.valueRange ?? [0, 255];
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const [batch, height, width, channels] = imageShape(images, 'randomErasing');
    const each = [batch, 1, 1, 1];
    const [high, wide] = [draws.uniform(each, ...this.#scale), draws.uniform(each, ...this.#scale)];
    const boxes = placeBoxes(draws, { height, width }, { high: sqrt(high), wide: sqrt(wide) });
    const chosen = less(draws.uniform(each), draws.uniform(each, ...this.#factor));
    const erased = logicalAnd(insideBoxes(boxes, height, width), chosen);
    return where(erased, clip(this.#filling(images, draws, channels), ...this.#valueRange), images);
  }

  #filling(images: Tensor, draws: Draws, channels: number): Tensor {
    if (this.#fillValue === null) return mul(draws.normal(images.shape), this.#valueRange[1]);
    const values = [this.#fillValue].flat();
    if (values.length !== 1 && values.length !== channels) {
      throw new ArgumentError({
        asked: 'randomErasing',
        expected: `a fillValue of one number, or of ${channels}, one for each channel`,
        received: `${values.length}`,
      });
    }
    return tensor(values).reshape([1, 1, 1, values.length]);
  }

  config() {
    return {
      factor: [...this.#factor],
      scale: [...this.#scale],
      fillValue: this.#fillValue,
      valueRange: [...this.#valueRange],
      seed: this.seed ?? null,
      dataFormat: 'channels_last',
    };
  }
}

/**
 * Fills a box at a random place of each picture while training, so that no part of it is needed alone.
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Zhong et al., "Random Erasing Data Augmentation", 2020; Keras `RandomErasing`
 */
export function randomErasing(options: RandomErasingOptions = {}): RandomImageLayer {
  return new RandomErasing(options);
}
