import type { HalfFloat } from '../../graph/halfFloats.ts';
import type { Local } from './assembler.ts';
import type { Lanes } from './lanes.ts';

const SIGN = 0x80000000 | 0;
const LEAST_NORMAL = 2 ** -14;
/** Float32 numbers from here up to 1 are 2⁻²⁴ apart, as are float16 numbers below the least normal one. */
const SAME_STEPS = 0.5;
/** The first that float16 rounds to infinity. */
const TOO_GREAT = 65520;

/**
 * The nearest number of 16 bits, of two equally near the even one, as a float32. What float32 arithmetic has rounded
 * before is not rounded wrong by that: 24 digits are more than twice 11 and two more.
 *
 * @see Figueroa, "When is Double Rounding Innocuous?", 1995.
 */
export function roundToHalf(lanes: Lanes, x: Local, dtype: HalfFloat): Local {
  const dropped = dtype === 'float16' ? 13 : 16;
  const bits = lanes.bits(x);
  // Half a step less one, and one more where that makes it even: the carry goes into what is kept.
  const last = lanes.and(lanes.shiftRight(bits, dropped), lanes.integer(1));
  const half = lanes.integer(2 ** (dropped - 1) - 1);
  const carried = lanes.addInteger(bits, lanes.addInteger(last, half));
  const kept = lanes.fromBits(lanes.and(carried, lanes.integer(-(2 ** dropped))));
  if (dtype === 'bfloat16') return lanes.select(lanes.equal(x, x), kept, x);
  const size = lanes.abs(x);
  const sign = lanes.and(bits, lanes.integer(SIGN));
  const withSign = (value: Local) => lanes.fromBits(lanes.or(lanes.bits(value), sign));
  const steps = lanes.constant(SAME_STEPS);
  const small = withSign(lanes.sub(lanes.add(size, steps), steps));
  const infinite = withSign(lanes.constant(Number.POSITIVE_INFINITY));
  const normal = lanes.select(lanes.less(size, lanes.constant(TOO_GREAT)), kept, infinite);
  const rounded = lanes.select(lanes.less(size, lanes.constant(LEAST_NORMAL)), small, normal);
  return lanes.select(lanes.equal(x, x), rounded, x);
}
