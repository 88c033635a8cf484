import { DataError, type ErrorParts, type Place } from '../../graph/errors.ts';

/** One member of a zip archive, still packed. */
export interface ZipEntry {
  readonly path: string;
  readonly deflated: boolean;
  /** The bytes as they lie in the archive. */
  readonly packed: Uint8Array;
  /** The size the archive claims for them once inflated. */
  readonly size: number;
  readonly checksum: number;
}

// Records of a zip file begin with these, and have these lengths before their names.
// See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22 };
const MAX_COMMENT = 0xffff;

const ENCRYPTED = 0b1;

/**
 * Reads the directory at the end of a zip archive, and finds where each member lies. The directory is what
 * counts: a local header that names something else is refused, because two readers would then see two files.
 *
 * @throws DataError when it is no zip archive, is cut off or damaged, or has members that are not to be read.
 */
export function readDirectory(bytes: Uint8Array, maxMembers: number, place: Place): ZipEntry[] {
  const archive = new Archive(bytes, place);
  const end = archive.findEnd();
  const count = archive.view.getUint16(end + 10, true);
  const start = archive.view.getUint32(end + 16, true);
  const length = archive.view.getUint32(end + 12, true);
  if (count === 0xffff || start === 0xffffffff) {
    throw archive.error({
      received: 'a ZIP64 archive',
      fix: 'Save it without ZIP64: it needs less than 4 GiB in less than 65 535 members.',
    });
  }
  if (count > maxMembers) {
    throw archive.error({
      expected: `at most ${maxMembers} members`,
      received: `${count}`,
      fix: 'If you trust the file, raise the limits.',
    });
  }
  if (start + length > end) throw archive.damaged('a directory that runs past its end');

  const entries = new Map<string, ZipEntry>();
  let offset = start;
  for (let index = 0; index < count; index++) {
    const { entry, next } = archive.readEntry(offset, end);
    offset = next;
    if (entries.has(entry.path)) throw archive.damaged(`the member ${JSON.stringify(entry.path)} twice`);
    if (!entry.path.endsWith('/')) entries.set(entry.path, entry);
  }
  return [...entries.values()];
}

/** Whether `path` is names joined by `/`, so that it stays inside of whatever folder it is unpacked to. */
export function isPlainPath(path: string): boolean {
  if (/[\\\0]|^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

class Archive {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly place: Place;

  constructor(bytes: Uint8Array, place: Place) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.place = place;
  }

  /** The end record is last, but for a comment of unknown length. */
  findEnd(): number {
    const last = this.bytes.length - END.bytes;
    for (let offset = last; offset >= Math.max(0, last - MAX_COMMENT); offset--) {
      if (this.view.getUint32(offset, true) !== END.signature) continue;
      if (offset + END.bytes + this.view.getUint16(offset + 20, true) === this.bytes.length) return offset;
    }
    throw this.error({
      expected: 'a zip archive',
      received: this.bytes.length === 0 ? 'nothing' : 'no end of one',
      fix: 'Either it is another kind of file, or it was cut off: copy or download it again.',
    });
  }

  readEntry(offset: number, end: number): { entry: ZipEntry; next: number } {
    this.#expectRecord(CENTRAL, offset, end);
    const { view } = this;
    const flags = view.getUint16(offset + 8, true);
    const method = view.getUint16(offset + 10, true);
    const checksum = view.getUint32(offset + 16, true);
    const packedSize = view.getUint32(offset + 20, true);
    const size = view.getUint32(offset + 24, true);
    const nameLength = view.getUint16(offset + 28, true);
    const tail = view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
    const local = view.getUint32(offset + 42, true);
    const next = offset + CENTRAL.bytes + nameLength + tail;
    if (next > end) throw this.damaged('a directory that runs past its end');

    const name = this.bytes.subarray(offset + CENTRAL.bytes, offset + CENTRAL.bytes + nameLength);
    const path = this.#path(name);
    if (flags & ENCRYPTED) throw this.#unreadable(path, 'an encrypted one', 'Unpack it and pack it again');
    if (method !== 0 && method !== 8) {
      throw this.#unreadable(path, `compression method ${method}`, 'Pack it again, stored or deflated');
    }
    const packed = this.#packed(local, name, packedSize);
    return { entry: { path, deflated: method === 8, packed, size, checksum }, next };
  }

  /** The member's bytes follow its local header, whose extra fields may be longer than the directory's. */
  #packed(offset: number, name: Uint8Array, packedSize: number): Uint8Array {
    this.#expectRecord(LOCAL, offset, this.bytes.length);
    const nameStart = offset + LOCAL.bytes;
    const nameEnd = nameStart + this.view.getUint16(offset + 26, true);
    const start = nameEnd + this.view.getUint16(offset + 28, true);
    const end = start + packedSize;
    if (end > this.bytes.length) throw this.damaged('a member that runs past its end');
    const local = this.bytes.subarray(nameStart, nameEnd);
    if (local.length !== name.length || local.some((byte, index) => byte !== name[index])) {
      throw this.damaged('a member with two different names');
    }
    return this.bytes.subarray(start, end);
  }

  #path(name: Uint8Array): string {
    let path: string;
    try {
      path = new TextDecoder('utf-8', { fatal: true }).decode(name);
    } catch (cause) {
      throw this.damaged('a member whose name is not UTF-8', cause);
    }
    if (!isPlainPath(path.endsWith('/') ? path.slice(0, -1) : path)) {
      throw this.error({
        expected: 'members with relative paths, such as assets/words.txt',
        received: JSON.stringify(path),
        fix: 'Such a path could reach files outside of the archive: do not use the file.',
      });
    }
    return path;
  }

  #expectRecord({ signature, bytes }: typeof LOCAL, offset: number, end: number): void {
    if (offset + bytes > end || this.view.getUint32(offset, true) !== signature) {
      throw this.damaged('no header where one should be');
    }
  }

  #unreadable(path: string, received: string, fix: string): DataError {
    return this.error({ expected: `${path} to be a stored or deflated member`, received, fix: `${fix}.` });
  }

  damaged(received: string, cause?: unknown): DataError {
    return this.error(
      { expected: 'a whole one', received, fix: 'The file is damaged: copy or download it again.' },
      cause,
    );
  }

  error(parts: Omit<ErrorParts, 'asked'>, cause?: unknown): DataError {
    return new DataError({ asked: 'reading a zip archive', ...parts }, this.place, { cause });
  }
}
