import { ArgumentError } from '../../graph/errors.ts';

/** A binary floating-point format of IEEE 754's kind. */
export interface FloatFormat {
  readonly name: FloatName;
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/** The formats that networks are computed in. */
export const FLOAT_FORMATS = {
  float16: { name: 'float16', exponentBits: 5, fractionBits: 10 },
  bfloat16: { name: 'bfloat16', exponentBits: 8, fractionBits: 7 },
  float32: { name: 'float32', exponentBits: 8, fractionBits: 23 },
  float64: { name: 'float64', exponentBits: 11, fractionBits: 52 },
} as const satisfies Readonly<Record<string, { name: string; exponentBits: number; fractionBits: number }>>;
export type FloatName = 'float16' | 'bfloat16' | 'float32' | 'float64';

/** The format of a name. @throws ArgumentError for a name that is none, listing them */
export function floatFormat(name: string): FloatFormat {
  const known = Object.values(FLOAT_FORMATS).find((format) => format.name === name);
  if (known) return known;
  throw new ArgumentError({
    asked: `floating-point format "${name}"`,
    expected: `one of ${Object.keys(FLOAT_FORMATS).join(', ')}`,
  });
}

const bias = ({ exponentBits }: FloatFormat) => 2 ** (exponentBits - 1) - 1;

/** The limits of a format. */
export function limitsOf(name: FloatName) {
  const format = FLOAT_FORMATS[name];
  const { fractionBits } = format;
  return {
    /** From 1 to the next number. */
    epsilon: 2 ** -fractionBits,
    greatest: (2 - 2 ** -fractionBits) * 2 ** bias(format),
    /** The least above 0 with all its digits. */
    leastNormal: 2 ** (1 - bias(format)),
    /** The least above 0. */
    least: 2 ** (1 - bias(format)) * 2 ** -fractionBits,
  };
}

/**
 * The nearest number of a format; of two as near the one whose last bit is 0. Small ones lose digits one by one
 * (subnormals), large ones become infinite.
 *
 * @param x any number
 * @see IEEE 754-2019, section 4.3.1, roundTiesToEven
 */
export function round(x: number, name: FloatName): number {
  if (name === 'float64' || !Number.isFinite(x) || x === 0) return x;
  if (name === 'float32') return Math.fround(x);
  const { greatest } = limitsOf(name);
  const step = spacingAt(Math.abs(x), name);
  // A division by a power of two is exact, and so is the product.
  const rounded = ties(Math.abs(x) / step) * step;
  return Math.sign(x) * (rounded > greatest ? Number.POSITIVE_INFINITY : rounded) || Math.sign(x) * 0;
}

/** To the nearest whole number, of two as near the even one. */
function ties(x: number): number {
  const low = Math.floor(x);
  const apart = x - low;
  if (apart !== 0.5) return apart < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** How far apart neighbours of a format lie where a magnitude is. */
function spacingAt(size: number, name: FloatName): number {
  const format = FLOAT_FORMATS[name];
  const { least } = limitsOf(name);
  return Math.max(2 ** (exponentOf(size) - format.fractionBits), least);
}

/** The power of two at or below a number above 0. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  // The logarithm may be rounded across a power of two, and of tiny numbers be off.
  for (const exponent of [guess + 1, guess, guess - 1]) if (2 ** exponent <= size) return exponent;
  return guess;
}

/** The distance from a number of a format to the next one away from 0. NaN for what is not finite. */
export function spacing(x: number, name: FloatName): number {
  const value = round(x, name);
  if (!Number.isFinite(value)) return Number.NaN;
  return value === 0 ? limitsOf(name).least : spacingAt(Math.abs(value), name);
}

/** The next greater number of a format. */
export function nextUp(x: number, name: FloatName): number {
  const value = round(x, name);
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return value;
  const { greatest, least } = limitsOf(name);
  if (value === Number.NEGATIVE_INFINITY) return -greatest;
  if (value === 0) return least;
  if (value === greatest) return Number.POSITIVE_INFINITY;
  const step = spacingAt(Math.abs(value), name);
  // Below a power of two numbers lie twice as close.
  const inner =
    value < 0 && Math.abs(value) === 2 ** exponentOf(Math.abs(value)) ? Math.max(step / 2, least) : step;
  return value + inner || (value < 0 ? -0 : 0);
}

/** The next lesser number of a format. */
export const nextDown = (x: number, name: FloatName): number => -nextUp(-x, name);

/** The bits of a number in a format. */
export interface BitFields {
  readonly sign: string;
  readonly exponent: string;
  readonly fraction: string;
}

/** Sign, exponent and fraction, as digits. */
export function bitsOf(x: number, name: FloatName): BitFields {
  const format = FLOAT_FORMATS[name];
  const { exponentBits, fractionBits } = format;
  const value = round(x, name);
  const sign = value < 0 || Object.is(value, -0) ? '1' : '0';
  const digits = (number: bigint, bits: number) => number.toString(2).padStart(bits, '0');
  if (!Number.isFinite(value)) {
    const fraction = Number.isNaN(value) ? `1${'0'.repeat(fractionBits - 1)}` : '0'.repeat(fractionBits);
    return { sign: Number.isNaN(value) ? '0' : sign, exponent: '1'.repeat(exponentBits), fraction };
  }
  const size = Math.abs(value);
  const { leastNormal, least } = limitsOf(name);
  if (size < leastNormal) {
    return { sign, exponent: '0'.repeat(exponentBits), fraction: digits(BigInt(size / least), fractionBits) };
  }
  const power = exponentOf(size);
  const whole = BigInt(size / 2 ** (power - Math.min(fractionBits, 52)));
  return {
    sign,
    exponent: digits(BigInt(power + bias(format)), exponentBits),
    fraction: digits(whole - 2n ** BigInt(fractionBits), fractionBits),
  };
}

/** The number that bits stand for: the inverse of `bitsOf`; NaN for every pattern that is none. */
export function valueOfBits({ sign, exponent, fraction }: BitFields, name: FloatName): number {
  const format = FLOAT_FORMATS[name];
  const [power, digits] = [Number.parseInt(exponent, 2), Number.parseInt(fraction, 2)];
  const side = sign === '1' ? -1 : 1;
  if (power === 2 ** format.exponentBits - 1)
    return digits === 0 ? side * Number.POSITIVE_INFINITY : Number.NaN;
  const share = digits / 2 ** format.fractionBits;
  const scale = 2 ** (Math.max(power, 1) - bias(format));
  return side * (power > 0 ? 1 + share : share) * scale;
}

/** The value that bits stand for, exactly, as a decimal number. */
export function exactDecimal(x: number): string {
  if (!Number.isFinite(x)) return `${x}`;
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const { fraction, exponent, sign } = bitsOf(x, 'float64');
  const power = Math.max(Number.parseInt(exponent, 2), 1) - 1023 - 52;
  const mantissa = BigInt(`0b${/1/.test(exponent) ? 1 : 0}${fraction}`);
  const minus = sign === '1' ? '-' : '';
  if (power >= 0) return `${minus}${mantissa * 2n ** BigInt(power)}`;
  // m / 2ⁿ = m·5ⁿ / 10ⁿ
  const digits = (mantissa * 5n ** BigInt(-power)).toString().padStart(1 - power, '0');
  const text = `${digits.slice(0, power)}.${digits.slice(power)}`;
  return `${minus}${text.replace(/\.?0+$/, '')}`;
}
