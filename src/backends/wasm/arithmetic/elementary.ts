import type { Local } from '../assembly/assembler.ts';
import type { Lanes } from '../assembly/lanes.ts';
import { FLOAT32, FLOAT64 } from './elementaryConstants.ts';

/** The functions no machine instruction computes. */
export type Elementary = 'exp' | 'log' | 'sin' | 'tanh' | 'log1p' | 'expm1' | 'erf';

/**
 * Elementary functions as straight-line code: no branch, no loop, no table in memory. Each writes its
 * instructions through `lanes` and returns the local that holds the result; one body serves float32, alone or
 * among four, and float64, which differ in their constants only.
 *
 * NaN gives NaN, and `sin`, `tanh`, `log1p`, `expm1` and `erf` keep the sign of zero. Errors, in units in the last
 * place, are the largest that `test/backends/wasm/elementary.test.ts` allows:
 *
 * | | exp | log | sin | tanh | log1p | expm1 | erf |
 * |---|---|---|---|---|---|---|---|
 * | float32 | 1.2 | 1 | 2 | 2.8 | 1.6 | 2.2 | 2.6 |
 * | float64 | 1.3 | 1 | 2.2 | 3 | 1.7 | 3 | 2.5 |
 *
 * @see Muller, "Elementary Functions: Algorithms and Implementation", 3rd edition, 2016.
 */
export const ELEMENTARY: { readonly [F in Elementary]: (lanes: Lanes, x: Local) => Local } = {
  exp,
  log,
  sin,
  tanh,
  log1p,
  expm1,
  erf,
};

const constantsOf = (lanes: Lanes) => (lanes.dtype === 'float32' ? FLOAT32 : FLOAT64);

/**
 * eˣ = 2ᵏ · eʳ with k the whole number nearest to x / ln 2, so that |r| ≤ ½ ln 2.
 *
 * The scale is 2ᵏ⁻¹ and the polynomial 2eʳ: 2¹²⁸ itself would already be ∞, though 2¹²⁸ · 0.9 is finite. The price
 * is paid at the other end: results below √2 times the smallest normal number (x < −86.989 in float32, x < −708.049
 * in float64) are flushed to zero.
 *
 * @see Cody & Waite, "Software Manual for the Elementary Functions", 1980, chapter 6.
 */
function exp(lanes: Lanes, input: Local): Local {
  const { exponential } = constantsOf(lanes);
  const x = between(lanes, input, exponential.zeroBelow, exponential.infiniteAbove);
  const { count, power } = nearestPower(lanes, x, Math.LOG2E, -1);
  const r = withoutOctaves(lanes, x, count);
  return lanes.mul(polynomial(lanes, r, exponential.twiceExp), power);
}

/**
 * eˣ − 1 = 2ᵏ(eʳ − 1) − (1 − 2ᵏ), without the cancellation of `exp(x) - 1` near zero: there k = 0.
 *
 * It is computed halved and doubled at the end, for the reason given at `exp`.
 */
function expm1(lanes: Lanes, input: Local): Local {
  const { exponential } = constantsOf(lanes);
  const x = between(lanes, input, exponential.minusOneBelow, exponential.infiniteAbove);
  const { count, power } = nearestPower(lanes, x, Math.LOG2E, -1);
  const grown = growth(lanes, withoutOctaves(lanes, x, count));
  // In this order −0 − (½ − ½) stays −0.
  const half = lanes.sub(lanes.mul(power, grown), lanes.sub(lanes.constant(0.5), power));
  return lanes.add(half, half);
}

/**
 * tanh x = ((2ᵏ + 1)T − (1 − 2ᵏ)) / ((2ᵏ + 1) − (1 − 2ᵏ)T), where T = tanh ρ and x = ½k ln 2 + ρ.
 *
 * This is the addition theorem with tanh(½k ln 2) = (2ᵏ − 1) / (2ᵏ + 1). With |ρ| ≤ ¼ ln 2 a short polynomial gives T,
 * negative x needs nothing of its own (2⁻ᵏ scales both sides by a power of two), k = 0 leaves T untouched,
 * and no result lies outside [−1, 1]. A rational approximation of the whole range is no shorter, and its terms,
 * all of a size at the far end, leave errors of six units and results above 1.
 */
function tanh(lanes: Lanes, input: Local): Local {
  const { tangent, ln2 } = constantsOf(lanes);
  const x = between(lanes, input, -tangent.oneAbove, tangent.oneAbove);
  const { count, power } = nearestPower(lanes, x, 2 * Math.LOG2E, 0);
  const rho = lanes.sub(x, lanes.mul(count, lanes.constant(ln2 / 2)));
  const small = lanes.mul(rho, polynomial(lanes, lanes.mul(rho, rho), tangent.tanhOverRho));
  const one = lanes.constant(1);
  const sum = lanes.add(power, one);
  const difference = lanes.sub(one, power);
  return lanes.div(
    lanes.sub(lanes.mul(sum, small), difference),
    lanes.sub(sum, lanes.mul(difference, small)),
  );
}

