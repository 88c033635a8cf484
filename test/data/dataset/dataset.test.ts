import { describe, expect, test } from 'vitest';
import { Dataset } from '../../../src/data/dataset/dataset.ts';
import { splitDataset } from '../../../src/data/dataset/split.ts';
import { DataError, ShapeError } from '../../../src/graph/errors.ts';
import { ndarray } from '../../../src/graph/ndarray.ts';
import { failure } from '../failure.ts';

const count = (n: number) => Dataset.from(Array.from({ length: n }, (_, i) => i));

/** A source that notes what was read of it and whether it was closed. */
function watched(length: number) {
  const seen = { read: 0, closed: 0 };
  const dataset = Dataset.from(async function* () {
    try {
      for (let i = 0; i < length; i++) {
        seen.read++;
        yield i;
      }
    } finally {
      seen.closed++;
    }
  });
  return { dataset, seen };
}

describe('a data set', () => {
  test('reads arrays, generators and streams, at once or in time, as often as asked', async () => {
    const generator = function* () {
      yield* [1, 2];
    };
    const inTime = async function* () {
      yield* [1, 2];
    };
    for (const dataset of [Dataset.from([1, 2]), Dataset.from(generator), Dataset.from(inTime)]) {
      expect(await dataset.toArray()).toEqual([1, 2]);
      expect(await dataset.toArray()).toEqual([1, 2]);
    }
  });

  test('says so when a generator that is used up is read again', async () => {
    const dataset = Dataset.from(
      (function* () {
        yield 1;
      })(),
    );
    expect(await dataset.toArray()).toEqual([1]);
    expect((await failure(() => dataset.toArray())).message).toContain('Give the function that makes');
    const cached = Dataset.from([1, 2].values()).cache();
    await cached.toArray();
    expect(await cached.toArray()).toEqual([1, 2]);
  });

  test('maps, filters, takes, skips, repeats, joins and numbers elements', async () => {
    const slow = async (x: number) => x * x;
    expect(await count(4).map(slow).toArray()).toEqual([0, 1, 4, 9]);
    expect(
      await count(6)
        .filter((x) => x % 2 === 1)
        .toArray(),
    ).toEqual([1, 3, 5]);
    expect(await count(6).take(2).toArray()).toEqual([0, 1]);
    expect(await count(6).skip(4).toArray()).toEqual([4, 5]);
    expect(await count(2).repeat(3).toArray()).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await count(2).repeat().take(5).toArray()).toEqual([0, 1, 0, 1, 0]);
    expect(await count(0).repeat().toArray()).toEqual([]);
    expect(
      await count(2)
        .concat(Dataset.from(['a']))
        .toArray(),
    ).toEqual([0, 1, 'a']);
    expect(await Dataset.from(['a', 'b']).enumerate(5).toArray()).toEqual([
      [5, 'a'],
      [6, 'b'],
    ]);
    expect(await Dataset.zip(count(3), Dataset.from(['a', 'b'])).toArray()).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });

  test('knows how many elements there are, where that can be known', () => {
    const ten = count(10);
    const sizes = [
      ten.batch(4),
      ten.batch(4, { dropRemainder: true }),
      ten.take(3),
      ten.skip(20),
      ten.repeat(2),
    ];
    expect(sizes.map(({ size }) => size)).toEqual([3, 2, 3, 0, 20]);
    expect(ten.repeat().size).toBe(Number.POSITIVE_INFINITY);
    expect(ten.filter(() => true).batch(2).size).toBeUndefined();
    expect(Dataset.zip(ten, ten.take(4)).size).toBe(4);
    expect(ten.concat(ten).shuffle(3).prefetch().map(String).size).toBe(20);
  });

  test('reads no more than is asked for, and closes its source', async () => {
    const { dataset, seen } = watched(100);
    expect(
      await dataset
        .map((x) => x + 1)
        .batch(2)
        .take(3)
        .toArray(),
    ).toHaveLength(3);
    expect(seen).toEqual({ read: 6, closed: 1 });
  });

  test('closes all sources of a zip when one ends', async () => {
    const [a, b] = [watched(2), watched(50)];
    await Dataset.zip(a.dataset, b.dataset).toArray();
    expect([a.seen.closed, b.seen.closed]).toEqual([1, 1]);
    expect(b.seen.read).toBeLessThanOrEqual(3);
  });

  test('prefetch reads ahead, no further than told, in order, and passes errors on at their place', async () => {
    const { dataset, seen } = watched(20);
    const reader = dataset.prefetch(3)[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen.read).toBeGreaterThan(1);
    expect(seen.read).toBeLessThanOrEqual(5);
    await reader.return();
    expect(seen.closed).toBe(1);
    expect(await count(7).prefetch(2).toArray()).toEqual([0, 1, 2, 3, 4, 5, 6]);

    const broken = count(5).map((x) => {
      if (x === 3) throw new DataError({ asked: 'element 3' });
      return x;
    });
    const read: number[] = [];
    const error = await failure(async () => {
      for await (const x of broken.prefetch(2)) read.push(x);
    });
    expect(error.message).toContain('element 3');
    expect(read).toEqual([0, 1, 2]);
  });

  test('cache reads its source once, and only keeps a pass that came to its end', async () => {
    const { dataset, seen } = watched(4);
    const cached = dataset.cache();
    for await (const _ of cached) break;
    expect(await cached.toArray()).toEqual([0, 1, 2, 3]);
    expect(await cached.toArray()).toEqual([0, 1, 2, 3]);
    expect(seen.read).toBe(5);
  });
});

