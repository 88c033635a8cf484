import * as v from 'valibot';

/** One property of a lab: its name in words, what it is when nothing is said, and how it is written in an address. */
export interface Property<T> {
  readonly label: string;
  readonly fallback: T;
  /** Its value from the text of an address; a sentence about what is wrong where that cannot be. */
  read(text: string): { readonly value: T } | { readonly problem: string };
  write(value: T): string;
}

/** Every property of a lab, by its key in the address. */
export type PropertyTable<P> = { readonly [K in keyof P]: Property<P[K]> };

function property<T>(
  label: string,
  fallback: T,
  schema: v.GenericSchema<string, T>,
  write: (value: T) => string,
): Property<T> {
  return {
    label,
    fallback,
    write,
    read(text) {
      const result = v.safeParse(schema, text);
      return result.success
        ? { value: result.output }
        : { problem: `${label}: ${result.issues[0].message}, found "${text.slice(0, 40)}"` };
    },
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A finite number as people and addresses write it; letters and the empty text are none. */
const finite = ({ min, max }: Range) =>
  v.pipe(
    v.string(),
    v.regex(/^\s*[-−+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?\s*$/i, 'a number was expected'),
    v.transform((text) => Number(text.replace('−', '-'))),
    v.finite('a finite number was expected'),
    v.minValue(min, `a number of at least ${min} was expected`),
    v.maxValue(max, `a number of at most ${max} was expected`),
  );

const whole = (range: Range) => v.pipe(finite(range), v.integer('a whole number was expected'));

/** A number as it is read again to the bit; −0 too, which `String` would write as 0. */
const written = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
const listed = (values: readonly number[]): string => values.map(written).join(',');

export const number = (label: string, fallback: number, range: Range): Property<number> =>
  property(label, fallback, finite(range), written);

export const integer = (label: string, fallback: number, range: Range): Property<number> =>
  property(label, fallback, whole(range), written);

export const flag = (label: string, fallback: boolean): Property<boolean> =>
  property(
    label,
    fallback,
    v.pipe(
      v.string(),
      v.picklist(['0', '1'], '0 or 1 was expected'),
      v.transform((text) => text === '1'),
    ),
    (value) => (value ? '1' : '0'),
  );

export const choice = <const T extends string>(label: string, fallback: T, of: readonly T[]): Property<T> =>
  property(label, fallback, v.picklist(of, `one of ${of.join(', ')} was expected`), (value) => value);

/** Several choices, with commas between them. */
export const choices = <const T extends string>(
  label: string,
  fallback: readonly T[],
  of: readonly T[],
  { least = 0, most }: { readonly least?: number; readonly most: number },
): Property<readonly T[]> =>
  property<readonly T[]>(
    label,
    fallback,
    v.pipe(
      v.string(),
      v.transform((all) => (all === '' ? [] : all.split(','))),
      v.array(v.picklist(of, `one of ${of.join(', ')} was expected`)),
      v.minLength(least, `at least ${least} were expected`),
      v.maxLength(most, `at most ${most} were expected`),
    ),
    (values) => values.join(','),
  );

/** Any text up to a length. */
export const text = (label: string, fallback: string, most = 2000): Property<string> =>
  property(
    label,
    fallback,
    v.pipe(v.string(), v.maxLength(most, `at most ${most} characters were expected`)),
    (value) => value,
  );

const list = (item: v.GenericSchema<string, number>, least: number, most: number) =>
  v.pipe(
    v.string(),
    v.maxLength(200_000, 'a shorter list was expected'),
    v.transform((all) => (all === '' ? [] : all.split(','))),
    v.array(item),
    v.minLength(least, `at least ${least} numbers were expected`),
    v.maxLength(most, `at most ${most} numbers were expected`),
  );

interface Length {
  readonly least?: number;
  readonly most: number;
}

/** Numbers with commas between them. */
export const numbers = (
  label: string,
  fallback: readonly number[],
  range: Range,
  { least = 0, most }: Length,
): Property<readonly number[]> =>
  property<readonly number[]>(label, fallback, list(finite(range), least, most), listed);

export const integers = (
  label: string,
  fallback: readonly number[],
  range: Range,
  { least = 0, most }: Length,
): Property<readonly number[]> =>
  property<readonly number[]>(label, fallback, list(whole(range), least, most), listed);

/** Units of each layer, of a network of no more weights and biases than there is time for. */
export function layerSizes(
  label: string,
  fallback: readonly number[],
  range: Range,
  { parameters, ...length }: Length & { readonly parameters: number },
): Property<readonly number[]> {
  const sizes = integers(label, fallback, range, length);
  return {
    ...sizes,
    read(text) {
      const read = sizes.read(text);
      if (!('value' in read) || parametersOf(read.value) <= parameters) return read;
      return { problem: `${label}: at most ${parameters} weights and biases were expected, found more` };
    },
  };
}

/** Weights and biases of fully connected layers. */
export const parametersOf = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, units, l) => sum + units * ((sizes[l] ?? 0) + 1), 0);

/** A table's keys, typed. */
export const keysOf = <P>(table: PropertyTable<P>): (keyof P & string)[] =>
  Object.keys(table) as (keyof P & string)[];

/** What every property is when nothing is said. */
export function fallbacks<P>(table: PropertyTable<P>): P {
  return Object.fromEntries(keysOf(table).map((key) => [key, table[key].fallback])) as P;
}

/** Properties read from an address; what cannot be read falls back and is told. */
export function readProperties<P>(
  table: PropertyTable<P>,
  query: URLSearchParams,
): { readonly properties: P; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const properties = fallbacks(table);
  for (const key of keysOf(table)) {
    const text = query.get(key);
    if (text === null) continue;
    const read = table[key].read(text);
    if ('value' in read) properties[key] = read.value;
    else problems.push(read.problem);
  }
  return { properties, problems };
}

/** The properties that are not as they are when nothing is said, as an address writes them. */
export function writeProperties<P>(table: PropertyTable<P>, properties: P): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of keysOf(table)) {
    const text = table[key].write(properties[key]);
    if (text !== table[key].write(table[key].fallback)) query.set(key, text);
  }
  return query;
}
