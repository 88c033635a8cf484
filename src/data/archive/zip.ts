import { ArgumentError, DataError } from '../../graph/errors.ts';
import { crc32 } from './crc32.ts';
import { isPlainPath, readDirectory, type ZipEntry } from './zipDirectory.ts';

/** What an archive may ask of the one who reads it. */
export interface ArchiveLimits {
  /** How many members it may have. */
  readonly members: number;
  /** How many bytes one member may hold once inflated. */
  readonly memberBytes: number;
  /** How many bytes all members together may hold once inflated. */
  readonly totalBytes: number;
}

const LIMITS: ArchiveLimits = { members: 4096, memberBytes: 2 ** 31, totalBytes: 2 ** 31 };

/** DEFLATE cannot shrink anything further than this: a longer claim is a lie that would cost memory. */
const MAX_RATIO = 1032;

/** How much is inflated between two looks at how much has come out: at most 16 MiB of output. */
const SLICE = 2 ** 14;

export interface ReadArchiveOptions extends Partial<ArchiveLimits> {
  /** The file's name, for messages. */
  readonly file?: string;
}

/**
 * Packs files into a zip archive, stored as they are. The same members give the same bytes: every date is
 * the first a zip can hold.
 *
 * @throws ArgumentError when a path would leave the folder it is unpacked to, or the whole passes 4 GiB.
 */
export async function writeArchive(members: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  let total = 0;
  for (const [path, bytes] of members) {
    total += bytes.length;
    if (!isPlainPath(path)) {
      throw new ArgumentError({
        asked: `writing an archive with the member ${JSON.stringify(path)}`,
        expected: 'a relative path of names joined by /, such as assets/words.txt',
      });
    }
  }
  if (total >= 2 ** 32 - 2 ** 20 || members.size >= 2 ** 16 - 1) {
    throw new ArgumentError({
      asked: 'writing an archive',
      expected: 'less than 4 GiB in less than 65 535 members, the most a plain zip file holds',
      received: `${total} bytes in ${members.size} members`,
    });
  }
  const { zipSync } = await import('fflate');
  return zipSync(Object.fromEntries(members), { level: 0, mtime: new Date(1980, 0, 1) });
}

/**
 * Unpacks a zip archive whose members are stored or deflated, trusting nothing it says about itself: sizes
 * are bounded before anything is inflated and again while it is, and every member's checksum is compared.
 *
 * @returns the members by path, in the archive's order; folders are left out.
 * @throws DataError when the archive is damaged, too large, encrypted, or has paths that lead elsewhere.
 */
export async function readArchive(
  bytes: Uint8Array,
  options: ReadArchiveOptions = {},
): Promise<Map<string, Uint8Array>> {
  const { file, ...given } = options;
  const limits = { ...LIMITS, ...given };
  const place = file === undefined ? {} : { file };
  const entries = readDirectory(bytes, limits.members, place);
  checkSizes(entries, limits, place);
  const { Inflate } = await import('fflate');

  const members = new Map<string, Uint8Array>();
  for (const entry of entries) {
    const data = entry.deflated ? inflate(entry, Inflate, place) : entry.packed.slice();
    const checksum = crc32(data);
    if (data.length !== entry.size || checksum !== entry.checksum) {
      throw new DataError(
        {
          asked: `reading ${entry.path} from a zip archive`,
          expected: `${entry.size} bytes with checksum ${hex(entry.checksum)}`,
          received: `${data.length} bytes with checksum ${hex(checksum)}`,
          fix: 'The file is damaged: copy or download it again.',
        },
        place,
      );
    }
    members.set(entry.path, data);
  }
  return members;
}

function checkSizes(entries: readonly ZipEntry[], limits: ArchiveLimits, place: { file?: string }): void {
  let total = 0;
  for (const { path, size, packed, deflated } of entries) {
    total += size;
    const most = Math.min(limits.memberBytes, deflated ? packed.length * MAX_RATIO : packed.length);
    if (size > most || total > limits.totalBytes) {
      throw new DataError(
        {
          asked: `reading ${path} from a zip archive`,
          expected:
            size > most ? `at most ${most} bytes` : `at most ${limits.totalBytes} bytes in all its members`,
          received: size > most ? `${size}` : `${total} up to here`,
          fix: 'The file is damaged or was made to exhaust memory. If you trust it, raise the limits.',
        },
        place,
      );
    }
  }
}

/** Inflates one member, and stops as soon as more comes out than the directory promised. */
function inflate(
  { path, packed, size }: ZipEntry,
  Inflate: typeof import('fflate').Inflate,
  place: { file?: string },
): Uint8Array {
  const data = new Uint8Array(size);
  let length = 0;
  let overrun = false;
  const stream = new Inflate((chunk) => {
    overrun ||= length + chunk.length > size;
    if (!overrun) data.set(chunk, length);
    length += chunk.length;
  });
  let cause: unknown;
  try {
    for (let start = 0; start < packed.length && !overrun; start += SLICE) {
      stream.push(packed.subarray(start, start + SLICE), start + SLICE >= packed.length);
    }
  } catch (error) {
    cause = error;
  }
  if (cause === undefined && length === size) return data;
  throw new DataError(
    {
      asked: `inflating ${path} from a zip archive`,
      expected: `${size} bytes`,
      received: cause === undefined ? (overrun ? 'more' : `${length}`) : 'damaged data',
      fix: 'The file is damaged: copy or download it again.',
    },
    place,
    { cause },
  );
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
