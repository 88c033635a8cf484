import { DataError } from '../graph/errors.ts';
import { type NDArray, ndarray } from '../graph/ndarray.ts';
import type { LabelledImages } from './examples.ts';
import { type IdxArray, parseIdx } from './idx.ts';

/** More classes than any data set has; a larger label is a sign of the wrong file. */
const MOST_CLASSES = 2 ** 16;

/**
 * An IDX file's numbers as an array: 32-bit integers and 64-bit floats keep their kind, all others become
 * float32, which holds each of them exactly.
 */
export function idxToNDArray({ shape, values }: IdxArray): NDArray {
  const kept = values instanceof Int32Array || values instanceof Float64Array;
  return ndarray(kept ? values : Float32Array.from(values), shape);
}

/**
 * Reads pictures from an IDX file, plain or gzipped: float32 `[n, height, width]`, unscaled (0 … 255).
 *
 * @throws DataError when the file is damaged or does not hold pictures.
 */
export async function parseImages(bytes: Uint8Array, source = 'images'): Promise<NDArray> {
  const { shape, values } = await parseIdx(bytes, source);
  if (shape.length !== 3) {
    throw new DataError(
      {
        asked: 'reading images',
        expected: 'the shape [images, height, width]',
        received: `[${shape.join(', ')}]`,
        fix: shape.length === 1 ? 'This may be the file of labels.' : 'Give a file of grey pictures.',
      },
      { file: source },
    );
  }
  return ndarray(Float32Array.from(values), shape);
}

/**
 * Reads class labels from an IDX file, plain or gzipped: int32 `[n]`.
 *
 * @throws DataError when the file is damaged or does not hold labels.
 */
export async function parseLabels(bytes: Uint8Array, source = 'labels'): Promise<NDArray> {
  const { shape, values } = await parseIdx(bytes, source);
  if (shape.length !== 1) {
    throw new DataError(
      {
        asked: 'reading labels',
        expected: 'the shape [labels]',
        received: `[${shape.join(', ')}]`,
        fix: shape.length === 3 ? 'This may be the file of images.' : 'Give a file of one label an image.',
      },
      { file: source },
    );
  }
  for (const [i, label] of values.entries()) {
    if (Number.isInteger(label) && label >= 0 && label < MOST_CLASSES) continue;
    throw new DataError(
      {
        asked: `reading label ${i}`,
        expected: `a whole number from 0 to ${MOST_CLASSES - 1}`,
        received: `${label}`,
      },
      { file: source },
    );
  }
  return ndarray(Int32Array.from(values), shape);
}

export interface ImageSetFiles {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** What to call the files in messages. */
  readonly imagesSource?: string;
  readonly labelsSource?: string;
}

/**
 * Reads pictures and their labels from two IDX files; the classes are named `0`, `1`, … up to the largest label.
 *
 * @throws DataError when a file is damaged, there are no images, or the files do not go together.
 */
export async function parseImageSet(files: ImageSetFiles): Promise<LabelledImages> {
  const { imagesSource = 'images', labelsSource = 'labels' } = files;
  const x = await parseImages(files.images, imagesSource);
  const y = await parseLabels(files.labels, labelsSource);
  const count = y.data.length;
  if (x.shape[0] !== count || x.data.length === 0) {
    throw new DataError(
      {
        asked: `pairing images with labels from ${labelsSource}`,
        expected: 'one label an image, and at least one of each',
        received: `[${x.shape.join(', ')}] images and ${count} labels`,
        fix: 'Give two files of the same data set and the same part of it.',
      },
      { file: imagesSource },
    );
  }
  let classes = 0;
  for (const label of y.data) classes = Math.max(classes, label + 1);
  return { x, y, classNames: Array.from({ length: classes }, (_, i) => `${i}`) };
}
