import { expect, test } from 'vitest';
import { resizePicture } from '../../src/data/pictures/resize.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { tensor } from '../../src/index.ts';
import { type ResizeOptions, resizeImages } from '../../src/tensor/image/resize.ts';
import { fixture } from '../data/fixture.ts';

interface Resized {
  readonly shape: [number, number, number, number];
  readonly pixels: number[];
  readonly cases: (ResizeOptions & { size: [number, number]; data: number[] })[];
}
const { shape, pixels, cases } = fixture<Resized>('data/resized.json');

const furthest = (found: ArrayLike<number>, wanted: readonly number[]) =>
  wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? Number.NaN))), 0);

const onHost = cases.filter(({ antialias }) => !antialias);

test.each(cases)(
  'a tensor resized to $size, $interpolation, antialias: $antialias, is what Keras makes of it',
  (example) => {
    const { size, data, ...options } = example;
    const images = tensor(ndarray(Float32Array.from(pixels), shape));
    const result = resizeImages(images, size, options);
    expect(result.shape).toEqual([1, ...size, 1]);
    expect(furthest(result.dataSync(), data)).toBeLessThan(2e-4);
  },
);

test.each(onHost)(
  'a picture resized on the host to $size, $interpolation, is the same',
  ({ size, data, ...options }) => {
    const picture = ndarray(Float32Array.from(pixels), shape.slice(1));
    const { interpolation = 'bilinear', cropToAspectRatio = false } = options;
    expect(furthest(resizePicture(picture, size, interpolation, cropToAspectRatio).data, data)).toBeLessThan(
      2e-4,
    );
  },
);

test('an unknown interpolation and a missing axis are named', () => {
  const images = tensor(ndarray(new Float32Array(4), [1, 2, 2, 1]));
  expect(() => resizeImages(images, [3, 3], JSON.parse('{"interpolation": "cubic"}'))).toThrow(
    'interpolation "cubic": expected nearest, bilinear',
  );
  expect(() => resizeImages(images.reshape([2, 2]), [3, 3])).toThrow('[batch, height, width, channels]');
});