/**
 * erf x = sign x · (1 − eᵘ), where u = ln erfc|x| is the polynomial −t(1 + P(t)) in t = |x|.
 *
 * u is smooth from zero to where erf rounds to 1, so one polynomial replaces the customary four pieces, all of
 * which branch-free code would have to compute. Its error shrinks in proportion to erfc t; the coefficients are
 * minimax under that weight. 1 − eᵘ comes as in `expm1`, hence small arguments keep their relative accuracy.
 */
function erf(lanes: Lanes, x: Local): Local {
  const { errorFunction, ln2, signBit } = constantsOf(lanes);
  const sign = lanes.and(lanes.bits(x), lanes.integer(signBit));
  const t = lanes.atMost(lanes.abs(x), lanes.constant(errorFunction.oneAbove));
  const u = lanes.sub(lanes.mul(t, polynomial(lanes, t, errorFunction.lnErfcPlusT)), t);
  const { count, power } = nearestPower(lanes, u, Math.LOG2E, 0);
  const grown = growth(lanes, lanes.sub(u, lanes.mul(count, lanes.constant(ln2))));
  const size = lanes.sub(lanes.sub(lanes.constant(1), power), lanes.mul(power, grown));
  return lanes.fromBits(lanes.or(lanes.bits(size), sign));
}

/**
 * ln x = ln m − n ln 2 with x = m · 2⁻ⁿ and √½ < m ≤ √2. Numbers below the normal ones are scaled up first.
 */
function log(lanes: Lanes, x: Local): Local {
  const { logarithm, significandBits, significandMask, smallestNormal } = constantsOf(lanes);
  const tiny = lanes.less(x, lanes.constant(smallestNormal));
  const scaled = lanes.select(tiny, lanes.mul(x, lanes.constant(2 ** significandBits)), x);
  const widest = lanes.integer(logarithm.bitsOfSqrt2);
  // More in the exponent field of the minuend counts the scaling into n and leaves the significand alone.
  const scaledBack = lanes.integer(
    logarithm.bitsOfSqrt2 + (BigInt(significandBits) << BigInt(significandBits)),
  );
  const distance = lanes.subInteger(lanes.select(tiny, scaledBack, widest), lanes.bits(scaled));
  const n = lanes.fromInteger(lanes.shiftRightSigned(distance, significandBits));
  const below = lanes.and(distance, lanes.integer(significandMask));
  const m = lanes.fromBits(lanes.subInteger(widest, below));
  return withPole(lanes, logarithmOf(lanes, lanes.sub(m, lanes.constant(1)), n), x, 0);
}

/**
 * ln(1 + x) from n and f with (1 + x) · 2ⁿ = 1 + f, where f = x · 2ⁿ − (1 − 2ⁿ) is found from x itself.
 *
 * So the rounding of 1 + x, which decides n alone, never reaches the result; and for small x, n = 0 and f = x.
 */
function log1p(lanes: Lanes, x: Local): Local {
  const { logarithm, significandBits, significandMask, bitsOfOne } = constantsOf(lanes);
  const one = lanes.constant(1);
  const distance = lanes.subInteger(lanes.integer(logarithm.bitsOfSqrt2), lanes.bits(lanes.add(x, one)));
  const n = lanes.fromInteger(lanes.shiftRightSigned(distance, significandBits));
  const exponent = lanes.and(distance, lanes.integer(~significandMask));
  // For the largest x the exponent field of 2ⁿ runs below zero and spells −∞.
  const power = lanes.atLeast(
    lanes.fromBits(lanes.addInteger(exponent, lanes.integer(bitsOfOne))),
    lanes.constant(0),
  );
  const scaled = lanes.fromBits(lanes.addInteger(lanes.bits(x), exponent));
  return withPole(lanes, logarithmOf(lanes, lanes.sub(scaled, lanes.sub(one, power)), n), x, -1);
}

/**
 * sin x = (−1)ᵏ sin r with k the whole number nearest to x / π.
 *
 * kπ is subtracted in four parts. The first three have few enough bits that their products with k are exact while
 * |k| < 2¹² in float32 (|x| < 12 867) and 2²⁶ in float64 (|x| < 2.1 · 10⁸). Beyond, the error grows with |x|
 * until the result is any number in [−1, 1].
 *
 * @see Cody & Waite, 1980, chapter 8; Dekker, "A floating-point technique for extending the available precision",
 *   1971, for the rounding error of a difference.
 */
