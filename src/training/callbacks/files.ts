import { DataError } from '../../graph/errors.ts';

/** Where callbacks keep files: a folder tree on disk, or whatever takes its place in a browser. */
export interface FileStore {
  /** The contents of a file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes a whole file at once: whoever is killed in the middle leaves the old one. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The file system of Node. */
export const diskFiles: FileStore = {
  async read(path) {
    const { readFile } = await import('node:fs/promises');
    try {
      return new Uint8Array(await readFile(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },

  write(path, bytes) {
    return writing(path, async () => {
      const { open, rename } = await import('node:fs/promises');
      await makeFolder(path);
      const beside = `${path}.part`;
      const file = await open(beside, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
    });
  },

  append(path, bytes) {
    return writing(path, async () => {
      const { appendFile } = await import('node:fs/promises');
      await makeFolder(path);
      await appendFile(path, bytes);
    });
  },

  async remove(path) {
    const { rm } = await import('node:fs/promises');
    await rm(path, { force: true });
  },
};

/** Says in a sentence that a file could not be written, and why the system says so. */
async function writing(path: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : `${cause}`;
    throw new DataError(
      {
        asked: 'writing the file',
        expected: 'a path that can be written to',
        received,
        fix: 'Choose another path.',
      },
      { file: path },
      { cause },
    );
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function makeFolder(path: string): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  const { dirname } = await import('node:path');
  await mkdir(dirname(path), { recursive: true });
}
