import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as build from '../../src/graph/build.ts';
import { decode, encode } from '../../src/graph/dtypes.ts';
import { input } from '../../src/graph/graph.ts';
import { type HalfFloat, halfBits, halfValue, roundToHalf } from '../../src/graph/halfFloats.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { BACKENDS, evaluator } from '../support/evaluateOn.ts';

interface Digests {
  readonly values: string;
  readonly probes: number;
  readonly rounded: string;
}
const fixture: Record<HalfFloat, Digests> = JSON.parse(
  readFileSync(new URL('../../fixtures/ops/halfFloats.json', import.meta.url), 'utf8'),
);

const digest = (data: ArrayBufferView) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength))
    .digest('hex');

const PATTERNS = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

/** NaN as one pattern, whatever bits it had. */
function canonical(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.slice().buffer);
  return bits.map((word, i) => (Number.isNaN(values[i]) ? 0x7fc00000 : word));
}

function neighbour(x: number, by: 1 | -1): number {
  const word = new Uint32Array(Float32Array.of(x).buffer);
  word[0] = (word[0] ?? 0) + by;
  return new Float32Array(word.buffer)[0] ?? Number.NaN;
}

/** Every finite number from 0 up, the number halfway to the next, and the float32 numbers on both sides of that. */
function probes(dtype: HalfFloat): Float32Array {
  const all = Array.from({ length: 0x8000 }, (_, bits) => halfValue(bits, dtype)).filter(Number.isFinite);
  const numbers = all.flatMap((value, i) => {
    const next = all[i + 1] ?? 2 * value - (all[i - 1] ?? 0);
    const middle = Math.fround(value / 2 + next / 2);
    return [value, middle === 0 ? 0 : neighbour(middle, -1), middle, neighbour(middle, 1)];
  });
  return Float32Array.from(numbers);
}

describe.each(['float16', 'bfloat16'] as const)('%s', (dtype) => {
  const asked = probes(dtype);

  test('all 65,536 patterns stand for the numbers that NumPy reads in them', () => {
    const values = Float32Array.from(PATTERNS, (bits) => halfValue(bits, dtype));
    expect(digest(canonical(values))).toBe(fixture[dtype].values);
  });

  test('numbers, and the middles between them, round to the patterns that NumPy rounds them to', () => {
    expect(asked).toHaveLength(fixture[dtype].probes);
    expect(digest(Uint16Array.from(asked, (x) => halfBits(x, dtype)))).toBe(fixture[dtype].rounded);
  });

  test('signs, infinities, NaN and zeros are kept', () => {
    for (const x of [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -1.5, 2 ** -14]) {
      expect(roundToHalf(x, dtype)).toBe(x);
      expect(halfValue(halfBits(x, dtype), dtype)).toBe(x);
    }
    for (const x of asked.subarray(0, 2000)) {
      expect(Object.is(roundToHalf(-x, dtype), -roundToHalf(x, dtype))).toBe(true);
    }
  });

  describe.each(BACKENDS)('on the $name backend', ({ backend }) => {
    const array = (data: NDArray['data'], type: NDArray['dtype']): NDArray => ({
      dtype: type,
      shape: [data.length],
      data,
    });

    test('every pattern is the same number as a float32, in memory and out of it again', () => {
      const x = input(dtype, [PATTERNS.length]);
      const rows = build.reshape(x, [PATTERNS.length / 4, 4]);
      const outputs = [
        build.cast(x, 'float32'),
        build.neg(x),
        // From scattered places, three at a time, and one at a time.
        build.flip(x, [0]),
        build.neg(build.slice(rows, [0, 1], [PATTERNS.length / 4, 3])),
        build.cast(build.cast(x, 'float64'), dtype),
      ];
      const found = evaluator(backend, [x], outputs)([array(PATTERNS, dtype)]);
      const [wide, ...same] = found.map(({ data }) => data) as [Float32Array, ...Uint16Array[]];
      expect(digest(canonical(wide))).toBe(fixture[dtype].values);
      const negative = PATTERNS.map((bits) => bits ^ 0x8000);
      const expected = [negative, PATTERNS.toReversed(), negative.filter((_, i) => i % 4 !== 0), PATTERNS];
      // A NaN may come out as another one.
      const numbers = (all: Uint16Array) => all.map((bits) => halfBits(halfValue(bits, dtype), dtype));
      expect(same.map((all) => digest(numbers(all)))).toEqual(expected.map((all) => digest(numbers(all))));
    });

    test('float32 numbers round exactly, eight at a time and alone', () => {
      for (const some of [asked, asked.subarray(0, 3)]) {
        const x = input('float32', [some.length]);
        const run = evaluator(backend, [x], [build.cast(x, dtype), build.cast(build.neg(x), dtype)]);
        const [up, down] = run([array(some.slice(), 'float32')]) as [NDArray, NDArray];
        expect([...up.data].every((bits, i) => bits === halfBits(some[i] ?? 0, dtype))).toBe(true);
        expect([...down.data].every((bits, i) => bits === halfBits(-(some[i] ?? 0), dtype))).toBe(true);
      }
    });

    test('arithmetic rounds each result, sums and products of matrices once', () => {
      const [a, b] = [input(dtype, [6, 40]), input(dtype, [40, 5])];
      const random = (count: number, seed: number) =>
        encode(
          Array.from({ length: count }, (_, i) => Math.sin(i * 12.9 + seed) * 3),
          dtype,
        );
      const [dataA, dataB] = [random(240, 1), random(200, 2)];
      const chain = build.div(build.add(build.mul(a, a), 1), 3);
      const outputs = [chain, build.sum(a, [1]), build.matmul(a, b), build.reduceMax(a, [0])];
      const results = evaluator(
        backend,
        [a, b],
        outputs,
      )([
        { dtype, shape: [6, 40], data: dataA },
        { dtype, shape: [40, 5], data: dataB },
      ]).map(({ data }) => [...decode(data, dtype)]);
      const [x, y] = [[...decode(dataA, dtype)], [...decode(dataB, dtype)]];
      const round = (value: number) => roundToHalf(value, dtype);
      expect(results[0]).toEqual(x.map((v) => round(round(round(v * v) + 1) / 3)));
      const step = dtype === 'float16' ? 2 ** -10 : 2 ** -7;
      const rows = Array.from({ length: 6 }, (_, row) => x.slice(row * 40, row * 40 + 40));
      rows.forEach((row, i) => {
        const total = row.reduce((sum, v) => sum + v, 0);
        expect(Math.abs((results[1]?.[i] ?? Number.NaN) - total)).toBeLessThan(step * Math.abs(total) + 1e-4);
        for (let column = 0; column < 5; column++) {
          const exact = row.reduce((sum, v, k) => sum + v * (y[k * 5 + column] ?? 0), 0);
          const got = results[2]?.[i * 5 + column] ?? Number.NaN;
          expect(Math.abs(got - exact)).toBeLessThan(step * Math.abs(exact) + 1e-4);
          expect(round(got)).toBe(got);
        }
      });
      expect(results[3]).toEqual(
        Array.from({ length: 40 }, (_, k) => Math.max(...rows.map((row) => row[k] ?? 0))),
      );
    });
  });
});
