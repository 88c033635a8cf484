import { ArgumentError } from '../graph/errors.ts';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  negate,
  number,
  operandsOf,
  partsOf,
  power,
  subtract,
} from './expressions.ts';
import type { NamedFunction } from './functions.ts';

/**
 * The derivative of an expression as it is written by hand: so that a formula can stand beside the number that
 * autodiff computes.
 *
 * @param by symbol of the operand to differentiate by
 * @throws ArgumentError for a function whose derivative is not known here
 */
export function derivativeOf(expression: Expression, by: string): Expression {
  if (!operandsOf(expression).some(({ symbol }) => symbol === by)) return ZERO;
  const parts = partsOf(expression);
  const slopes = parts.map((part) => derivativeOf(part, by));
  const [a = ZERO, b = ZERO] = parts;
  const [da = ZERO, db = ZERO] = slopes;
  switch (expression.kind) {
    case 'operand':
      return ONE;
    case 'number':
      return ZERO;
    case 'add':
    case 'sum':
      return total(slopes);
    case 'subtract':
      return difference(da, db);
    case 'multiply':
      return total(slopes.map((slope, at) => product(...parts.with(at, slope))));
    case 'divide':
      return isNumber(db, 0)
        ? quotient(da, b)
        : quotient(difference(product(da, b), product(a, db)), power(b, 2));
    case 'negate':
      return minus(da);
    case 'power':
      return product(number(expression.exponent), raised(a, expression.exponent - 1), da);
    case 'call':
      return total(slopesOf(expression.callee, parts).map((slope, at) => product(slope, slopes[at] ?? ZERO)));
  }
}

const ZERO = number(0);
const ONE = number(1);
const isNumber = (expression: Expression, value: number) =>
  expression.kind === 'number' && expression.value === value;

/** Derivatives of the functions by each of their arguments. */
const SLOPES: Readonly<Record<string, (...x: readonly Expression[]) => readonly Expression[]>> = {
  σ: (x = ZERO) => [product(call('sigmoid', x), subtract(1, call('sigmoid', x)))],
  tanh: (x = ZERO) => [subtract(1, power(call('tanh', x), 2))],
  exp: (x = ZERO) => [call('exp', x)],
  ln: (x = ZERO) => [divide(1, x)],
  sin: (x = ZERO) => [call('cos', x)],
  cos: (x = ZERO) => [negate(call('sin', x))],
  '√': (x = ZERO) => [divide(1, multiply(2, call('sqrt', x)))],
  relu: (x = ZERO) => [call('where', call('less', 0, x), 1, 0)],
  max: (a = ZERO, b = ZERO) => [greater(a, b), greater(b, a)],
  min: (a = ZERO, b = ZERO) => [greater(b, a), greater(a, b)],
  where: (condition = ZERO) => [ZERO, call('where', condition, 1, 0), call('where', condition, 0, 1)],
  less: () => [ZERO, ZERO],
  equal: () => [ZERO, ZERO],
};

/** 1 where a > b, ½ where they are equal: what the gradient of a maximum is. */
const greater = (a: Expression, b: Expression): Expression =>
  call('where', call('less', b, a), 1, call('where', call('equal', a, b), 0.5, 0));

function slopesOf(callee: NamedFunction, parts: readonly Expression[]): readonly Expression[] {
  const known = SLOPES[callee.name];
  if (known) return known(...parts);
  throw new ArgumentError({
    asked: `the derivative of ${callee.name}`,
    expected: `one of ${Object.keys(SLOPES).join(', ')}`,
  });
}

function total(terms: readonly Expression[]): Expression {
  const left = terms.filter((term) => !isNumber(term, 0));
  const [only = ZERO] = left;
  return left.length > 1 ? add(...left) : only;
}

function difference(a: Expression, b: Expression): Expression {
  if (isNumber(b, 0)) return a;
  return isNumber(a, 0) ? minus(b) : subtract(a, b);
}

const minus = (of: Expression): Expression =>
  of.kind === 'number' ? number(of.value === 0 ? 0 : -of.value) : negate(of);

/** Factors of 1 are not written, products within products are one, and a 0 makes it 0. */
function product(...factors: readonly Expression[]): Expression {
  const flat = factors.flatMap((factor) => (factor.kind === 'multiply' ? factor.factors : [factor]));
  if (flat.some((factor) => isNumber(factor, 0))) return ZERO;
  const left = flat.filter((factor) => !isNumber(factor, 1));
  const [only = ONE] = left;
  return left.length > 1 ? multiply(...left) : only;
}

const quotient = (above: Expression, below: Expression): Expression =>
  isNumber(above, 0) ? ZERO : divide(above, below);

const raised = (base: Expression, exponent: number): Expression =>
  exponent === 0 ? ONE : exponent === 1 ? base : power(base, exponent);
