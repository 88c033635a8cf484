/** Losses: a contents page, and the loss of a name or of a function. */
import { ArgumentError } from '../graph/errors.ts';
import {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  sparseCategoricalCrossentropy,
} from './losses/crossentropy.ts';
import { categoricalHinge, hinge, squaredHinge } from './losses/hinge.ts';
import { isLoss, type Loss, type LossFunction, lossFrom } from './losses/loss.ts';
import { dice, tversky } from './losses/overlap.ts';
import {
  cosineSimilarity,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from './losses/regression.ts';

export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  type FocalOptions,
  type SparseOptions,
  sparseCategoricalCrossentropy,
} from './losses/crossentropy.ts';
export { categoricalHinge, hinge, squaredHinge } from './losses/hinge.ts';
export type {
  CallableLoss,
  Loss,
  LossFactory,
  LossFunction,
  Reduction,
  ReductionOptions,
} from './losses/loss.ts';
export { dice, type OverlapOptions, tversky } from './losses/overlap.ts';
export {
  cosineSimilarity,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from './losses/regression.ts';

const LOSSES = {
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  huber,
  logCosh,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  hinge,
  squaredHinge,
  categoricalHinge,
  klDivergence,
  poisson,
  cosineSimilarity,
  dice,
  tversky,
} satisfies Record<string, () => Loss>;

export type LossName = keyof typeof LOSSES;

/**
 * A loss, the one of a name (in camel case or as Keras writes it), or that of a plain function of target and output.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function lossOf(given: Loss | LossFunction | string): Loss {
  if (isLoss(given)) return given;
  if (typeof given === 'function') {
    return lossFrom(given.name || 'function', {}, (target, output) => ({ values: given(target, output) }));
  }
  const name = given.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (!Object.hasOwn(LOSSES, name)) {
    throw new ArgumentError({
      asked: `loss "${given}"`,
      expected: `one of ${Object.keys(LOSSES).join(', ')}`,
    });
  }
  const make: () => Loss = LOSSES[name as LossName];
  return make();
}
