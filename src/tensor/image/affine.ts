import { ShapeError } from '../../graph/errors.ts';
import { add, arange, mul, slice } from '../functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor.ts';
import { imageShape } from './resize.ts';
import { type SampleOptions, sampleImages } from './sample.ts';

/**
 * Pictures shifted, turned, scaled and sheared: pixel (x, y) of the result is what stands at
 * (a₀x + a₁y + a₂, b₀x + b₁y + b₂) of the picture.
 *
 * @param images [batch, height, width, channels]
 * @param matrices [batch or 1, 6] with (a₀, a₁, a₂, b₀, b₁, b₂), or with two more numbers, which are not used
 *
 * Output shape: that of the images.
 *
 * @throws ShapeError when the shapes do not fit; ArgumentError when a fill mode or interpolation is unknown.
 * @see Keras `keras.ops.image.affine_transform`
 */
export function affineTransform(
  images: TensorLike,
  matrices: TensorLike,
  options: SampleOptions = {},
): Tensor {
  const pictures = tensor(images).cast('float32');
  const numbers = tensor(matrices);
  const [batch, height, width] = imageShape(pictures, 'affineTransform');
  const [rows = 0, length = 0, ...more] = numbers.shape;
  if ((rows !== batch && rows !== 1) || (length !== 6 && length !== 8) || more.length > 0) {
    throw new ShapeError({
      asked: `affineTransform of ${batch} pictures`,
      expected: `matrices of shape [${batch}, 6] or [${batch}, 8]`,
      received: `[${numbers.shape.join(', ')}]`,
    });
  }
  const entry = (place: number) => slice(numbers, [0, place], [rows, 1]).reshape([rows, 1, 1]);
  const x = arange(width, 'float32').reshape([1, 1, width]);
  const y = arange(height, 'float32').reshape([1, height, 1]);
  // [rows, height, width]
  const place = (from: number) => add(add(mul(entry(from), x), mul(entry(from + 1), y)), entry(from + 2));
  return sampleImages(pictures, place(3), place(0), options);
}
