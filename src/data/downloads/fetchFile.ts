import { DataError } from '../../graph/errors.ts';
import { concatBytes } from '../archive/gzip.ts';
import { cacheStore, type FileStore, folderStore } from './stores.ts';

/** A file of a public data set. */
export interface PublicFile {
  readonly name: string;
  readonly url: string;
  /** It is not longer than this. */
  readonly mostBytes: number;
  /** Its SHA-256 as hexadecimal digits. */
  readonly sha256: string;
}

/** Where a data set comes from. */
export interface DownloadOptions {
  /**
   * A folder that holds the files already (Node), or a function that gives a file by its name (browsers). They are
   * taken as they are, and nothing is downloaded.
   */
  readonly folder?: string | ((name: string) => Promise<Uint8Array | undefined>);
  /** Where downloads are kept; `.cache/pellucid` of the person's home in Node, the cache of the page in browsers. */
  readonly cacheFolder?: string;
}

/**
 * A file of a public data set: from the given folder, the cache, or its address, in this order. Only a whole file
 * that is what it should be comes into the cache.
 *
 * @param others Other names under which the folder may hold the same contents.
 * @throws DataError when it is not in the given folder, cannot be downloaded, or is not what it should be.
 */
export async function fetchFile(
  file: PublicFile,
  dataset: string,
  options: DownloadOptions,
  others: readonly string[] = [],
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  if (options.folder !== undefined) return fromFolder(file, options.folder, others);
  const store = await cacheStore(dataset, options.cacheFolder);
  const kept = await store.read(file.name);
  if (kept && (await sha256Of(kept)) === file.sha256) return { bytes: kept, name: file.name };
  const bytes = await download(file, store);
  await store.write(file.name, bytes);
  return { bytes, name: file.name };
}

async function fromFolder(
  file: PublicFile,
  folder: NonNullable<DownloadOptions['folder']>,
  others: readonly string[],
): Promise<{ bytes: Uint8Array; name: string }> {
  const read = typeof folder === 'function' ? folder : (await folderStore(folder)).read;
  for (const name of [file.name, ...others]) {
    const bytes = await read(name);
    if (bytes) return { bytes, name };
  }
  throw new DataError(
    {
      asked: `reading ${file.name}`,
      expected: `the file ${[file.name, ...others].join(' or ')}${typeof folder === 'string' ? ` in ${folder}` : ''}`,
      received: 'no such file',
      fix: `Download ${file.url} and put it there.`,
    },
    { file: file.name },
  );
}

async function download(file: PublicFile, store: FileStore): Promise<Uint8Array> {
  const refuse = (received: string, cause?: unknown) =>
    new DataError(
      {
        asked: `downloading ${file.url}`,
        expected: `a file with SHA-256 ${file.sha256}`,
        received,
        fix: `Check the connection; or fetch the file in another way and put it at ${store.placeOf(file.name)}.`,
      },
      { file: file.name },
      { cause },
    );
  let bytes: Uint8Array;
  try {
    const response = await fetch(file.url);
    if (!response.ok || !response.body) throw refuse(`the answer ${response.status} ${response.statusText}`);
    bytes = await readBody(response.body, file.mostBytes);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw refuse(reasonOf(cause), cause);
  }
  if (bytes.length > file.mostBytes) throw refuse(`more than ${file.mostBytes} bytes`);
  const found = await sha256Of(bytes);
  if (found !== file.sha256) throw refuse(`${bytes.length} bytes with SHA-256 ${found}`);
  return bytes;
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The body, as far as it may be long. */
async function readBody(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let total = 0;
  while (total <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    total += value.length;
  }
  await reader.cancel().catch(() => undefined);
  return concatBytes(pieces, total);
}

/** What fetch says is "fetch failed"; why is in the cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return `${cause}`;
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}
