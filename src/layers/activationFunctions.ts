/**
 * The activations of Keras, and `step`: plain functions of a tensor of any shape, element by element unless they
 * name an axis. Their derivatives are those of the primitives they are composed of; each says its value at a kink.
 */

import {
  abs,
  add,
  div,
  erf,
  exp,
  expm1,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logSoftmax as logSoftmaxOf,
  mul,
  neg,
  relu as reluOf,
  sigmoid as sigmoidOf,
  sign,
  slice,
  softmax as softmaxOf,
  softplus as softplusOf,
  sqrt,
  square,
  sub,
  tanh as tanhOf,
  where,
} from '../tensor/functions.ts';
import { resolveAxes, type Tensor } from '../tensor/tensor.ts';
import { inFull } from './dtypePolicy.ts';

/** x itself. */
export const linear = (x: Tensor): Tensor => x;

export interface ReluArguments {
  readonly negativeSlope?: number;
  readonly maxValue?: number;
  readonly threshold?: number;
}

/**
 * x above `threshold` (0), `negativeSlope`·(x − threshold) below it (slope 0), never more than `maxValue`. At the
 * threshold the slope is that from below.
 *
 * @see Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010
 */
export function relu(x: Tensor, { negativeSlope = 0, maxValue, threshold = 0 }: ReluArguments = {}): Tensor {
  if (negativeSlope === 0 && threshold === 0)
    return maxValue === undefined ? reluOf(x) : clamp(x, 0, maxValue);
  const below = negativeSlope === 0 ? 0 : mul(sub(x, threshold), negativeSlope);
  const rectified = where(lessEqual(x, threshold), below, x);
  return maxValue === undefined ? rectified : where(greaterEqual(rectified, maxValue), maxValue, rectified);
}

/** min(max(x, 0), 6); slope 0 at both corners. */
export const relu6 = (x: Tensor): Tensor => clamp(x, 0, 6);

/** x where it is positive, `negativeSlope`·x where it is not. */
export function leakyRelu(x: Tensor, { negativeSlope = 0.2 }: { negativeSlope?: number } = {}): Tensor {
  return where(greater(x, 0), x, mul(x, negativeSlope));
}

/**
 * x where it is positive, α·(eˣ − 1) where it is not.
 *
 * @see Clevert et al., "Fast and accurate deep network learning by exponential linear units", 2016
 */
