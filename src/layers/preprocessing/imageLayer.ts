import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { foldIn, type Key, keyOf } from '../../graph/threefry.ts';
import { nextKey, randomNormal, randomUniform } from '../../tensor/random.ts';
import { type Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { type CallContext, Layer, type LayerOptions } from '../layer.ts';
import { SeedGenerator } from '../seedGenerator.ts';

export interface RandomLayerOptions extends LayerOptions {
  /** Makes what the layer draws repeatable; else the next of the sequence that `setSeed` starts. */
  readonly seed?: number;
}

/** How much of something: up to that much in either direction, or from the first to the second number. */
export type Factor = number | readonly [number, number];

/**
 * The random numbers of one application of a layer: each draw is another, and each step of training has others.
 */
export class Draws {
  readonly #key: Key;
  readonly #step: Tensor | undefined;
  #drawn = 0;

  constructor(key: Key, step?: Tensor) {
    this.#key = key;
    this.#step = step;
  }

  uniform(shape: Shape, low = 0, high = 1): Tensor {
    return randomUniform(shape, low, high, this.#next());
  }

  normal(shape: Shape): Tensor {
    return randomNormal(shape, 0, 1, this.#next());
  }

  #next() {
    return { seed: foldIn(this.#key, this.#drawn++), ...(this.#step && { stream: this.#step }) };
  }
}

/** A layer that changes pictures: [batch, height, width, channels]. */
export abstract class ImageLayer extends Layer {
  protected setUp(inputShape: Shape): undefined {
    if (inputShape.length !== 3) {
      throw this.misfit(
        'pictures of shape [batch, height, width, channels]',
        inputShape,
        'Add the axis of channels.',
      );
    }
  }
}

/**
 * A layer that changes pictures at random while a model is trained, each picture of a batch in its own way, and leaves
 * them alone otherwise. `augment` changes pictures outside of a model.
 */
export abstract class RandomImageLayer extends ImageLayer {
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

  protected override setUp(inputShape: Shape): undefined {
    super.setUp(inputShape);
    this.#generator.begin();
  }

  call(images: Tensor, { training, step, drawn }: CallContext): Tensor {
    const key = training ? this.#generator.next(drawn) : undefined;
    return key ? this.transform(images, new Draws(key, step)) : this.rest(images);
  }

  /** What becomes of pictures when nothing is trained. */
  protected rest(images: Tensor): Tensor {
    return images;
  }

  /** What becomes of pictures while a model is trained. */
  protected abstract transform(images: Tensor, draws: Draws): Tensor;

  /**
   * Pictures changed as in training, outside of a model; the same seed gives the same change.
   *
   * @param images one picture [height, width, channels], or a batch
   */
  augment(images: TensorLike, options: { seed?: number } = {}): Tensor {
    const { batch, single } = toBatch(images);
    const key = options.seed === undefined ? nextKey(this.seed) : keyOf(options.seed);
    const changed = this.transform(batch, new Draws(key));
    return single ? changed.reshape(changed.shape.slice(1)) : changed;
  }
}

/** Pictures as a batch, and whether there was but one. */
export function toBatch(images: TensorLike): { batch: Tensor; single: boolean } {
  const given = tensor(images).cast('float32');
  const single = given.shape.length === 3;
  if (!single && given.shape.length !== 4) {
    throw new ShapeError({
      asked: 'augment',
      expected: 'a picture [height, width, channels] or a batch of them',
      received: `[${given.shape.join(', ')}]`,
    });
  }
  return { batch: single ? given.reshape([1, ...given.shape]) : given, single };
}

/**
 * The range a factor means: (−f, f) for a number, cut to the bounds.
 *
 * @throws ArgumentError when it is out of bounds.
 */
export function rangeOf(
  name: string,
  factor: Factor,
  least: number,
  most: number,
): readonly [number, number] {
  const range = typeof factor === 'number' ? [Math.max(-Math.abs(factor), least), Math.abs(factor)] : factor;
  const [a = Number.NaN, b = Number.NaN] = range;
  const inside = [a, b, typeof factor === 'number' ? factor : a].every((x) => x >= least && x <= most);
  if (inside) return [Math.min(a, b), Math.max(a, b)];
  throw new ArgumentError({
    asked: `${name} ${JSON.stringify(factor)}`,
    expected: `a number or a pair of numbers from ${least} to ${most}`,
  });
}
