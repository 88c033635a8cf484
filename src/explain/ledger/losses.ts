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
  subtract,
  sum,
} from '../../units/formula.ts';

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
  readonly loss: (row: OutputRow) => Expression;
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

/** Which class the targets name: they are one number of a class, or one for the class and none for the others. */
const named = ({ targets }: OutputRow) => targets.findIndex(({ value }) => value === 1);

const shares = ({ nets }: OutputRow, k: number): Expression =>
  divide(call('exp', at(nets, k)), sum(nets.map((net) => call('exp', net))));

const crossentropy: LossRow = {
  loss: (row) => {
    const k = named(row);
    return negate(
      call(
        'ln',
        row.activation === 'softmax' ? at(row.outputs, Math.max(k, 0)) : shares(row, Math.max(k, 0)),
      ),
    );
  },
  error: (row, k) => {
    const t = at(row.targets, k);
    if (row.activation === 'softmax') return subtract(t, at(row.outputs, k));
    return row.activation === 'linear' ? subtract(t, shares(row, k)) : undefined;
  },
};

/** The losses that have a formula of their own; of others, autodiff gives the numbers. */
export const LOSSES: Readonly<Record<string, LossRow>> = {
  HalfSquaredError: {
    loss: (row) => multiply(number(0.5), squares(row)),
    error: ({ outputs, targets }, k, slope) => times(slope, subtract(at(targets, k), at(outputs, k))),
  },
  MeanSquaredError: {
    loss: (row) => (row.outputs.length === 1 ? squares(row) : divide(squares(row), row.outputs.length)),
    error: ({ outputs, targets }, k, slope) =>
      times(slope, number(2 / outputs.length), subtract(at(targets, k), at(outputs, k))),
  },
  BinaryCrossentropy: {
    loss: ({ outputs, targets, activation, nets }) => {
      const terms = outputs.map((output, k) => {
        const p = activation === 'sigmoid' ? output : call('sigmoid', at(nets, k));
        const t = at(targets, k);
        if (t.value === 1) return negate(call('ln', p));
        if (t.value === 0) return negate(call('ln', subtract(1, p)));
        return negate(
          sum([multiply(t, call('ln', p)), multiply(subtract(1, t), call('ln', subtract(1, p)))]),
        );
      });
      return terms.length === 1 ? at(terms, 0) : divide(sum(terms), terms.length);
    },
    error: ({ outputs, targets, activation, nets }, k) => {
      if (activation !== 'sigmoid' && activation !== 'linear') return undefined;
      const p = activation === 'sigmoid' ? at(outputs, k) : call('sigmoid', at(nets, k));
      const apart = subtract(at(targets, k), p);
      return outputs.length === 1 ? apart : divide(apart, outputs.length);
    },
  },
  CategoricalCrossentropy: crossentropy,
  SparseCategoricalCrossentropy: crossentropy,
};
