import { deflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../src/data/archive/crc32.ts';
import { type ColorMode, decodeImage } from '../../../src/data/pictures/decode.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { failure } from '../failure.ts';
import { fixture, fromBase64 } from '../fixture.ts';

interface Picture {
  readonly name: string;
  readonly file: string;
  readonly colorMode: ColorMode;
  readonly shape: number[];
  readonly data: number[];
  readonly tolerance: number;
}
const pictures = fixture<Picture[]>('data/pictures.json');
const fileOf = (wanted: string) => fromBase64(pictures.find(({ name }) => name === wanted)?.file ?? '');

/** A chunk of a PNG file. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

describe('decodeImage', () => {
  test.each(pictures)(
    'decodes $name as TensorFlow does',
    async ({ file, colorMode, shape, data, tolerance }) => {
      const picture = await decodeImage(fromBase64(file), { colorMode });
      expect(picture.dtype).toBe('float32');
      expect(picture.shape).toEqual(shape);
      const furthest = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (picture.data[i] ?? 0))),
        0,
      );
      expect(furthest).toBeLessThanOrEqual(tolerance);
    },
  );

  test('makes grey of colours by their brightness', async () => {
    const png = encode({
      width: 3,
      height: 1,
      channels: 3,
      data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
    });
    expect([...(await decodeImage(png, { colorMode: 'grayscale' })).data]).toEqual([76, 150, 29]);
  });

  test('decodes interlaced pictures', async () => {
    const file = fileOf('PNG colours');
    const { width, height, data, channels } = decode(file);
    const interlaced = encode({ width, height, data, channels }, { interlace: 'Adam7' });
    expect(await decodeImage(interlaced)).toEqual(await decodeImage(file));
  });

  test.each([
    ['an empty file', new Uint8Array(), 'found an empty file'],
    ['another format', new TextEncoder().encode('GIF89a'), 'begins with 47 49 46 38'],
    ['a cut PNG', fileOf('PNG colours').subarray(0, 60), 'a chunk past its end, at byte 33'],
    ['a cut JPEG', fileOf('JPEG grey').subarray(0, 300), 'a whole file'],
  ])('refuses %s', async (_, bytes, message) => {
    const error = await failure(() => decodeImage(bytes, { source: 'a.png' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('a.png: ');
    expect(error.message).toContain(message);
  });

  test.each(['PNG colours', 'JPEG grey'])('refuses a %s of too many pixels before decoding', async (name) => {
    const error = await failure(() => decodeImage(fileOf(name), { mostPixels: 20 }));
    expect(error.message).toContain('from 1 to 20 pixels');
  });

  test('refuses a PNG that unpacks to much more than its pixels, without holding it', async () => {
    const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0);
    const packed = deflateSync(new Uint8Array(2 ** 27), { level: 1 });
    const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const parts = [signature, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())];
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(() => decodeImage(Buffer.concat(parts)));
    expect(error.message).toContain('more data than it has pixels');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  test('refuses a JPEG whose scans would take for ever', async () => {
    const file = fileOf('JPEG progressive');
    const large = file.slice();
    const frame = large.findIndex((byte, i) => byte === 0xff && large[i + 1] === 0xc2);
    large.set([0x1f, 0xff, 0x1f, 0xff], frame + 5);
    const scan = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0);
    const scans = Buffer.concat([large, ...Array.from({ length: 100 }, () => scan)]);
    expect((await failure(() => decodeImage(scans))).message).toContain('scans of 8191 × 8191 pixels');
  });
});
