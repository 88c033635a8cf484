import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { foldIn, keyOf } from '../../graph/threefry.ts';
import { add, div, gather, mul, sqrt, sub, where } from '../../tensor/functions.ts';
import { imageShape } from '../../tensor/image/resize.ts';
import { nextKey } from '../../tensor/random.ts';
import { type Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { type CallContext, LayerOfSeveral } from '../layer.ts';
import { SeedGenerator } from '../seedGenerator.ts';
import { randomOrder, symmetricBeta } from './beta.ts';
import { insideBoxes, placeBoxes } from './boxes.ts';
import { Draws, type Factor, type RandomLayerOptions, rangeOf } from './imageLayer.ts';

/** How pictures of a batch are mixed with others of it. */
interface Mix {
  readonly images: Tensor;
  /** Which picture each is mixed with, int32 [batch]. */
  readonly partners: Tensor;
  /** How much of each picture is left, [batch, 1, 1, 1]. */
  readonly kept: Tensor;
}

/**
 * A layer that mixes the pictures of a batch with each other while a model is trained, and their labels, if given as
 * second input, in the same shares. `augment` does it outside of a model.
 */
export abstract class MixingLayer extends LayerOfSeveral {
  readonly #generator: SeedGenerator;

  constructor({ seed, ...options }: RandomLayerOptions) {
    super(options);
    this.#generator = new SeedGenerator(seed);
  }

  get seed(): number | undefined {
    return this.#generator.seed;
  }

  override get seedGenerators(): readonly SeedGenerator[] {
    return [this.#generator];
  }

  protected override setUpMany(inputShapes: readonly Shape[]): undefined {
    const [images = [], labels, ...more] = inputShapes;
    if (images.length !== 3 || more.length > 0 || (labels && labels.length !== 1)) {
      throw this.misfit(
        'pictures of shape [batch, height, width, channels] and, if any, labels [batch, classes]',
        images,
        'Labels that are numbers of classes have to become one-hot first.',
      );
    }
    this.#generator.begin();
  }

  override callMany(inputs: readonly Tensor[], { training, step, drawn }: CallContext): readonly Tensor[] {
    const key = training ? this.#generator.next(drawn) : undefined;
    return key ? this.#mixed(inputs, new Draws(key, step)) : inputs;
  }

  #mixed([images, labels]: readonly Tensor[], draws: Draws): readonly Tensor[] {
    if (!images) return [];
    const mix = this.mix(images, draws);
    if (!labels) return [mix.images];
    const kept = mix.kept.reshape([labels.shape[0] ?? 1, 1]);
    return [mix.images, add(mul(kept, labels), mul(sub(1, kept), gather(labels, mix.partners)))];
  }

  protected abstract mix(images: Tensor, draws: Draws): Mix;

  /**
   * Pictures and labels mixed as in training, outside of a model; the same seed gives the same mixture.
   *
   * @param images [batch, height, width, channels]
   * @param labels [batch, classes]
   */
  augment(
    [images, labels]: readonly [images: TensorLike, labels: TensorLike],
    options: { seed?: number } = {},
  ): readonly [images: Tensor, labels: Tensor] {
    const key = options.seed === undefined ? nextKey(this.seed) : keyOf(options.seed);
    const given = [tensor(images).cast('float32'), tensor(labels).cast('float32')];
    const [mixedImages, mixedLabels] = this.#mixed(given, new Draws(foldIn(key, 0)));
    return [mixedImages as Tensor, mixedLabels as Tensor];
  }
}

class MixUp extends MixingLayer {
  readonly className = 'MixUp';
  readonly #alpha: number;

  constructor({ alpha = 0.2, ...options }: RandomLayerOptions & { alpha?: number }) {
    super(options);
    if (!(alpha > 0)) {
      throw new ArgumentError({ asked: 'mixUp', expected: 'an alpha above 0', received: `${alpha}` });
    }
    this.#alpha = alpha;
  }

  protected mix(images: Tensor, draws: Draws): Mix {
    const [batch] = imageShape(images, 'mixUp');
    const partners = randomOrder(draws, batch);
    const kept = symmetricBeta(draws, [batch, 1, 1, 1], tensor(this.#alpha));
    const mixed = add(mul(kept, images), mul(sub(1, kept), gather(images, partners)));
    return { images: mixed, partners, kept };
  }

  config() {
    return { alpha: this.#alpha, seed: this.seed ?? null, dataFormat: 'channels_last' };
  }
}

/**
 * Lays another picture of the batch over each while training, in shares λ and 1 − λ drawn from Beta(α, α); labels mix
 * in the same shares.
 *
 * Input shapes: [batch, height, width, channels] and, if given, one-hot labels [batch, classes]. Output shapes: the same.
 *
 * @param options.alpha 0.2 by default: mostly a little of the other.
 * @see Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018; Keras `MixUp`
 */
export function mixUp(options: RandomLayerOptions & { alpha?: number } = {}): MixingLayer {
  return new MixUp(options);
}

class CutMix extends MixingLayer {
  readonly className = 'CutMix';
  readonly #factor: readonly [number, number];

  constructor({ factor = 1, ...options }: RandomLayerOptions & { factor?: Factor }) {
    super(options);
    this.#factor = rangeOf('cutMix with factor', factor, 0, 1);
  }

  protected mix(images: Tensor, draws: Draws): Mix {
    const [batch, height, width] = imageShape(images, 'cutMix');
    const alpha = add(draws.uniform([], ...this.#factor), 1e-6);
    const share = sqrt(sub(1, symmetricBeta(draws, [batch, 1, 1, 1], alpha)));
    const boxes = placeBoxes(draws, { height, width }, { high: share, wide: share });
    const partners = randomOrder(draws, batch);
    const mixed = where(insideBoxes(boxes, height, width), gather(images, partners), images);
    const area = mul(sub(boxes.right, boxes.left), sub(boxes.bottom, boxes.top));
    return { images: mixed, partners, kept: sub(1, div(area, width * height)) };
  }

  config() {
    return { factor: [...this.#factor], seed: this.seed ?? null, dataFormat: 'channels_last' };
  }
}

/**
 * Puts a box of another picture of the batch into each while training; labels mix in the shares of the areas.
 *
 * Input shapes: [batch, height, width, channels] and, if given, one-hot labels [batch, classes]. Output shapes: the same.
 *
 * @param options.factor α, or its range: the share left is drawn from Beta(α, α). 0 to 1 by default.
 * @see Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers", 2019; Keras `CutMix`
 */
export function cutMix(options: RandomLayerOptions & { factor?: Factor } = {}): MixingLayer {
  return new CutMix(options);
}
