import * as functions from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  negate,
  number,
  power,
  subtract,
} from '../../units/formula.ts';
import type { OperationName } from './parse.ts';

/** An operation of an expression: how it becomes graph, and how it and its derivatives are written. */
interface OperationRow {
  /** As it stands in a drawing. */
  readonly sign: string;
  readonly apply: (...inputs: Tensor[]) => Tensor;
  readonly formula: (...inputs: Expression[]) => Expression;
  /** ∂result/∂input, for each input, from the inputs and the result. */
  readonly derivatives: (result: Expression, ...inputs: Expression[]) => readonly Expression[];
}

const one = number(1);
const choice = (first: Expression, than: Expression): Expression =>
  call('where', call('less', than, first), 1, call('where', call('equal', first, than), 0.5, 0));

/** Every operation of expressions. The graph's derivative is autodiff's; what stands here is how it is written. */
export const OPERATIONS: { readonly [O in OperationName]: OperationRow } = {
  add: { sign: '+', apply: functions.add, formula: binary(add), derivatives: () => [one, one] },
  subtract: {
    sign: '−',
    apply: functions.sub,
    formula: binary(subtract),
    derivatives: () => [one, number(-1)],
  },
  multiply: {
    sign: '·',
    apply: functions.mul,
    formula: binary(multiply),
    derivatives: (_, a = one, b = one) => [b, a],
  },
  divide: {
    sign: '/',
    apply: functions.div,
    formula: binary(divide),
    derivatives: (_, a = one, b = one) => [divide(1, b), negate(divide(a, power(b, 2)))],
  },
  negate: { sign: '−', apply: functions.neg, formula: unary(negate), derivatives: () => [number(-1)] },
  power: {
    sign: '^',
    apply: (base, exponent) => functions.exp(functions.mul(functions.log(base), exponent)),
    formula: binary((base, exponent) =>
      exponent.kind === 'number'
        ? power(base, exponent.value)
        : call('exp', multiply(exponent, call('ln', base))),
    ),
    derivatives: (result, base = one, exponent = one) => [
      exponent.kind === 'number'
        ? multiply(exponent, power(base, exponent.value - 1))
        : divide(multiply(exponent, result), base),
      multiply(result, call('ln', base)),
    ],
  },
  sin: row(
    'sin',
    functions.sin,
    (x) => call('sin', x),
    (_, x) => call('cos', x),
  ),
  cos: row(
    'cos',
    functions.cos,
    (x) => call('cos', x),
    (_, x) => negate(call('sin', x)),
  ),
  exp: row(
    'exp',
    functions.exp,
    (x) => call('exp', x),
    (result) => result,
  ),
  ln: row(
    'ln',
    functions.log,
    (x) => call('ln', x),
    (_, x) => divide(1, x),
  ),
  sqrt: row(
    '√',
    functions.sqrt,
    (x) => call('sqrt', x),
    (result) => divide(1, multiply(2, result)),
  ),
  tanh: row(
    'tanh',
    functions.tanh,
    (x) => call('tanh', x),
    (result) => subtract(1, power(result, 2)),
  ),
  sigmoid: row(
    'σ',
    functions.sigmoid,
    (x) => call('sigmoid', x),
    (result) => multiply(result, subtract(1, result)),
  ),
  relu: row(
    'relu',
    functions.relu,
    (x) => call('relu', x),
    (_, x) => call('where', call('less', 0, x), 1, 0),
  ),
  erf: row(
    'erf',
    functions.erf,
    (x) => call('erf', x),
    (_, x) => multiply(2 / Math.sqrt(Math.PI), call('exp', negate(power(x, 2)))),
  ),
  max: {
    sign: 'max',
    apply: functions.maximum,
    formula: binary((a, b) => call('max', a, b)),
    derivatives: (_, a = one, b = one) => [choice(a, b), choice(b, a)],
  },
  min: {
    sign: 'min',
    apply: functions.minimum,
    formula: binary((a, b) => call('min', a, b)),
    derivatives: (_, a = one, b = one) => [choice(b, a), choice(a, b)],
  },
};

function row(
  sign: string,
  apply: (x: Tensor) => Tensor,
  formula: (x: Expression) => Expression,
  derivative: (result: Expression, x: Expression) => Expression,
): OperationRow {
  return {
    sign,
    apply: (x) => apply(x as Tensor),
    formula: unary(formula),
    derivatives: (result, x = one) => [derivative(result, x)],
  };
}

function unary(of: (x: Expression) => Expression): OperationRow['formula'] {
  return (x = one) => of(x);
}
function binary(of: (a: Expression, b: Expression) => Expression): OperationRow['formula'] {
  return (a = one, b = one) => of(a, b);
}
