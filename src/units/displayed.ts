import type { Interval } from './functions.ts';

/** Decimals that the course shows. */
export const DIGITS = 4;

/** What is shown of a number: the text, the number this text says, and how far off the true one may be. */
export interface Displayed {
  readonly text: string;
  readonly value: number;
  readonly slack: number;
}

/** A number shown in short is exact up to what float32 loses. */
const EXACT = 2 ** -23;

/**
 * A number as the course shows it: `digits` decimals; fewer where it is exactly that short (1, 0.3), and so many
 * significant digits in scientific notation where decimals would hide it or never end.
 *
 * @param value any number
 * @param digits decimals; Infinity for all digits
 */
export function displayed(value: number, digits = DIGITS): Displayed {
  if (!Number.isFinite(value)) return { text: infinite(value), value, slack: 0 };
  if (!Number.isFinite(digits)) return { text: signed(`${value}`), value, slack: 0 };
  const short = shortest(value, digits);
  if (short !== undefined)
    return { text: signed(short), value: Number(short), slack: Math.abs(value) * EXACT };
  const size = Math.abs(value);
  if (size < 10 ** (1 - digits) || size >= 1e6) return scientific(value, digits);
  const text = value.toFixed(digits);
  return { text: signed(text), value: Number(text), slack: 0.5 * 10 ** -digits };
}

/** Always so many decimals: for the columns of a table. */
export function fixed(value: number, digits = DIGITS): string {
  const size = Math.abs(value);
  const hidden = size !== 0 && (size < 0.5 * 10 ** -digits || size >= 1e6);
  return Number.isFinite(value) && !hidden
    ? signed(value.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1'))
    : displayed(value, digits).text;
}

/** The text of a number with at most `digits` decimals, if that says it all. */
function shortest(value: number, digits: number): string | undefined {
  if (Math.abs(value) >= 1e6) return undefined;
  for (let places = 0; places < digits; places++) {
    const text = value.toFixed(places);
    if (Math.abs(Number(text) - value) <= Math.abs(value) * EXACT) return Number(text) === 0 ? '0' : text;
  }
  return undefined;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** 12 → ¹², −3 → ⁻³. */
export function superscript(value: number): string {
  return `${value}`.replace('-', '⁻').replaceAll(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)] ?? digit);
}

function scientific(value: number, digits: number): Displayed {
  const text = value.toExponential(digits - 1);
  const [mantissa = '', exponent = '0'] = text.split('e');
  const power = Number(exponent);
  return {
    text: `${signed(mantissa)}×10${superscript(power)}`,
    value: Number(text),
    slack: 0.5 * 10 ** (power - digits + 1),
  };
}

function infinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : '−∞';
}

const signed = (text: string) => text.replace('-', '−');

/** Where the true number may lie, given what is shown of it. */
export function intervalOf({ value, slack }: Displayed): Interval {
  return { low: value - slack, high: value + slack };
}

/**
 * Interval arithmetic, each result widened by what float32 may lose in computing it; an operation that has no bound
 * gives −∞ … ∞.
 */
export const intervals = {
  add: (a: Interval, b: Interval): Interval =>
    widened({ low: a.low + b.low, high: a.high + b.high }, Math.max(sizeOf(a), sizeOf(b))),
  negate: ({ low, high }: Interval): Interval => ({ low: -high, high: -low }),
  multiply: (a: Interval, b: Interval): Interval =>
    hull([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]),
  divide: (a: Interval, b: Interval): Interval => {
    if (b.low <= 0 && b.high >= 0) return EVERYTHING;
    return hull([a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]);
  },
  power: ({ low, high }: Interval, exponent: number): Interval => {
    const ends = [low ** exponent, high ** exponent];
    return low < 0 && high > 0 ? (exponent < 0 ? EVERYTHING : hull([...ends, 0])) : hull(ends);
  },
};

const EVERYTHING: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
/** A few units in the last place of float32. */
const ROUNDING = 2 ** -22;
/** Products of small float32 numbers go under long before the last of them. */
const UNDERFLOW = 1e-30;
const sizeOf = ({ low, high }: Interval) => Math.max(Math.abs(low), Math.abs(high));

/** An interval with room on both sides for the rounding of numbers up to `size`. */
export function widened(interval: Interval, size = sizeOf(interval)): Interval {
  if (!Number.isFinite(size)) return interval;
  const spare = ROUNDING * size + UNDERFLOW;
  return { low: interval.low - spare, high: interval.high + spare };
}

/** The least interval around numbers; a bound that is 0·∞ is none. */
function hull(ends: readonly number[]): Interval {
  if (ends.some(Number.isNaN)) return EVERYTHING;
  return widened({ low: Math.min(...ends), high: Math.max(...ends) });
}
