import { ArgumentError, NumericError } from '../graph/errors.ts';
import { checkFinite, checkLength } from './check.ts';
import { maximise } from './linearProgram.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/** A line that separates: the unit fires on exactly the rows labelled 1. */
export interface Separable extends ThresholdUnit {
  readonly kind: 'separable';
  /** The distance from the line to the nearest row; infinite where all rows have one label. */
  readonly margin: number;
}

/**
 * A proof that no line separates: whole multipliers ≥ 0, not all 0, over the rows. Within each label they have the
 * same total, and they weigh the two sides to the same point — so any weighted sum that is at least T on average
 * over the one side is so over the other, and cannot be below T on all of it (Farkas, Gordan).
 */
export interface Inseparable {
  readonly kind: 'inseparable';
  readonly multipliers: readonly bigint[];
  /** The point that is a mixture of the rows labelled 1 and of those labelled 0 alike. */
  readonly point: readonly number[];
}

/** Equal inputs with different labels: no function at all has this table. */
export interface Contradictory {
  readonly kind: 'contradictory';
  /** The first two such rows, counted from 0. */
  readonly rows: readonly [number, number];
  readonly multipliers: readonly bigint[];
  readonly point: readonly number[];
}

export type Verdict = Separable | Inseparable | Contradictory;

/** Numbers in a table at most: exact arithmetic takes seconds for these, and minutes for many more. */
const MOST_NUMBERS = 2000;

/**
 * Whether one threshold unit can have this table, with a certificate either way.
 *
 *     maximise m  subject to  ±(w·x − T) ≥ m for each row,  |wᵢ| ≤ 1
 *
 * The table is separable iff the greatest m is above 0; else the program's multipliers prove that none is. It is
 * solved in exact arithmetic, so there is no tolerance and no doubt.
 *
 * @param inputs Input shape: rows of n numbers
 * @param labels 0 or 1 for each row
 * @throws ArgumentError for rows of different lengths, labels other than 0 and 1, or more than 2,000 numbers; NumericError
 *   when a line exists that no numbers can hold
 * @see Schrijver, "Theory of Linear and Integer Programming", 1986, section 7.3
 */
export function separability(inputs: readonly (readonly number[])[], labels: readonly number[]): Verdict {
  checkTable(inputs, labels);
  const contradiction = findContradiction(inputs, labels);
  if (contradiction) return contradiction;
  const [first = 0] = labels;
  if (labels.every((label) => label === first)) return oneLabel(inputs[0]?.length ?? 0, first);
  return solve(inputs, labels);
}

function solve(inputs: readonly (readonly number[])[], labels: readonly number[]): Verdict {
  const { integers, scale } = wholeNumbers(inputs);
  const size = inputs[0]?.length ?? 0;
  // The variables: wᵢ = pᵢ − qᵢ, T = T⁺ − T⁻, and m, each ≥ 0.
  const rows = integers.map((row, r) => {
    const side = labels[r] === 1 ? 1n : -1n;
    return [...row.map((x) => -side * x), ...row.map((x) => side * x), side, -side, 1n];
  });
  const limits = Array.from({ length: size }, (_, i) =>
    Array.from({ length: 2 * size + 3 }, (_, c) => (c === i || c === size + i ? 1n : 0n)),
  );
  const { denominator, value, solution, multipliers } = maximise({
    objective: [...Array.from({ length: 2 * size + 2 }, () => 0n), 1n],
    rows: [...rows, ...limits],
    bounds: [...rows.map(() => 0n), ...limits.map(() => 1n)],
  });
  if (value === 0n) return inseparable(inputs, labels, multipliers.slice(0, inputs.length));
  const weights = Array.from({ length: size }, (_, i) =>
    quotient((solution[i] ?? 0n) - (solution[size + i] ?? 0n), denominator),
  );
  const threshold = quotient(
    (solution[2 * size] ?? 0n) - (solution[2 * size + 1] ?? 0n),
    denominator * scale,
  );
  const unit = { weights, threshold: betweenSides(threshold, weights, inputs, labels) };
  return { kind: 'separable', ...unit, margin: marginOf(unit, inputs, labels) };
}

/**
 * The threshold, if it still lies between the two sides after rounding; else the least sum that must fire, since a
 * unit fires on equality.
 */
function betweenSides(
  threshold: number,
  weights: readonly number[],
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
): number {
  const sums = inputs.map((row) => weighted(weights, row));
  const least = Math.min(...sums.filter((_, r) => labels[r] === 1));
  const most = Math.max(...sums.filter((_, r) => labels[r] === 0));
  if (most < threshold && threshold <= least) return threshold;
  if (most < least) return least;
  throw new NumericError({
    asked: 'separability of a table',
    received: 'a line that separates, but is finer than the digits of a number',
    fix: 'Shift and scale the inputs.',
  });
}

