import { DataError } from '../../graph/errors.ts';

/** A place that keeps files by name. */
export interface FileStore {
  /** The file, or undefined if there is none. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>;
  /** Keeps a file: all of it, or, if that fails or is cut short, none. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>;
  /** Where the file is or would be, for a person to put it there. */
  readonly placeOf: (name: string) => string;
}

/** The files of a folder on disk (Node). */
export async function folderStore(folder: string): Promise<FileStore> {
  const { mkdir, readFile, rename, rm, writeFile } =
    await node<typeof import('node:fs/promises')>('fs/promises');
  const { join } = await node<typeof import('node:path')>('path');
  return {
    async read(name) {
      try {
        return await readFile(join(folder, name));
      } catch (cause) {
        const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
        throw unusable(`reading ${name}`, 'a file that can be read', join(folder, name), cause);
      }
    },
    async write(name, bytes) {
      // Under another name until it is whole; of this process alone, so that two can download at once.
      const partial = join(folder, `${name}.${process.pid}.part`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(partial, bytes);
        await rename(partial, join(folder, name));
      } catch (cause) {
        throw unusable(`keeping ${name}`, 'a folder that can be written to', folder, cause);
      } finally {
        await rm(partial, { force: true }).catch(() => undefined);
      }
    },
    placeOf: (name) => join(folder, name),
  };
}

function unusable(asked: string, expected: string, file: string, cause: unknown): DataError {
  const received = cause instanceof Error ? cause.message : `${cause}`;
  const fix = 'Give another place by the option folder or cacheFolder.';
  return new DataError({ asked, expected, received, fix }, { file }, { cause });
}

/** The cache of downloads of one data set: a folder in Node, the page's cache storage in browsers. */
export async function cacheStore(dataset: string, folder?: string): Promise<FileStore> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return pageStore(dataset);
  const { join } = await node<typeof import('node:path')>('path');
  const { homedir } = await node<typeof import('node:os')>('os');
  return folderStore(join(folder ?? join(homedir(), '.cache', 'pellucid'), dataset));
}

async function pageStore(dataset: string): Promise<FileStore> {
  const cache = await caches.open('pellucid-datasets');
  const addressOf = (name: string) => `/pellucid-datasets/${dataset}/${name}`;
  return {
    async read(name) {
      const kept = await cache.match(addressOf(name));
      return kept && new Uint8Array(await kept.arrayBuffer());
    },
    write: (name, bytes) => cache.put(addressOf(name), new Response(new Uint8Array(bytes))),
    placeOf: (name) => `what the option folder gives for "${name}"`,
  };
}

/** A module of Node, by a name that bundlers for browsers do not follow. */
async function node<Module>(name: string): Promise<Module> {
  const specifier = `node:${name}`;
  return (await import(specifier)) as Module;
}
