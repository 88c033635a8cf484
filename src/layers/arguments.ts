import { ArgumentError } from '../graph/errors.ts';

/** A number, checked to be whole and at least `least`. */
export function wholeNumber(asked: string, what: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ArgumentError({
    asked,
    expected: `${what} to be a whole number, at least ${least}`,
    received: `${value}`,
  });
}

/** A number for each spatial axis, from one for all or a list of them. */
export function perAxis(
  asked: string,
  what: string,
  value: number | readonly number[],
  rank: number,
  least = 1,
): number[] {
  const list = typeof value === 'number' ? Array.from({ length: rank }, () => value) : [...value];
  if (list.length !== rank) {
    throw new ArgumentError({
      asked,
      expected: `one number for ${what}, or ${rank} of them`,
      received: `[${list.join(', ')}]`,
    });
  }
  return list.map((number) => wholeNumber(asked, what, number, least));
}

/** One of a few words. */
export function oneOf<T extends string>(asked: string, what: string, value: T, words: readonly T[]): T {
  if (words.includes(value)) return value;
  throw new ArgumentError({
    asked: `${asked} with ${what} "${value}"`,
    expected: `one of ${words.join(', ')}`,
  });
}

/** A number from `low` up to, not including, `high`. */
export function within(asked: string, what: string, value: number, low: number, high: number): number {
  if (value >= low && value < high) return value;
  throw new ArgumentError({
    asked,
    expected: `a ${what} from ${low} up to, not including, ${high}`,
    received: `${value}`,
  });
}

/**
 * Options of which the first may be given by its place, as in Keras: `maxPooling2D(2, { padding: 'same' })` as well as
 * `maxPooling2D({ poolSize: 2, padding: 'same' })`.
 */
export function withFirst<Options extends object>(
  name: keyof Options,
  given: Options | number | readonly unknown[],
  options: Options,
): Options {
  return typeof given === 'number' || Array.isArray(given)
    ? { ...options, [name]: given }
    : (given as Options);
}
