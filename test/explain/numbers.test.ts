import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  arithmetic,
  bitsOf,
  describeFloat,
  exactDecimal,
  FLOAT_NAMES,
  type FloatName,
  floatFormat,
  limitsOf,
  nextDown,
  nextUp,
  phenomena,
  round,
  spacing,
  stability,
  valueOfBits,
} from '../../src/explain/index.ts';

type Fixture = Record<'numbers' | FloatName | 'float16 next up' | 'float16 next down', string[]> & {
  spacing: (number | null)[];
};
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/numbers/floats.json', import.meta.url), 'utf8'),
) as Fixture;
const numbers = fixture.numbers.map((text) => Number(text.replace('inf', 'Infinity')));

function hexadecimal(x: number, format: FloatName): string {
  const { sign, exponent, fraction } = bitsOf(x, format);
  const bits = sign + exponent + fraction;
  return BigInt(`0b${bits}`)
    .toString(16)
    .padStart(bits.length / 4, '0');
}

describe('the bits of 210 numbers are those of NumPy and PyTorch', () => {
  test.each(['float16', 'bfloat16', 'float32', 'float64'] as const)('in %s', (format) => {
    expect(numbers.map((x) => hexadecimal(x, format))).toEqual(fixture[format]);
  });

  test('of their neighbours in float16, too, and how far apart those lie', () => {
    const finite = numbers.map((x) => Number.isFinite(round(x, 'float16')));
    const only = <T>(list: readonly T[]) =>
      list.filter((_, i) => finite[i] && round(numbers[i] ?? 0, 'float16') !== 0);
    expect(only(numbers.map((x) => hexadecimal(nextUp(x, 'float16'), 'float16')))).toEqual(
      only(fixture['float16 next up']),
    );
    expect(only(numbers.map((x) => hexadecimal(nextDown(x, 'float16'), 'float16')))).toEqual(
      only(fixture['float16 next down']),
    );
    const measured = fixture.spacing.map((step, i) => [step, spacing(numbers[i] ?? 0, 'float16')] as const);
    for (const [step, ours] of measured) if (step !== null) expect(ours).toBe(step);
  });
});

describe('the figures of section 1.6', () => {
  test('machine epsilon of float16, float32 and float64', () => {
    const epsilons = (['float16', 'float32', 'float64'] as const).map((format) =>
      limitsOf(format).epsilon.toPrecision(3),
    );
    expect(epsilons).toEqual(['0.000977', '1.19e-7', '2.22e-16']);
    for (const format of ['float16', 'bfloat16', 'float32', 'float64'] as const) {
      expect(nextUp(1, format) - 1).toBe(limitsOf(format).epsilon);
    }
  });

  test('in float16, 2048 + 1 = 2048, e¹² is infinite, and 1e−8 is 0', () => {
    const { add, exp, to } = arithmetic('float16');
    expect([add(2048, 1), exp(12), to(1e-8)]).toEqual([2048, Number.POSITIVE_INFINITY, 0]);
  });

  test('softmax(1000, 1001, 1002): NaN as it is defined, .0900 .2447 .6652 when shifted', () => {
    for (const { format, softmax, logSumExp } of stability([1000, 1001, 1002])) {
      expect(softmax.naive.every(Number.isNaN), format).toBe(true);
      expect(logSumExp.naive).toBe(Number.POSITIVE_INFINITY);
      // In bfloat16 the three are the same number before anything is computed: neighbours of 1000 lie 4 apart.
      const third = 1 / 3;
      const shares = format === 'bfloat16' ? [third, third, third] : [0.09, 0.2447, 0.6652];
      const digits = { float16: 3, bfloat16: 2, float32: 4, float64: 4 }[format];
      shares.forEach((expected, i) => {
        expect(softmax.stable[i]).toBeCloseTo(expected, digits);
      });
    }
    expect(stability([1000, 1001, 1002]).at(-1)?.logSumExp.stable).toBeCloseTo(1002.4076, 4);
  });

  test('each format overflows, underflows, absorbs and cancels', () => {
    for (const format of ['float16', 'bfloat16', 'float32', 'float64'] as const) {
      const by = Object.fromEntries(phenomena(format).map((phenomenon) => [phenomenon.kind, phenomenon]));
      expect(by.overflow?.computed, format).toBe(Number.POSITIVE_INFINITY);
      expect(by.underflow?.computed, format).toBe(0);
      expect(by.absorption?.computed, format).toBe(2 / limitsOf(format).epsilon);
      const { computed = 0, exact = 1 } = by.cancellation ?? {};
      expect(Math.abs(computed - exact) / exact, format).toBeGreaterThan(0.01);
    }
  });
});

test('all digits of what is stored', () => {
  expect(describeFloat(0.1, 'float16').exact).toBe('0.0999755859375');
  expect(exactDecimal(0.1)).toBe('0.1000000000000000055511151231257827021181583404541015625');
  expect(exactDecimal(Math.fround(0.1))).toBe('0.100000001490116119384765625');
  expect(exactDecimal(2 ** 60)).toBe('1152921504606846976');
  expect(exactDecimal(-3.5)).toBe('-3.5');
  expect(exactDecimal(5e-324)).toHaveLength(1076);
});

test('neighbours at the ends', () => {
  expect(nextUp(65504, 'float16')).toBe(Number.POSITIVE_INFINITY);
  expect(nextDown(Number.POSITIVE_INFINITY, 'float16')).toBe(65504);
  expect(nextUp(0, 'float16')).toBe(2 ** -24);
  expect(nextUp(1.7976931348623157e308, 'float64')).toBe(Number.POSITIVE_INFINITY);
  expect(nextDown(1, 'float64')).toBe(1 - 2 ** -53);
  expect(Object.is(nextUp(-(2 ** -24), 'float16'), -0)).toBe(true);
  expect(nextUp(Number.NaN, 'float32')).toBeNaN();
});

test('a format of another name is refused with the names there are', () => {
  expect(() => floatFormat('float8')).toThrow(/expected one of float16, bfloat16, float32, float64/);
});

test('bits and numbers are inverses in every format', () => {
  for (const format of FLOAT_NAMES) {
    for (const x of [
      0,
      -0,
      1,
      -2048,
      0.1,
      1e-7,
      3e-41,
      65504,
      5e-324,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]) {
      expect(valueOfBits(bitsOf(x, format), format)).toBe(round(x, format));
    }
  }
});
