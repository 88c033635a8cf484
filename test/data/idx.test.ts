import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImageSet } from '../../src/data/files.ts';
import { encodeIdx, type IdxArray, parseIdx } from '../../src/data/idx.ts';
import { idxToNDArray, parseImageSet, parseImages, parseLabels } from '../../src/data/images.ts';
import { DataError } from '../../src/graph/errors.ts';
import { failure } from './failure.ts';

const EXAMPLES: readonly IdxArray[] = [
  { shape: [2, 1, 2], values: Uint8Array.of(0, 1, 254, 255) },
  { shape: [3], values: Int8Array.of(-128, 0, 127) },
  { shape: [2], values: Int16Array.of(-32768, 32767) },
  { shape: [1, 2], values: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  { shape: [2], values: Float32Array.of(0.1, -Infinity) },
  { shape: [], values: Float64Array.of(Math.PI) },
];
const images = encodeIdx({ shape: [3, 2, 2], values: Uint8Array.from({ length: 12 }, (_, i) => i) });
const labels = encodeIdx({ shape: [3], values: Uint8Array.of(2, 0, 1) });

describe('parseIdx', () => {
  test('reads big-endian bytes as the format says', async () => {
    const bytes = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe);
    expect(await parseIdx(bytes)).toEqual({ shape: [1, 2], values: Int16Array.of(258, -2) });
  });

  test.each(EXAMPLES)('reads back what was written: $values', async (array) => {
    expect(await parseIdx(encodeIdx(array))).toEqual(array);
    expect(await parseIdx(gzipSync(encodeIdx(array)))).toEqual(array);
  });

  test('reads a file that lies inside of a larger buffer', async () => {
    const buffer = new Uint8Array(images.length + 3);
    buffer.set(images, 3);
    expect((await parseIdx(buffer.subarray(3))).shape).toEqual([3, 2, 2]);
  });

  test.each([
    ['an empty file', new Uint8Array(), 'found an empty file'],
    ['another magic number', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'found 89 50 4e 47'],
    ['an unknown element type', Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), 'found 00 00 07 01'],
    ['absurdly many dimensions', Uint8Array.of(0, 0, 8, 255), 'at most 8 dimensions'],
    ['half a header', images.subarray(0, 9), 'expected 16 bytes of header, found 9'],
    ['missing bytes', images.subarray(0, 20), 'expected 28 bytes, found 20'],
    ['extra bytes', Uint8Array.of(...images, 0), 'expected 28 bytes, found 29'],
    ['gzip with missing bytes inside', gzipSync(images.subarray(0, 20)), 'expected 28 bytes, found 20'],
    ['gzip of something else', gzipSync(new Uint8Array(1000).fill(7)), 'found 07 07 07 07'],
    ['cut gzip', gzipSync(images).subarray(0, -9), 'unpacking a gzipped file'],
  ])('says what is wrong: %s', async (_, bytes, message) => {
    const error = await failure(() => parseIdx(bytes, 'file.idx'));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('file.idx: ');
    expect(error.message).toContain(message);
  });

  test('refuses absurd dimensions without allocating them', async () => {
    const absurd = Uint8Array.of(0, 0, 0x0e, 3, ...new Array(12).fill(0xff));
    expect((await failure(() => parseIdx(absurd))).message).toContain('expected at most 1073741824 bytes');
  });

  test('stops unpacking a gzip bomb at what the header promises', async () => {
    const bomb = new Uint8Array(200e6);
    bomb.set([0, 0, 8, 1, 0, 0, 0, 9]);
    const packed = gzipSync(bomb, { level: 1 });
    const before = process.memoryUsage().arrayBuffers;
    expect((await failure(() => parseIdx(packed))).message).toContain('expected 17 bytes, found more');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  test.each([
    ['plain', images],
    ['gzipped', new Uint8Array(gzipSync(images))],
  ])('a %s file cut anywhere is a DataError', async (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(await failure(() => parseIdx(bytes.subarray(0, length)))).toBeInstanceOf(DataError);
    }
  });

  test('any damage to a gzipped file is a DataError or leaves the data whole', async () => {
    const bytes = new Uint8Array(gzipSync(images));
    const whole = await parseIdx(images);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flips) => {
        const damaged = bytes.map((byte, i) => (i === at ? byte ^ flips : byte));
        const result = await parseIdx(damaged).catch((error) => error);
        if (!(result instanceof DataError)) expect(result).toEqual(whole);
      }),
    );
  });

  test('any bytes after a right start are read or refused with a DataError', async () => {
    const start = fc.constantFrom(8, 9, 0x0b, 0x0c, 0x0d, 0x0e);
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 40 }), async (type, rest) => {
        await parseIdx(Uint8Array.of(0, 0, type, ...rest)).catch((error) =>
          expect(error).toBeInstanceOf(DataError),
        );
      }),
    );
  });
});

describe('encodeIdx', () => {
  test('refuses a shape that does not hold the values', () => {
    expect(() => encodeIdx({ shape: [2, 2], values: Uint8Array.of(1) })).toThrow('expected 4 numbers');
  });
});

describe('images and labels', () => {
  test('bytes become float32, wide integers stay whole', () => {
    expect(idxToNDArray({ shape: [1], values: Uint8Array.of(255) }).dtype).toBe('float32');
    expect(idxToNDArray({ shape: [1], values: Int32Array.of(2 ** 30 + 1) }).dtype).toBe('int32');
  });

  test('are paired, unscaled, with a name for every class', async () => {
    const set = await parseImageSet({ images: gzipSync(images), labels });
    expect(set.x).toEqual({
      dtype: 'float32',
      shape: [3, 2, 2],
      data: Float32Array.from({ length: 12 }, (_, i) => i),
    });
    expect(set.y).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(2, 0, 1) });
    expect(set.classNames).toEqual(['0', '1', '2']);
  });

  test.each([
    [
      'other counts',
      () => parseImageSet({ images, labels: encodeIdx({ shape: [1], values: Uint8Array.of(0) }) }),
    ],
    [
      'no images',
      () => parseImageSet({ images: encodeIdx({ shape: [0, 2, 2], values: new Uint8Array() }), labels }),
    ],
    ['labels for images', () => parseImages(labels)],
    ['images for labels', () => parseLabels(images)],
    ['a negative label', () => parseLabels(encodeIdx({ shape: [1], values: Int8Array.of(-1) }))],
    ['a broken label', () => parseLabels(encodeIdx({ shape: [1], values: Float32Array.of(0.5) }))],
    ['an absurd label', () => parseLabels(encodeIdx({ shape: [1], values: Int32Array.of(2 ** 30) }))],
  ])('are refused: %s', async (_, action) => {
    expect(await failure(action)).toBeInstanceOf(DataError);
  });

  const folder = '../shared/data/mnist10k';
  test.skipIf(!existsSync(folder))('are read from the MNIST files', async () => {
    const { x, y, classNames } = await readImageSet({
      images: `${folder}/images-idx3-ubyte.gz`,
      labels: `${folder}/labels-idx1-ubyte.gz`,
    });
    expect(x.shape).toEqual([10_000, 28, 28]);
    expect([...y.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect(classNames).toHaveLength(10);
  });
});
