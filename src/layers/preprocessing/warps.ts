import { add, concat, cos, greater, mul, neg, onesLike, sin, sub, where } from '../../tensor/functions.ts';
import { affineTransform } from '../../tensor/image/affine.ts';
import { checkSampling, type FillMode, type SampleInterpolation } from '../../tensor/image/sample.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Draws, type Factor, RandomImageLayer, type RandomLayerOptions, rangeOf } from './imageLayer.ts';

export interface WarpOptions extends RandomLayerOptions {
  /** What stands beyond the edges: `reflect` by default. */
  readonly fillMode?: FillMode;
  /** `bilinear` by default. */
  readonly interpolation?: SampleInterpolation;
  /** What stands beyond the edges with `constant`; 0 by default. */
  readonly fillValue?: number;
}

/** (a₀, a₁, a₂, b₀, b₁, b₂): a number for all pictures, or one for each, [batch, 1]. */
type Matrix = readonly [...(readonly (Tensor | number)[])];

/** A layer that moves pixels by one affine map a picture. */
abstract class AffineLayer extends RandomImageLayer {
  readonly #options: Required<Pick<WarpOptions, 'fillMode' | 'interpolation' | 'fillValue'>>;

  constructor({ fillMode = 'reflect', interpolation = 'bilinear', fillValue = 0, ...options }: WarpOptions) {
    super(options);
    checkSampling({ fillMode, interpolation });
    this.#options = { fillMode, interpolation, fillValue };
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const [batch = 1, height = 1, width = 1] = images.shape;
    const draw = ([low, high]: readonly [number, number]) => draws.uniform([batch, 1], low, high);
    const entries = this.matrix(draw, height, width);
    const one = onesLike(draws.uniform([batch, 1]));
    return affineTransform(
      images,
      concat(
        entries.map((entry) => mul(one, entry)),
        1,
      ),
      this.#options,
    );
  }

  /** Where in the picture each pixel of the result comes from. */
  protected abstract matrix(
    draw: (range: readonly [number, number]) => Tensor,
    height: number,
    width: number,
  ): Matrix;

  config(): Record<string, unknown> {
    return { ...this.#options, seed: this.seed ?? null, dataFormat: 'channels_last' };
  }
}

class RandomRotation extends AffineLayer {
  readonly className = 'RandomRotation';
  readonly #range: readonly [number, number];

  constructor(factor: Factor, options: WarpOptions) {
    super(options);
    this.#range = rangeOf('randomRotation with factor', factor, -1, 1);
  }

