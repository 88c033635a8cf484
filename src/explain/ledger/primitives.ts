import { type Dtype, isFloating } from '../../graph/dtypes.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import type { Node, Op, Table } from '../../graph/ops.ts';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  type NamedFunction,
  named,
  negate,
  number,
  sum,
} from '../../units/formula.ts';
import { flatAt, indexAt, reducedFrom, windowedFrom } from './places.ts';

/** What each primitive operation does, in words and in LaTeX. */
export const DESCRIPTIONS: { readonly [O in Op]: { readonly words: string; readonly latex: string } } = {
  input: { words: 'a value that is given', latex: 'x' },
  constant: { words: 'a value known beforehand', latex: 'c' },
  iota: { words: '0, 1, 2, … along an axis', latex: 'y_{i} = i' },
  uniform: { words: 'random numbers from 0 up to 1', latex: 'y \\sim U[0, 1)' },
  neg: { words: 'the number with its sign turned', latex: 'y = -x' },
  exp: { words: 'e to the power of x', latex: 'y = e^{x}' },
  log: { words: 'the natural logarithm', latex: 'y = \\ln x' },
  sqrt: { words: 'the square root', latex: 'y = \\sqrt{x}' },
  sin: { words: 'the sine', latex: 'y = \\sin x' },
  floor: { words: 'rounded down', latex: 'y = \\lfloor x \\rfloor' },
  tanh: { words: 'the hyperbolic tangent', latex: 'y = \\tanh x' },
  erf: { words: 'the error function', latex: 'y = \\operatorname{erf} x' },
  log1p: { words: 'the natural logarithm of 1 + x', latex: 'y = \\ln(1 + x)' },
  expm1: { words: 'e to the power of x, less 1', latex: 'y = e^{x} - 1' },
  cast: { words: 'the same number in another type', latex: 'y = x' },
  detach: { words: 'the same number, through which no gradient flows', latex: 'y = x' },
  checkpoint: { words: 'the same number, kept where others are computed again', latex: 'y = x' },
  customGradient: { words: 'the same number, whose gradient is given by a rule', latex: 'y = x' },
  add: { words: 'a plus b', latex: 'y = a + b' },
  mul: { words: 'a times b', latex: 'y = a \\cdot b' },
  div: { words: 'a divided by b', latex: 'y = \\frac{a}{b}' },
  max: { words: 'the greater of a and b', latex: 'y = \\max(a, b)' },
  less: { words: '1 if a is less than b, else 0', latex: 'y = [a < b]' },
  equal: { words: '1 if a equals b, else 0', latex: 'y = [a = b]' },
  where: {
    words: 'a where the condition holds, else b',
    latex: 'y = \\begin{cases}a & \\text{if } c\\\\ b & \\text{else}\\end{cases}',
  },
  sum: { words: 'the sum along some axes', latex: 'y = \\sum_i x_i' },
  reduceMax: { words: 'the greatest along some axes', latex: 'y = \\max_i x_i' },
  matmul: {
    words: 'the products along a row of a and a column of b, added up',
    latex: 'y_{ij} = \\sum_k a_{ik} b_{kj}',
  },
  reshape: { words: 'the same numbers in another shape', latex: 'y = x' },
  permute: { words: 'axes in another order', latex: 'y_{ij} = x_{ji}' },
  broadcast: { words: 'the same number again and again', latex: 'y_i = x' },
  slice: { words: 'a part', latex: 'y_i = x_{s + i}' },
  pad: {
    words: 'with zeros around',
    latex: 'y_i = \\begin{cases}x_{i - b} & \\text{inside}\\\\ 0 & \\text{else}\\end{cases}',
  },
  concat: { words: 'parts one after another', latex: 'y = [a, b, …]' },
  flip: { words: 'in the opposite order', latex: 'y_i = x_{n - 1 - i}' },
  window: { words: 'what a window sees at each of its places', latex: 'y_{p,k} = x_{p s + k d}' },
  unwindow: {
    words: 'what all windows saw at a place, added up',
    latex: 'y_i = \\sum_{p s + k d = i} x_{p,k}',
  },
  gather: { words: 'the rows that indices name', latex: 'y_i = t_{n_i}' },
  scatterAdd: { words: 'all updates of a row, added up', latex: 'y_r = \\sum_{n_i = r} u_i' },
};