export function elu(x: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  return where(greater(x, 0), x, mul(expm1(nonPositive(x)), alpha));
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * 1.0507·elu(x) with α = 1.6733: keeps mean 0 and variance 1 from layer to layer.
 *
 * @see Klambauer et al., "Self-normalizing neural networks", 2017, equation 2
 */
export const selu = (x: Tensor): Tensor => mul(elu(x, { alpha: SELU_ALPHA }), SELU_SCALE);

/**
 * x·Φ(x), Φ the normal distribution function; `approximate` takes tanh(√(2/π)·(x + 0.044715x³)) for erf(x/√2).
 *
 * @see Hendrycks and Gimpel, "Gaussian error linear units", 2016
 */
export function gelu(x: Tensor, { approximate = false }: { approximate?: boolean } = {}): Tensor {
  const inner = approximate
    ? tanhOf(mul(x, add(mul(square(x), 0.044715 * Math.sqrt(2 / Math.PI)), Math.sqrt(2 / Math.PI))))
    : erf(mul(x, Math.SQRT1_2));
  return mul(mul(x, 0.5), add(inner, 1));
}

/** 1/(1 + e^(−x)). */
export const sigmoid = (x: Tensor): Tensor => sigmoidOf(x);
/** min(max(x + 3, 0), 6)/6; slope 0 at both corners. */
export const hardSigmoid = (x: Tensor): Tensor => mul(relu6(add(x, 3)), 1 / 6);
/** log(1/(1 + e^(−x))) = −softplus(−x). */
export const logSigmoid = (x: Tensor): Tensor => neg(softplusOf(neg(x)));
/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => tanhOf(x);
/** min(max(x, −1), 1); slope 0 at both corners. */
export const hardTanh = (x: Tensor): Tensor => clamp(x, -1, 1);
/** x − tanh x. */
export const tanhShrink = (x: Tensor): Tensor => sub(x, tanhOf(x));
/** log(1 + eˣ). */
export const softplus = (x: Tensor): Tensor => softplusOf(x);
/** x/(1 + |x|). */
export const softsign = (x: Tensor): Tensor => div(x, add(abs(x), 1));
/**
 * x·σ(x), also called swish.
 *
 * @see Ramachandran et al., "Searching for activation functions", 2017
 */
export const silu = (x: Tensor): Tensor => mul(x, sigmoidOf(x));
/** x·hardSigmoid(x). */
export const hardSilu = (x: Tensor): Tensor => mul(x, hardSigmoid(x));
/**
 * x·tanh(softplus(x)).
 *
 * @see Misra, "Mish: a self regularized non-monotonic activation function", 2019
 */
export const mish = (x: Tensor): Tensor => mul(x, tanhOf(softplusOf(x)));
/** eˣ. */
export const exponential = (x: Tensor): Tensor => exp(x);

/** eˣ/Σeˣ along an axis, the last by default. */
export const softmax = (x: Tensor, { axis = -1 }: { axis?: number } = {}): Tensor =>
  softmaxOf(inFull(x), axis);
/** log softmax(x), accurate where softmax is almost 0. */
export const logSoftmax = (x: Tensor, { axis = -1 }: { axis?: number } = {}): Tensor =>
  logSoftmaxOf(inFull(x), axis);

/** max(x, 0) + min(α·(e^(x/α) − 1), 0): like elu, and smooth for any α. */
export function celu(x: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  return where(greater(x, 0), x, mul(expm1(mul(nonPositive(x), 1 / alpha)), alpha));
}

/** Halves along an axis a and b: a·σ(b). Output shape: half as long along the axis. */
export function glu(x: Tensor, { axis = -1 }: { axis?: number } = {}): Tensor {
  const [along = 0] = resolveAxes(x, axis);
  const half = (x.shape[along] ?? 0) / 2;
  const start = x.shape.map(() => 0);
  const size = x.shape.with(along, half);
  return mul(slice(x, start, size), sigmoidOf(slice(x, start.with(along, half), size)));
}

/** x where |x| is above `threshold`, else 0. */
export function hardShrink(x: Tensor, { threshold = 0.5 }: { threshold?: number } = {}): Tensor {
  return where(lessEqual(abs(x), threshold), 0, x);
}

/** x moved towards 0 by `threshold`, and 0 where it is nearer than that. */
export function softShrink(x: Tensor, { threshold = 0.5 }: { threshold?: number } = {}): Tensor {
  return where(lessEqual(abs(x), threshold), 0, sub(x, mul(sign(x), threshold)));
}

/** 0 up to −1, (x + 1)²/4 up to 1, and x above. */
export function sparsePlus(x: Tensor): Tensor {
  return where(lessEqual(x, -1), 0, where(less(x, 1), mul(square(add(x, 1)), 0.25), x));
}

/** (x + √(x² + b))/2, b = 4 by default. */
export const squareplus = (x: Tensor, { b = 4 }: { b?: number } = {}): Tensor =>
  mul(add(x, sqrt(add(square(x), b))), 0.5);

/** x above `threshold`, else `defaultValue`. */
export function threshold(
  x: Tensor,
  { threshold: from, defaultValue }: { threshold: number; defaultValue: number },
): Tensor {
  return where(lessEqual(x, from), defaultValue, x);
}

export interface StepArguments {
  /** −1 in place of 0. */
  readonly bipolar?: boolean;
  /** From here on the unit fires. */
  readonly threshold?: number;
}

/**
 * 1 from `threshold` (0) on, below it 0, or −1 if `bipolar`. Its derivative is 0 everywhere: a network of such
 * units does not learn from gradients.
 *
 * @see McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity", 1943
 */
export function step(x: Tensor, { bipolar = false, threshold: from = 0 }: StepArguments = {}): Tensor {
  const low = bipolar ? -1 : 0;
  // What is on neither side is NaN, and stays it.
  return where(greaterEqual(x, from), 1, where(less(x, from), low, x));
}

/** x limited to low … high: slope 1 between them, 0 at both corners. NaN stays NaN. */
function clamp(x: Tensor, low: number, high: number): Tensor {
  return where(lessEqual(x, low), low, where(greaterEqual(x, high), high, x));
}

/** x where it is not positive, else 0: an exponential of it cannot overflow where it is not chosen. */
const nonPositive = (x: Tensor): Tensor => where(greater(x, 0), 0, x);
