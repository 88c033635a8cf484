import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageDatasetFromDirectory } from '../../../src/data/files.ts';
import {
  imageDatasetFromFiles,
  type PictureFile,
  pictureFilesOf,
} from '../../../src/data/pictures/folder.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { failure } from '../failure.ts';

/** A picture of one colour, whose red says which it is. */
const picture = (red: number, side: number) =>
  encode({
    width: side,
    height: side + 1,
    channels: 3,
    data: new Uint8Array(side * (side + 1) * 3).fill(red),
  });

/** Pictures 0 … 9, the first six of cats. */
const files: readonly PictureFile[] = Array.from({ length: 10 }, (_, i) => ({
  path: `${i < 6 ? 'cats' : 'dogs/young'}/${i}.png`,
  bytes: async () => picture(i, 3 + i),
}));

const options = { imageSize: [4, 5], batchSize: 4, shuffle: false } as const;

describe('pictures in folders', () => {
  test('come as batches of one size with the class of their folder', async () => {
    const { dataset, classNames } = imageDatasetFromFiles(files.toReversed(), options);
    expect(classNames).toEqual(['cats', 'dogs']);
    const batches = await dataset.toArray();
    expect(batches.map(([x]) => x.shape)).toEqual([
      [4, 4, 5, 3],
      [4, 4, 5, 3],
      [2, 4, 5, 3],
    ]);
    expect(batches.flatMap(([, y]) => [...y.data])).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    const reds = batches.flatMap(([x]) => [...x.data].filter((_, i) => i % 60 === 0));
    for (const [i, red] of reds.entries()) expect(red).toBeCloseTo(i, 4);
  });

  test.each([
    ['int', [1], [0]],
    ['binary', [1, 1], [0]],
    ['categorical', [1, 2], [1, 0]],
  ] as const)('have labels as told: %s', async (labelMode, shape, data) => {
    const { dataset } = imageDatasetFromFiles(files, { ...options, batchSize: 1, labelMode });
    const [first] = await dataset.take(1).toArray();
    expect(first?.[1].shape).toEqual(shape);
    expect([...(first?.[1].data ?? [])]).toEqual(data);
  });

  test('are split and shuffled by seed: each picture once, the validation part always the same', async () => {
    const reds = async (seed: number) => {
      const set = imageDatasetFromFiles(files, { ...options, shuffle: true, seed, validationSplit: 0.3 });
      const read = async (dataset: typeof set.dataset | undefined) =>
        ((await dataset?.toArray()) ?? []).flatMap(([x]) =>
          [...x.data].filter((_, i) => i % 60 === 0).map(Math.round),
        );
      return [await read(set.dataset), await read(set.dataset), await read(set.validation)] as const;
    };
    const [first, second, held] = await reds(1);
    expect([first.length, held.length]).toEqual([7, 3]);
    expect([...first, ...held].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second).not.toEqual(first);
    expect(second.toSorted()).toEqual(first.toSorted());
    expect(await reds(1)).toEqual([first, second, held]);
    expect((await reds(2))[2]).not.toEqual(held);
  });

  test('have only the classes asked for, in that order', async () => {
    const { dataset } = imageDatasetFromFiles(files, { ...options, classNames: ['dogs'] });
    expect((await dataset.toArray()).flatMap(([, y]) => [...y.data])).toEqual([0, 0, 0, 0]);
  });

  test('are named when damaged, while they are read', async () => {
    const broken = [...files, { path: 'cats/x.png', bytes: async () => Uint8Array.of(1, 2) }];
    const error = await failure(() => imageDatasetFromFiles(broken, options).dataset.toArray());
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('cats/x.png: decoding a picture');
  });

  test.each([
    [
      'no pictures',
      [{ path: 'a/b.txt', bytes: async () => new Uint8Array() }],
      {},
      'one folder for each class',
    ],
    ['a size of 0', files, { imageSize: [0, 3] as const }, 'imageSize [0, 3]'],
    ['a share of 1', files, { validationSplit: 1 }, 'validationSplit 1'],
    ['binary of one class', files.slice(0, 3), { labelMode: 'binary' as const }, 'two classes'],
  ])('are refused: %s', (_, given, wrong, message) => {
    expect(() => imageDatasetFromFiles(given, wrong)).toThrow(message);
  });

  test('can be files that a person chose in a browser', async () => {
    const file = new File([new Uint8Array(picture(9, 3))], '1.png');
    Object.defineProperty(file, 'webkitRelativePath', { value: 'chosen/cats/1.png' });
    const [first] = pictureFilesOf([file]);
    expect(first?.path).toBe('cats/1.png');
    expect((await first?.bytes())?.length).toBe(picture(9, 3).length);
  });
});

describe('a folder on disk', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pellucid-'));
    for (const name of ['a', 'b']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, '1.png'), picture(7, 4));
    }
    writeFileSync(join(folder, 'notes.txt'), 'no picture');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read', async () => {
    const { dataset, classNames } = await imageDatasetFromDirectory(folder, options);
    expect(classNames).toEqual(['a', 'b']);
    expect((await dataset.toArray()).map(([x]) => x.shape)).toEqual([[2, 4, 5, 3]]);
  });

  test('is named when it is not there', async () => {
    const error = await failure(() => imageDatasetFromDirectory(join(folder, 'c')));
    expect(error.message).toContain('opening the folder: expected a readable folder');
  });
});
