import { ArgumentError, DataError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { foldIn, keyOf, RandomStream } from '../../graph/threefry.ts';
import type { ResizeInterpolation } from '../../tensor/image/taps.ts';
import { nextKey } from '../../tensor/random.ts';
import { Dataset } from '../dataset/dataset.ts';
import type { Batched } from '../dataset/structure.ts';
import { type ColorMode, channelsOf, decodeImage } from './decode.ts';
import { resizePicture } from './resize.ts';

/** A file that can be read when it is needed. */
export interface PictureFile {
  /** Its path in the folder, with `/`; the first name is the class. */
  readonly path: string;
  readonly bytes: () => Promise<Uint8Array>;
}

/** How the class of a picture is said. */
export type LabelMode = 'int' | 'categorical' | 'binary';

export interface ImageFolderOptions {
  /** `int`: int32 `[n]` (default); `categorical`: one-hot float32 `[n, classes]`; `binary`: float32 `[n, 1]`. */
  readonly labelMode?: LabelMode;
  /** The classes in the order of their numbers; else the folders in the order of their names. */
  readonly classNames?: readonly string[];
  readonly colorMode?: ColorMode;
  readonly batchSize?: number;
  /** [height, width]: 256 × 256 by default. */
  readonly imageSize?: readonly [number, number];
  /** Whether every pass has another order; true by default. */
  readonly shuffle?: boolean;
  readonly seed?: number;
  /** The share of pictures kept apart for validation; none by default. */
  readonly validationSplit?: number;
  readonly interpolation?: ResizeInterpolation;
  /** Whether to cut pictures to the new aspect ratio instead of stretching them; false by default. */
  readonly cropToAspectRatio?: boolean;
}

type Batch = Batched<readonly [NDArray, NDArray]>;

/** Pictures of a folder, as batches of `[pictures, labels]`. */
export interface ImageFolder {
  readonly dataset: Dataset<Batch>;
  /** The pictures kept apart, in order, where `validationSplit` was given. */
  readonly validation?: Dataset<Batch>;
  readonly classNames: readonly string[];
}

/**
 * Pictures whose class is the folder they are in: `cats/1.png`, `dogs/2.jpg`, …; decoded, resized and batched while
 * they are read. Files that are not named like a PNG or JPEG are left out.
 *
 * @returns float32 `[batch, height, width, channels]`, 0 … 255, and labels.
 * @throws ArgumentError when an option does not fit; DataError when there is no picture, or, when read, one is damaged.
 * @see Keras `image_dataset_from_directory`
 */
export function imageDatasetFromFiles(
  files: readonly PictureFile[],
  options: ImageFolderOptions = {},
): ImageFolder {
  const { batchSize = 32, shuffle = true, validationSplit = 0 } = options;
  const pictures = files
    .filter(({ path }) => /\.(png|jpe?g)$/i.test(path) && path.includes('/'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const classNames = options.classNames ?? [...new Set(pictures.map(classOf))];
  checkOptions(options, classNames);
  const known = pictures.filter((file) => classNames.includes(classOf(file)));
  if (known.length === 0) throw noPictures(files, classNames);

  const key = options.seed === undefined ? nextKey() : keyOf(options.seed);
  const read = (file: PictureFile) => readPicture(file, classNames, options);
  const ordered = shuffle
    ? Array.from(new RandomStream(key).permutation(known.length), (place) => known[place] as PictureFile)
    : known;
  const kept = known.length - Math.floor(validationSplit * known.length);
  const training = Dataset.from(ordered.slice(0, kept));
  const [high] = foldIn(key, 1);
  const mixed = shuffle && kept > 0 ? training.shuffle(kept, { seed: high }) : training;
  const batches = (dataset: Dataset<PictureFile>) => dataset.map(read).batch(batchSize).prefetch(1);
  return {
    dataset: batches(mixed),
    ...(validationSplit > 0 && { validation: batches(Dataset.from(ordered.slice(kept))) }),
    classNames,
  };
}

/** The files of a folder that a person chose or dropped in a browser, without the name of that folder. */
export function pictureFilesOf(files: Iterable<File>): PictureFile[] {
  return Array.from(files, (file) => ({
    path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name,
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  }));
}

const classOf = ({ path }: PictureFile) => path.slice(0, path.indexOf('/'));

async function readPicture(
  file: PictureFile,
  classNames: readonly string[],
  options: ImageFolderOptions,
): Promise<readonly [NDArray, NDArray]> {
  const {
    colorMode = 'rgb',
    imageSize = [256, 256],
    interpolation = 'bilinear',
    labelMode = 'int',
  } = options;
  const { cropToAspectRatio = false } = options;
  const picture = await decodeImage(await file.bytes(), { colorMode, source: file.path });
  const label = labelOf(classNames.indexOf(classOf(file)), classNames.length, labelMode);
  return [resizePicture(picture, imageSize, interpolation, cropToAspectRatio), label];
}

function labelOf(index: number, classes: number, mode: LabelMode): NDArray {
  if (mode === 'int') return { dtype: 'int32', shape: [], data: Int32Array.of(index) };
  if (mode === 'binary') return { dtype: 'float32', shape: [1], data: Float32Array.of(index) };
  return { dtype: 'float32', shape: [classes], data: new Float32Array(classes).fill(1, index, index + 1) };
}

function checkOptions(options: ImageFolderOptions, classNames: readonly string[]): void {
  const { labelMode = 'int', imageSize = [256, 256], validationSplit = 0, colorMode = 'rgb' } = options;
  const refuse = (asked: string, expected: string) => {
    throw new ArgumentError({ asked: `pictures of a folder with ${asked}`, expected });
  };
  channelsOf(colorMode);
  if (!['int', 'categorical', 'binary'].includes(labelMode)) {
    refuse(`labelMode "${labelMode}"`, 'int, categorical or binary');
  }
  if (labelMode === 'binary' && classNames.length !== 2) {
    refuse(`labelMode "binary" and ${classNames.length} classes`, 'two classes');
  }
  if (!imageSize.every((length) => Number.isInteger(length) && length > 0)) {
    refuse(`imageSize [${imageSize.join(', ')}]`, 'whole numbers, at least 1');
  }
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    refuse(`validationSplit ${validationSplit}`, 'a share from 0 up to, not including, 1');
  }
}

function noPictures(files: readonly PictureFile[], classNames: readonly string[]): DataError {
  return new DataError({
    asked: 'reading pictures of a folder',
    expected: 'PNG or JPEG files in one folder for each class, such as cats/1.png',
    received: `${files.length} files, none of them such${classNames.length > 0 ? ` in ${classNames.join(', ')}` : ''}`,
    fix: 'Put the pictures of each class into a folder of its own.',
  });
}
