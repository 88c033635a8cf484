import { DataError } from '../../graph/errors.ts';

const BLOCK = 512;

/**
 * The plain files of a tar archive, by their names; folders, links and other entries are left out. The bytes are
 * views of the archive's.
 *
 * @throws DataError when it is no tar archive, or is damaged or cut short.
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
export function readTar(bytes: Uint8Array, source: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) => {
    const field = bytes.subarray(from, from + length);
    const end = field.indexOf(0);
    return new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end));
  };
  let at = 0;
  // Two blocks of zeros end an archive; one that has no byte is enough for us.
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    const end = at + BLOCK + size;
    if (!hasChecksum(bytes, at, Number.parseInt(text(at + 148, 8).trim(), 8)))
      throw damaged(at, 'no header', source);
    if (!Number.isSafeInteger(size) || size < 0 || end > bytes.length) {
      throw damaged(at, `a file of ${size} bytes`, source);
    }
    const kind = text(at + 156, 1);
    const prefix = text(at + 257, 5) === 'ustar' ? text(at + 345, 155) : '';
    const name = text(at, 100);
    if (kind === '' || kind === '0') {
      files.set(prefix === '' ? name : `${prefix}/${name}`, bytes.subarray(at + BLOCK, end));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (files.size === 0) throw damaged(0, 'no files', source);
  return files;
}

/** The sum of a header's bytes, those of the sum itself counted as blanks. */
function hasChecksum(bytes: Uint8Array, at: number, expected: number): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (bytes[at + i] ?? 0);
  return sum === expected;
}

function damaged(at: number, received: string, source: string): DataError {
  return new DataError(
    {
      asked: `reading a tar archive at byte ${at}`,
      expected: 'a whole archive',
      received,
      fix: 'The file is damaged or was not copied whole: fetch it again.',
    },
    { file: source },
  );
}