/** What a formula of one element needs to know of the node's inputs. */
export interface Elements {
  /** An element of an input, as an operand. */
  readonly operand: (input: number, flat: number) => Expression;
  readonly value: (input: number, flat: number) => number;
}

type Row = Table<readonly [flat: number, elements: Elements], Expression | undefined>;

const NOTHING = () => undefined;
const inputShape = (node: { readonly inputs: readonly Node[] }, at: number) => node.inputs[at]?.shape ?? [];

/** An operation element by element, its inputs stretched. */
function elementwise(of: (...inputs: Expression[]) => Expression) {
  return (
    node: { readonly shape: Node['shape']; readonly inputs: readonly Node[] },
    flat: number,
    { operand }: Elements,
  ) => {
    const index = indexAt(node.shape, flat);
    return of(...node.inputs.map(({ shape }, at) => operand(at, flatAt(shape, index))));
  };
}

const none = number(0);
const one = (of: (x: Expression) => Expression) => elementwise((x = none) => of(x));
const two = (of: (a: Expression, b: Expression) => Expression) =>
  elementwise((a = none, b = none) => of(a, b));

/** The whole part of a number, as far as an integer of the type goes. */
function wholePart(lowest: number, highest: number): NamedFunction {
  const evaluate = (x = Number.NaN) => Math.min(Math.max(Math.trunc(x) || 0, lowest), highest);
  return named('trunc', evaluate, { latex: '\\operatorname{trunc}', words: 'the whole part of' });
}
const WHOLE_PART: Readonly<Partial<Record<Dtype, NamedFunction>>> = {
  int32: wholePart(-(2 ** 31), 2 ** 31 - 1),
  uint32: wholePart(0, 2 ** 32 - 1),
};
/** Integers divide towards zero. */
const towardsZero = (x: Expression, dtype: Dtype): Expression => {
  const whole = WHOLE_PART[dtype];
  return whole ? call(whole, x) : x;
};
const UNEQUAL_ZERO: NamedFunction = {
  name: 'bool',
  evaluate: (x) => Number(x !== 0),
  range: () => ({ low: 0, high: 1 }),
  text: (x) => `[${x} ≠ 0]`,
  latex: (x) => `\\left[${x} \\neq 0\\right]`,
  words: (x) => `1 if ${x} is not 0, else 0`,
};

