import { add, clip, div, maximum, mul, sqrt, square } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Which gradients are made smaller before they move a weight: at most one of the three is given. */
export interface ClippingOptions {
  /** The greatest length of each gradient. */
  readonly clipnorm?: number | undefined;
  /** The greatest length of all gradients together. */
  readonly globalClipnorm?: number | undefined;
  /** The greatest absolute value of each number. */
  readonly clipvalue?: number | undefined;
}

/**
 * Gradients made no longer than the options say.
 *
 * @see Pascanu et al., "On the difficulty of training recurrent neural networks", 2013, algorithm 1
 */
export function clipGradients(
  gradients: readonly Tensor[],
  { clipnorm, globalClipnorm, clipvalue }: ClippingOptions,
): readonly Tensor[] {
  if (clipnorm) return gradients.map((gradient) => shortened(gradient, squares(gradient), clipnorm));
  if (clipvalue) return gradients.map((gradient) => clip(gradient, -clipvalue, clipvalue));
  if (!globalClipnorm || gradients.length === 0) return gradients;
  const total = gradients.map(squares).reduce(add);
  return gradients.map((gradient) => shortened(gradient, total, globalClipnorm));
}

const squares = (gradient: Tensor): Tensor => square(gradient).sum();

/** `gradient` times limit/length where that is below 1: one division for all its numbers. */
const shortened = (gradient: Tensor, lengthSquared: Tensor, limit: number): Tensor =>
  mul(gradient, div(limit, maximum(sqrt(lengthSquared), limit)));
