import type { Shape } from '../../graph/ndarray.ts';
import {
  add,
  arange,
  cos,
  div,
  exp,
  greater,
  less,
  lessEqual,
  log,
  maximum,
  mul,
  sigmoid,
  sqrt,
  sub,
  where,
} from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Draws } from './imageLayer.ts';

/** Of concentrations up to ½ a round fails with probability at most 0.22: all of these do with 5·10⁻⁶. */
const ROUNDS = 8;

/** The least number that may be drawn: the logarithm of 0 is none. */
const LEAST = 2 ** -24;

/**
 * Numbers from the symmetric beta distribution, Beta(α, α): α is 1 for all numbers of 0 to 1 alike, near 0 for almost
 * nothing but 0 and 1. Jöhnk's method where α ≤ ½, and Ulrich's, which rejects nothing, where it is larger.
 *
 * @param alpha [], above 0
 * @see Jöhnk 1964 and Ulrich 1984, in Devroye, "Non-Uniform Random Variate Generation", 1986, sections IX.3.5 and IX.3.2
 */
export function symmetricBeta(draws: Draws, shape: Shape, alpha: Tensor): Tensor {
  return where(greater(alpha, 0.5), ulrich(draws, shape, alpha), johnk(draws, shape, alpha));
}

/** ½ + ½ cos(2πV) √(1 − U^(2/(2α − 1))). */
function ulrich(draws: Draws, shape: Shape, alpha: Tensor): Tensor {
  const exponent = div(2, maximum(sub(mul(alpha, 2), 1), LEAST));
  const power = exp(mul(log(maximum(draws.uniform(shape), LEAST)), exponent));
  const angle = mul(draws.uniform(shape), 2 * Math.PI);
  return add(mul(mul(cos(angle), sqrt(sub(1, power))), 0.5), 0.5);
}

/** x / (x + y) of the first x = U^(1/α), y = V^(1/α) with x + y ≤ 1; by logarithms, as both may be too small to say. */
function johnk(draws: Draws, shape: Shape, alpha: Tensor): Tensor {
  let found: Tensor | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const logX = div(log(maximum(draws.uniform(shape), LEAST)), alpha);
    const logY = div(log(maximum(draws.uniform(shape), LEAST)), alpha);
    const share = sigmoid(sub(logX, logY));
    // The last round stands where no other does, so rounds are laid over each other from the last to the first.
    const accepted = lessEqual(add(exp(logX), exp(logY)), 1);
    found = found === undefined ? share : where(accepted, share, found);
  }
  return found ?? draws.uniform(shape);
}

/** The numbers 0 to count − 1 in random order, int32 [count]: the rank of each of as many random numbers. */
export function randomOrder(draws: Draws, count: number): Tensor {
  const numbers = draws.uniform([count, 1]);
  const others = numbers.reshape([1, count]);
  const place = arange(count, 'int32');
  // Of equal numbers, which come up in batches of thousands, the earlier one is the smaller.
  const earlier = less(place.reshape([1, count]), place.reshape([count, 1]));
  const before = where(earlier, lessEqual(others, numbers), less(others, numbers));
  return before.cast('int32').sum(1);
}
