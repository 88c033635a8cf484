import type { HalfFloat } from '../../../graph/halfFloats.ts';
import type { Local } from '../assembly/assembler.ts';
import type { Lanes } from '../assembly/lanes.ts';

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
  // One NaN for all: of another's bits, those that are kept may say infinity.
  const nan = lanes.constant(Number.NaN);
  if (dtype === 'bfloat16') return lanes.select(lanes.equal(x, x), kept, nan);
  const size = lanes.abs(x);
  const sign = lanes.and(bits, lanes.integer(SIGN));
  const withSign = (value: Local) => lanes.fromBits(lanes.or(lanes.bits(value), sign));
  const steps = lanes.constant(SAME_STEPS);
  const small = withSign(lanes.sub(lanes.add(size, steps), steps));
  const infinite = withSign(lanes.constant(Number.POSITIVE_INFINITY));
  const normal = lanes.select(lanes.less(size, lanes.constant(TOO_GREAT)), kept, infinite);
  const rounded = lanes.select(lanes.less(size, lanes.constant(LEAST_NORMAL)), small, normal);
  return lanes.select(lanes.equal(x, x), rounded, nan);
}

/** How far apart the exponents of float32 and float16 are, as the bits of a float32. */
const REBIASED = (127 - 15) << 23;
/** Float32 with the exponent that infinity and NaN have. */
const SPECIAL = 0x7f800000;
/** Beyond what float16 holds: where its greatest exponent, which is infinity's, would lie. */
const BEYOND = 2 ** 16;

/** The float32 that 16 bits stand for; each lane's bits above them are 0. */
export function widen(lanes: Lanes, bits: Local, dtype: HalfFloat): Local {
  if (dtype === 'bfloat16') return lanes.fromBits(lanes.shiftLeft(bits, 16));
  const size = lanes.shiftLeft(lanes.and(bits, lanes.integer(0x7fff)), 13);
  const normal = lanes.fromBits(lanes.addInteger(size, lanes.integer(REBIASED)));
  // A number below the least normal one has come out as 2⁻¹⁵(1 + m), and is 2⁻¹⁴m.
  const least = lanes.constant(LEAST_NORMAL);
  const small = lanes.sub(lanes.add(normal, normal), least);
  const special = lanes.fromBits(lanes.or(lanes.bits(normal), lanes.integer(SPECIAL)));
  const upper = lanes.select(lanes.less(normal, lanes.constant(BEYOND)), normal, special);
  const value = lanes.select(lanes.less(normal, least), small, upper);
  const sign = lanes.shiftLeft(lanes.and(bits, lanes.integer(0x8000)), 16);
  return lanes.fromBits(lanes.or(lanes.bits(value), sign));
}

/** The 16 bits of a float32 that a number of 16 bits has been widened or rounded to. */
export function narrow(lanes: Lanes, x: Local, dtype: HalfFloat): Local {
  const bits = lanes.bits(x);
  const upper = lanes.shiftRight(bits, 16);
  if (dtype === 'bfloat16') return upper;
  const size = lanes.abs(x);
  const kept = lanes.shiftRight(lanes.bits(size), 13);
  const normal = lanes.subInteger(kept, lanes.integer(REBIASED >> 13));
  const special = lanes.subInteger(normal, lanes.integer(REBIASED >> 13));
  const steps = lanes.constant(SAME_STEPS);
  const small = lanes.subInteger(lanes.bits(lanes.add(size, steps)), lanes.bits(steps));
  const large = lanes.select(lanes.less(size, lanes.constant(BEYOND)), normal, special);
  const whole = lanes.select(lanes.less(size, lanes.constant(LEAST_NORMAL)), small, large);
  return lanes.or(whole, lanes.and(upper, lanes.integer(0x8000)));
}
