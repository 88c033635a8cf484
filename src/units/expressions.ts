import { type Displayed, displayed, intervalOf, intervals, widened } from './displayed.ts';
import { FUNCTIONS, type FunctionName, type Interval, type NamedFunction } from './functions.ts';

/** A named number: `w_16` = 0.1. */
export interface Operand {
  readonly kind: 'operand';
  /**
   * Base, then subscript after `_`, then a place in brackets: `w_16`, `Δw_15`, `Error_7`, `y_in`, `h_3[0, 2]`;
   * a derivative is written `∂L/∂w_16`.
   */
  readonly symbol: string;
  readonly value: number;
  /** What it is, in words: `the weight from unit 1 to unit 6`. */
  readonly words?: string;
  /** Its stable name in a ledger. */
  readonly path?: string;
}

/** A formula's right side: a small tree over named operands. */
export type Expression =
  | Operand
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'add'; readonly terms: readonly Expression[] }
  | Sum
  | { readonly kind: 'subtract'; readonly from: Expression; readonly what: Expression }
  | { readonly kind: 'multiply'; readonly factors: readonly Expression[] }
  | { readonly kind: 'divide'; readonly numerator: Expression; readonly denominator: Expression }
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: number }
  | { readonly kind: 'call'; readonly callee: NamedFunction; readonly arguments: readonly Expression[] };

/** A sum that may be long: then it is written Σ `general` in symbols, and with its middle left out in numbers. */
export interface Sum {
  readonly kind: 'sum';
  readonly terms: readonly Expression[];
  /** The running index and the term it stands in: `i` and w_ij·O_i. */
  readonly index?: string;
  readonly general?: Expression;
}

export function operand(
  symbol: string,
  value: number,
  more: { words?: string; path?: string } = {},
): Operand {
  return { kind: 'operand', symbol, value, ...more };
}
export const number = (value: number): Expression => ({ kind: 'number', value });
export const add = (...terms: readonly Given[]): Expression => ({ kind: 'add', terms: terms.map(given) });
export const subtract = (from: Given, what: Given): Expression => ({
  kind: 'subtract',
  from: given(from),
  what: given(what),
});
export const multiply = (...factors: readonly Given[]): Expression => ({
  kind: 'multiply',
  factors: factors.map(given),
});
export const divide = (numerator: Given, denominator: Given): Expression => ({
  kind: 'divide',
  numerator: given(numerator),
  denominator: given(denominator),
});
export const negate = (of: Given): Expression => ({ kind: 'negate', of: given(of) });
export const power = (base: Given, exponent: number): Expression => ({
  kind: 'power',
  base: given(base),
  exponent,
});
export const call = (callee: FunctionName | NamedFunction, ...args: readonly Given[]): Expression => ({
  kind: 'call',
  callee: typeof callee === 'string' ? FUNCTIONS[callee] : callee,
  arguments: args.map(given),
});
export const sum = (
  terms: readonly Expression[],
  more: { readonly index?: string; readonly general?: Expression } = {},
): Expression => ({ kind: 'sum', terms, ...more });

type Given = Expression | number;
const given = (value: Given): Expression => (typeof value === 'number' ? number(value) : value);

/** How many terms of a long sum are written out. */
export const SHOWN_TERMS = 8;

/** A long sum as it is written: its first and last terms, and between them what the others come to. */
export function shownTerms(
  { terms }: Sum,
  limit = SHOWN_TERMS,
): { first: readonly Expression[]; last: readonly Expression[]; left: readonly Expression[] } {
  if (terms.length <= limit) return { first: terms, last: [], left: [] };
  const first = Math.max(limit - 3, 1);
  return { first: terms.slice(0, first), left: terms.slice(first, -1), last: terms.slice(-1) };
}

/** Every operand of an expression, as often as it occurs. */
export function operandsOf(expression: Expression): Operand[] {
  return expression.kind === 'operand' ? [expression] : partsOf(expression).flatMap(operandsOf);
}

/** The expressions an expression is directly made of. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'operand':
    case 'number':
      return [];
    case 'add':
    case 'sum':
      return expression.terms;
    case 'subtract':
      return [expression.from, expression.what];
    case 'multiply':
      return expression.factors;
    case 'divide':
      return [expression.numerator, expression.denominator];
    case 'negate':
      return [expression.of];
    case 'power':
      return [expression.base];
    case 'call':
      return expression.arguments;
  }
}

/** What an expression comes to, from the values that `known` gives its operands. */
export function evaluate(
  expression: Expression,
  known: (operand: Operand) => number = ({ value }) => value,
): number {
  if (expression.kind === 'operand') return known(expression);
  if (expression.kind === 'number') return expression.value;
  const values = partsOf(expression).map((part) => evaluate(part, known));
  const [a = 0, b = 0] = values;
  switch (expression.kind) {
    case 'add':
    case 'sum':
      return values.reduce((total, value) => total + value, 0);
    case 'subtract':
      return a - b;
    case 'multiply':
      return values.reduce((product, value) => product * value, 1);
    case 'divide':
      return a / b;
    case 'negate':
      return -a;
    case 'power':
      return a ** expression.exponent;
    case 'call':
      return expression.callee.evaluate(...values);
  }
}

/** Every result that an expression may have, when of its operands only what is shown is known. */
export function range(expression: Expression, digits?: number): Interval {
  if (expression.kind === 'operand') return intervalOf(displayed(expression.value, digits));
  if (expression.kind === 'number') return { low: expression.value, high: expression.value };
  if (expression.kind === 'sum') return rangeOfSum(expression, digits);
  const parts = partsOf(expression).map((part) => range(part, digits));
  const [a = ZERO, b = ZERO] = parts;
  switch (expression.kind) {
    case 'add':
      return parts.reduce(intervals.add, ZERO);
    case 'subtract':
      return intervals.add(a, intervals.negate(b));
    case 'multiply':
      return rangeOfProduct(expression.factors, parts);
    case 'divide':
      return intervals.divide(a, b);
    case 'negate':
      return intervals.negate(a);
    case 'power':
      return intervals.power(a, expression.exponent);
    case 'call':
      return widened(expression.callee.range(...parts));
  }
}

const ZERO: Interval = { low: 0, high: 0 };
const ONE: Interval = { low: 1, high: 1 };

function rangeOfProduct(factors: readonly Expression[], parts: readonly Interval[]): Interval {
  // A number times itself is never negative.
  const [a, b] = factors;
  if (factors.length === 2 && a === b) return intervals.power(parts[0] ?? ONE, 2);
  return parts.reduce(intervals.multiply, ONE);
}

/** Of a long sum, what its middle comes to is shown as one number. */
function rangeOfSum(sum: Sum, digits: number | undefined): Interval {
  const { first, left, last } = shownTerms(sum);
  const ends = [...first, ...last].map((term) => range(term, digits));
  const size = left.reduce((total, term) => total + Math.abs(evaluate(term)), 0);
  if (left.length > 0) ends.push(widened(intervalOf(restOf(left, digits)), size));
  return ends.reduce(intervals.add, ZERO);
}

/** What is shown for the terms of a sum that are not. */
export function restOf(left: readonly Expression[], digits?: number): Displayed {
  return displayed(evaluate({ kind: 'sum', terms: left }), digits);
}
