import * as build from '../graph/build.ts';
import { constant, scalar } from '../graph/graph.ts';
import { ndarray, type Shape } from '../graph/ndarray.ts';
import { foldIn, type Key, keyOf } from '../graph/threefry.ts';
import { add, erf, less, log1p, mul, sqrt, square, sub, where } from './functions.ts';
import { apply, Tensor, type TensorLike, tensor } from './tensor.ts';

/**
 * The seed of everything random that is given none: `setSeed` at the start of a program makes all of it
 * repeatable. Each draw folds in the next number.
 */
let root: Key = keyOf(0);
let drawn = 0;

/** Starts the sequence of keys anew. */
export function setSeed(seed: number): void {
  root = keyOf(seed);
  drawn = 0;
}

/** The next key of the sequence; or the key of `seed`, if one is given. */
export function nextKey(seed?: number | Key): Key {
  if (seed === undefined) return foldIn(root, drawn++);
  return typeof seed === 'number' ? keyOf(seed) : seed;
}

export interface RandomOptions {
  /** A seed or key of its own; else the next of the sequence that `setSeed` starts. */
  readonly seed?: number | Key;
  /** Which stream of the key, uint32[]: a step counter gives each step other numbers. */
  readonly stream?: Tensor;
}

/** Float32 numbers uniform in [low, high): the i-th is Threefry of the key, the stream and i. */
export function randomUniform(shape: Shape, low = 0, high = 1, options: RandomOptions = {}): Tensor {
  const key = constant(ndarray(Uint32Array.from(nextKey(options.seed))));
  const stream = options.stream ?? new Tensor(scalar(0, 'uint32'));
  const numbers = apply((node) => build.uniform(key, node, shape), stream);
  return low === 0 && high === 1 ? numbers : add(mul(numbers, high - low), low);
}

/** Just inside of ±1, where the inverse error function is finite. */
const ALMOST_ONE = 1 - 2 ** -24;

/** Normally distributed numbers: √2·erf⁻¹ of uniform ones. */
export function randomNormal(shape: Shape, mean = 0, deviation = 1, options: RandomOptions = {}): Tensor {
  const spread = randomUniform(shape, -ALMOST_ONE, ALMOST_ONE, options);
  return add(mul(erfInverse(spread), deviation * Math.SQRT2), mean);
}

/** Normally distributed numbers, none further than two deviations from the mean. */
export function randomTruncatedNormal(
  shape: Shape,
  mean = 0,
  deviation = 1,
  options: RandomOptions = {},
): Tensor {
  const bound = erf(tensor(Math.SQRT2)).item();
  const spread = randomUniform(shape, -bound, bound, options);
  return add(mul(erfInverse(spread), deviation * Math.SQRT2), mean);
}

/**
 * The inverse error function by two polynomials in w = −log(1 − x²).
 *
 * @see Giles, "Approximating the erfinv function", 2010, table 5 (single precision).
 */
export function erfInverse(x: TensorLike): Tensor {
  const value = tensor(x);
  const w = log1p(square(value).neg()).neg();
  const near = polynomial(sub(w, 2.5), NEAR);
  const far = polynomial(sub(sqrt(w), 3), FAR);
  return mul(where(less(w, 5), near, far), value);
}

const NEAR = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  2.46640727e-1, 1.50140941,
];
const FAR = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3,
  1.00167406, 2.83297682,
];

function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce<Tensor>((total, coefficient) => add(mul(total, x), coefficient), mul(x, 0).add(first));
}
