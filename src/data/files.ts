import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DataError } from '../graph/errors.ts';
import { type CsvOptions, parseCsv, type Table } from './csv.ts';
import type { LabelledImages } from './examples.ts';
import { parseImageSet } from './images.ts';

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

const REASONS: Record<string, string> = {
  ENOENT: 'no file of that name',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new DataError(
      {
        asked: 'opening the file',
        expected: 'a readable file',
        received: REASONS[code] ?? String(cause),
        fix: 'Check the path.',
      },
      { file: path },
      { cause },
    );
  }
}
