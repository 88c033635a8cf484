import { concatBytes } from '../archive/gzip.ts';
import { checkPixels, damaged, type Raster } from './raster.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What pixels need; everything else, texts and colour profiles that may unpack to anything, is left out. */
const NEEDED = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** Packed data of fewer bytes than this cannot unpack to more than 64 MiB: DEFLATE gains at most a factor of 1032. */
const SMALL = 2 ** 26 / 1032;

/** How much is unpacked between two looks at how much came out. */
const PIECE = 2 ** 14;

/**
 * Decodes a PNG file.
 *
 * @throws DataError when it is damaged, or has more pixels or unpacked bytes than it may.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export async function decodePng(bytes: Uint8Array, source: string, mostPixels: number): Promise<Raster> {
  const chunks = readChunks(bytes, source);
  const header = chunks[0];
  if (header?.type !== 'IHDR' || header.data.length !== 13) throw damaged('PNG', 'no header', source);
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  checkPixels(width, height, mostPixels, source);
  if (chunks.filter(({ type }) => type === 'IHDR').length > 1) throw damaged('PNG', 'two headers', source);
  await checkUnpacked(chunks, width, height, source);

  const { convertIndexedToRgb, decode } = await import('fast-png');
  try {
    const png = decode(joined(chunks), { checkCrc: true });
    const indexed = png.palette === undefined ? undefined : convertIndexedToRgb(png);
    const channels = indexed ? indexed.length / (width * height) : png.channels;
    if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) {
      throw damaged('PNG', `${channels} channels`, source);
    }
    return {
      width,
      height,
      channels,
      data: to8Bits(indexed ?? png.data, indexed ? 8 : png.depth, width, channels),
    };
  } catch (cause) {
    throw damaged('PNG', cause instanceof Error ? cause.message : 'damage', source, cause);
  }
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk with its length and checksum. */
  readonly whole: Uint8Array;
}

function readChunks(bytes: Uint8Array, source: string): Chunk[] {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw damaged('PNG', 'another start', source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; chunks.at(-1)?.type !== 'IEND'; ) {
    if (at + 12 > bytes.length) throw damaged('PNG', `its end at byte ${bytes.length}`, source);
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw damaged('PNG', `a chunk past its end, at byte ${at}`, source);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (NEEDED.has(type)) {
      chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    }
    at = end;
  }
  return chunks;
}

/** A few packed bytes can hold gigabytes: those are unpacked here first, and dropped, as far as pixels need. */
async function checkUnpacked(
  chunks: readonly Chunk[],
  width: number,
  height: number,
  source: string,
): Promise<void> {
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  if (packed.reduce((total, { length }) => total + length, 0) < SMALL) return;
  // At most 8 bytes a pixel and, interlaced, 15 bytes of filters for 8 rows, each rounded up to a byte.
  const most = width * height * 8 + (height + 8) * 4 + 1024;
  const { Unzlib } = await import('fflate');
  let length = 0;
  const unpacker = new Unzlib((piece) => {
    length += piece.length;
  });
  try {
    for (const data of packed) {
      for (let at = 0; at < data.length && length <= most; at += PIECE)
        unpacker.push(data.subarray(at, at + PIECE));
    }
  } catch (cause) {
    throw damaged('PNG', 'data that cannot be unpacked', source, cause);
  }
  if (length > most) throw damaged('PNG', 'more data than it has pixels', source);
}

function joined(chunks: readonly Chunk[]): Uint8Array {
  const parts = [Uint8Array.from(SIGNATURE), ...chunks.map(({ whole }) => whole)];
  return concatBytes(
    parts,
    parts.reduce((total, { length }) => total + length, 0),
  );
}

/** Grey of 1, 2 or 4 bits fills bytes from the left, each row anew, and is stretched; 16 bits lose the lower 8. */
function to8Bits(data: ArrayLike<number>, depth: number, width: number, channels: number): ArrayLike<number> {
  if (depth === 8) return data;
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  const perByte = 8 / depth;
  const rowBytes = Math.ceil((width * channels) / perByte);
  const rows = data.length / rowBytes;
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: rows * width * channels }, (_, i) => {
    const [row, column] = [Math.floor(i / (width * channels)), i % (width * channels)];
    const byte = data[row * rowBytes + Math.floor(column / perByte)] ?? 0;
    return (((byte >> (8 - depth * ((column % perByte) + 1))) & most) * 255) / most;
  });
}
