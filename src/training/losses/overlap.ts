import { add, div, mul, sub, sum } from '../../tensor/functions.ts';
import type { Axes, Tensor } from '../../tensor/tensor.ts';
import { aligned, type CallableLoss, lossFactory, lossFrom, type ReductionOptions } from './loss.ts';

const EPSILON = 1e-7;

export interface OverlapOptions extends ReductionOptions {
  /** The axes of one picture; by default the whole batch is one. */
  readonly axis?: Axes | null;
}

/**
 * 1 − 2·Σt·p/(Σt + Σp): how little two masks overlap.
 *
 * @see Milletari et al., "V-Net", 2016, section 3
 */
export const dice = lossFactory(
  ({ axis = null, ...options }: OverlapOptions = {}): CallableLoss =>
    lossFrom('Dice', { axis, ...options }, (given, output) => {
      const [target, guess] = aligned('Dice', given, output);
      const total = (x: Tensor) => sum(x, axis ?? undefined);
      const size = add(add(total(target), total(guess)), EPSILON);
      return { values: sub(1, div(mul(total(mul(target, guess)), 2), size)) };
    }),
);

/**
 * 1 − Σt·p/(Σt·p + α·Σt·(1 − p) + β·Σp·(1 − t)): Dice with a weight for what is missed and for what is too much.
 *
 * @see Salehi et al., "Tversky loss function for image segmentation", 2017, equation 5
 */
export const tversky = lossFactory(
  ({
    alpha = 0.5,
    beta = 0.5,
    axis = null,
    ...options
  }: OverlapOptions & { alpha?: number; beta?: number } = {}): CallableLoss =>
    lossFrom('Tversky', { alpha, beta, axis, ...options }, (given, output) => {
      const [target, guess] = aligned('Tversky', given, output);
      const total = (x: Tensor) => sum(x, axis ?? undefined);
      const both = total(mul(target, guess));
      const missed = mul(total(mul(sub(1, guess), target)), alpha);
      const tooMuch = mul(total(mul(guess, sub(1, target))), beta);
      return { values: sub(1, div(both, add(add(both, add(missed, tooMuch)), EPSILON))) };
    }),
);
