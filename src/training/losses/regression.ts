import {
  abs,
  add,
  clip,
  div,
  lessEqual,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  softplus,
  sqrt,
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

/** Keeps divisions and logarithms from 0. */
const EPSILON = 1e-7;

/** Mean of (target − output)². */
export const meanSquaredError = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('MeanSquaredError', { ...options }, (target, output) => square(sub(target, output))),
);

/** Mean of |target − output|. */
export const meanAbsoluteError = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('MeanAbsoluteError', { ...options }, (target, output) => abs(sub(target, output))),
);

/** 100 times the mean of |target − output| / |target|. */
export const meanAbsolutePercentageError = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('MeanAbsolutePercentageError', { ...options }, (target, output) =>
      mul(abs(div(sub(target, output), maximum(abs(target), EPSILON))), 100),
    ),
);

/** Mean of (log(1 + target) − log(1 + output))²; negative numbers count as 0. */
export const meanSquaredLogarithmicError = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('MeanSquaredLogarithmicError', { ...options }, (target, output) =>
      square(sub(log1p(maximum(output, EPSILON)), log1p(maximum(target, EPSILON)))),
    ),
);

/**
 * Of the error e = output − target: e²/2 up to |e| = `delta`, beyond it δ·|e| − δ²/2.
 *
 * @see Huber, "Robust estimation of a location parameter", 1964
 */
export const huber = lossFactory(
  ({ delta = 1, ...options }: ReductionOptions & { delta?: number } = {}): CallableLoss =>
    elementwise('Huber', { delta, ...options }, (target, output) => {
      const size = abs(sub(output, target));
      return where(
        lessEqual(size, delta),
        mul(square(size), 0.5),
        sub(mul(size, delta), (delta * delta) / 2),
      );
    }),
);

/** Of the error e: log cosh e = e + log(1 + e^(−2e)) − log 2. */
export const logCosh = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('LogCosh', { ...options }, (target, output) => {
      const error = sub(output, target);
      return sub(add(error, softplus(mul(error, -2))), Math.LN2);
    }),
);

/** output − target·log output, for counts. */
export const poisson = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    elementwise('Poisson', { ...options }, (target, output) =>
      sub(output, mul(target, log(add(output, EPSILON)))),
    ),
);

/** Σ target·log(target / output) over the last axis, both of them probabilities. */
export const klDivergence = lossFactory(
  (options: ReductionOptions = {}): CallableLoss =>
    lossFrom('KLDivergence', { ...options }, (given, output) => {
      const [target, guess] = aligned('KLDivergence', given, output).map((x) => clip(x, EPSILON, 1)) as [
        Tensor,
        Tensor,
      ];
      return { values: sum(mul(target, log(div(target, guess))), -1) };
    }),
);

/** −cos of the angle between target and output along an axis: −1 where they point the same way. */
export const cosineSimilarity = lossFactory(
  ({ axis = -1, ...options }: ReductionOptions & { axis?: number } = {}): CallableLoss =>
    lossFrom('CosineSimilarity', { axis, ...options }, (given, output) => {
      const [target, guess] = aligned('CosineSimilarity', given, output);
      return { values: cosine(target, guess, axis).neg() };
    }),
);

/** The cosine of the angle between two tensors along an axis; 0 where one of them is. */
export function cosine(a: Tensor, b: Tensor, axis: number): Tensor {
  const unit = (x: Tensor) => mul(x, minimum(div(1, sqrt(sum(square(x), axis, true))), 1 / EPSILON));
  return sum(mul(unit(a), unit(b)), axis);
}
