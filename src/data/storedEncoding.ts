import { DataError } from '../graph/errors.ts';
import type { Encoding, InputEncoding } from './encoding.ts';
import type { TargetEncoding } from './target.ts';

/**
 * Checks that a value read from a model file is an encoding; fields an encoding does not have are dropped.
 *
 * @param source The file, for messages.
 * @throws DataError naming the part that is not what it should be.
 */
export function readEncoding(value: unknown, source = 'encoding'): Encoding {
  const check = new Checker(source);
  const { inputs, target } = check.record(value, 'encoding');
  return {
    inputs: check.list(inputs, 'inputs').map((input, i) => readInput(check, input, `inputs[${i}]`)),
    target: readTarget(check, target),
  };
}

function readInput(check: Checker, value: unknown, path: string): InputEncoding {
  const { kind, column, mean, deviation, indicator, categories } = check.record(value, path);
  const name = check.text(column, `${path}.column`);
  if (kind === 'category')
    return { kind, column: name, categories: check.names(categories, `${path}.categories`) };
  if (kind !== 'numeric') throw check.failure(`${path}.kind`, 'numeric or category', kind);
  return { kind, column: name, ...check.moments({ mean, deviation }, path), indicator: indicator === true };
}

function readTarget(check: Checker, value: unknown): TargetEncoding {
  const { kind, column, mean, deviation, classes } = check.record(value, 'target');
  const name = check.text(column, 'target.column');
  if (kind === 'regression') return { kind, column: name, ...check.moments({ mean, deviation }, 'target') };
  if (kind !== 'binary' && kind !== 'classes') {
    throw check.failure('target.kind', 'binary, classes or regression', kind);
  }
  const names = check.names(classes, 'target.classes');
  const fits = kind === 'binary' ? names.length === 2 : names.length > 2;
  if (!fits)
    throw check.failure('target.classes', kind === 'binary' ? 'two names' : 'three names or more', classes);
  return { kind, column: name, classes: names };
}

/** Tells what a part of the file is, or fails with its path. */
class Checker {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  failure(path: string, expected: string, received: unknown): DataError {
    const shown = JSON.stringify(received) ?? 'nothing';
    return new DataError(
      {
        asked: `reading ${path} of a stored encoding`,
        expected,
        received: shown.length > 60 ? `${shown.slice(0, 60)}…` : shown,
        fix: 'The file is damaged, or from another program: save the model again.',
      },
      { file: this.#source },
    );
  }

  record(value: unknown, path: string): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.failure(path, 'an object', value);
    }
    return Object.fromEntries(Object.entries(value));
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (!Array.isArray(value)) throw this.failure(path, 'a list', value);
    return value;
  }

  text(value: unknown, path: string): string {
    if (typeof value !== 'string') throw this.failure(path, 'a text', value);
    return value;
  }

  names(value: unknown, path: string): string[] {
    const names = this.list(value, path).map((name, i) => this.text(name, `${path}[${i}]`));
    if (new Set(names).size !== names.length) throw this.failure(path, 'different names', value);
    return names;
  }

  moments({ mean, deviation }: { mean: unknown; deviation: unknown }, path: string) {
    if (typeof mean !== 'number' || !Number.isFinite(mean))
      throw this.failure(`${path}.mean`, 'a number', mean);
    if (typeof deviation !== 'number' || !(deviation > 0 && deviation < Number.POSITIVE_INFINITY)) {
      throw this.failure(`${path}.deviation`, 'a number above 0', deviation);
    }
    return { mean, deviation };
  }
}
