/** What Keras keeps in `keras.ops.image`: functions of pictures, one or a batch of them. */
import { type DataFormat, withChannelsLast } from '../layers/dataFormat.ts';
import { operation } from '../layers/operation.ts';
import * as affine from '../tensor/image/affine.ts';
import { type ResizeOptions, resizeImages } from '../tensor/image/resize.ts';
import type { SampleOptions } from '../tensor/image/sample.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { floating } from './promotion.ts';

interface Format {
  /** channels_last by default. */
  readonly dataFormat?: DataFormat;
}

/** Applies a function of batches with the channels last; one picture is a batch of 1. */
function onBatch(
  images: TensorLike,
  { dataFormat = 'channels_last' }: Format,
  body: (x: Tensor) => Tensor,
): Tensor {
  const given = floating(images);
  const isOne = given.shape.length === 3;
  const batch = isOne ? given.reshape([1, ...given.shape]) : given;
  const result = withChannelsLast(batch, dataFormat, body);
  return isOne ? result.reshape(result.shape.slice(1)) : result;
}

/**
 * Pictures of another size.
 *
 * @param images [batch, height, width, channels], or one of [height, width, channels]
 * @param size the new [height, width]
 *
 * Output shape: [batch, …size, channels], or without the batch for one.
 *
 * @throws ShapeError for other shapes; ArgumentError when the interpolation is unknown
 * @see Keras `keras.ops.image.resize`
 */
export const resize = operation(
  'image.Resize',
  'images size= {interpolation= antialias= cropToAspectRatio= padToAspectRatio= fillMode= fillValue= dataFormat=}',
  (images: TensorLike, size: readonly [number, number], options: ResizeOptions & Format = {}): Tensor =>
    onBatch(images, options, (x) => resizeImages(x, size, options)),
);

/**
 * Pictures shifted, turned, scaled and sheared: pixel (x, y) of the result is what stands at
 * (a₀x + a₁y + a₂, b₀x + b₁y + b₂) of the picture.
 *
 * @param images [batch, height, width, channels], or one of [height, width, channels]
 * @param transform [batch, 8] or [8] with (a₀, a₁, a₂, b₀, b₁, b₂, 0, 0)
 *
 * Output shape: that of the images.
 *
 * @throws ShapeError when the shapes do not fit; ArgumentError when a fill mode or interpolation is unknown
 * @see Keras `keras.ops.image.affine_transform`
 */
export const affineTransform = operation(
  'image.AffineTransform',
  'images transform {interpolation= fillMode= fillValue= dataFormat=}',
  (images: TensorLike, transform: TensorLike, options: SampleOptions & Format = {}): Tensor => {
    const given = tensor(transform);
    const matrices = given.shape.length === 1 ? given.reshape([1, ...given.shape]) : given;
    return onBatch(images, options, (x) => affine.affineTransform(x, matrices, options));
  },
);
