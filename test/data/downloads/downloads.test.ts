import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  californiaHousing,
  cifar10,
  cifar100,
  fashionMnist,
  mnist,
} from '../../../src/data/downloads/datasets.ts';
import { fetchFile, type PublicFile } from '../../../src/data/downloads/fetchFile.ts';
import { encodeIdx } from '../../../src/data/idx.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { failure } from '../failure.ts';
import { fixture, fromBase64 } from '../fixture.ts';
import { tarOf } from '../tar.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pellucid-'));
  return () => rmSync(folder, { recursive: true });
});

describe('fetchFile', () => {
  const contents = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  const sha256 = createHash('sha256').update(contents).digest('hex');
  let server: Server;
  let answer: { status: number; body: Uint8Array; cut?: boolean };
  let asked = 0;
  let file: PublicFile;

  beforeAll(async () => {
    server = createServer((_, response) => {
      asked++;
      response.writeHead(answer.status, { 'content-length': answer.body.length });
      if (answer.cut) {
        response.write(answer.body.subarray(0, 100));
        setTimeout(() => response.destroy(), 5);
      } else response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    file = { name: 'a.bin', url: `http://127.0.0.1:${port}/a.bin`, mostBytes: 6000, sha256 };
  });
  afterAll(() => server.close());
  beforeEach(() => {
    answer = { status: 200, body: contents };
    asked = 0;
  });

  test('downloads once, and keeps nothing but the whole file', async () => {
    for (let time = 0; time < 2; time++) {
      const { bytes } = await fetchFile(file, 'set', { cacheFolder: folder });
      expect(Buffer.compare(bytes, contents)).toBe(0);
    }
    expect(asked).toBe(1);
    expect(readdirSync(join(folder, 'set'))).toEqual(['a.bin']);
  });

  test('downloads again what the cache has damaged', async () => {
    await fetchFile(file, 'set', { cacheFolder: folder });
    writeFileSync(join(folder, 'set', 'a.bin'), 'damage');
    expect((await fetchFile(file, 'set', { cacheFolder: folder })).bytes).toHaveLength(5000);
    expect(asked).toBe(2);
  });

  test.each([
    ['another file', { status: 200, body: contents.map((byte) => byte ^ 1) }, '5000 bytes with SHA-256'],
    ['a longer file', { status: 200, body: new Uint8Array(7000) }, 'more than 6000 bytes'],
    ['a page that is not there', { status: 404, body: contents }, 'the answer 404'],
    ['half a file', { status: 200, body: contents, cut: true }, 'terminated'],
  ])('refuses %s, says where to put the right one, and keeps nothing', async (_, given, message) => {
    answer = given;
    const error = await failure(() => fetchFile(file, 'set', { cacheFolder: folder }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
    expect(error.message).toContain(`put it at ${join(folder, 'set', 'a.bin')}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says what to do without a connection', async () => {
    const offline = { ...file, url: 'http://127.0.0.1:1/a.bin' };
    const error = await failure(() => fetchFile(offline, 'set', { cacheFolder: folder }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('downloading http://127.0.0.1:1/a.bin');
    expect(error.message).toContain(join(folder, 'set', 'a.bin'));
  });

  test('says in a sentence that the cache cannot be used', async () => {
    writeFileSync(join(folder, 'set'), 'a file in the place of the folder');
    const error = await failure(() => fetchFile(file, 'set', { cacheFolder: folder }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/keeping a\.bin: expected a folder that can be written to, found E/);
    const inFolder = await failure(() => fetchFile({ ...file, name: '.' }, 'set', { folder }));
    expect(inFolder.message).toMatch(/reading \.: expected a file that can be read/);
  });

  test('takes a given folder as it is, and never downloads for it', async () => {
    const error = await failure(() => fetchFile(file, 'set', { folder }, ['b.bin']));
    expect(error.message).toContain(`expected the file a.bin or b.bin in ${folder}`);
    writeFileSync(join(folder, 'b.bin'), 'mine');
    expect((await fetchFile(file, 'set', { folder }, ['b.bin'])).name).toBe('b.bin');
    const given = await fetchFile(file, 'set', { folder: async () => contents });
    expect(given.bytes).toBe(contents);
    expect(asked).toBe(0);
  });
});

describe('public data sets from a given folder', () => {
  const images = (count: number) =>
    encodeIdx({ shape: [count, 2, 2], values: new Uint8Array(4 * count).fill(9) });
  const labels = (count: number) => encodeIdx({ shape: [count], values: new Uint8Array(count).fill(3) });

  test.each([
    ['mnist', mnist],
    ['fashionMnist', fashionMnist],
  ])('%s: packed or not', async (_, load) => {
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(images(3)));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), labels(3));
    writeFileSync(join(folder, 't10k-images.idx3-ubyte'), images(2));
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), labels(2));
    const [[x, y], [xTest, yTest]] = await load({ folder });
    expect([x.shape, y.shape, xTest.shape, yTest.shape]).toEqual([[3, 2, 2], [3], [2, 2, 2], [2]]);
    expect([x.data[0], y.data[0]]).toEqual([9, 3]);
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), labels(1));
    expect((await failure(() => load({ folder }))).message).toContain('expected 2 labels');
  });

  /** Records whose red is their label, green 1 and blue 2 more, and whose first pixel is 200. */
  const records = (...labelsOf: number[][]) =>
    new Uint8Array(
      Buffer.concat(
        labelsOf.map((bytes) => {
          const planes = [0, 1, 2].map((more) => new Uint8Array(1024).fill((bytes.at(-1) ?? 0) + more));
          planes[0]?.fill(200, 0, 1);
          return Buffer.concat([Uint8Array.from(bytes), ...planes]);
        }),
      ),
    );

  test('cifar10', async () => {
    const batches = [1, 2, 3, 4, 5].map(
      (i) => [`cifar-10-batches-bin/data_batch_${i}.bin`, records([i])] as const,
    );
    const test = ['cifar-10-batches-bin/test_batch.bin', records([7], [9])] as const;
    const archive = gzipSync(tarOf(Object.fromEntries([...batches, test])));
    const [[x, y], [xTest, yTest]] = await cifar10({ folder: async () => archive });
    expect([x.shape, xTest.shape]).toEqual([
      [5, 32, 32, 3],
      [2, 32, 32, 3],
    ]);
    expect([[...y.data], [...yTest.data]]).toEqual([
      [1, 2, 3, 4, 5],
      [7, 9],
    ]);
    expect([...x.data.subarray(0, 6)]).toEqual([200, 2, 3, 1, 2, 3]);
    const lacking = gzipSync(tarOf({ 'a/test_batch.bin': records([1]) }));
    expect((await failure(() => cifar10({ folder: async () => lacking }))).message).toContain(
      'data_batch_1.bin',
    );
    const wrong = gzipSync(tarOf(Object.fromEntries([...batches, ['a/test_batch.bin', records([10])]])));
    expect((await failure(() => cifar10({ folder: async () => wrong }))).message).toContain(
      'from 0 to 9, found 10',
    );
  });

  test('cifar100, fine and coarse', async () => {
    const archive = gzipSync(
      tarOf({ 'c/train.bin': records([19, 99], [0, 5]), 'c/test.bin': records([3, 50]) }),
    );
    const load = async (labelMode: 'fine' | 'coarse') => {
      const [[, y], [, yTest]] = await cifar100({ folder: async () => archive, labelMode });
      return [[...y.data], [...yTest.data]];
    };
    expect(await load('fine')).toEqual([[99, 5], [50]]);
    expect(await load('coarse')).toEqual([[19, 0], [3]]);
  });

  test('californiaHousing from its archive, every row once', async () => {
    const npy = (header: string, values: Float64Array) => {
      const text = new TextEncoder().encode(header);
      return Buffer.concat([
        Uint8Array.of(0x93),
        Buffer.from('NUMPY'),
        Uint8Array.of(1, 0, text.length, 0),
        text,
        Buffer.from(values.buffer),
      ]);
    };
    const head = (shape: string) => `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
    const archive = zipSync({
      'x.npy': npy(
        head('(10, 8)'),
        Float64Array.from({ length: 80 }, (_, i) => i),
      ),
      'y.npy': npy(
        head('(10,)'),
        Float64Array.from({ length: 10 }, (_, i) => 1000 * i),
      ),
    });
    const [[x, y], [xTest, yTest]] = await californiaHousing({ folder: async () => archive });
    expect([x.shape, y.shape, xTest.shape, yTest.shape]).toEqual([[8, 8], [8], [2, 8], [2]]);
    const all = [...y.data, ...yTest.data];
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => 1000 * i));
    expect([...x.data].filter((_, i) => i % 8 === 0)).toEqual([...y.data].map((value) => (value / 1000) * 8));
    const { archives } = fixture<{ archives: Record<string, string> }>('data/arrays.json');
    const other = fromBase64(archives.stored ?? '');
    expect((await failure(() => californiaHousing({ folder: async () => other }))).message).toContain(
      'x of shape [n, 8]',
    );
  });

  test('californiaHousing from a table, without districts that lack a number', async () => {
    const names =
      'median_house_value,longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,ocean_proximity';
    writeFileSync(
      join(folder, 'housing.csv'),
      `${names}\n100,1,2,3,4,5,6,7,8,INLAND\n200,1,2,3,4,,6,7,8,BAY\n300,9,2,3,4,5,6,7,8,BAY\n`,
    );
    const [[x, y], [, yTest]] = await californiaHousing({ folder, testSplit: 0.5 });
    expect([...y.data, ...yTest.data].sort()).toEqual([100, 300]);
    expect([...x.data].slice(1)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });
});
