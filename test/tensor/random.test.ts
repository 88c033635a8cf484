import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  compile,
  erf,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  setBackend,
  setSeed,
  tensor,
  variable,
} from '../../src/index.ts';
import { erfInverse } from '../../src/tensor/random.ts';
import { BACKENDS } from '../support/evaluateOn.ts';

interface Draw {
  readonly seed: number;
  readonly value: { readonly shape: readonly number[]; readonly data: readonly number[] };
}
const draws: Draw[] = JSON.parse(
  readFileSync(new URL('../../fixtures/ops/uniform.json', import.meta.url), 'utf8'),
);

const COUNT = 40_000;

function moments(numbers: ArrayLike<number>) {
  const all = Array.from(numbers);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const power = (n: number) => all.reduce((sum, x) => sum + (x - mean) ** n, 0) / all.length;
  return {
    mean,
    deviation: Math.sqrt(power(2)),
    skewness: power(3) / power(2) ** 1.5,
    kurtosis: power(4) / power(2) ** 2,
  };
}

describe.each(BACKENDS)('on the $name backend', ({ backend }) => {
  beforeEach(() => setBackend(backend));

  test.each(draws)('seed $seed draws what jax.random.uniform draws', ({ seed, value: { shape, data } }) => {
    expect(randomUniform(shape, 0, 1, { seed }).value()).toEqual({
      dtype: 'float32',
      shape,
      data: Float32Array.from(data),
    });
  });

  test('setSeed starts the same sequence again, another seed another one', () => {
    const drawTwo = () => [randomUniform([4]).array(), randomNormal([4]).array()];
    setSeed(5);
    const first = drawTwo();
    setSeed(5);
    expect(drawTwo()).toEqual(first);
    expect(drawTwo()).not.toEqual(first);
    setSeed(6);
    expect(drawTwo()).not.toEqual(first);
  });
});

describe('distributions', () => {
  beforeEach(() => setSeed(1));

  // Bounds are five standard errors of each moment of 40,000 numbers.
  const error = 5 / Math.sqrt(COUNT);

  test('uniform numbers lie in their range and fill it evenly', () => {
    const numbers = randomUniform([COUNT], -3, 5).dataSync();
    const { mean, deviation } = moments(numbers);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...numbers)).toBeLessThan(5);
    expect(Math.abs(mean - 1)).toBeLessThan(error * (8 / Math.sqrt(12)));
    expect(Math.abs(deviation - 8 / Math.sqrt(12))).toBeLessThan(error * 1.1);
  });

  test('normal numbers have the moments of the normal distribution', () => {
    const { mean, deviation, skewness, kurtosis } = moments(randomNormal([COUNT], 2, 0.5).dataSync());
    expect(Math.abs(mean - 2)).toBeLessThan(error * 0.5);
    expect(Math.abs(deviation - 0.5)).toBeLessThan((error * 0.5) / Math.SQRT2);
    expect(Math.abs(skewness)).toBeLessThan(error * Math.sqrt(6));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(error * Math.sqrt(24));
  });

  test('truncated normal numbers stay within two deviations', () => {
    const numbers = randomTruncatedNormal([COUNT], -1, 3).dataSync();
    const { mean, deviation } = moments(numbers);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(5 + 1e-4);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-7 - 1e-4);
    // The variance of a normal distribution cut at ±2 is 1 − 4φ(2)/(2Φ(2) − 1) = 0.7737.
    expect(Math.abs(deviation - 3 * Math.sqrt(0.7737413))).toBeLessThan(error * 3);
    expect(Math.abs(mean + 1)).toBeLessThan(error * 3);
  });

  test('draws follow each other without correlation', () => {
    const numbers = randomNormal([COUNT]).dataSync();
    let product = 0;
    for (let i = 1; i < COUNT; i++) product += (numbers[i - 1] as number) * (numbers[i] as number);
    expect(Math.abs(product / COUNT)).toBeLessThan(error);
  });

  test('erfInverse undoes erf', () => {
    const x = [-0.999, -0.9, -0.5, -1e-3, 0, 1e-3, 0.3, 0.7, 0.99, 0.99999];
    const back = erfInverse(x).dataSync();
    // The polynomials are good to a few units in the last place of y, and erf' is at most 2/√π.
    const again = erf(back).dataSync();
    x.forEach((value, i) => {
      expect(Math.abs((again[i] as number) - value)).toBeLessThan(1e-6);
    });
  });
});

test('a step counter as the stream gives every run of a compiled step other numbers', () => {
  const counter = variable(tensor(0, { dtype: 'uint32' }));
  const step = compile(() => {
    const stream = counter.read();
    counter.assign(stream.add(1));
    return randomUniform([4], 0, 1, { seed: 3, stream });
  });
  const [first, second] = [step().array(), step().array()];
  expect(first).not.toEqual(second);
  expect(second).toEqual(
    randomUniform([4], 0, 1, { seed: 3, stream: tensor(1, { dtype: 'uint32' }) }).array(),
  );
});
