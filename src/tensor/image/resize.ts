import { ShapeError } from '../../graph/errors.ts';
import { ndarray } from '../../graph/ndarray.ts';
import { add, matmul, pad, slice, sub } from '../functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { aspectBox, type ResizeInterpolation, resizeTaps, type Taps } from './taps.ts';

export interface ResizeOptions {
  /** `bilinear` by default. */
  readonly interpolation?: ResizeInterpolation;
  /** Whether shrinking takes every pixel into account; false by default. */
  readonly antialias?: boolean;
  /** Whether to cut to the new aspect ratio first, instead of stretching; false by default. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to add a border of `fillValue` first to get the new aspect ratio; false by default. */
  readonly padToAspectRatio?: boolean;
  /** 0 by default. */
  readonly fillValue?: number;
}

/**
 * Pictures of another size: along each axis a matrix of weights, times the pixels.
 *
 * @param images [batch, height, width, channels]
 * @param size the new [height, width]
 *
 * Output shape: [batch, …size, channels], float32.
 *
 * @throws ShapeError when the images have another number of axes; ArgumentError when the interpolation is unknown.
 * @see Keras `keras.ops.image.resize`
 */
export function resizeImages(
  images: TensorLike,
  size: readonly [number, number],
  options: ResizeOptions = {},
): Tensor {
  const { interpolation = 'bilinear', antialias = false, cropToAspectRatio = false } = options;
  const given = tensor(images).cast('float32');
  const [batch, , , channels] = imageShape(given, 'resizeImages');
  let x = given;
  if (cropToAspectRatio) x = cropTo(given, size);
  else if (options.padToAspectRatio) x = padTo(given, size, options.fillValue ?? 0);
  const [, height, width] = imageShape(x, 'resizeImages');
  const [toHeight, toWidth] = size;
  if (toHeight !== height) {
    // [toHeight, height] × [batch, height, width·channels]
    const rows = matrixOf(resizeTaps(height, toHeight, interpolation, antialias), height);
    x = matmul(rows, x.reshape([batch, height, width * channels]));
  }
  if (toWidth !== width) {
    // [toWidth, width] × [batch·toHeight, width, channels]
    const columns = matrixOf(resizeTaps(width, toWidth, interpolation, antialias), width);
    x = matmul(columns, x.reshape([batch * toHeight, width, channels]));
  }
  return x.reshape([batch, toHeight, toWidth, channels]);
}

function cropTo(images: Tensor, size: readonly [number, number]): Tensor {
  const [batch, fullHeight, fullWidth, channels] = imageShape(images, 'resizeImages');
  const { top, left, height, width } = aspectBox([fullHeight, fullWidth], size);
  return slice(images, [0, top, left, 0], [batch, height, width, channels]);
}

/** A border of one value above and below, or left and right, as wide on one side as on the other. */
function padTo(images: Tensor, [toHeight, toWidth]: readonly [number, number], fillValue: number): Tensor {
  const [, height, width] = imageShape(images, 'resizeImages');
  const rows = Math.trunc((Math.max(height, Math.trunc((width * toHeight) / toWidth)) - height) / 2);
  const columns =
    rows > 0 ? 0 : Math.trunc((Math.max(width, Math.trunc((height * toWidth) / toHeight)) - width) / 2);
  const border = [0, rows, columns, 0];
  return add(pad(sub(images, fillValue), border, border), fillValue);
}

/** The lengths of the axes of a batch of pictures. */
export function imageShape(images: Tensor, asked: string): [number, number, number, number] {
  const [batch, height, width, channels, ...more] = images.shape;
  if (
    batch === undefined ||
    height === undefined ||
    width === undefined ||
    channels === undefined ||
    more.length > 0
  ) {
    throw new ShapeError({
      asked,
      expected: 'pictures of shape [batch, height, width, channels]',
      received: `[${images.shape.join(', ')}]`,
      fix: 'Add the axis that is missing: a grey picture has 1 channel, one picture is a batch of 1.',
    });
  }
  return [batch, height, width, channels];
}

function matrixOf({ perPixel, indices, weights }: Taps, from: number): Tensor {
  const to = indices.length / perPixel;
  const matrix = new Float32Array(to * from);
  for (const [i, index] of indices.entries()) {
    matrix[Math.floor(i / perPixel) * from + index] = weights[i] ?? 0;
  }
  return tensor(ndarray(matrix, [to, from]));
}
