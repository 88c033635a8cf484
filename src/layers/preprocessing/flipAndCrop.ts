import { ArgumentError } from '../../graph/errors.ts';
import type { ArgumentType } from '../../tensor/compile.ts';
import { add, arange, flip, floor, lessEqual, slice, where } from '../../tensor/functions.ts';
import { imageShape, resizeImages } from '../../tensor/image/resize.ts';
import { sampleImages } from '../../tensor/image/sample.ts';
import type { ResizeInterpolation } from '../../tensor/image/taps.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Layer, LayerOptions } from '../layer.ts';
import { type Draws, ImageLayer, RandomImageLayer, type RandomLayerOptions } from './imageLayer.ts';

export type FlipMode = 'horizontal' | 'vertical' | 'horizontal_and_vertical';
const FLIPPED_AXES: Readonly<Record<FlipMode, readonly number[]>> = {
  horizontal: [2],
  vertical: [1],
  horizontal_and_vertical: [1, 2],
};

class RandomFlip extends RandomImageLayer {
  readonly className = 'RandomFlip';
  readonly #mode: FlipMode;

  constructor(mode: FlipMode, options: RandomLayerOptions) {
    super(options);
    if (!Object.hasOwn(FLIPPED_AXES, mode)) {
      throw new ArgumentError({
        asked: `randomFlip "${mode}"`,
        expected: Object.keys(FLIPPED_AXES).join(', '),
      });
    }
    this.#mode = mode;
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const chosen = lessEqual(draws.uniform([images.shape[0] ?? 1, 1, 1, 1]), 0.5);
    return where(chosen, flip(images, FLIPPED_AXES[this.#mode]), images);
  }

  config() {
    return { mode: this.#mode, seed: this.seed ?? null, dataFormat: 'channels_last' };
  }
}

/**
 * Mirrors each picture with probability ½ while training: left and right, upside down, or, in both directions, both at
 * once. Input shape: [batch, height, width, channels]. Output shape: the same.
 *
 * @see Keras `RandomFlip`
 */
export function randomFlip(
  mode: FlipMode = 'horizontal_and_vertical',
  options: RandomLayerOptions = {},
): RandomImageLayer {
  return new RandomFlip(mode, options);
}

function checkSize(asked: string, height: number, width: number): void {
  if ([height, width].every((length) => Number.isInteger(length) && length > 0)) return;
  throw new ArgumentError({
    asked: `${asked} to ${height} × ${width}`,
    expected: 'whole numbers of pixels, at least 1',
  });
}

class RandomCrop extends RandomImageLayer {
  readonly className = 'RandomCrop';
  readonly #height: number;
  readonly #width: number;

  constructor(height: number, width: number, options: RandomLayerOptions) {
    super(options);
    checkSize('randomCrop', height, width);
    this.#height = height;
    this.#width = width;
  }

  /** What training makes of pictures, as Keras says too; without training they stay as they are. */
  override outputTypes(images: readonly ArgumentType[]): readonly ArgumentType[] {
    return super.outputTypes(images).map(({ dtype, shape: [, , channels = 1] }) => {
      return { dtype, shape: [this.#height, this.#width, channels] };
    });
  }

  protected transform(images: Tensor, draws: Draws): Tensor {
    const [, height, width] = imageShape(images, 'randomCrop');
    if (height <= this.#height || width <= this.#width) return this.#fitted(images);
    const start = (room: number) => floor(draws.uniform([1, 1, 1], 0, room + 1));
    const y = add(
      arange(this.#height, 'float32').reshape([1, this.#height, 1]),
      start(height - this.#height),
    );
    const x = add(arange(this.#width, 'float32').reshape([1, 1, this.#width]), start(width - this.#width));
    return sampleImages(images, y, x, { interpolation: 'nearest', fillMode: 'nearest' });
  }

  /** Pictures that have no room for the box: what there is of it from where it would be in the middle, stretched. */
  #fitted(images: Tensor): Tensor {
    const [batch, height, width, channels] = imageShape(images, 'randomCrop');
    const [wantedHeight, wantedWidth] = [this.#height, this.#width];
    const boxHeight = Math.max(1, Math.min(height, Math.floor((width * wantedHeight) / wantedWidth)));
    const boxWidth = Math.max(1, Math.min(width, Math.floor((height * wantedWidth) / wantedHeight)));
    const top = Math.floor((height - boxHeight) / 2);
    const left = Math.floor((width - boxWidth) / 2);
    const size = [Math.min(wantedHeight, height - top), Math.min(wantedWidth, width - left)] as const;
    const box = slice(images, [0, top, left, 0], [batch, ...size, channels]);
    return resizeImages(box, [wantedHeight, wantedWidth]);
  }

  config() {
    return { height: this.#height, width: this.#width, seed: this.seed ?? null, dataFormat: 'channels_last' };
  }
}

/**
 * Cuts a box out of pictures at a random place while training, the same for all of a batch. Where pictures have no room
 * for it, it takes what there is in the middle and stretches that. Otherwise, as in Keras, pictures stay as they are:
 * put a `centerCrop` of the same size behind it where what follows needs one size.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, height, width of the box, channels] while
 * training, that of the input otherwise.
 *
 * @see Keras `RandomCrop`
 */
export function randomCrop(
  height: number,
  width: number,
  options: RandomLayerOptions = {},
): RandomImageLayer {
  return new RandomCrop(height, width, options);
}

class CenterCrop extends ImageLayer {
  readonly className = 'CenterCrop';
  readonly #height: number;
  readonly #width: number;

  constructor(height: number, width: number, options: LayerOptions) {
    super(options);
    checkSize('centerCrop', height, width);
    this.#height = height;
    this.#width = width;
  }

  call(images: Tensor): Tensor {
    const [batch, height, width, channels] = imageShape(images, 'centerCrop');
    const [top, left] = [Math.floor((height - this.#height) / 2), Math.floor((width - this.#width) / 2)];
    if (top >= 0 && left >= 0)
      return slice(images, [0, top, left, 0], [batch, this.#height, this.#width, channels]);
    return resizeImages(images, [this.#height, this.#width], { cropToAspectRatio: true });
  }

  config() {
    return { height: this.#height, width: this.#width, dataFormat: 'channels_last' };
  }
}

/**
 * The middle of pictures; where they are too small, the largest box of that aspect ratio, resized.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, height, width of the box, channels].
 *
 * @see Keras `CenterCrop`
 */
export function centerCrop(height: number, width: number, options: LayerOptions = {}): Layer {
  return new CenterCrop(height, width, options);
}

export interface ResizingOptions extends LayerOptions {
  /** `bilinear` by default. */
  readonly interpolation?: ResizeInterpolation;
  /** Whether to cut to the new aspect ratio first instead of stretching; false by default. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to add a border of `fillValue` first; false by default. */
  readonly padToAspectRatio?: boolean;
  /** 0 by default. */
  readonly fillValue?: number;
  /** Whether shrinking takes every pixel into account; false by default. */
  readonly antialias?: boolean;
}

class Resizing extends ImageLayer {
  readonly className = 'Resizing';
  readonly #size: readonly [number, number];
  readonly #options: Required<Omit<ResizingOptions, keyof LayerOptions>>;

  constructor(height: number, width: number, options: ResizingOptions) {
    super(options);
    checkSize('resizing', height, width);
    this.#size = [height, width];
    const { interpolation = 'bilinear', cropToAspectRatio = false, padToAspectRatio = false } = options;
    const { fillValue = 0, antialias = false } = options;
    this.#options = { interpolation, cropToAspectRatio, padToAspectRatio, fillValue, antialias };
  }

  call(images: Tensor): Tensor {
    return resizeImages(images, this.#size, this.#options);
  }

  config() {
    const [height, width] = this.#size;
    return { height, width, ...this.#options, fillMode: 'constant', dataFormat: 'channels_last' };
  }
}

/**
 * Pictures of another size.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, channels].
 *
 * @see Keras `Resizing`
 */
export function resizing(height: number, width: number, options: ResizingOptions = {}): Layer {
  return new Resizing(height, width, options);
}