describe('shuffle', () => {
  test('gives every element once, in an order that the seed decides', async () => {
    const order = (seed: number) => count(50).shuffle(50, { seed }).toArray();
    const first = await order(1);
    expect(first.toSorted((a, b) => a - b)).toEqual(await count(50).toArray());
    expect(first).not.toEqual(await count(50).toArray());
    expect(await order(1)).toEqual(first);
    expect(await order(2)).not.toEqual(first);
  });

  test('has another order in each pass, unless told otherwise', async () => {
    const changing = count(20).shuffle(20, { seed: 3 });
    expect(await changing.toArray()).not.toEqual(await changing.toArray());
    const fixed = count(20).shuffle(20, { seed: 3, reshuffleEachIteration: false });
    expect(await fixed.toArray()).toEqual(await fixed.toArray());
  });

  test('holds no more than its buffer: an element comes at most that much early', async () => {
    const order = await count(200).shuffle(8, { seed: 4 }).toArray();
    for (const [place, element] of order.entries()) expect(element).toBeLessThan(place + 8);
    expect(new Set(order).size).toBe(200);
  });

  test('makes every order about equally likely', async () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 1200; seed++) {
      const order = (await count(3).shuffle(3, { seed }).toArray()).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // 200 expected of each, deviation 13.
    for (const times of seen.values()) expect(Math.abs(times - 200)).toBeLessThan(60);
  });
});

describe('batch', () => {
  test('stacks tuples, records, numbers, truth values, texts and arrays', async () => {
    const elements = [0, 1, 2].map((i) => ({
      x: [i, i + 0.5],
      y: i,
      yes: i > 0,
      word: `w${i}`,
      pair: [ndarray(Int32Array.of(i, -i)), Float64Array.of(i)] as const,
      bytes: Uint8Array.of(200, i),
    }));
    const [first, second] = await Dataset.from(elements).batch(2).toArray();
    expect(first).toEqual({
      x: ndarray(Float32Array.of(0, 0.5, 1, 1.5), [2, 2]),
      y: ndarray(Float32Array.of(0, 1)),
      yes: ndarray(Uint8Array.of(0, 1)),
      word: ['w0', 'w1'],
      pair: [ndarray(Int32Array.of(0, 0, 1, -1), [2, 2]), ndarray(Float64Array.of(0, 1), [2, 1])],
      bytes: ndarray(Float32Array.of(200, 0, 200, 1), [2, 2]),
    });
    expect(second?.x.shape).toEqual([1, 2]);
    expect(await Dataset.from(elements).batch(2, { dropRemainder: true }).toArray()).toHaveLength(1);
  });

  test('takes an array of arrays for a tuple, and lists of numbers in it for parts', async () => {
    const [batch] = await Dataset.from([
      [[1, 2, 3], 0],
      [[4, 5, 6], 1],
    ] as const)
      .batch(2)
      .toArray();
    expect(batch).toEqual([
      ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
      ndarray(Float32Array.of(0, 1)),
    ]);
  });

  test('cuts arrays into the rows that it stacks again', async () => {
    const x = ndarray(
      Float32Array.from({ length: 12 }, (_, i) => i),
      [3, 2, 2],
    );
    const y = ndarray(Int32Array.of(5, 6, 7));
    const dataset = Dataset.fromTensorSlices([x, y]);
    expect(dataset.size).toBe(3);
    expect(await dataset.batch(3).toArray()).toEqual([[x, y]]);
    expect(
      await Dataset.fromTensorSlices({ x, names: ['a', 'b', 'c'] })
        .skip(2)
        .toArray(),
    ).toEqual([{ x: ndarray(Float32Array.of(8, 9, 10, 11), [2, 2]), names: 'c' }]);
    expect(() => Dataset.fromTensorSlices([x, ndarray(Int32Array.of(1))])).toThrow('3 in "0" and 1 in "1"');
  });

  test.each([
    ['shapes', [[1, 2], [3]].map((x) => ({ x })), ShapeError, 'float32[1] in element 1'],
    ['fields', [{ x: 1 }, { y: 1 }], DataError, 'elements of one structure: x, found y in element 1'],
    ['kinds', [{ x: 1 }, { x: 'a' }], DataError, 'the same kind of part'],
    ['things', [null, null], DataError, 'found null'],
    ['functions', [{ x: () => 1 }], DataError, 'numbers, arrays'],
  ])('refuses elements of different %s', async (_, elements, kind, message) => {
    const error = await failure(() => Dataset.from<unknown>(elements).batch(2).toArray());
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses a batch size of %s', (size) => {
    expect(() => count(3).batch(size)).toThrow(`batch with batchSize ${size}`);
  });
});

describe('splitDataset', () => {
  test('splits by number or share, in order or at random', async () => {
    const [left, right] = await splitDataset(count(10), { leftSize: 0.7 });
    expect(await left.toArray()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await right.toArray()).toEqual([7, 8, 9]);
    const [some, last] = await splitDataset(count(10), { leftSize: 2, rightSize: 3 });
    expect([await some.toArray(), await last.toArray()]).toEqual([
      [0, 1],
      [7, 8, 9],
    ]);
    const [a, b] = await splitDataset(count(10), { rightSize: 4, shuffle: true, seed: 1 });
    const dealt = [...(await a.toArray()), ...(await b.toArray())];
    expect(dealt).not.toEqual(await count(10).toArray());
    expect(dealt.sort((x, y) => x - y)).toEqual(await count(10).toArray());
  });

  test.each([{}, { leftSize: 0 }, { leftSize: 10 }, { leftSize: 6, rightSize: 5 }, { leftSize: 2.5 }])(
    'refuses %o',
    async (options) => {
      expect((await failure(() => splitDataset(count(10), options))).message).toContain(
        'leaves some for both',
      );
    },
  );
});
