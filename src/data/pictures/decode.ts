import { ArgumentError, DataError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import type { Raster } from './raster.ts';

/** How many colours a pixel of the result has: grey; red, green, blue; or those and opacity. */
export type ColorMode = 'grayscale' | 'rgb' | 'rgba';

export interface DecodeImageOptions {
  /** `rgb` by default. */
  readonly colorMode?: ColorMode;
  /** What to call the file in messages. */
  readonly source?: string;
  /** A picture of more pixels is refused before it is decoded: 2²⁶ by default. */
  readonly mostPixels?: number;
}

const CHANNELS: Readonly<Record<ColorMode, 1 | 3 | 4>> = { grayscale: 1, rgb: 3, rgba: 4 };

/** The number of channels of a colour mode. */
export function channelsOf(colorMode: ColorMode): 1 | 3 | 4 {
  if (Object.hasOwn(CHANNELS, colorMode)) return CHANNELS[colorMode];
  throw new ArgumentError({
    asked: `colorMode "${colorMode}"`,
    expected: Object.keys(CHANNELS).join(', '),
  });
}

/**
 * Decodes a PNG or JPEG file; in Node and in browsers alike, to the same numbers.
 *
 * Grey of coloured pictures is 0.299 R + 0.587 G + 0.114 B, rounded; opacity is dropped unless asked for; 16-bit
 * numbers keep their upper 8 bits.
 *
 * @returns float32 `[height, width, channels]`, 0 … 255.
 * @throws DataError when the file is neither, is damaged, or has too many pixels.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions = {}): Promise<NDArray> {
  const { colorMode = 'rgb', source = 'image', mostPixels = 2 ** 26 } = options;
  const channels = channelsOf(colorMode);
  const raster = await decoderOf(bytes, source)(bytes, source, mostPixels);
  return toArray(raster, channels);
}

function decoderOf(bytes: Uint8Array, source: string): typeof decodePng {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng;
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg;
  throw new DataError(
    {
      asked: 'decoding a picture',
      expected: 'a PNG or JPEG file',
      received: bytes.length === 0 ? 'an empty file' : `a file that begins with ${hex(bytes.subarray(0, 4))}`,
      fix: 'Convert the picture to PNG or JPEG.',
    },
    { file: source },
  );
}

function toArray({ width, height, channels: given, data: pixels }: Raster, wanted: 1 | 3 | 4): NDArray {
  const count = width * height;
  const data = new Float32Array(count * wanted);
  const opaque = given === 1 || given === 3;
  for (let i = 0; i < count; i++) {
    const at = i * given;
    const red = pixels[at] ?? 0;
    const grey = given < 3;
    const green = grey ? red : (pixels[at + 1] ?? 0);
    const blue = grey ? red : (pixels[at + 2] ?? 0);
    if (wanted === 1) {
      data[i] = grey ? red : Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      continue;
    }
    data[i * wanted] = red;
    data[i * wanted + 1] = green;
    data[i * wanted + 2] = blue;
    if (wanted === 4) data[i * wanted + 3] = opaque ? 255 : (pixels[at + given - 1] ?? 0);
  }
  return { dtype: 'float32', shape: [height, width, wanted], data };
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
