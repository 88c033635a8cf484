import { DataError } from '../graph/errors.ts';
import { diskFiles } from '../training/callbacks/files.ts';

/**
 * The bytes of a file: as they are given, or read from a path where there is a file system.
 *
 * @throws DataError when there is no such file
 */
export async function bytesOf(given: Uint8Array | string): Promise<Uint8Array> {
  if (typeof given !== 'string') return given;
  const bytes = await diskFiles.read(given);
  if (bytes) return bytes;
  throw new DataError(
    { asked: 'opening a model', expected: 'a file', received: 'none there' },
    { file: given },
  );
}

/** Writes a whole file at once, or hands its bytes back where there is no path. */
export async function delivered(bytes: Uint8Array, path: string | undefined): Promise<Uint8Array> {
  if (path !== undefined) await diskFiles.write(path, bytes);
  return bytes;
}
