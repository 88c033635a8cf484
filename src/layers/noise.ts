import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { add, greaterEqual, mul, where, zerosLike } from '../tensor/functions.ts';
import { type RandomOptions, randomNormal, randomUniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf, within } from './arguments.ts';
import { DATA_FORMATS, type DataFormat } from './dataFormat.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { SeedGenerator } from './seedGenerator.ts';

export interface RandomLayerOptions extends LayerOptions {
  /** Of the numbers it draws; by default the next of the sequence that `setSeed` starts. */
  readonly seed?: number;
}

/** A layer that is random while training, other numbers in each step, and the identity otherwise. */
abstract class RandomLayer extends Layer {
  override readonly supportsMasking = true;
  readonly #generator: SeedGenerator;

  constructor({ seed, ...options }: RandomLayerOptions) {
    super(options);
    this.#generator = new SeedGenerator(seed);
  }

  override get seedGenerators(): readonly SeedGenerator[] {
    return [this.#generator];
  }

  protected setUp(inputShape: Shape): Shape {
    this.#generator.begin();
    return inputShape;
  }

  call(x: Tensor, { training, step, drawn }: CallContext): Tensor {
    const key = training ? this.#generator.next(drawn) : undefined;
    return key ? this.disturb(x, { seed: key, ...(step && { stream: step }) }) : x;
  }

  protected abstract disturb(x: Tensor, source: RandomOptions): Tensor;

  protected seedConfig() {
    return { seed: this.#generator.seed ?? null };
  }
}

/** Lengths of the axes along which each place is dropped on its own, batch included; null for that of the input. */
export type NoiseShape = readonly (number | null)[];

export interface DropoutOptions extends RandomLayerOptions {
  /** Along axes of length 1 all places drop together: [null, 1, null] drops whole features of a sequence. */
  readonly noiseShape?: NoiseShape | null;
}

abstract class DroppingLayer extends RandomLayer {
  readonly rate: number;
  readonly #noiseShape: NoiseShape | undefined;

  constructor(asked: string, rate: number, { noiseShape, ...options }: DropoutOptions) {
    super(options);
    this.rate = within(asked, 'rate', rate, 0, 1);
    this.#noiseShape = noiseShape ?? undefined;
  }

  /** Whether each place stays, of the noise's shape. */
  protected kept(x: Tensor, source: RandomOptions): Tensor {
    const shape = this.noiseShapeFor(x.shape);
    return greaterEqual(randomUniform(shape, 0, 1, source), this.rate);
  }

  protected noiseShapeFor(shape: Shape): Shape {
    const given = this.#noiseShape;
    if (!given) return shape;
    const fits =
      given.length === shape.length && given.every((n, i) => n === null || n === 1 || n === shape[i]);
    if (fits) return given.map((n, i) => n ?? shape[i] ?? 1);
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}" with noiseShape [${given.map((n) => n ?? 'null').join(', ')}]`,
      expected: `for each axis of [${shape.join(', ')}] null, 1 or its length`,
    });
  }

  protected noiseConfig() {
    return { noiseShape: this.#noiseShape ? [...this.#noiseShape] : null };
  }
}

class Dropout extends DroppingLayer {
  readonly className: string = 'Dropout';

  constructor(rate: number, options: DropoutOptions) {
    super('dropout', rate, options);
  }

  protected disturb(x: Tensor, source: RandomOptions): Tensor {
    if (this.rate === 0) return x;
    return where(this.kept(x, source), mul(x, 1 / (1 - this.rate)), zerosLike(x));
  }

  config(): Record<string, unknown> {
    return { rate: this.rate, ...this.seedConfig(), ...this.noiseConfig() };
  }
}

/**
 * While training, sets each number to 0 with probability `rate` and divides the others by 1 − rate, so that
 * sums keep their expectation. Otherwise the identity.
 *
 * @param options.noiseShape along axes of length 1 all places drop together
 *
 * Output shape: that of the input.
 *
 * @throws ArgumentError for a rate outside of 0 up to, not including, 1
 * @see Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014
 */
export function dropout(rate: number, options: DropoutOptions = {}): Layer {
  return new Dropout(rate, options);
}

export interface SpatialDropoutOptions extends RandomLayerOptions {
  readonly dataFormat?: DataFormat;
}

class SpatialDropout extends Dropout {
  override readonly className: string;
  readonly #rank: number;
  readonly #dataFormat: DataFormat;

  constructor(
    rank: number,
    rate: number,
    { dataFormat = 'channels_last', ...options }: SpatialDropoutOptions,
  ) {
    super(rate, options);
    this.className = `SpatialDropout${rank}D`;
    this.#rank = rank;
    this.#dataFormat = oneOf(this.className, 'data format', dataFormat, DATA_FORMATS);
  }

