/** Optimizers: a contents page, and the optimizer of a name. */
import { ArgumentError } from '../graph/errors.ts';
import { adadelta } from './optimizers/adadelta.ts';
import { adafactor } from './optimizers/adafactor.ts';
import { adagrad } from './optimizers/adagrad.ts';
import { adam, adamax, adamW } from './optimizers/adam.ts';
import { ftrl } from './optimizers/ftrl.ts';
import { lamb } from './optimizers/lamb.ts';
import { lion } from './optimizers/lion.ts';
import { nadam } from './optimizers/nadam.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { rmsprop } from './optimizers/rmsprop.ts';
import { sgd } from './optimizers/sgd.ts';

export { type AdadeltaOptions, adadelta } from './optimizers/adadelta.ts';
export { type AdafactorOptions, adafactor } from './optimizers/adafactor.ts';
export { type AdagradOptions, adagrad } from './optimizers/adagrad.ts';
export { type AdamOptions, adam, adamax, adamW } from './optimizers/adam.ts';
export { type FtrlOptions, ftrl } from './optimizers/ftrl.ts';
export { lamb } from './optimizers/lamb.ts';
export { type LionOptions, lion } from './optimizers/lion.ts';
export { type LossScaleOptions, lossScaleOptimizer } from './optimizers/lossScale.ts';
export type { MomentOptions } from './optimizers/moments.ts';
export { nadam } from './optimizers/nadam.ts';
export {
  type DecayExclusion,
  type Optimizer,
  type OptimizerOptions,
  WeightOptimizer,
} from './optimizers/optimizer.ts';
export { type RMSpropOptions, rmsprop } from './optimizers/rmsprop.ts';
export { type SGDOptions, sgd } from './optimizers/sgd.ts';

const OPTIMIZERS = {
  sgd,
  rmsprop,
  adagrad,
  adadelta,
  adam,
  adamW,
  adamax,
  nadam,
  ftrl,
  lion,
  lamb,
  adafactor,
} satisfies Record<string, () => Optimizer>;

export type OptimizerName = keyof typeof OPTIMIZERS;

/**
 * An optimizer, or the one of a name with its defaults, in any case of letters.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function optimizerOf(given: Optimizer | string): Optimizer {
  if (typeof given !== 'string') return given;
  const wanted = given.toLowerCase();
  const found = Object.entries(OPTIMIZERS).find(([name]) => name.toLowerCase() === wanted);
  if (!found) {
    throw new ArgumentError({
      asked: `optimizer "${given}"`,
      expected: `one of ${Object.keys(OPTIMIZERS).join(', ')}`,
    });
  }
  return found[1]();
}
