import { DataError, PellucidError, type Place } from '../graph/errors.ts';

/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number that Python must read as a float, even where it is whole: Keras checks the type of some. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A configuration as JSON, each `Float` with a decimal point. */
export function jsonText(value: unknown): string {
  if (value instanceof Float) {
    const text = JSON.stringify(value.value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!isJson(value)) return JSON.stringify(value ?? null);
  const rows = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${jsonText(part)}`);
  return `{${rows.join(',')}}`;
}

/** `negative_slope` → `negativeSlope`, `beta_1` → `beta1`. */
export const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase());

/** `negativeSlope` → `negative_slope`, `beta1` → `beta_1`, but `l1` → `l1`. */
export const underscored = (name: string): string =>
  name.replaceAll(/[A-Z]|(?<=[a-z]{2})\d+/g, (part) => `_${part.toLowerCase()}`);

/** What has a kind and arguments, as layers, initialisers and losses have. */
export interface Described {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** An object of a configuration as Keras writes it. */
export function writtenObject(module: string, { className, config }: Described): Json {
  const rows = Object.entries(config).map(([key, value]) => [underscored(key), value]);
  return { module, class_name: className, config: Object.fromEntries(rows), registered_name: null };
}

/** The arguments of one object of a configuration, by their names in camelCase; unknown ones are ignored. */
export class Fields {
  /** What they belong to, for messages: `layer 2 "dense_1" (Dense) of config.json`. */
  readonly owner: string;
  readonly place: Place;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(config: Json, owner: string, place: Place) {
    this.owner = owner;
    this.place = place;
    this.#values = new Map(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
  }

  /** What is there under any of the names; null counts as nothing. */
  value(...names: readonly string[]): unknown {
    for (const name of names) {
      const found = this.#values.get(name);
      if (found !== undefined && found !== null) return found;
    }
    return undefined;
  }

  /** Whether there is nothing under a name on purpose. */
  isNull(name: string): boolean {
    return this.#values.get(name) === null;
  }

  number(name: string, otherwise: number, ...aliases: readonly string[]): number {
    const found = this.value(name, ...aliases) ?? otherwise;
    if (typeof found !== 'number') throw this.refusal(`a number for ${underscored(name)}`, found);
    return found;
  }

  /** A number, or a list of them. */
  numbers(name: string): number | readonly number[] {
    const found = this.value(name);
    const list = [found].flat();
    const numbers = list.filter((item): item is number => typeof item === 'number');
    if (numbers.length !== list.length) throw this.refusal(`numbers for ${underscored(name)}`, found);
    return Array.isArray(found) ? numbers : (numbers[0] ?? 0);
  }

  flag(name: string, otherwise: boolean): boolean {
    const found = this.value(name) ?? otherwise;
    if (typeof found !== 'boolean') throw this.refusal(`true or false for ${underscored(name)}`, found);
    return found;
  }

  text(name: string, otherwise: string): string {
    const found = this.value(name) ?? otherwise;
    if (typeof found !== 'string') throw this.refusal(`a name for ${underscored(name)}`, found);
    return found;
  }

  refusal(expected: string, received: unknown, fix?: string, cause?: unknown): DataError {
    return new DataError(
      { asked: this.owner, expected, received: shown(received), ...(fix !== undefined && { fix }) },
      this.place,
      { cause },
    );
  }

  /**
   * Runs what may find an argument wrong, and says whose argument it was. In a file, arguments may have any type,
   * so that what goes wrong by that is the file's fault as well.
   */
  attempt<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (error instanceof DataError) throw error;
      const message = error instanceof PellucidError ? error.message : 'its arguments make no sense.';
      throw new DataError({ asked: `${this.owner}: ${message}` }, this.place, { cause: error });
    }
  }
}

/**
 * The arguments an object has in a file, each of the type of what it replaces; those not there are left out. For a
 * default of null, which says no type, a number, or a list of numbers.
 */
export function argumentsIn(fields: Fields, defaults: Json): Json {
  const found: Record<string, unknown> = {};
  for (const [name, usual] of Object.entries(defaults)) {
    if (fields.value(name) === undefined) continue;
    if (typeof usual === 'number') found[name] = fields.number(name, usual);
    else if (typeof usual === 'boolean') found[name] = fields.flag(name, usual);
    else if (typeof usual === 'string') found[name] = fields.text(name, usual);
    else found[name] = fields.numbers(name);
  }
  return found;
}

/** The class and the arguments of an object in a file. @throws DataError when it has no class */
export function classIn(given: unknown, kind: string, place: Place): [string, Fields] {
  const className = isJson(given) && typeof given.class_name === 'string' ? given.class_name : '';
  const config = isJson(given) && isJson(given.config) ? given.config : {};
  const fields = new Fields(config, `${kind} in config.json`, place);
  if (className === '') throw fields.refusal('a class and its arguments', given);
  return [className, fields];
}

/** A value in a message: short, however large or deep it is. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isJson(value)) return typeof value.class_name === 'string' ? value.class_name : 'an object';
  return typeof value === 'string' ? value : `${value}`;
}

/** Whole numbers above 0, the lengths of axes, after the batch's, which is any. */
export function shapeAfterBatch(value: unknown): number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const shape = value.slice(1).filter((n): n is number => Number.isSafeInteger(n) && n > 0);
  return shape.length === value.length - 1 ? shape : undefined;
}