const weighted = (weights: readonly number[], row: readonly number[]) =>
  weights.reduce((sum, weight, i) => sum + weight * (row[i] ?? 0), 0);

/** The signed distance of the row nearest to the line: below 0 where a row is on the wrong side. */
export function marginOf(
  { weights, threshold }: ThresholdUnit,
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
): number {
  const length = Math.hypot(...weights);
  const distances = inputs.map((row, r) => {
    const net = weighted(weights, row) - threshold;
    return (labels[r] === 1 ? net : -net) / length;
  });
  return Math.min(...distances);
}

function inseparable(
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
  given: readonly bigint[],
): Inseparable {
  const common = given.reduce(greatestDivisor, 0n);
  const multipliers = given.map((value) => value / common);
  const positive = multipliers.map((value, r) => (labels[r] === 1 ? value : 0n));
  const total = positive.reduce((sum, value) => sum + value, 0n);
  const point = (inputs[0] ?? []).map((_, i) =>
    positive.reduce((sum, value, r) => sum + quotient(value, total) * (inputs[r]?.[i] ?? 0), 0),
  );
  return { kind: 'inseparable', multipliers, point };
}

function findContradiction(
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
): Contradictory | undefined {
  const seen = new Map<string, number>();
  for (const [r, row] of inputs.entries()) {
    const key = row.map((x) => x + 0).join(' ');
    const before = seen.get(key);
    if (before === undefined) seen.set(key, r);
    else if (labels[before] !== labels[r]) {
      const multipliers = inputs.map((_, at) => (at === before || at === r ? 1n : 0n));
      return { kind: 'contradictory', rows: [before, r], multipliers, point: row };
    }
  }
  return undefined;
}

/** With one label only, the weights do nothing: the threshold alone decides. */
function oneLabel(size: number, label: number): Separable {
  const weights = Array.from({ length: size }, () => 0);
  return { kind: 'separable', weights, threshold: label === 1 ? 0 : 1, margin: Number.POSITIVE_INFINITY };
}

/** The numbers times one power of two that makes all of them whole. */
function wholeNumbers(rows: readonly (readonly number[])[]): { integers: bigint[][]; scale: bigint } {
  const exponent = Math.max(0, ...rows.flat().map(binaryPlaces));
  const scale = 1n << BigInt(exponent);
  const integers = rows.map((row) =>
    row.map((x) => {
      const places = binaryPlaces(x);
      // In two multiplications: 2 ** 1074 alone would be infinite.
      const half = Math.floor(places / 2);
      return BigInt(x * 2 ** half * 2 ** (places - half)) << BigInt(exponent - places);
    }),
  );
  return { integers, scale };
}

/** How many binary places a number has behind its point. */
function binaryPlaces(x: number): number {
  let places = 0;
  for (let rest = x; !Number.isInteger(rest); rest *= 2) places++;
  return places;
}

/** a / b as the nearest number, however long the two are. */
function quotient(a: bigint, b: bigint): number {
  if (a < 0n) return -quotient(-a, b);
  if (a === 0n) return 0;
  // 64 more bits than the quotient's integer part: correctly rounded but for the last bit.
  const shift = BigInt(Math.max(0, 64 + b.toString(2).length - a.toString(2).length));
  return scaledDown(Number((a << shift) / b), Number(shift));
}

function scaledDown(value: number, places: number): number {
  const half = Math.floor(places / 2);
  return value * 2 ** -half * 2 ** -(places - half);
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}

function checkTable(inputs: readonly (readonly number[])[], labels: readonly number[]): void {
  const asked = 'separability of a table';
  checkLength('labels of the rows', labels, inputs.length);
  const size = inputs.length * (inputs[0]?.length ?? 0);
  if (inputs.length === 0 || size > MOST_NUMBERS) {
    throw new ArgumentError({ asked, expected: `1 to ${MOST_NUMBERS} numbers`, received: `${size}` });
  }
  for (const row of inputs) {
    checkLength('numbers in a row', row, inputs[0]?.length ?? 0);
    checkFinite('numbers of a table', row);
  }
  const wrong = labels.find((label) => label !== 0 && label !== 1);
  if (wrong !== undefined)
    throw new ArgumentError({ asked, expected: 'labels 0 and 1', received: `${wrong}` });
}
