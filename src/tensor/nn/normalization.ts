import { add, broadcastTo, div, mul, sqrt, square, sub, sum, variance } from '../functions.ts';
import { type Axes, resolveAxes, type Tensor } from '../tensor.ts';

export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Added to a count, so that nothing is divided by 0. Keras's. */
const EMPTY = 1e-7;

/**
 * Mean and mean squared distance from it over some axes, which stay as length 1.
 *
 * @param weights how much each number counts, where they do not all count alike; broadcasts to x
 */
export function moments(x: Tensor, axes: Axes, weights?: Tensor): Moments {
  if (!weights) return { mean: x.mean(axes, true), variance: variance(x, axes, true) };
  const over = resolveAxes(x, axes);
  const total = add(sum(broadcastTo(weights, x.shape), over, true), EMPTY);
  const mean = div(sum(mul(x, weights), over, true), total);
  return { mean, variance: div(sum(mul(square(sub(x, mean)), weights), over, true), total) };
}

/** (x − mean) / √(variance + epsilon) · scale + offset. */
export function standardize(
  x: Tensor,
  { mean, variance: spread }: Moments,
  epsilon: number,
  scale?: Tensor,
  offset?: Tensor,
): Tensor {
  const inverse = div(1, sqrt(add(spread, epsilon)));
  const scaled = mul(sub(x, mean), scale ? mul(inverse, scale) : inverse);
  return offset ? add(scaled, offset) : scaled;
}

/** x / √(mean of x² + epsilon) over some axes. */
export function rootMeanSquareNormalize(x: Tensor, axes: Axes, epsilon: number): Tensor {
  return mul(x, div(1, sqrt(add(square(x).mean(axes, true), epsilon))));
}
