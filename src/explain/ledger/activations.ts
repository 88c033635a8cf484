import { activationOf } from '../../layers/activations.ts';
import { grad } from '../../tensor/gradient.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import {
  add,
  call,
  divide,
  type Expression,
  type Interval,
  multiply,
  type NamedFunction,
  named,
  negate,
  number,
  type Operand,
  operand,
  power,
  subtract,
  sum,
} from '../../units/formula.ts';

/** How an output comes from its net input, and what an error is multiplied by on its way back through it. */
export interface ActivationRow {
  /** From the unit's net input and those of its whole row; the plainest first. */
  readonly outputs: readonly ((net: Operand, row: readonly Operand[]) => Expression)[];
  /** f′, from the net input and the output, the plainest first; none where it is 1. */
  readonly slopes: readonly ((net: Operand, output: Operand) => Expression)[];
}

const one = number(1);
const isPositive = (net: Operand) => call('less', 0, net);
/** Keras's slope of a leaky ReLU below 0. */
const LEAK = 0.2;

const ROWS: Readonly<Record<string, ActivationRow>> = {
  linear: { outputs: [(net) => net], slopes: [] },
  sigmoid: {
    outputs: [(net) => call('sigmoid', net)],
    slopes: [
      (_, output) => multiply(output, subtract(one, output)),
      // Of an output near 1, float32 has lost the digits of 1 − O: σ(−I) has them.
      (net) => multiply(call('sigmoid', net), call('sigmoid', negate(net))),
    ],
  },
  tanh: {
    outputs: [(net) => call('tanh', net)],
    slopes: [(_, output) => subtract(one, power(output, 2))],
  },
  relu: { outputs: [(net) => call('max', net, 0)], slopes: [(net) => call('less', 0, net)] },
  softmax: {
    outputs: [(net, row) => shareOf(net, row), (net, row) => shareOf(net, row, greatestOf(row))],
    slopes: [],
  },
  exponential: { outputs: [(net) => call('exp', net)], slopes: [(_, output) => output] },
  leakyRelu: {
    outputs: [(net) => call('where', isPositive(net), net, multiply(number(LEAK), net))],
    slopes: [(net) => call('where', isPositive(net), one, number(LEAK))],
  },
  elu: {
    outputs: [(net) => call('where', isPositive(net), net, call('expm1', net))],
    slopes: [(net) => call('where', isPositive(net), one, call('exp', net))],
  },
  silu: {
    outputs: [(net) => multiply(net, call('sigmoid', net))],
    slopes: [
      (net, output) => add(call('sigmoid', net), multiply(output, subtract(one, call('sigmoid', net)))),
    ],
  },
  softplus: {
    outputs: [(net) => call('log1p', call('exp', net))],
    slopes: [(net) => call('sigmoid', net)],
  },
  softsign: {
    outputs: [(net) => divide(net, add(one, call('abs', net)))],
    slopes: [(net) => divide(one, power(add(one, call('abs', net)), 2))],
  },
};

/** The greatest of a row's net inputs. */
export const greatestOf = (row: readonly Operand[]): Operand =>
  operand('I_max', Math.max(...row.map(({ value }) => value)));

/** e^I / Σ e^I; with all net inputs less the greatest where e^I would overflow. */
export function shareOf(net: Operand, row: readonly Operand[], greatest?: Operand): Expression {
  const raised = (of: Operand) => call('exp', greatest ? subtract(of, greatest) : of);
  return divide(raised(net), sum(row.map(raised)));
}

/** How an activation is written; one without a row is a function of its name. */
export function activationRow(name: string): ActivationRow {
  const known = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
  if (known) return known;
  const of = functionOf(name);
  const slope = slopeOf(name);
  return { outputs: [(net) => call(of, net)], slopes: [(net) => call(slope, net)] };
}

const DERIVATIVE: Readonly<Record<string, true>> = { step: true };

/** No activation of the library is steeper, nor does its slope change faster, but for steps. */
const STEEPEST = 2;

function functionOf(name: string): NamedFunction {
  const activation = activationOf(name);
  const evaluate = remembered((x) => activation(tensor([x])));
  return named(name, evaluate, {
    latex: `\\operatorname{${name}}`,
    range: (x) => (DERIVATIVE[name] ? { low: 0, high: 1 } : near(evaluate, x, STEEPEST)),
  });
}

/** A function of one number by tensors, each argument's value computed once. */
function remembered(of: (x: number) => Tensor): (x?: number) => number {
  const known = new Map<number, number>();
  return (x = Number.NaN) => {
    const value = known.get(x) ?? Number(of(x).value().data[0]);
    known.set(x, value);
    return value;
  };
}

function slopeOf(name: string): NamedFunction {
  const activation = activationOf(name);
  const slope = grad((x) => activation(x).sum());
  const evaluate = remembered((x) => slope([x]));
  return named(`${name}′`, evaluate, {
    latex: `\\operatorname{${name}}'`,
    words: `the derivative of ${name} at`,
    range: (x) => slopeRange(evaluate, x),
  });
}

/**
 * The range of an activation's slope: it may jump once, from what it is at one end to what it is at the other, and
 * changes by no more than `STEEPEST` times the argument besides.
 */
function slopeRange(slope: (x: number) => number, x: Interval | undefined): Interval {
  const { low, high } = x ?? { low: Number.NaN, high: Number.NaN };
  const reach = STEEPEST * (high - low);
  if (!(reach < STEEPEST)) return { low: -STEEPEST, high: STEEPEST };
  const ends = [slope(low), slope(high)];
  return { low: Math.min(...ends) - reach, high: Math.max(...ends) + reach };
}

/** The range of a function that is nowhere steeper than `steepest`. */
function near(of: (x: number) => number, x: Interval | undefined, steepest: number): Interval {
  const { low, high } = x ?? { low: Number.NaN, high: Number.NaN };
  const [middle, reach] = [of((low + high) / 2), ((high - low) / 2) * steepest];
  return { low: middle - reach, high: middle + reach };
}