/** The formula of one element of every primitive; undefined for what is given and not computed from numbers. */
export const ELEMENTS: Row = {
  input: NOTHING,
  constant: NOTHING,
  iota: NOTHING,
  uniform: NOTHING,
  neg: one(negate),
  exp: one((x) => call('exp', x)),
  log: one((x) => call('ln', x)),
  sqrt: one((x) => call('sqrt', x)),
  sin: one((x) => call('sin', x)),
  floor: one((x) => call('floor', x)),
  tanh: one((x) => call('tanh', x)),
  erf: one((x) => call('erf', x)),
  log1p: one((x) => call('log1p', x)),
  expm1: one((x) => call('expm1', x)),
  cast: (node, flat, { operand }) => {
    const x = operand(0, flat);
    if (node.dtype === 'bool') return call(UNEQUAL_ZERO, x);
    return isFloating(node.inputs[0]?.dtype ?? node.dtype) ? towardsZero(x, node.dtype) : x;
  },
  detach: one((x) => x),
  checkpoint: (_, flat, { operand }) => operand(0, flat),
  customGradient: (_, flat, { operand }) => operand(0, flat),
  add: two(add),
  mul: two(multiply),
  div: (node, flat, elements) => two((a, b) => towardsZero(divide(a, b), node.dtype))(node, flat, elements),
  max: two((a, b) => call('max', a, b)),
  less: two((a, b) => call('less', a, b)),
  equal: two((a, b) => call('equal', a, b)),
  where: elementwise((condition = none, a = none, b = none) => call('where', condition, a, b)),
  sum: (node, flat, { operand }) =>
    sum(reducedFrom(inputShape(node, 0), node.attributes.axes, flat).map((from) => operand(0, from))),
  reduceMax: (node, flat, { operand }) =>
    call(
      'max',
      ...reducedFrom(inputShape(node, 0), node.attributes.axes, flat).map((from) => operand(0, from)),
    ),
  matmul: (node, flat, { operand }) => {
    const index = indexAt(node.shape, flat);
    const [left, right] = [inputShape(node, 0), inputShape(node, 1)];
    const leading = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    const depth = left.at(-1) ?? 0;
    return sum(
      Array.from({ length: depth }, (_, k) =>
        multiply(
          operand(0, flatAt(left, [...leading, row, k])),
          operand(1, flatAt(right, [...leading, k, column])),
        ),
      ),
    );
  },
  reshape: (_, flat, { operand }) => operand(0, flat),
  permute: (node, flat, { operand }) => {
    const index = indexAt(node.shape, flat);
    const { order } = node.attributes;
    return operand(
      0,
      flatAt(
        inputShape(node, 0),
        order.map((_, axis) => index[order.indexOf(axis)] ?? 0),
      ),
    );
  },
  broadcast: one((x) => x),
  slice: (node, flat, { operand }) => {
    const index = indexAt(node.shape, flat).map((at, axis) => at + (node.attributes.start[axis] ?? 0));
    return operand(0, flatAt(inputShape(node, 0), index));
  },
  pad: (node, flat, { operand }) => {
    const shape = inputShape(node, 0);
    const index = indexAt(node.shape, flat).map((at, axis) => at - (node.attributes.before[axis] ?? 0));
    const inside = index.every((at, axis) => at >= 0 && at < (shape[axis] ?? 1));
    return inside ? operand(0, flatAt(shape, index)) : none;
  },
  concat: (node, flat, { operand }) => {
    const { axis } = node.attributes;
    const index = indexAt(node.shape, flat);
    let place = index[axis] ?? 0;
    for (const [part, { shape }] of node.inputs.entries()) {
      const length = shape[axis] ?? 0;
      if (place < length) return operand(part, flatAt(shape, index.with(axis, place)));
      place -= length;
    }
    return undefined;
  },
  flip: (node, flat, { operand }) => {
    const index = indexAt(node.shape, flat).map((at, axis) =>
      node.attributes.axes.includes(axis) ? (node.shape[axis] ?? 1) - 1 - at : at,
    );
    return operand(0, flatAt(node.shape, index));
  },
  window: (node, flat, { operand }) =>
    operand(0, windowedFrom(inputShape(node, 0), node.attributes, indexAt(node.shape, flat))),
  unwindow: (node, flat, { operand }) => {
    const shape = inputShape(node, 0);
    const seen = Array.from({ length: sizeOf(shape) }, (_, from) => from).filter(
      (from) => windowedFrom(node.shape, node.attributes, indexAt(shape, from)) === flat,
    );
    return sum(seen.map((from) => operand(0, from)));
  },
  gather: (node, flat, { operand, value }) => {
    const [table, indices] = [inputShape(node, 0), inputShape(node, 1)];
    const width = sizeOf(table.slice(1));
    const row = clamped(value(1, Math.floor(flat / width) % Math.max(sizeOf(indices), 1)), table[0] ?? 1);
    return operand(0, row * width + (flat % width));
  },
  scatterAdd: (node, flat, { operand, value }) => {
    const width = sizeOf(node.shape.slice(1));
    const wanted = Math.floor(flat / width);
    const places = Array.from({ length: sizeOf(inputShape(node, 0)) }, (_, i) => i).filter(
      (i) => clamped(value(0, i), node.attributes.rows) === wanted,
    );
    return sum(places.map((i) => operand(1, i * width + (flat % width))));
  },
};

const clamped = (row: number, rows: number) => Math.min(Math.max(row, 0), rows - 1);
