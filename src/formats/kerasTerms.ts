import { ArgumentError, PellucidError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { sizeOf } from '../graph/ndarray.ts';
import {
  ACTIVATIONS,
  type ActivationName,
  activationNameOf,
  kerasActivationName,
} from '../layers/activations.ts';
import {
  type Constraint,
  constraintOf,
  maxNorm,
  minMaxNorm,
  nonNeg,
  unitNorm,
} from '../layers/constraints.ts';
import type { Initializer } from '../layers/initializers.ts';
import {
  l1,
  l1L2,
  l2,
  type OrthogonalArguments,
  orthogonal,
  type Regularizer,
  regularizerOf,
} from '../layers/regularizers.ts';
import { zeros } from '../tensor/functions.ts';
import { type Described, Fields, isJson, type Json, shown, writtenObject } from './kerasFields.ts';
import { readInitializer } from './kerasInitializers.ts';

/**
 * How many numbers the weights of a file may have while its model is made. Until `end`, weights begin at 0, for
 * their values are in the file; a configuration cannot ask for more memory than its file has numbers.
 */
export class Allowance {
  #left: number;
  #zeros = true;
  #ended = false;

  constructor(numbers: number) {
    this.#left = numbers;
  }

  /** Lets weights begin as they should, within the allowance: there are no others to take their place. */
  initialize(): void {
    this.#zeros = false;
  }

  /** From now on initialisers do what they are named for. */
  end(): void {
    this.#ended = true;
  }

  /** The same initialiser, held to the allowance. */
  hold(initializer: Initializer): Initializer {
    return {
      ...initializer,
      make: (shape, key) => {
        if (this.#ended) return initializer.make(shape, key);
        this.#take(shape);
        return this.#zeros ? zeros(shape) : initializer.make(shape, key);
      },
    };
  }

  #take(shape: Shape): void {
    const size = sizeOf(shape);
    if (size <= this.#left) {
      this.#left -= size;
      return;
    }
    throw new ArgumentError({
      asked: `a weight of [${shape.join(', ')}]`,
      expected: 'weights of no more numbers than the file has',
      received: `${size} where ${this.#left} are left`,
    });
  }
}

/** The activation of an argument; linear where it says none. */
export function activationIn(fields: Fields, name = 'activation'): ActivationName {
  const given = fields.value(name) ?? 'linear';
  // Keras writes functions it knows as objects where they are not its own.
  const named = isJson(given) && typeof given.config === 'string' ? given.config : given;
  const found = typeof named === 'string' ? activationNameOf(named) : undefined;
  if (found) return found;
  throw fields.refusal(
    `an activation among ${Object.keys(ACTIVATIONS).map(kerasActivationName).join(', ')}`,
    shown(given),
  );
}

/** The initialiser of an argument. One of another kind is not needed, for the weights are in the file. */
export function initializerIn(
  fields: Fields,
  name: string,
  otherwise: Initializer,
  warnings: string[],
): Initializer {
  const given = fields.value(name);
  if (given === undefined) return otherwise;
  const found = readInitializer(given, fields);
  if (found) return found;
  warnings.push(`${fields.owner}: ${shown(given)} is not known; ${otherwise.className} takes its place.`);
  return otherwise;
}

const axesIn = (fields: Fields) => ({
  axis: fields.value('axis') === undefined ? 0 : fields.numbers('axis'),
});

const REGULARIZERS: ReadonlyMap<string, (fields: Fields) => Regularizer> = new Map<
  string,
  (fields: Fields) => Regularizer
>([
  ['L1', (fields) => l1({ l1: fields.number('l1', 0.01) })],
  ['L2', (fields) => l2({ l2: fields.number('l2', 0.01) })],
  ['L1L2', (fields) => l1L2({ l1: fields.number('l1', 0), l2: fields.number('l2', 0) })],
  [
    'OrthogonalRegularizer',
    (fields) =>
      orthogonal({
        factor: fields.number('factor', 0.01),
        // What is neither the regulariser itself refuses.
        mode: fields.text('mode', 'rows') as OrthogonalArguments['mode'] & string,
      }),
  ],
]);

const CONSTRAINTS: ReadonlyMap<string, (fields: Fields) => Constraint> = new Map<
  string,
  (fields: Fields) => Constraint
>([
  ['MaxNorm', (fields) => maxNorm({ maxValue: fields.number('maxValue', 2), ...axesIn(fields) })],
  ['NonNeg', () => nonNeg()],
  ['UnitNorm', (fields) => unitNorm(axesIn(fields))],
  [
    'MinMaxNorm',
    (fields) =>
      minMaxNorm({
        minValue: fields.number('minValue', 0),
        maxValue: fields.number('maxValue', 1),
        rate: fields.number('rate', 1),
        ...axesIn(fields),
      }),
  ],
]);

/** The regulariser of an argument; one that is not known is left out, and `warnings` say so: it only trains. */
export const regularizerIn = (fields: Fields, name: string, warnings: string[]): Regularizer | undefined =>
  termIn(fields, name, REGULARIZERS, regularizerOf, warnings);

/** The constraint of an argument, likewise. */
export const constraintIn = (fields: Fields, name: string, warnings: string[]): Constraint | undefined =>
  termIn(fields, name, CONSTRAINTS, constraintOf, warnings);

function termIn<T>(
  fields: Fields,
  name: string,
  known: ReadonlyMap<string, (fields: Fields) => T>,
  named: (name: string) => T,
  warnings: string[],
): T | undefined {
  const given = fields.value(name);
  if (given === undefined) return undefined;
  try {
    if (typeof given === 'string') return named(given);
    const make = isJson(given) && typeof given.class_name === 'string' && known.get(given.class_name);
    const config = isJson(given) && isJson(given.config) ? given.config : {};
    if (make) return make(new Fields(config, `${fields.owner}, ${name}`, fields.place));
  } catch (error) {
    if (!(error instanceof PellucidError)) throw error;
  }
  warnings.push(`${fields.owner}: ${name} ${shown(given)} is not known, and left out.`);
  return undefined;
}

/**
 * An argument of a layer as Keras writes it.
 *
 * @throws ArgumentError for a function, which is no data
 */
export function writtenTerm(owner: string, key: string, value: unknown): unknown {
  if (typeof value === 'function') {
    throw new ArgumentError({
      asked: `saving ${owner}`,
      expected: `${key} by its name`,
      received: 'a function, which would be code in the file',
    });
  }
  if (/activation$/i.test(key) && typeof value === 'string') return kerasActivationName(value);
  if (!isDescribed(value)) return value;
  if (key.endsWith('Initializer')) return writtenKnown(owner, 'keras.initializers', value);
  if (key.endsWith('Regularizer')) return writtenKnown(owner, 'keras.regularizers', value);
  if (key.endsWith('Constraint')) return writtenKnown(owner, 'keras.constraints', value);
  return value;
}

const isDescribed = (value: unknown): value is Described =>
  isJson(value) && typeof value.className === 'string' && isJson(value.config);

function writtenKnown(owner: string, module: string, value: Described): Json {
  const kinds: Readonly<Record<string, { has(name: string): boolean } | undefined>> = {
    'keras.regularizers': REGULARIZERS,
    'keras.constraints': CONSTRAINTS,
  };
  if (kinds[module]?.has(value.className) ?? true) return writtenObject(module, value);
  throw new ArgumentError({
    asked: `saving ${owner}`,
    expected: `one of ${module}`,
    received: value.className,
  });
}
