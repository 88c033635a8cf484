import {
  add,
  equal,
  less,
  logicalOr,
  maximum,
  mul,
  square,
  sub,
  sum,
  where,
} from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  aligned,
  type CallableLoss,
  elementwise,
  lossFactory,
  lossFrom,
  type ReductionOptions,
} from './loss.ts';

/** Targets 0 and 1 as −1 and 1; those of a batch that has others stay as they are. */
function signs(target: Tensor): Tensor {
  const others = where(logicalOr(equal(target, 0), equal(target, 1)), 0, 1)
    .cast('float32')
    .sum();
  return where(less(others, 1), sub(mul(target, 2), 1), target);
}

const margin = (target: Tensor, output: Tensor): Tensor => maximum(sub(1, mul(signs(target), output)), 0);

/**
 * max(1 − target·output, 0) for targets −1 and 1, or 0 and 1.
 *
 * @see Cortes and Vapnik, "Support-vector networks", 1995
 */
export const hinge = lossFactory(
  (options: ReductionOptions = {}): CallableLoss => elementwise('Hinge', { ...options }, margin),
);

/** max(1 − target·output, 0)² for targets −1 and 1, or 0 and 1. */
export const squaredHinge = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('SquaredHinge', { ...options }, (target, output) => square(margin(target, output))),
);

/** max(the greatest output of a wrong class − that of the right one + 1, 0) for one-hot targets. */
export const categoricalHinge = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    lossFrom('CategoricalHinge', { ...options }, (given, output) => {
      const [target, guess] = aligned('CategoricalHinge', given, output);
      const right = sum(mul(target, guess), -1);
      const wrong = mul(sub(1, target), guess).max(-1);
      return { values: maximum(add(sub(wrong, right), 1), 0) };
    }),
);