  protected override setUp(inputShape: Shape): Shape {
    if (inputShape.length !== this.#rank + 1) {
      throw this.misfit(`the batch, ${this.#rank} spatial axes and the channels`, inputShape);
    }
    return super.setUp(inputShape);
  }

  protected override noiseShapeFor(shape: Shape): Shape {
    const channels = this.#dataFormat === 'channels_last' ? shape.length - 1 : 1;
    return shape.map((length, axis) => (axis === 0 || axis === channels ? length : 1));
  }

  override config() {
    const base = { rate: this.rate, ...this.seedConfig() };
    return this.#rank === 1 ? base : { ...base, dataFormat: this.#dataFormat };
  }
}

/**
 * Dropout of whole features of a sequence, all steps together.
 *
 * Input shape: [batch, steps, channels]. Output shape: the same.
 *
 * @see Tompson et al., "Efficient object localization using convolutional networks", 2015; Keras `SpatialDropout1D`
 */
export const spatialDropout1D = (rate: number, options: RandomLayerOptions = {}): Layer =>
  new SpatialDropout(1, rate, options);

/**
 * Dropout of whole channels of a picture.
 *
 * Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Tompson et al., "Efficient object localization using convolutional networks", 2015; Keras `SpatialDropout2D`
 */
export const spatialDropout2D = (rate: number, options: SpatialDropoutOptions = {}): Layer =>
  new SpatialDropout(2, rate, options);

/** The same with three spatial axes. @see spatialDropout2D, Keras `SpatialDropout3D` */
export const spatialDropout3D = (rate: number, options: SpatialDropoutOptions = {}): Layer =>
  new SpatialDropout(3, rate, options);

class GaussianNoise extends RandomLayer {
  readonly className = 'GaussianNoise';
  readonly #stddev: number;

  constructor(stddev: number, options: RandomLayerOptions) {
    super(options);
    this.#stddev = within('GaussianNoise', 'stddev', stddev, 0, Number.POSITIVE_INFINITY);
  }

  protected disturb(x: Tensor, source: RandomOptions): Tensor {
    return this.#stddev === 0 ? x : add(x, randomNormal(x.shape, 0, this.#stddev, source).cast(x.dtype));
  }

  config() {
    return { stddev: this.#stddev, ...this.seedConfig() };
  }
}

/**
 * While training, adds normal noise of deviation `stddev`. Output shape: that of the input.
 *
 * @see Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995; Keras `GaussianNoise`
 */
export function gaussianNoise(stddev: number, options: RandomLayerOptions = {}): Layer {
  return new GaussianNoise(stddev, options);
}

class GaussianDropout extends RandomLayer {
  readonly className = 'GaussianDropout';
  readonly #rate: number;

  constructor(rate: number, options: RandomLayerOptions) {
    super(options);
    this.#rate = within('GaussianDropout', 'rate', rate, 0, 1);
  }

  protected disturb(x: Tensor, source: RandomOptions): Tensor {
    if (this.#rate === 0) return x;
    return mul(x, randomNormal(x.shape, 1, Math.sqrt(this.#rate / (1 - this.#rate)), source).cast(x.dtype));
  }

  config() {
    return { rate: this.#rate, ...this.seedConfig() };
  }
}

/**
 * While training, multiplies by normal numbers of mean 1 and the variance dropout of `rate` has, rate / (1 − rate).
 * Output shape: that of the input.
 *
 * @see Srivastava et al., "Dropout", 2014, section 10; Keras `GaussianDropout`
 */
export function gaussianDropout(rate: number, options: RandomLayerOptions = {}): Layer {
  return new GaussianDropout(rate, options);
}

/** What SELU tends to far below 0. */
const SELU_FLOOR = -1.6732632423543772 * 1.0507009873554805;

class AlphaDropout extends DroppingLayer {
  readonly className = 'AlphaDropout';

  constructor(rate: number, options: DropoutOptions) {
    super('AlphaDropout', rate, options);
  }

  protected disturb(x: Tensor, source: RandomOptions): Tensor {
    if (this.rate === 0) return x;
    const scale = 1 / Math.sqrt((1 - this.rate) * (1 + this.rate * SELU_FLOOR ** 2));
    const offset = -scale * SELU_FLOOR * this.rate;
    const dropped = add(zerosLike(x), SELU_FLOOR);
    return add(mul(where(this.kept(x, source), x, dropped), scale), offset);
  }

  config() {
    return { rate: this.rate, ...this.seedConfig(), ...this.noiseConfig() };
  }
}

/**
 * Dropout that keeps mean 0 and variance 1, for networks of SELU: dropped numbers become what SELU tends to far
 * below 0, and all are scaled and shifted back. Output shape: that of the input.
 *
 * @see Klambauer et al., "Self-normalizing neural networks", 2017, section 4; Keras `AlphaDropout`
 */
export function alphaDropout(rate: number, options: DropoutOptions = {}): Layer {
  return new AlphaDropout(rate, options);
}
