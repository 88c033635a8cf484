import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GATES } from '../../src/data/gates.ts';
import { ArgumentError, NumericError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { separability, type Verdict } from '../../src/units/separability.ts';
import { thresholdUnit } from '../../src/units/thresholdUnit.ts';
import { checkTrace } from './checkTrace.ts';

type Rows = readonly (readonly number[])[];
const rowsOf = (outputs: readonly number[]): number[][] =>
  outputs.map((_, row) => (outputs.length === 2 ? [row] : [row >> 1, row & 1]));

/** Checks a certificate by substitution alone; inputs must be whole numbers, so that bigints can hold them. */
function checkCertificate(inputs: Rows, labels: readonly number[], verdict: Verdict): void {
  if (verdict.kind === 'separable') {
    expect(verdict.margin).toBeGreaterThan(0);
    expect(inputs.map((x) => thresholdUnit(verdict, x).output)).toEqual(labels);
    return;
  }
  const { multipliers } = verdict;
  expect(multipliers.length).toBe(inputs.length);
  expect(multipliers.every((value) => value >= 0n)).toBe(true);
  expect(multipliers.some((value) => value > 0n)).toBe(true);
  // Σ ±λ (x, 1) = 0: no weights and threshold can be on the right side of every row.
  const side = (row: number) => (labels[row] === 1 ? 1n : -1n);
  const combine = (of: (row: number) => bigint) =>
    multipliers.reduce((sum, value, row) => sum + side(row) * value * of(row), 0n);
  expect(combine(() => 1n)).toBe(0n);
  for (const i of inputs[0]?.keys() ?? []) expect(combine((row) => BigInt(inputs[row]?.[i] ?? 0))).toBe(0n);
}

describe('gates', () => {
  test.each([
    ['and', [1, 1], 1.5],
    ['or', [1, 1], 0.5],
    ['nand', [-1, -1], -1.5],
    ['nor', [-1, -1], -0.5],
    ['not', [-1], -0.5],
  ] as const)('%s has its line, as far from the rows as can be', (name, weights, threshold) => {
    const verdict = separability(rowsOf(GATES[name]), GATES[name]);
    expect(verdict).toMatchObject({ kind: 'separable', weights, threshold });
    checkCertificate(rowsOf(GATES[name]), GATES[name], verdict);
  });

  test('xor has none: both diagonals meet in the middle', () => {
    const verdict = separability(rowsOf(GATES.xor), GATES.xor);
    expect(verdict).toEqual({ kind: 'inseparable', multipliers: [1n, 1n, 1n, 1n], point: [0.5, 0.5] });
    checkCertificate(rowsOf(GATES.xor), GATES.xor, verdict);
  });

  test('of the 16 functions of two inputs, 14 are separable', () => {
    const inputs = rowsOf([0, 0, 0, 0]);
    const tables = Array.from({ length: 16 }, (_, code) => inputs.map((_, row) => (code >> row) & 1));
    const separable = tables.filter((labels) => {
      const verdict = separability(inputs, labels);
      checkCertificate(inputs, labels, verdict);
      return verdict.kind === 'separable';
    });
    expect(separable.length).toBe(14);
  });

  // Muroga, "Threshold Logic and its Applications", 1971: the number of threshold functions of 3 variables.
  test('of the 256 functions of three inputs, 104 are separable', () => {
    const inputs = Array.from({ length: 8 }, (_, row) => [row >> 2, (row >> 1) & 1, row & 1]);
    const separable = Array.from({ length: 256 }, (_, code) =>
      inputs.map((_, row) => (code >> row) & 1),
    ).filter((labels) => separability(inputs, labels).kind === 'separable');
    expect(separable.length).toBe(104);
  });
});

test('rows with equal inputs and different labels are named', () => {
  const inputs = [
    [0, 1],
    [1, 1],
    [0, 1],
  ];
  const verdict = separability(inputs, [0, 1, 1]);
  expect(verdict).toMatchObject({ kind: 'contradictory', rows: [0, 2] });
  checkCertificate(inputs, [0, 1, 1], verdict);
});

test('rows that differ in their last bit alone are told apart, by firing on equality', () => {
  const inputs = [[1], [1 + 2 ** -52]];
  const verdict = separability(inputs, [0, 1]);
  if (verdict.kind !== 'separable') throw new Error(verdict.kind);
  expect(inputs.map((x) => thresholdUnit(verdict, x).output)).toEqual([0, 1]);
});

test('a line that no numbers can hold is said to be so', () => {
  // x₂ + x₃ is above 7x₁ by one, or below it by one: of sixteen digits, only the last says which.
  const random = new RandomStream(1);
  const labels = Array.from({ length: 40 }, (_, row) => row % 2);
  const inputs = labels.map((label) => {
    const middle = Math.round(random.uniform(-1, 1) * 2 ** 50) + random.integer(2 ** 20);
    const part = Math.round(random.uniform(-1, 1) * 2 ** 50) + random.integer(2 ** 20);
    return [middle, part, 7 * middle - part + (label === 1 ? 1 : -1)];
  });
  expect(() => separability(inputs, labels)).toThrow(NumericError);
});

test('a table with one label needs no line', () => {
  expect(separability([[3], [4]], [1, 1])).toMatchObject({ weights: [0], threshold: 0 });
  expect(separability([[3], [4]], [0, 0])).toMatchObject({ weights: [0], threshold: 1 });
});

test('tables of whole numbers: whatever the verdict, its certificate holds', () => {
  const table = fc.integer({ min: 1, max: 4 }).chain((size) =>
    fc.array(
      fc.record({
        x: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size }),
        label: fc.integer({ min: 0, max: 1 }),
      }),
      { minLength: 1, maxLength: 14 },
    ),
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(table, (rows) => {
      const [inputs, labels] = [rows.map(({ x }) => x), rows.map(({ label }) => label)];
      const verdict = separability(inputs, labels);
      kinds.add(verdict.kind);
      checkCertificate(inputs, labels, verdict);
    }),
    { numRuns: 300, seed: 1 },
  );
  expect([...kinds].sort()).toEqual(['contradictory', 'inseparable', 'separable']);
});

