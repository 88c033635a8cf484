import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { type CsvOptions, parseCsv, type Table } from './csv.ts';
import type { Dataset } from './dataset/dataset.ts';
import type { LabelledImages } from './examples.ts';
import { parseImageSet } from './images.ts';
import { type DecodeImageOptions, decodeImage } from './pictures/decode.ts';
import {
  type ImageFolder,
  type ImageFolderOptions,
  imageDatasetFromFiles,
  type PictureFile,
} from './pictures/folder.ts';
import { type CsvRow, csvRows } from './readers/csvRows.ts';
import { type Json, jsonLines } from './readers/jsonLines.ts';
import { parseNpy, parseNpz } from './readers/npy.ts';
import { type ParquetColumn, type ParquetOptions, parseParquet } from './readers/parquet.ts';

/**
 * Reads a table from a CSV file on disk (Node only).
 *
 * @throws DataError when the file is missing or cannot be read, and all that `parseCsv` throws.
 */
export async function readCsv(path: string, options: Omit<CsvOptions, 'source'> = {}): Promise<Table> {
  return parseCsv(await readBytes(path), { ...options, source: basename(path) });
}

/**
 * Reads pictures and their labels from two IDX files on disk, plain or gzipped (Node only).
 *
 * @throws DataError when a file is missing or cannot be read, and all that `parseImageSet` throws.
 */
export async function readImageSet(paths: { images: string; labels: string }): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([readBytes(paths.images), readBytes(paths.labels)]);
  return parseImageSet({
    images,
    labels,
    imagesSource: basename(paths.images),
    labelsSource: basename(paths.labels),
  });
}

/**
 * Reads the rows of a CSV file on disk one by one, so that it may be larger than memory (Node only).
 *
 * @throws when read: DataError when the file cannot be read, and all that `csvRows` throws.
 */
export function streamCsv(path: string, options: Omit<CsvOptions, 'source'> = {}): Dataset<CsvRow> {
  return csvRows(() => chunksOf(path), { ...options, source: basename(path) });
}

/**
 * Reads the records of a JSON lines file on disk one by one, so that it may be larger than memory (Node only).
 *
 * @throws when read: DataError when the file cannot be read, and all that `jsonLines` throws.
 */
export function streamJsonLines(path: string): Dataset<Json> {
  return jsonLines(() => chunksOf(path), { source: basename(path) });
}

/**
 * Reads an array from a NumPy file on disk (Node only).
 *
 * @throws DataError when the file cannot be read, and all that `parseNpy` throws.
 */
export async function readNpy(path: string): Promise<NDArray> {
  return parseNpy(await readBytes(path), { source: basename(path) });
}

/**
 * Reads the arrays of a NumPy archive on disk, by name (Node only).
 *
 * @throws DataError when the file cannot be read, and all that `parseNpz` throws.
 */
export async function readNpz(path: string): Promise<Record<string, NDArray>> {
  return parseNpz(await readBytes(path), { source: basename(path) });
}

/**
 * Reads the columns of a Parquet file on disk (Node only).
 *
 * @throws DataError when the file cannot be read, and all that `parseParquet` throws.
 */
export async function readParquet(
  path: string,
  options: Omit<ParquetOptions, 'source'> = {},
): Promise<Record<string, ParquetColumn>> {
  return parseParquet(await readBytes(path), { ...options, source: basename(path) });
}

/**
 * Reads a PNG or JPEG file on disk: float32 `[height, width, channels]` (Node only).
 *
 * @throws DataError when the file cannot be read, and all that `decodeImage` throws.
 */
export async function readImage(
  path: string,
  options: Omit<DecodeImageOptions, 'source'> = {},
): Promise<NDArray> {
  return decodeImage(await readBytes(path), { ...options, source: basename(path) });
}

/**
 * Pictures of a folder on disk whose class is the folder they are in, as batches (Node only). Links are not followed.
 *
 * @throws DataError when the folder cannot be read, and all that `imageDatasetFromFiles` throws.
 * @see Keras `image_dataset_from_directory`
 */
export async function imageDatasetFromDirectory(
  directory: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  const files: PictureFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files.push({ path, bytes: () => readBytes(join(directory, path)) });
    }
  };
  try {
    await walk('');
  } catch (cause) {
    throw unopened(directory, 'a readable folder', cause);
  }
  return imageDatasetFromFiles(files, options);
}

const REASONS: Record<string, string> = {
  ENOENT: 'nothing of that name',
  ENOTDIR: 'a file',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unopened(path, 'a readable file', cause);
  }
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    throw unopened(path, 'a readable file', cause);
  }
}

function unopened(path: string, expected: string, cause: unknown): DataError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new DataError(
    {
      asked: `opening the ${expected.endsWith('folder') ? 'folder' : 'file'}`,
      expected,
      received: REASONS[code] ?? String(cause),
      fix: 'Check the path.',
    },
    { file: path },
    { cause },
  );
}