function sin(lanes: Lanes, x: Local): Local {
  const { sine, width } = constantsOf(lanes);
  const { count, shifted } = nearestMultiple(lanes, x, 1 / Math.PI, 0);
  const product = (part: number) => lanes.mul(count, lanes.constant(part));
  const [first, second, third, fourth] = sine.partsOfPi;
  const exact = lanes.sub(lanes.sub(x, product(first)), product(second));
  const subtrahend = product(third);
  const rounded = lanes.sub(exact, subtrahend);
  const lost = lanes.sub(lanes.sub(exact, rounded), subtrahend);
  const reduced = lanes.add(rounded, lanes.sub(lost, product(fourth)));
  // Slightly more than ½π, because a rounded x / π may lie on the other side of the half.
  const r = between(lanes, reduced, -1.58, 1.58);
  const z = lanes.mul(r, r);
  const cubic = lanes.mul(lanes.mul(r, z), polynomial(lanes, z, sine.cubicFactor));
  const odd = lanes.shiftLeft(lanes.bits(shifted), width - 1);
  const signed = lanes.fromBits(lanes.xor(lanes.bits(lanes.add(r, cubic)), odd));
  // r + cubic makes +0 of −0.
  return lanes.select(lanes.equal(x, lanes.constant(0)), x, signed);
}

/**
 * count, the whole number nearest to x · perUnit, and the number whose sum with it was rounded.
 *
 * The trick is to add 1.5 · 2ᵖ, p the bits stored of the significand: what is left of the sum has no fraction, and
 * count + bias stands in its lowest bits, ready to be used as an integer. Conversions cost several instructions.
 */
function nearestMultiple(lanes: Lanes, x: Local, perUnit: number, bias: number) {
  const shift = lanes.constant(1.5 * 2 ** constantsOf(lanes).significandBits + bias);
  const shifted = lanes.add(lanes.mul(x, lanes.constant(perUnit)), shift);
  return { count: lanes.sub(shifted, shift), shifted };
}

/** count, the whole number nearest to x · perUnit, and 2 to the power count + extra. */
function nearestPower(lanes: Lanes, x: Local, perUnit: number, extra: number) {
  const { significandBits, bias } = constantsOf(lanes);
  const { count, shifted } = nearestMultiple(lanes, x, perUnit, bias + extra);
  return { count, power: lanes.fromBits(lanes.shiftLeft(lanes.bits(shifted), significandBits)) };
}

/** x − count · ln 2 with ln 2 in two parts, the product with the first of which is exact. */
function withoutOctaves(lanes: Lanes, x: Local, count: Local): Local {
  const [high, low] = constantsOf(lanes).partsOfLn2;
  const rest = lanes.sub(x, lanes.mul(count, lanes.constant(high)));
  return lanes.sub(rest, lanes.mul(count, lanes.constant(low)));
}

/** eʳ − 1 = r(1 + r·q(r)) for |r| ≤ ½ ln 2. A product, because r + r²·q(r) would make +0 of −0. */
function growth(lanes: Lanes, r: Local): Local {
  const factor = polynomial(lanes, r, constantsOf(lanes).exponential.growthOverR);
  return lanes.mul(r, factor);
}

/**
 * ln(1 + f) − n ln 2 for √½ < 1 + f ≤ √2, from ln(1 + f) = 2 artanh s = f − s(f − R(s²)), s = f / (2 + f).
 *
 * Signs are arranged so that f = −0 with n = 0 comes back as −0.
 *
 * @see fdlibm, `e_log.c`, Sun Microsystems, 1993, for this form of the series.
 */
function logarithmOf(lanes: Lanes, f: Local, n: Local): Local {
  const { logarithm, partsOfLn2 } = constantsOf(lanes);
  const [high, low] = partsOfLn2;
  const s = lanes.div(f, lanes.add(lanes.constant(2), f));
  const z = lanes.mul(s, s);
  const series = lanes.mul(z, polynomial(lanes, z, logarithm.artanhTail));
  const correction = lanes.add(lanes.mul(s, lanes.sub(f, series)), lanes.mul(n, lanes.constant(low)));
  return lanes.sub(lanes.sub(f, correction), lanes.mul(n, lanes.constant(high)));
}

/** `y`, a logarithm with its pole at `pole`, with −∞ there, NaN below, and x itself where x is ∞ or NaN. */
function withPole(lanes: Lanes, y: Local, x: Local, pole: number): Local {
  const edge = lanes.constant(pole);
  const outside = lanes.select(
    lanes.less(x, edge),
    lanes.constant(Number.NaN),
    lanes.constant(Number.NEGATIVE_INFINITY),
  );
  const inside = lanes.select(lanes.less(edge, x), y, outside);
  return lanes.select(lanes.less(x, lanes.constant(Number.POSITIVE_INFINITY)), inside, x);
}

/** c₀ + c₁x + c₂x² + … by Horner's rule. */
function polynomial(lanes: Lanes, x: Local, coefficients: readonly number[]): Local {
  return coefficients
    .map((coefficient) => lanes.constant(coefficient))
    .reduceRight((sum, coefficient) => lanes.add(lanes.mul(sum, x), coefficient));
}

function between(lanes: Lanes, x: Local, lowest: number, highest: number): Local {
  return lanes.atLeast(lanes.atMost(x, lanes.constant(highest)), lanes.constant(lowest));
}
