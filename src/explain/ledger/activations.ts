import { activationOf } from '../../layers/activations.ts';
import { grad } from '../../tensor/gradient.ts';
import { tensor } from '../../tensor/tensor.ts';
import {
  call,
  divide,
  type Expression,
  type Interval,
  multiply,
  type NamedFunction,
  named,
  number,
  type Operand,
  power,
  subtract,
  sum,
} from '../../units/formula.ts';

/** How an output comes from its net input, and what an error is multiplied by on its way back through it. */
export interface ActivationRow {
  /** From the unit's net input and those of its whole row. */
  readonly output: (net: Operand, row: readonly Operand[]) => Expression;
  /** f′, from the net input and the output; undefined where it is 1. */
  readonly slope?: (net: Operand, output: Operand) => Expression;
}

const one = number(1);

const ROWS: Readonly<Record<string, ActivationRow>> = {
  linear: { output: (net) => net },
  sigmoid: {
    output: (net) => call('sigmoid', net),
    slope: (_, output) => multiply(output, subtract(one, output)),
  },
  tanh: { output: (net) => call('tanh', net), slope: (_, output) => subtract(one, power(output, 2)) },
  relu: {
    output: (net) => call('max', net, 0),
    slope: (net) => call('less', 0, net),
  },
  softmax: {
    output: (net, row) => divide(call('exp', net), sum(row.map((other) => call('exp', other)))),
  },
  exponential: { output: (net) => call('exp', net), slope: (_, output) => output },
};

/** How an activation is written; one without a row is a function of its name. */
export function activationRow(name: string): ActivationRow {
  const known = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
  if (known) return known;
  const of = functionOf(name);
  const slope = slopeOf(name);
  return { output: (net) => call(of, net), slope: (net) => call(slope, net) };
}

const DERIVATIVE: Readonly<Record<string, true>> = { step: true };

/** No activation of the library is steeper, but for steps. */
const STEEPEST = 2;

function functionOf(name: string): NamedFunction {
  const activation = activationOf(name);
  const evaluate = (x = Number.NaN) => activation(tensor([x])).array();
  const first = (x = Number.NaN) => [evaluate(x)].flat()[0];
  return named(name, (x) => Number(first(x)), {
    latex: `\\operatorname{${name}}`,
    range: (x) => (DERIVATIVE[name] ? { low: 0, high: 1 } : near((at) => Number(first(at)), x, STEEPEST)),
  });
}

function slopeOf(name: string): NamedFunction {
  const activation = activationOf(name);
  const slope = grad((x) => activation(x).sum());
  return named(`${name}′`, (x = Number.NaN) => Number([slope([x]).array()].flat()[0]), {
    latex: `\\operatorname{${name}}'`,
    words: `the derivative of ${name} at`,
    // Slopes may jump: all that is known is that they are no steeper.
    range: () => ({ low: -STEEPEST, high: STEEPEST }),
  });
}

/** The range of a function that is nowhere steeper than `steepest`. */
function near(of: (x: number) => number, x: Interval | undefined, steepest: number): Interval {
  const { low, high } = x ?? { low: Number.NaN, high: Number.NaN };
  const [middle, reach] = [of((low + high) / 2), ((high - low) / 2) * steepest];
  return { low: middle - reach, high: middle + reach };
}
