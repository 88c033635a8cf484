import { ArgumentError } from '../graph/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  celu,
  elu,
  exponential,
  gelu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink,
  softsign,
  sparsePlus,
  squareplus,
  step,
  tanh,
  tanhShrink,
} from './activationFunctions.ts';

/** A function of a tensor, from sums to outputs. */
export type Activation = (x: Tensor) => Tensor;

/** The activations by name, each with its defaults: all of Keras that need no arguments, and `step`. */
export const ACTIVATIONS = {
  linear: (x: Tensor) => linear(x),
  sigmoid: (x: Tensor) => sigmoid(x),
  tanh: (x: Tensor) => tanh(x),
  relu: (x: Tensor) => relu(x),
  relu6: (x: Tensor) => relu6(x),
  leakyRelu: (x: Tensor) => leakyRelu(x),
  elu: (x: Tensor) => elu(x),
  selu: (x: Tensor) => selu(x),
  celu: (x: Tensor) => celu(x),
  gelu: (x: Tensor) => gelu(x),
  glu: (x: Tensor) => glu(x),
  silu: (x: Tensor) => silu(x),
  mish: (x: Tensor) => mish(x),
  hardSigmoid: (x: Tensor) => hardSigmoid(x),
  hardSilu: (x: Tensor) => hardSilu(x),
  hardTanh: (x: Tensor) => hardTanh(x),
  hardShrink: (x: Tensor) => hardShrink(x),
  softShrink: (x: Tensor) => softShrink(x),
  tanhShrink: (x: Tensor) => tanhShrink(x),
  logSigmoid: (x: Tensor) => logSigmoid(x),
  softplus: (x: Tensor) => softplus(x),
  softsign: (x: Tensor) => softsign(x),
  sparsePlus: (x: Tensor) => sparsePlus(x),
  squareplus: (x: Tensor) => squareplus(x),
  exponential: (x: Tensor) => exponential(x),
  softmax: (x: Tensor) => softmax(x),
  logSoftmax: (x: Tensor) => logSoftmax(x),
  step: (x: Tensor) => step(x),
} as const satisfies Record<string, Activation>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** Other names Keras knows some of them by. */
const ALIASES: Readonly<Record<string, ActivationName>> = { swish: 'silu', hardSwish: 'hardSilu' };

/** The name an activation has here, given that or Keras's: `leaky_relu` → `leakyRelu`. */
export function activationNameOf(name: string): ActivationName | undefined {
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = Object.hasOwn(ALIASES, camel) ? ALIASES[camel] : camel;
  return Object.keys(ACTIVATIONS).find((known): known is ActivationName => known === found);
}

/** The name an activation has in Keras: `leakyRelu` → `leaky_relu`. */
export const kerasActivationName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * An activation, or the one of a name, in camel case or as Keras writes it.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function activationOf(given: string | Activation): Activation {
  if (typeof given !== 'string') return given;
  const name = activationNameOf(given);
  if (name === undefined) {
    throw new ArgumentError({
      asked: `activation "${given}"`,
      expected: `one of ${Object.keys(ACTIVATIONS).join(', ')}`,
    });
  }
  return ACTIVATIONS[name];
}
