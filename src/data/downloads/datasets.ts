import { ArgumentError, DataError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import { RandomStream } from '../../graph/threefry.ts';
import { gunzip } from '../archive/gzip.ts';
import { readTar } from '../archive/tar.ts';
import { isMissing, readNumber } from '../cells.ts';
import { parseCsv } from '../csv.ts';
import { parseImages, parseLabels } from '../images.ts';
import { parseCifar } from '../readers/cifar.ts';
import { parseNpz } from '../readers/npy.ts';
import { type DownloadOptions, fetchFile, type PublicFile } from './fetchFile.ts';
import {
  CALIFORNIA_HOUSING,
  CIFAR_10,
  CIFAR_100,
  FASHION_MNIST,
  type IdxFiles,
  MNIST,
} from './publicFiles.ts';

export type { DownloadOptions } from './fetchFile.ts';

/** Inputs and targets to train on, and others to test on: `[[xTrain, yTrain], [xTest, yTest]]`, as in Keras. */
export type TrainAndTest = readonly [readonly [x: NDArray, y: NDArray], readonly [x: NDArray, y: NDArray]];

/**
 * MNIST: 60,000 handwritten digits to train on and 10,000 to test on.
 *
 * @returns x float32 `[n, 28, 28]`, 0 … 255; y int32 `[n]`, 0 … 9.
 * @throws DataError when a file cannot be had or is damaged.
 * @see LeCun, Cortes & Burges, "The MNIST database of handwritten digits"
 */
export const mnist = (options: DownloadOptions = {}): Promise<TrainAndTest> =>
  readIdxSet('mnist', MNIST, options);

/**
 * Fashion-MNIST: pictures of clothes in the form of MNIST; 0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat,
 * 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
 *
 * @returns x float32 `[n, 28, 28]`, 0 … 255; y int32 `[n]`, 0 … 9.
 * @throws DataError when a file cannot be had or is damaged.
 * @see Xiao, Rasul & Vollgraf, "Fashion-MNIST", 2017, arXiv:1708.07747
 */
export const fashionMnist = (options: DownloadOptions = {}): Promise<TrainAndTest> =>
  readIdxSet('fashion-mnist', FASHION_MNIST, options);

async function readIdxSet(dataset: string, files: IdxFiles, options: DownloadOptions): Promise<TrainAndTest> {
  const read = async (file: PublicFile) => {
    const unpacked = file.name.replace(/\.gz$/, '');
    return fetchFile(file, dataset, options, [unpacked, unpacked.replace('-idx', '.idx')]);
  };
  const pair = async (imagesFile: PublicFile, labelsFile: PublicFile) => {
    const [images, labels] = await Promise.all([read(imagesFile), read(labelsFile)]);
    const x = await parseImages(images.bytes, images.name);
    const y = await parseLabels(labels.bytes, labels.name);
    if (x.shape[0] !== y.shape[0]) {
      throw new DataError(
        {
          asked: 'pairing pictures with labels',
          expected: `${x.shape[0]} labels, one a picture of ${images.name}`,
          received: `${y.shape[0]}`,
        },
        { file: labels.name },
      );
    }
    return [x, y] as const;
  };
  return [await pair(files.trainImages, files.trainLabels), await pair(files.testImages, files.testLabels)];
}

/** A tar archive that unpacks to more is refused: 1 GiB. */
const MOST_UNPACKED = 2 ** 30;

/**
 * CIFAR-10: 50,000 pictures of ten kinds of things to train on and 10,000 to test on; 0 airplane, 1 automobile,
 * 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
 *
 * @returns x float32 `[n, 32, 32, 3]`, 0 … 255; y int32 `[n]`, 0 … 9.
 * @throws DataError when the file cannot be had or is damaged.
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
 */
export async function cifar10(options: DownloadOptions = {}): Promise<TrainAndTest> {
  const read = await cifarMembers('cifar10', CIFAR_10, options);
  const train = [1, 2, 3, 4, 5].map((batch) => read(`data_batch_${batch}.bin`, 10));
  return [[joinRows(train.map(([x]) => x)), joinRows(train.map(([, y]) => y))], read('test_batch.bin', 10)];
}

/**
 * CIFAR-100: the like of CIFAR-10 with 100 fine classes in 20 coarse ones.
 *
 * @param options.labelMode `fine` by default
 * @returns x float32 `[n, 32, 32, 3]`, 0 … 255; y int32 `[n]`.
 * @throws DataError when the file cannot be had or is damaged.
 */
export async function cifar100(
  options: DownloadOptions & { labelMode?: 'fine' | 'coarse' } = {},
): Promise<TrainAndTest> {
  const { labelMode = 'fine' } = options;
  const read = await cifarMembers('cifar100', CIFAR_100, options);
  const classes = labelMode === 'fine' ? 100 : 20;
  return [read('train.bin', classes), read('test.bin', classes)];
}

async function cifarMembers(dataset: string, file: PublicFile, options: DownloadOptions) {
  const { bytes, name: source } = await fetchFile(file, dataset, options);
  const unpacked = await gunzip(bytes, source, (total) => {
    if (total <= MOST_UNPACKED) return;
    throw new DataError(
      { asked: 'unpacking a tar archive', expected: `at most ${MOST_UNPACKED} bytes`, received: 'more' },
      { file: source },
    );
  });
  const members = readTar(unpacked, source);
  return (name: string, classes: 10 | 20 | 100): readonly [NDArray, NDArray] => {
    const [, member] = [...members].find(([path]) => path.endsWith(`/${name}`)) ?? [];
    if (!member) {
      throw new DataError(
        { asked: `reading ${name} from a tar archive`, expected: 'a member of that name', received: 'none' },
        { file: source },
      );
    }
    const { x, y } = parseCifar(member, { classes, source: `${source}/${name}` });
    return [x, y];
  };
}

function joinRows(parts: readonly NDArray[]): NDArray {
  const [first] = parts;
  if (!first)
    throw new ArgumentError({ asked: 'joining arrays', expected: 'at least one', received: 'none' });
  const rows = parts.reduce((total, { shape }) => total + (shape[0] ?? 0), 0);
  const shape = [rows, ...first.shape.slice(1)];
  const data = first.dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { dtype: first.dtype, shape, data };
}

export interface CaliforniaHousingOptions extends DownloadOptions {
  /** The share of the districts kept for testing; 0.2 by default. */
  readonly testSplit?: number;
  /** Seeds the order of the districts; 113 by default. */
  readonly seed?: number;
}

/** The columns of x, in order; and of y. */
const HOUSING_COLUMNS = [
  'longitude',
  'latitude',
  'housing_median_age',
  'total_rooms',
  'total_bedrooms',
  'population',
  'households',
  'median_income',
] as const;
const HOUSING_TARGET = 'median_house_value';

/**
 * California housing: 20,640 districts of the census of 1990, to predict the median value of a house from. The
 * columns are longitude, latitude, median age of houses, rooms, bedrooms, population, households, median income.
 *
 * A given folder may hold `housing.csv` instead, with these columns by name; districts with a missing number are
 * left out. The rows are those of Keras; their order by seed is our own.
 *
 * @returns x float32 `[n, 8]`; y float32 `[n]`, in dollars.
 * @throws DataError when the file cannot be had or is damaged.
 * @see Pace & Barry, "Sparse spatial autoregressions", 1997
 */
export async function californiaHousing(options: CaliforniaHousingOptions = {}): Promise<TrainAndTest> {
  const { testSplit = 0.2, seed = 113 } = options;
  if (!(testSplit >= 0 && testSplit < 1)) {
    throw new ArgumentError({
      asked: `californiaHousing with testSplit ${testSplit}`,
      expected: 'a share from 0 up to, not including, 1',
    });
  }
  const { bytes, name } = await fetchFile(CALIFORNIA_HOUSING, 'california-housing', options, ['housing.csv']);
  const { x, y } = name.endsWith('.csv')
    ? await housingFromCsv(bytes, name)
    : await housingFromNpz(bytes, name);
  const rows = y.length;
  const order = new RandomStream(seed).permutation(rows);
  const kept = Math.trunc(rows * (1 - testSplit));
  const part = (places: Int32Array) => {
    const width = HOUSING_COLUMNS.length;
    const inputs = new Float32Array(places.length * width);
    for (const [i, row] of places.entries())
      inputs.set(x.subarray(row * width, (row + 1) * width), i * width);
    const targets = Float32Array.from(places, (row) => y[row] ?? 0);
    return [
      { dtype: 'float32', shape: [places.length, width], data: inputs },
      { dtype: 'float32', shape: [places.length], data: targets },
    ] as const;
  };
  return [part(order.subarray(0, kept)), part(order.subarray(kept))];
}

interface Housing {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

async function housingFromNpz(bytes: Uint8Array, source: string): Promise<Housing> {
  const { x, y } = await parseNpz(bytes, { source });
  if (
    x?.shape[1] !== HOUSING_COLUMNS.length ||
    x.shape.length !== 2 ||
    sizeOf(y?.shape ?? []) !== x.shape[0]
  ) {
    throw new DataError(
      {
        asked: 'reading the districts',
        expected: `x of shape [n, ${HOUSING_COLUMNS.length}] and y of shape [n]`,
        received: `x [${x?.shape.join(', ') ?? ''}] and y [${y?.shape.join(', ') ?? ''}]`,
      },
      { file: source },
    );
  }
  return { x: Float32Array.from(x.data), y: Float32Array.from(y?.data ?? []) };
}

async function housingFromCsv(bytes: Uint8Array, source: string): Promise<Housing> {
  const table = await parseCsv(bytes, { source });
  const columns = [...HOUSING_COLUMNS, HOUSING_TARGET].map((wanted) => {
    const column = table.columns.findIndex(({ name }) => name === wanted);
    if (column >= 0) return column;
    throw new DataError(
      { asked: 'reading the districts', expected: `a column "${wanted}"`, received: 'none' },
      { file: source, line: 1 },
    );
  });
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    if (columns.some((column) => isMissing(table.columns[column]?.values[row] ?? ''))) continue;
    const numbers = columns.map((column) => readNumber({ table, column, row }));
    y.push(numbers.pop() ?? 0);
    x.push(...numbers);
  }
  return { x: Float32Array.from(x), y: Float32Array.from(y) };
}
