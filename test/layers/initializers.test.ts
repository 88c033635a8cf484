import { describe, expect, test } from 'vitest';
import { ArgumentError, initializers } from '../../src/index.ts';
import { type Initializer, initializerOf } from '../../src/layers/initializers.ts';

const KEY = [3, 5] as const;
const numbersOf = (initializer: Initializer, shape: readonly number[]) =>
  Array.from(initializer.make(shape, KEY).value().data);

function moments(numbers: readonly number[]): { mean: number; deviation: number; greatest: number } {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const variance = numbers.reduce((total, x) => total + (x - mean) ** 2, 0) / numbers.length;
  const greatest = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { mean, deviation: Math.sqrt(variance), greatest };
}

/** The deviation of a normal distribution cut at two deviations: √(1 − 4φ(2)/(2Φ(2) − 1)). */
const CUT = 0.8796256610342398;

describe('fixed values', () => {
  test('zeros, ones, constant', () => {
    expect(numbersOf(initializers.zeros(), [2])).toEqual([0, 0]);
    expect(numbersOf(initializers.ones(), [2])).toEqual([1, 1]);
    expect(numbersOf(initializers.constant({ value: 0.5 }), [2])).toEqual([0.5, 0.5]);
  });
  test('identity, of any matrix and of nothing else', () => {
    expect(initializers.identity({ gain: 2 }).make([2, 3], KEY).array()).toEqual([
      [2, 0, 0],
      [0, 2, 0],
    ]);
    expect(() => initializers.identity().make([2], KEY)).toThrow(ArgumentError);
  });
});

// Deviations as they follow from Keras's definitions: √(scale/fan); a uniform one has limit √3 of it.
const SHAPE = [3, 3, 40, 60] as const;
const [IN, OUT] = [9 * 40, 9 * 60];
const NORMAL = Number.POSITIVE_INFINITY;
test.each<[string, Initializer, number, number]>([
  ['randomNormal', initializers.randomNormal({ stddev: 0.2 }), 0.2, NORMAL],
  ['randomUniform', initializers.randomUniform({ minval: -0.3, maxval: 0.3 }), 0.3 / Math.sqrt(3), 0.3],
  ['truncatedNormal', initializers.truncatedNormal({ stddev: 0.2 }), 0.2 * CUT, 0.4],
  ['glorotUniform', initializers.glorotUniform(), Math.sqrt(2 / (IN + OUT)), Math.sqrt(6 / (IN + OUT))],
  [
    'glorotNormal',
    initializers.glorotNormal(),
    Math.sqrt(2 / (IN + OUT)),
    (2 * Math.sqrt(2 / (IN + OUT))) / CUT,
  ],
  ['heUniform', initializers.heUniform(), Math.sqrt(2 / IN), Math.sqrt(6 / IN)],
  ['heNormal', initializers.heNormal(), Math.sqrt(2 / IN), (2 * Math.sqrt(2 / IN)) / CUT],
  ['lecunUniform', initializers.lecunUniform(), Math.sqrt(1 / IN), Math.sqrt(3 / IN)],
  ['lecunNormal', initializers.lecunNormal(), Math.sqrt(1 / IN), (2 * Math.sqrt(1 / IN)) / CUT],
  [
    'varianceScaling out, untruncated',
    initializers.varianceScaling({ scale: 3, mode: 'fan_out', distribution: 'untruncated_normal' }),
    Math.sqrt(3 / OUT),
    NORMAL,
  ],
])('%s has the mean, deviation and bounds of its definition', (_, initializer, deviation, bound) => {
  const found = moments(numbersOf(initializer, SHAPE));
  // 21,600 draws: five standard errors.
  expect(Math.abs(found.mean)).toBeLessThan((5 * deviation) / Math.sqrt(21600));
  expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(5 / Math.sqrt(2 * 21600));
  expect(found.greatest).toBeLessThanOrEqual(bound * (1 + 1e-6));
  if (bound === NORMAL) expect(found.greatest).toBeGreaterThan(3 * deviation);
  else expect(found.greatest).toBeGreaterThan(0.98 * bound);
});

describe('orthogonal', () => {
  test.each([[[6, 6]], [[4, 9]], [[9, 4]], [[2, 3, 5]]])('%j', (shape) => {
    const made = initializers.orthogonal({ gain: 2 }).make(shape, KEY);
    const flat = made.reshape([-1, shape.at(-1) ?? 1]);
    const [rows = 0, columns = 0] = flat.shape;
    const gram = rows > columns ? flat.transpose().matmul(flat) : flat.matmul(flat.transpose());
    for (const [i, row] of (gram.array() as number[][]).entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(i === j ? 4 : 0, 5);
    }
  });
  test('needs two axes', () => {
    expect(() => initializers.orthogonal().make([4], KEY)).toThrow(ArgumentError);
  });
});

test('a seed repeats its numbers whatever the key, and a key its own', () => {
  const seeded = initializers.heNormal({ seed: 7 });
  expect(seeded.make([5], [1, 1]).array()).toEqual(seeded.make([5], [2, 2]).array());
  const free = initializers.heNormal();
  expect(free.make([5], [1, 1]).array()).toEqual(free.make([5], [1, 1]).array());
  expect(free.make([5], [1, 1]).array()).not.toEqual(free.make([5], [2, 2]).array());
});

test('names are taken as here and as in Keras', () => {
  for (const name of ['glorotUniform', 'glorot_uniform', 'GlorotUniform']) {
    expect(initializerOf(name).className).toBe('GlorotUniform');
  }
  expect(() => initializerOf('xavier')).toThrow(ArgumentError);
  expect(() => initializers.varianceScaling({ scale: 0 })).toThrow(ArgumentError);
});
