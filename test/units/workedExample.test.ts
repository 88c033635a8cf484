import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import type { State } from '../../src/units/trace.ts';
import { type WorkedIteration, workedExample } from '../../src/units/workedExample.ts';
import { checkTrace } from './checkTrace.ts';

const shown = (state: State | undefined) =>
  Object.fromEntries(Object.entries(state ?? {}).map(([name, value]) => [name, value.toFixed(4)]));
const tables = ({ nets, outputs, error }: WorkedIteration) => ({
  ...shown(nets),
  ...shown(outputs),
  error: error.toFixed(4),
});

describe('the worked example', () => {
  const { iterations, reduced, slips, trace } = workedExample({ iterations: 3 });
  const [first, second, third] = iterations;

  test('iteration 1', () => {
    expect(first && tables(first)).toEqual({
      ...{ I_5: '0.4000', O_5: '0.5987', I_6: '1.0000', O_6: '0.7311', I_7: '-0.3334', O_7: '0.4174' },
      error: '0.5826',
    });
    expect(shown(first?.errors)).toEqual({ Error_7: '0.1417', Error_6: '0.0056', Error_5: '-0.0102' });
  });

  test('the weights and biases after it', () => {
    expect(shown(first?.after)).toEqual({
      ...{ w_15: '0.2918', w_25: '-0.2082', w_35: '0.2000', w_45: '0.0918' },
      ...{ w_16: '0.1045', w_26: '0.4045', w_36: '-0.3000', w_46: '0.4045' },
      ...{ w_57: '-0.2321', w_67: '0.2829', θ_5: '0.1918', θ_6: '0.1045', θ_7: '-0.1867' },
    });
  });

  test('iterations 2 and 3', () => {
    expect(second && tables(second)).toEqual({
      ...{ I_5: '0.3673', O_5: '0.5908', I_6: '1.0178', O_6: '0.7345', I_7: '-0.1160', O_7: '0.4710' },
      error: '0.5290',
    });
    expect(reduced.toFixed(4)).toBe('0.0536');
    expect(third?.outputs.O_7?.toFixed(4)).toBe('0.5214');
    expect(third?.error.toFixed(4)).toBe('0.4786');
    expect(second?.before).toEqual(first?.after);
  });

  test('every number has its filled-in formula', () => {
    checkTrace(trace);
    const formulas = trace.steps.map(({ formula }) => String(formula));
    expect(formulas.slice(0, 10)).toMatchInlineSnapshot(`
      [
        "I₅ = x₁·w₁₅ + x₂·w₂₅ + x₃·w₃₅ + x₄·w₄₅ + θ₅ = 1·0.3 + 1·(−0.2) + 0·0.2 + 1·0.1 + 0.2 = 0.4",
        "I₆ = x₁·w₁₆ + x₂·w₂₆ + x₃·w₃₆ + x₄·w₄₆ + θ₆ = 1·0.1 + 1·0.4 + 0·(−0.3) + 1·0.4 + 0.1 = 1",
        "O₅ = σ(I₅) = σ(0.4) = 0.5987",
        "O₆ = σ(I₆) = σ(1) = 0.7311",
        "I₇ = O₅·w₅₇ + O₆·w₆₇ + θ₇ = 0.5987·(−0.3) + 0.7311·0.2 + (−0.3) = −0.3334",
        "O₇ = σ(I₇) = σ(−0.3334) = 0.4174",
        "e₇ = t₇ − O₇ = 1 − 0.4174 = 0.5826",
        "Error₇ = O₇·(1 − O₇)·(t₇ − O₇) = 0.4174·(1 − 0.4174)·(1 − 0.4174) = 0.1417",
        "Error₅ = O₅·(1 − O₅)·Error₇·w₅₇ = 0.5987·(1 − 0.5987)·0.1417·(−0.3) = −0.0102",
        "Error₆ = O₆·(1 − O₆)·Error₇·w₆₇ = 0.7311·(1 − 0.7311)·0.1417·0.2 = 0.0056",
      ]
    `);
    // 3 net inputs, 3 outputs, 1 difference, 3 errors, and two steps for each of 10 weights and 3 biases.
    expect(trace.length).toBe(3 * (3 + 3 + 1 + 3 + 2 * 13));
  });

  test('names the three slips of the printed tables', () => {
    expect(slips.map(({ at, printed, correct }) => [at?.iteration, at?.name, printed, correct])).toEqual([
      [1, 'I_6', 'I₆ = 1.2', 'I₆ = 1.0000'],
      [2, 'I_6', 'I₆ = 1.204', 'I₆ = 1.0178'],
      [2, 'I_7', 'I₇ = −0.326', 'I₇ = −0.1160'],
    ]);
    expect(slips[2]?.why).toContain('−0.1034');
  });
});

describe('the worked example as printed', () => {
  const { iterations, trace, slips } = workedExample({ asPrinted: true });
  const [first, second] = iterations;

  test('keeps the slip at full precision', () => {
    expect(first && tables(first)).toMatchObject({
      ...{ I_5: '0.4000', O_5: '0.5987', I_6: '1.2000', O_6: '0.7685', I_7: '-0.3259', O_7: '0.4192' },
      error: '0.5808',
    });
    expect(second && tables(second)).toMatchObject({
      ...{ I_6: '1.2039', O_6: '0.7692', I_7: '-0.1034', O_7: '0.4742' },
      error: '0.5258',
    });
    expect(slips.length).toBe(3);
  });

  test('shows the misread weight in the formula, and computes with it', () => {
    checkTrace(trace);
    const misread = trace.steps.filter(({ formula }) => formula.result.symbol === 'I_6');
    expect(misread.map(({ formula }) => formula.symbols())).toEqual([
      'I₆ = x₁·w₁₅ + x₂·w₂₆ + x₃·w₃₆ + x₄·w₄₆ + θ₆',
      'I₆ = x₁·w₁₅ + x₂·w₂₆ + x₃·w₃₆ + x₄·w₄₆ + θ₆',
    ]);
  });

  // The lecture's own tables have two or three decimals and were computed from numbers so rounded.
  test('is within its rounding of the printed tables', () => {
    const printed: readonly (readonly [State | undefined, State])[] = [
      [first?.outputs, { O_5: 0.599, O_6: 0.769, O_7: 0.419 }],
      [first?.errors, { Error_7: 0.141, Error_6: 0.005, Error_5: -0.0101 }],
      [first?.after, { w_15: 0.292, w_16: 0.104, w_25: -0.208, w_26: 0.404, w_45: 0.092, w_46: 0.404 }],
      [first?.after, { w_57: -0.232, w_67: 0.287, θ_5: 0.192, θ_6: 0.104, θ_7: -0.187 }],
      [second?.nets, { I_5: 0.368, I_6: 1.204 }],
      [second?.outputs, { O_5: 0.591, O_6: 0.7692, O_7: 0.474 }],
    ];
    for (const [computed, table] of printed)
      for (const [name, value] of Object.entries(table))
        expect(Math.abs((computed?.[name] ?? Number.NaN) - value), name).toBeLessThan(0.0011);
  });
});

test.each([0, -1, 1.5])('refuses %d iterations', (iterations) => {
  expect(() => workedExample({ iterations })).toThrow(ArgumentError);
});
