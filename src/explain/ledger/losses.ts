import { square, sub } from '../../tensor/functions.ts';
import { aligned, lossFrom } from '../../training/losses/loss.ts';
import type { Loss } from '../../training/losses.ts';
import {
  call,
  divide,
  type Expression,
  multiply,
  negate,
  number,
  type Operand,
  power,
  subtract,
  sum,
} from '../../units/formula.ts';
import { greatestOf, shareOf } from './activations.ts';

/**
 * ½ Σ (t − O)², the loss whose gradient is the lecture's: its deltas are −∂/∂I of this.
 *
 * Input shape: targets and outputs [batch, units]. Output shape: [batch].
 *
 * @see Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors", 1986, equation 3
 */
export const halfSquaredError = (): Loss =>
  lossFrom('HalfSquaredError', {}, (given, estimated) => {
    const [target, output] = aligned('HalfSquaredError', given, estimated);
    const squares = square(sub(target, output)).reshape([output.shape[0] ?? 1, -1]);
    return { values: squares.sum(1).mul(0.5) };
  });

/** What is known of one row of outputs: one for each unit. */
export interface OutputRow {
  readonly nets: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly targets: readonly Operand[];
  readonly activation: string;
}

/** How a loss is written, and the error −∂L/∂I of each of its units. */
export interface LossRow {
  /** In one way or another; the plainest first. */
  readonly loss: readonly ((row: OutputRow) => Expression | undefined)[];
  readonly error?: (row: OutputRow, unit: number, slope: Expression | undefined) => Expression | undefined;
}

const at = <T>(list: readonly T[], i: number): T => list[i] as T;
const times = (slope: Expression | undefined, ...factors: Expression[]): Expression =>
  slope === undefined && factors.length === 1 ? at(factors, 0) : multiply(...productOf(slope), ...factors);
/** The factors of a product, which needs no parentheses in a longer one. */
const productOf = (slope: Expression | undefined): readonly Expression[] =>
  slope === undefined ? [] : slope.kind === 'multiply' ? slope.factors : [slope];

const squares = ({ outputs, targets }: OutputRow) =>
  sum(
    outputs.map((output, k) => {
      const apart = subtract(at(targets, k), output);
      return multiply(apart, apart);
    }),
  );

/** Which class the targets name, where they are one number of a class: 1 for it and 0 for the others. */
const namedIn = ({ targets }: OutputRow) =>
  targets.every(({ value }) => value === 0 || value === 1)
    ? targets.findIndex(({ value }) => value === 1)
    : -1;

/** −Σ t·ln p over the classes: of the one that the targets name, where they name one. */
function surprise(row: OutputRow, log: (k: number) => Expression): Expression {
  const k = namedIn(row);
  if (k >= 0) return negate(log(k));
  return negate(sum(row.targets.map((t, i) => multiply(t, log(i)))));
}

/** Losses of probabilities keep them this far from 0, and from 1 as float32 has it. */
const LEAST = { ofP: 1e-7, ofRest: 1.19209e-7 };
const kept = (p: Expression): Expression => call('min', call('max', p, LEAST.ofP), 1 - LEAST.ofRest);

const crossentropy: LossRow = {
  loss: [
    (row) =>
      surprise(row, (k) =>
        call('ln', row.activation === 'softmax' ? at(row.outputs, k) : shareOf(at(row.nets, k), row.nets)),
      ),
    (row) => surprise(row, (k) => call('ln', kept(at(row.outputs, k)))),
    // ln(e^I / Σ e^I), where e^I would overflow or its share go under.
    (row) => surprise(row, (k) => logShareOf(at(row.nets, k), row.nets)),
  ],
  error: (row, k) => {
    const t = at(row.targets, k);
    if (row.activation === 'softmax') return subtract(t, at(row.outputs, k));
    if (row.activation !== 'linear') return undefined;
    return subtract(
      t,
      shareOf(at(row.nets, k), row.nets, isSteep(row.nets) ? greatestOf(row.nets) : undefined),
    );
  },
};

/** Whether e to the power of one of them has no place in a double. */
const isSteep = (nets: readonly Operand[]) => nets.some(({ value }) => value > 700);