  protected matrix(
    draw: (range: readonly [number, number]) => Tensor,
    height: number,
    width: number,
  ): Matrix {
    const angle = mul(draw(this.#range), 2 * Math.PI);
    const [sine, cosine] = [sin(angle), cos(angle)];
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    return [
      cosine,
      neg(sine),
      add(mul(sub(1, cosine), x), mul(sine, y)),
      sine,
      cosine,
      sub(mul(sub(1, cosine), y), mul(sine, x)),
    ];
  }

  override config() {
    return { ...super.config(), factor: [...this.#range] };
  }
}

/**
 * Turns each picture around its middle by a random share of a full turn while training.
 *
 * @param factor The largest share in either direction, or the range of shares: 0.1 is 36°; positive ones turn
 * counter-clockwise.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomRotation`
 */
export function randomRotation(factor: Factor, options: WarpOptions = {}): RandomImageLayer {
  return new RandomRotation(factor, options);
}

class RandomTranslation extends AffineLayer {
  readonly className = 'RandomTranslation';
  readonly #heightFactor: readonly [number, number];
  readonly #widthFactor: readonly [number, number];

  constructor(heightFactor: Factor, widthFactor: Factor, options: WarpOptions) {
    super(options);
    this.#heightFactor = rangeOf('randomTranslation with heightFactor', heightFactor, -1, 1);
    this.#widthFactor = rangeOf('randomTranslation with widthFactor', widthFactor, -1, 1);
  }

  protected matrix(
    draw: (range: readonly [number, number]) => Tensor,
    height: number,
    width: number,
  ): Matrix {
    const down = mul(draw(this.#heightFactor), height);
    const right = mul(draw(this.#widthFactor), width);
    return [1, 0, neg(right), 0, 1, neg(down)];
  }

  override config() {
    return {
      ...super.config(),
      heightFactor: [...this.#heightFactor],
      widthFactor: [...this.#widthFactor],
    };
  }
}

/**
 * Shifts each picture by a random share of its height and width while training; positive ones shift down and right.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomTranslation`
 */
export function randomTranslation(
  heightFactor: Factor,
  widthFactor: Factor,
  options: WarpOptions = {},
): RandomImageLayer {
  return new RandomTranslation(heightFactor, widthFactor, options);
}

export interface RandomZoomOptions extends WarpOptions {
  /** The same for the width; as much as the height, so that shapes stay, if left out. */
  readonly widthFactor?: Factor | null;
}

class RandomZoom extends AffineLayer {
  readonly className = 'RandomZoom';
  readonly #heightFactor: readonly [number, number];
  readonly #widthFactor: readonly [number, number] | undefined;

  constructor(heightFactor: Factor, { widthFactor, ...options }: RandomZoomOptions) {
    super(options);
    this.#heightFactor = rangeOf('randomZoom with heightFactor', heightFactor, -1, 1);
    if (widthFactor !== undefined && widthFactor !== null) {
      this.#widthFactor = rangeOf('randomZoom with widthFactor', widthFactor, -1, 1);
    }
  }

  protected matrix(
    draw: (range: readonly [number, number]) => Tensor,
    height: number,
    width: number,
  ): Matrix {
    const high = add(draw(this.#heightFactor), 1);
    const wide = this.#widthFactor ? add(draw(this.#widthFactor), 1) : high;
    return [wide, 0, mul(sub(1, wide), (width - 1) / 2), 0, high, mul(sub(1, high), (height - 1) / 2)];
  }

  override config() {
    return {
      ...super.config(),
      heightFactor: [...this.#heightFactor],
      widthFactor: this.#widthFactor ? [...this.#widthFactor] : null,
    };
  }
}

/**
 * Zooms each picture at random while training.
 *
 * @param heightFactor The largest share in either direction, or the range: 0.2 makes things up to 20 % smaller or
 * larger; positive shares zoom out, negative ones in.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomZoom`
 */
export function randomZoom(heightFactor: Factor, options: RandomZoomOptions = {}): RandomImageLayer {
  return new RandomZoom(heightFactor, options);
}

export interface RandomShearOptions extends WarpOptions {
  /** How far rows slide, in rows; from 0 to 1; 0 by default. */
  readonly xFactor?: Factor;
  /** How far columns slide. */
  readonly yFactor?: Factor;
}

class RandomShear extends AffineLayer {
  readonly className = 'RandomShear';
  readonly #xFactor: readonly [number, number];
  readonly #yFactor: readonly [number, number];

  constructor({ xFactor = 0, yFactor = 0, ...options }: RandomShearOptions) {
    super(options);
    this.#xFactor = rangeOf('randomShear with xFactor', xFactor, 0, 1);
    this.#yFactor = rangeOf('randomShear with yFactor', yFactor, 0, 1);
  }

  protected matrix(draw: (range: readonly [number, number]) => Tensor): Matrix {
    const side = draw([0, 1]);
    // To one side or the other.
    const sign = where(greater(side, 0.5), neg(onesLike(side)), onesLike(side));
    return [1, mul(draw(this.#xFactor), sign), 0, mul(draw(this.#yFactor), sign), 1, 0];
  }

  override config() {
    return { ...super.config(), xFactor: [...this.#xFactor], yFactor: [...this.#yFactor] };
  }
}

/**
 * Slants each picture at random while training, to one side or the other: its rows slide by `xFactor` of a pixel a
 * row, its columns by `yFactor` a column.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomShear`
 */
export function randomShear(options: RandomShearOptions = {}): RandomImageLayer {
  return new RandomShear(options);
}
