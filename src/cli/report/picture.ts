import { ArgumentError } from '../../graph/errors.ts';
import type { Picture } from './run.ts';

const FILE_HEADER = 14;
const INFO_HEADER = 40;

/**
 * A picture as a data address, in the BMP format: three bytes a pixel and no compression, so that a few lines can
 * write it and every browser reads it.
 *
 * @throws ArgumentError when there are not as many pixels as the sizes say
 */
export function pictureAddress(picture: Picture): string {
  const { width, height, channels, pixels } = picture;
  if (pixels.length !== width * height * channels || pixels.length === 0) {
    throw new ArgumentError({
      asked: `picture of ${width} × ${height} with ${channels} channels`,
      expected: `${width * height * channels} values, and at least one`,
      received: `${pixels.length}`,
    });
  }
  return `data:image/bmp;base64,${Buffer.from(bitmap(picture)).toString('base64')}`;
}

function bitmap({ width, height, channels, pixels }: Picture): Uint8Array {
  const stride = (width * 3 + 3) & ~3; // A row ends on a multiple of four bytes.
  const start = FILE_HEADER + INFO_HEADER;
  const bytes = new Uint8Array(start + stride * height);
  writeHeaders(new DataView(bytes.buffer), width, height, bytes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = start + (height - 1 - y) * stride + x * 3; // The bottom row comes first.
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[from + (channels === 1 ? 0 : channel)] ?? 0;
        bytes[to + 2 - channel] = Math.max(0, Math.min(255, Math.round(value))); // Blue comes first.
      }
    }
  }
  return bytes;
}

function writeHeaders(view: DataView, width: number, height: number, size: number): void {
  view.setUint16(0, 0x424d); // "BM"
  view.setUint32(2, size, true);
  view.setUint32(10, FILE_HEADER + INFO_HEADER, true);
  view.setUint32(14, INFO_HEADER, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true); // One plane,
  view.setUint16(28, 24, true); // of 24 bits a pixel.
}