function logShareOf(net: Operand, row: readonly Operand[]): Expression {
  const greatest = greatestOf(row);
  const rest = sum(row.map((other) => call('exp', subtract(other, greatest))));
  return subtract(subtract(net, greatest), call('ln', rest));
}

/** −(t·ln p + (1 − t)·ln(1 − p)), without the part that is nothing; p itself or kept from 0 and 1. */
function binarySurprise(t: Operand, p: Expression, isKept: boolean): Expression {
  const log = call('ln', isKept ? kept(p) : p);
  const logRest = call('ln', isKept ? call('max', subtract(1, p), LEAST.ofRest) : subtract(1, p));
  if (t.value === 1) return negate(log);
  if (t.value === 0) return negate(logRest);
  return negate(sum([multiply(t, log), multiply(subtract(1, t), logRest)]));
}

const meanOver = (terms: readonly Expression[]): Expression =>
  terms.length === 1 ? at(terms, 0) : divide(sum(terms), terms.length);

/** The losses that have a formula of their own; of others, autodiff gives the numbers. */
export const LOSSES: Readonly<Record<string, LossRow>> = {
  HalfSquaredError: {
    loss: [(row) => multiply(number(0.5), squares(row))],
    error: ({ outputs, targets }, k, slope) => times(slope, subtract(at(targets, k), at(outputs, k))),
  },
  MeanSquaredError: {
    loss: [(row) => (row.outputs.length === 1 ? squares(row) : divide(squares(row), row.outputs.length))],
    error: ({ outputs, targets }, k, slope) =>
      times(slope, number(2 / outputs.length), subtract(at(targets, k), at(outputs, k))),
  },
  MeanAbsoluteError: {
    loss: [
      ({ outputs, targets }) =>
        meanOver(outputs.map((output, k) => call('abs', subtract(at(targets, k), output)))),
    ],
    error: ({ outputs, targets }, k, slope) => {
      const direction = call('sign', subtract(at(targets, k), at(outputs, k)));
      return times(slope, outputs.length === 1 ? direction : divide(direction, outputs.length));
    },
  },
  /** With δ = 1, Keras's default: other widths are given by their numbers alone. */
  Huber: {
    loss: [
      ({ outputs, targets }) =>
        meanOver(
          outputs.map((output, k) => {
            const apart = call('abs', subtract(at(targets, k), output));
            const near = multiply(number(0.5), power(apart, 2));
            return call('where', call('less', apart, 1), near, subtract(apart, 0.5));
          }),
        ),
    ],
    error: ({ outputs, targets }, k, slope) => {
      const within = call('max', call('min', subtract(at(targets, k), at(outputs, k)), 1), -1);
      return times(slope, outputs.length === 1 ? within : divide(within, outputs.length));
    },
  },
  BinaryCrossentropy: {
    loss: [
      (row) => meanOver(row.targets.map((t, k) => binarySurprise(t, probability(row, k), false))),
      (row) => meanOver(row.targets.map((t, k) => binarySurprise(t, probability(row, k), true))),
      // The same of logits, where the sigmoid is 0 or 1: max(I, 0) − I·t + ln(1 + e^−|I|).
      ({ nets, targets }) =>
        meanOver(
          targets.map((t, k) => {
            const net = at(nets, k);
            const away = call('log1p', call('exp', negate(call('abs', net))));
            return sum([subtract(call('max', net, 0), multiply(net, t)), away]);
          }),
        ),
    ],
    error: (row, k) => {
      if (row.activation !== 'sigmoid' && row.activation !== 'linear') return undefined;
      const apart = subtract(at(row.targets, k), probability(row, k));
      return row.outputs.length === 1 ? apart : divide(apart, row.outputs.length);
    },
  },
  CategoricalCrossentropy: crossentropy,
  SparseCategoricalCrossentropy: crossentropy,
};

/** How a loss is written, by its class name; undefined for one without a formula of its own. */
export const lossRow = (className: string): LossRow | undefined =>
  Object.hasOwn(LOSSES, className) ? LOSSES[className] : undefined;

const probability = ({ activation, outputs, nets }: OutputRow, k: number): Expression =>
  activation === 'sigmoid' ? at(outputs, k) : call('sigmoid', at(nets, k));
