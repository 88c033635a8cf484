import { type Loss, losses } from 'pellucid';
import { halfSquaredError } from 'pellucid/explain';
import { call, divide, type Expression, multiply, subtract } from 'pellucid/units';
import type { LossName } from '../losses.ts';

const MADE: Readonly<Record<LossName, (output: string | undefined) => Loss>> = {
  half: () => halfSquaredError(),
  mse: () => losses.meanSquaredError(),
  mae: () => losses.meanAbsoluteError(),
  huber: () => losses.huber(),
  crossentropy: (output) =>
    output === 'softmax'
      ? losses.categoricalCrossentropy()
      : losses.binaryCrossentropy({ fromLogits: output === 'linear' }),
};

/** The library's loss of a name, for outputs of an activation. */
export const lossOf = (name: LossName, output: string | undefined): Loss => MADE[name](output);

type Derivative = (o: Expression, t: Expression, units: number) => Expression;

/** ∂L/∂O of one example by one of so many outputs, where the loss says it alone. */
export const DERIVATIVES: Readonly<Partial<Record<LossName, Derivative>>> = {
  half: (o, t) => subtract(o, t),
  mse: (o, t, units) => divide(multiply(2, subtract(o, t)), units),
  mae: (o, t, units) => divide(call('sign', subtract(o, t)), units),
  huber: (o, t, units) => divide(call('max', call('min', subtract(o, t), 1), -1), units),
};
