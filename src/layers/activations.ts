import { ArgumentError } from '../graph/errors.ts';
import { greater, mul, relu, sigmoid, softmax, tanh, where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The activations by name. Each is a plain function of a tensor:
 * linear x · sigmoid 1/(1+e^(−x)) · tanh · relu max(x, 0) · leakyRelu x or 0.2x · softmax eˣ/Σeˣ over the last axis.
 */
export const ACTIVATIONS = {
  linear: (x: Tensor): Tensor => x,
  sigmoid: (x: Tensor): Tensor => sigmoid(x),
  tanh: (x: Tensor): Tensor => tanh(x),
  relu: (x: Tensor): Tensor => relu(x),
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x, 0.2),
  softmax: (x: Tensor): Tensor => softmax(x),
} as const;

export type ActivationName = keyof typeof ACTIVATIONS;

/** x where it is positive, `negativeSlope`·x where it is not. */
export function leakyRelu(x: Tensor, negativeSlope: number): Tensor {
  return where(greater(x, 0), x, mul(x, negativeSlope));
}

/**
 * The activation of a name.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function activationOf(name: string): (x: Tensor) => Tensor {
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw new ArgumentError({
      asked: `activation "${name}"`,
      expected: `one of ${Object.keys(ACTIVATIONS).join(', ')}`,
    });
  }
  return ACTIVATIONS[name as ActivationName];
}
