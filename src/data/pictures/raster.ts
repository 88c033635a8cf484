import { DataError } from '../../graph/errors.ts';

/** Decoded pixels, 8 bits a channel, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Grey; grey and opacity; red, green, blue; or those and opacity. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: ArrayLike<number>;
}

/** @throws DataError when a picture has no pixels or too many. */
export function checkPixels(width: number, height: number, mostPixels: number, source: string): void {
  if (width >= 1 && height >= 1 && width * height <= mostPixels) return;
  throw new DataError(
    {
      asked: 'decoding a picture',
      expected: `from 1 to ${mostPixels} pixels`,
      received: `${width} × ${height}`,
      fix: 'The file is damaged, or made to exhaust memory. If you trust it, raise mostPixels.',
    },
    { file: source },
  );
}

export function damaged(kind: string, received: string, source: string, cause?: unknown): DataError {
  return new DataError(
    {
      asked: `decoding a ${kind} picture`,
      expected: 'a whole file',
      received,
      fix: 'The file is damaged or was not copied whole: fetch it again.',
    },
    { file: source },
    { cause },
  );
}
