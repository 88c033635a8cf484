import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitRows } from '../../src/data/split.ts';
import { ArgumentError } from '../../src/graph/errors.ts';

const classLabels = fc.array(fc.nat(5), { minLength: 1, maxLength: 300 });
const fractions = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.nat(20), fc.nat(20))
  .map(([train, dev, test]) => {
    const sum = train + dev + test;
    return { train: train / sum, dev: dev / sum, test: test / sum };
  });
const parts = ['train', 'dev', 'test'] as const;

test('every row is in exactly one part', () => {
  fc.assert(
    fc.property(classLabels, fractions, fc.nat(), (labels, fractions, seed) => {
      const split = splitRows({ labels, fractions, seed });
      const all = parts.flatMap((part) => [...split[part]]).sort((a, b) => a - b);
      expect(all).toEqual(labels.map((_, row) => row));
    }),
  );
});

test('a class with at least three rows is in every part', () => {
  fc.assert(
    fc.property(classLabels, fractions, (labels, fractions) => {
      const split = splitRows({ labels, fractions });
      for (const label of new Set(labels)) {
        if (labels.filter((other) => other === label).length < 3) continue;
        for (const part of parts) {
          const present = Array.from(split[part]).some((row) => labels[row] === label);
          expect(present).toBe(fractions[part] > 0);
        }
      }
    }),
  );
});

test('there is always something to train on', () => {
  fc.assert(
    fc.property(classLabels, fractions, (labels, fractions) => {
      expect(splitRows({ labels, fractions }).train.length).toBeGreaterThan(0);
    }),
  );
});

test('parts of large classes have their sizes to within one row a class', () => {
  const labels = Array.from(
    { length: 150 },
    (_, row) => ['setosa', 'versicolor', 'virginica'][row % 3] ?? '',
  );
  const { train, dev, test } = splitRows({ labels, fractions: { train: 0.7, dev: 0.15, test: 0.15 } });
  expect([train.length, dev.length, test.length]).toEqual([104, 23, 23]);
  for (const part of [dev, test]) {
    const counts = [0, 1, 2].map((label) => part.filter((row) => row % 3 === label).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

test('rounding does not add up over many small classes', () => {
  const labels = Array.from({ length: 1000 }, (_, row) => row % 100);
  const { dev, test } = splitRows({ labels, fractions: { train: 0.75, dev: 0.125, test: 0.125 } });
  expect([dev.length, test.length]).toEqual([125, 125]);
});

test('the same seed gives the same parts, another seed others', () => {
  expect(splitRows({ rows: 50, seed: 3 })).toEqual(splitRows({ rows: 50, seed: 3 }));
  expect(splitRows({ rows: 50, seed: 3 })).not.toEqual(splitRows({ rows: 50, seed: 4 }));
});

test.each([
  ['no rows', { rows: 0 }],
  ['half a row', { rows: 0.5 }],
  ['other counts of labels and rows', { rows: 3, labels: [1, 2] }],
  ['fractions that do not sum to 1', { rows: 9, fractions: { train: 0.5, dev: 0, test: 0.4 } }],
  ['a negative fraction', { rows: 9, fractions: { train: 1.5, dev: -0.5, test: 0 } }],
  ['nothing to train on', { rows: 9, fractions: { train: 0, dev: 0.5, test: 0.5 } }],
])('%s is an ArgumentError', (_, options) => {
  expect(() => splitRows(options)).toThrow(ArgumentError);
});
