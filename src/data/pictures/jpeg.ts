import { DataError } from '../../graph/errors.ts';
import { checkPixels, damaged, type Raster } from './raster.ts';

/** Memory the decoder may use, in MiB. */
const MOST_MEMORY = 1024;

/** A progressive picture is gone over once for each scan; more work than this is an attack: pixels × scans. */
const MOST_WORK = 2 ** 31;

/**
 * Decodes a JPEG file, baseline or progressive.
 *
 * @throws DataError when it is damaged, or has more pixels or scans than it may.
 *
 * @see ITU-T T.81
 */
export async function decodeJpeg(bytes: Uint8Array, source: string, mostPixels: number): Promise<Raster> {
  const { width, height, scans } = measure(bytes, source);
  checkPixels(width, height, mostPixels, source);
  if (width * height * scans > MOST_WORK) {
    throw new DataError(
      {
        asked: 'decoding a JPEG picture',
        expected: `at most ${Math.floor(MOST_WORK / (width * height))} scans of ${width} × ${height} pixels`,
        received: `${scans}`,
        fix: 'The file is damaged, or made to take for ever.',
      },
      { file: source },
    );
  }
  const { decode } = await import('jpeg-js');
  try {
    const { data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: Math.ceil(mostPixels / 1e6),
      maxMemoryUsageInMB: MOST_MEMORY,
    });
    return { width, height, channels: 3, data };
  } catch (cause) {
    throw damaged('JPEG', cause instanceof Error ? cause.message : 'damage', source, cause);
  }
}

/** The size its first frame header gives, and the number of scans. */
function measure(bytes: Uint8Array, source: string): { width: number; height: number; scans: number } {
  let size: { width: number; height: number } | undefined;
  let scans = 0;
  // Within scans a byte ff is followed by 00 or a restart marker: what looks like another marker is one.
  for (let at = 2; at + 1 < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) {
      at++;
      continue;
    }
    if (marker === 0xda) scans++;
    if (marker >= 0xc0 && marker <= 0xc2 && size === undefined && at + 8 < bytes.length) {
      const pair = (from: number) => (bytes[from] ?? 0) * 256 + (bytes[from + 1] ?? 0);
      size = { height: pair(at + 5), width: pair(at + 7) };
    }
    const hasLength = marker !== 0xd8 && marker !== 0xd9;
    at += hasLength ? 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0) : 2;
  }
  if (size === undefined) throw damaged('JPEG', 'no header of a baseline or progressive picture', source);
  return { ...size, scans };
}
