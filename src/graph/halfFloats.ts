/**
 * Floats of 16 bits as bits: how their numbers are written and read. JavaScript has no array of them everywhere, so
 * on the host they are kept in a `Uint16Array`.
 */
export type HalfFloat = 'float16' | 'bfloat16';

interface Format {
  /** Digits of the significand, the one before the point included. */
  readonly digits: number;
  /** The least exponent of a normal number. */
  readonly least: number;
  readonly greatest: number;
}

/** @see IEEE 754-2008, binary16; and "BFLOAT16 – Hardware Numerics Definition", Intel, 2018. */
const FORMATS: { readonly [D in HalfFloat]: Format } = {
  float16: { digits: 11, least: -14, greatest: 65504 },
  bfloat16: { digits: 8, least: -126, greatest: 2 ** 127 * (2 - 2 ** -7) },
};

/** Adding and taking it away rounds a number below 2⁵¹ to a whole one, the even one of two equally near. */
const WHOLE = 2 ** 52;

/** The number of the format nearest to x, of two equally near the even one; ±∞ from half a step past the greatest on. */
export function roundToHalf(x: number, dtype: HalfFloat): number {
  const { digits, least, greatest } = FORMATS[dtype];
  const size = Math.abs(x);
  if (!(size < Number.POSITIVE_INFINITY) || size === 0) return x;
  const step = 2 ** (Math.max(exponentOf(size), least) - digits + 1);
  const rounded = (size / step + WHOLE - WHOLE) * step;
  const limited = rounded > greatest ? Number.POSITIVE_INFINITY : rounded;
  return x < 0 ? -limited : limited;
}

/** ⌊log₂ x⌋ of a positive number, exact where `Math.log2` rounds. */
function exponentOf(x: number): number {
  const guess = Math.floor(Math.log2(x));
  if (2 ** guess > x) return guess - 1;
  return 2 ** (guess + 1) <= x ? guess + 1 : guess;
}

/** The bits of the number nearest to x. */
export function halfBits(x: number, dtype: HalfFloat): number {
  const { digits, least } = FORMATS[dtype];
  const one = 2 ** (digits - 1);
  const infinity = 0x8000 - one;
  const rounded = roundToHalf(x, dtype);
  const size = Math.abs(rounded);
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  if (Number.isNaN(size)) return infinity + one / 2;
  if (size === Number.POSITIVE_INFINITY) return sign + infinity;
  if (size < 2 ** least) return sign + size / 2 ** (least - digits + 1);
  const exponent = exponentOf(size);
  return sign + (exponent - least) * one + size / 2 ** (exponent - digits + 1);
}

/** The number that 16 bits stand for. */
export function halfValue(bits: number, dtype: HalfFloat): number {
  const { digits, least } = FORMATS[dtype];
  const one = 2 ** (digits - 1);
  const infinity = 0x8000 - one;
  const size = bits & 0x7fff;
  const sign = bits >= 0x8000 ? -1 : 1;
  if (size > infinity) return Number.NaN;
  if (size === infinity) return sign * Number.POSITIVE_INFINITY;
  if (size < one) return sign * size * 2 ** (least - digits + 1);
  const exponent = Math.floor(size / one) - 1 + least;
  return sign * (one + (size % one)) * 2 ** (exponent - digits + 1);
}