test.each([1e-12, 1, 1e9])('a table made by a unit is separable, its numbers being about %d', (scale) => {
  const random = new RandomStream(3);
  for (let table = 0; table < 20; table++) {
    const unit = [random.normal(), random.normal(), random.normal()];
    const rows = Array.from({ length: 25 }, () => unit.map(() => random.normal(0, scale)));
    const net = (x: readonly number[]) => x.reduce((sum, value, i) => sum + value * (unit[i] ?? 0), 0);
    const inputs = rows.filter((x) => Math.abs(net(x)) > 1e-3 * scale);
    const labels = inputs.map((x) => Number(net(x) > 0));
    const verdict = separability(inputs, labels);
    expect(verdict.kind).toBe('separable');
    if (verdict.kind !== 'separable') return;
    expect(verdict.margin).toBeGreaterThan(0);
    expect(inputs.map((x) => thresholdUnit(verdict, x).output)).toEqual(labels);
  }
});

test.each([
  ['a label of 2', () => separability([[1]], [2])],
  ['no rows', () => separability([], [])],
  ['too few labels', () => separability([[1], [2]], [1])],
  ['ragged rows', () => separability([[1, 2], [2]], [1, 0])],
  [
    'a table too large',
    () =>
      separability(
        Array.from({ length: 3 }, () => new Array(700).fill(0)),
        [0, 1, 0],
      ),
  ],
  ['infinite numbers', () => separability([[Number.POSITIVE_INFINITY]], [1])],
])('refuses %s', (_, run) => {
  expect(run).toThrow(ArgumentError);
});

describe('the threshold unit', () => {
  test('fires on equality', () => {
    expect(thresholdUnit({ weights: [1, 1], threshold: 2 }, [1, 1])).toMatchObject({ net: 0, output: 1 });
    expect(thresholdUnit({ weights: [1, 1], threshold: 2 }, [1, 0])).toMatchObject({ net: -1, output: 0 });
  });

  test('is OR for w = 1, 1 and t = 0.5, and AND for 1 < t ≤ 2', () => {
    const outputs = (threshold: number) =>
      rowsOf(GATES.or).map((x) => thresholdUnit({ weights: [1, 1], threshold }, x).output);
    expect(outputs(0.5)).toEqual(GATES.or);
    expect([1.0001, 1.5, 2].map(outputs)).toEqual([GATES.and, GATES.and, GATES.and]);
    expect(outputs(1)).toEqual(GATES.or);
    expect(outputs(2.0001)).toEqual([0, 0, 0, 0]);
  });

  test('takes any number of inputs and shows its steps', () => {
    const weights = Array.from({ length: 20 }, (_, i) => (i - 9) / 8);
    const { sum, output, trace } = thresholdUnit({ weights, threshold: 1 }, weights);
    expect(sum).toBeCloseTo(weights.reduce((total, w) => total + w * w, 0));
    expect(output).toBe(1);
    checkTrace(trace);
    checkTrace(thresholdUnit({ weights: [], threshold: 0 }, []).trace);
  });

  test('refuses other than as many inputs as weights', () => {
    expect(() => thresholdUnit({ weights: [1, 1], threshold: 1 }, [1])).toThrow(ArgumentError);
  });
});
