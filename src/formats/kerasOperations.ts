/** Functions of `ops` among the layers of a functional graph, as files of Keras have them. */
import type { Dtype } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import { isOperable, type Operation, type OperationKind, operate } from '../layers/operation.ts';
import { SymbolicTensor } from '../layers/symbolic.ts';
import * as ops from '../ops/index.ts';
import { type Nested, type TensorLike, tensor } from '../tensor/tensor.ts';
import { type Fields, isJson, type Json } from './kerasFields.ts';
import { checkShapes } from './kerasLayer.ts';

/** A function of `ops`: its name there, `image.resize` and the like, and what it is. */
export interface KnownOperation {
  readonly name: string;
  readonly kind: OperationKind;
}

const among = (space: object, prefix = ''): [string, KnownOperation][] =>
  Object.entries(space).flatMap(([name, value]: [string, unknown]): [string, KnownOperation][] =>
    isOperable(value) ? [[value.kind.className, { name: `${prefix}${name}`, kind: value.kind }]] : [],
  );

const OPERATIONS: ReadonlyMap<string, KnownOperation> = new Map([
  ...among(ops),
  ...among(ops.image, 'image.'),
]);

/** Classes of Keras that do what another does. */
const SYNONYMS: Readonly<Record<string, string>> = {
  TrueDivide: 'Divide',
  Abs: 'Absolute',
  Amax: 'Max',
  Amin: 'Min',
};

/** The function of a class. */
export const operationOf = (className: string): KnownOperation | undefined =>
  OPERATIONS.get(SYNONYMS[className] ?? className);

/** `xMin` → `x_min`, `axis1` → `axis1`: as Keras names arguments of functions. */
export const argumentName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Settings that change nothing here: in what order the greatest come, and how sums are spread over machines. */
const HARMLESS: ReadonlySet<string> = new Set(['name', 'sorted', 'synchronized', 'flash_attention']);
/** Settings by which a function makes so many steps, parts or windows. */
const COUNTS: ReadonlySet<string> = new Set(
  'n num k repeats padWidth indicesOrSections poolSize strides dilationRate outputPadding size'.split(' '),
);
const LARGEST_COUNT = 2 ** 13;
/** Lengths of axes. */
const LENGTHS: ReadonlySet<string> = new Set(['newshape', 'shape', 'numClasses', 'numSegments']);
const LARGEST_LENGTH = 2 ** 24;
/** Functions that make a tensor of each place along an axis, or of a part. */
const PARTING: ReadonlySet<string> = new Set(['Unstack', 'Split']);

/** Finds the tensor that a value of a file stands for; undefined for one that is still to be computed. */
export type TensorFinder = (json: Json) => SymbolicTensor | undefined;

/**
 * One call of an operation of a file.
 *
 * @returns its results; undefined while what it is called on is still to be computed
 * @throws DataError for arguments that make no sense, or would take more memory than any example is worth
 */
export function readOperation(
  { kind }: KnownOperation,
  { fields, config, name }: { readonly fields: Fields; readonly config: Json; readonly name: string },
  call: unknown,
  find: TensorFinder,
): readonly SymbolicTensor[] | undefined {
  checkSettings(kind, fields, config);
  const reader = new ArgumentReader(fields, find);
  const given = reader.all(kind, call);
  if (reader.isWaiting) return undefined;
  const symbols = given.flat().filter((value) => value instanceof SymbolicTensor);
  if (symbols.length === 0) throw fields.refusal('a call on at least one tensor', 'none');
  const parted = symbols.find(({ shape }) => shape.some((length) => (length ?? 0) > LARGEST_COUNT));
  if (PARTING.has(kind.className) && parted) {
    throw fields.refusal(
      `axes of at most ${LARGEST_COUNT}`,
      `[${parted.shape.map((length) => length ?? 'batch').join(', ')}]`,
    );
  }
  const results = [fields.attempt(() => operate(kind, given, name))].flat();
  checkShapes(
    results.map(({ shape }) => shape.filter((length) => length !== null)),
    fields,
  );
  return results;
}

function checkSettings(kind: OperationKind, fields: Fields, config: Json): void {
  const known = new Set(kind.parameters.map(({ name }) => argumentName(name)));
  for (const [name, value] of Object.entries(config)) {
    if (known.has(name) || HARMLESS.has(name) || value === null || value === false) continue;
    throw fields.refusal(`no ${name}`, value);
  }
  for (const { name, isSetting } of kind.parameters) {
    const most = COUNTS.has(name) ? LARGEST_COUNT : LENGTHS.has(name) ? LARGEST_LENGTH : undefined;
    if (!isSetting || most === undefined) continue;
    const numbers: unknown[] = [fields.value(name)].flat(4);
    const large = numbers.find((number) => typeof number === 'number' && Math.abs(number) > most);
    if (large !== undefined) throw fields.refusal(`${argumentName(name)} of at most ${most}`, large);
  }
}

const DTYPES: readonly Dtype[] = ['float32', 'int32', 'bool', 'float16', 'bfloat16', 'float64'];

/** How deep lists of numbers may lie in one another. */
const DEEPEST = 32;

/** The arguments of one call. */
class ArgumentReader {
  /** Whether a tensor was asked for that is still to be computed. */
  isWaiting = false;
  readonly #fields: Fields;
  readonly #find: TensorFinder;

  constructor(fields: Fields, find: TensorFinder) {
    this.#fields = fields;
    this.#find = find;
  }

  /** In the order in which the function takes them. */
  all({ className, parameters }: OperationKind, call: unknown): unknown[] {
    const args: unknown = isJson(call) ? call.args : undefined;
    const kwargs: unknown = isJson(call) ? (call.kwargs ?? {}) : undefined;
    if (!Array.isArray(args) || !isJson(kwargs))
      throw this.#fields.refusal('a call with args and kwargs', call);
    const positional: unknown[] = [];
    const options: [string, unknown][] = [];
    let next = 0;
    for (const { name, isSetting, isOption, isRest } of parameters) {
      if (isRest) {
        positional.push(
          ...(className === 'GetItem'
            ? this.#key(args[next])
            : args.slice(next).map((value) => this.#value(value))),
        );
        continue;
      }
      const given: unknown = isSetting
        ? this.#fields.value(name)
        : (args[next++] ?? kwargs[argumentName(name)]);
      const value = name === 'dtype' ? this.#dtype(given) : this.#value(given);
      if (isOption) options.push([name, value]);
      else positional.push(value);
    }
    const chosen = options.filter(([, value]) => value !== undefined);
    return chosen.length > 0 ? [...positional, Object.fromEntries(chosen)] : positional;
  }

  #value(given: unknown, depth = 0): unknown {
    if (given === null || given === undefined) return undefined;
    if (Array.isArray(given) && depth < DEEPEST) {
      return given.map((item: unknown) => this.#value(item, depth + 1));
    }
    if (isJson(given) && isJson(given.config)) {
      if (given.class_name === '__keras_tensor__') return this.#symbol(given);
      if (given.class_name === '__tensor__' || given.class_name === '__numpy__')
        return this.#constant(given.config);
    }
    if (typeof given !== 'object') return given;
    throw this.#fields.refusal('tensors, numbers and names', given);
  }

  #symbol(json: Json): SymbolicTensor | undefined {
    const found = this.#find(json);
    if (!found) this.isWaiting = true;
    return found;
  }

  #constant({ value, dtype }: Json): TensorLike {
    const kept = this.#dtype(dtype);
    return this.#fields.attempt(() => tensor(value as Nested, kept && { dtype: kept }));
  }

  /** Whole numbers of any length are int32 here. */
  #dtype(given: unknown): Dtype | undefined {
    if (given === null || given === undefined) return undefined;
    const name = `${given}`;
    const kept = /^u?int\d+$/.test(name) ? 'int32' : DTYPES.find((dtype) => dtype === name);
    if (kept) return kept;
    throw this.#fields.refusal(`a dtype among ${DTYPES.join(', ')}`, given);
  }

  /** The parts of `x[…]`. */
  #key(given: unknown): ops.KeyPart[] {
    return (Array.isArray(given) ? given : [given]).map((part: unknown): ops.KeyPart => {
      if (typeof part === 'number' || part === null) return part;
      if (isJson(part) && part.class_name === '__ellipsis__') return '...';
      const config = isJson(part) && part.class_name === '__slice__' ? part.config : undefined;
      if (!isJson(config)) throw this.#fields.refusal('places and ranges in brackets', part);
      const ends = [config.start, config.stop, config.step].map((end) => end ?? null);
      const known = ends.filter((end) => end === null || typeof end === 'number');
      if (known.length < ends.length) throw this.#fields.refusal('whole numbers in a range', part);
      const [start = null, stop = null, step = null] = known;
      return [start, stop, step];
    });
  }
}

/**
 * An operation with its call as Keras writes it.
 *
 * @param inputs the tensors of its call
 * @param write writes one of them
 * @throws ArgumentError for settings that are not finite, which files cannot hold
 */
export function writeOperation(
  operation: Operation,
  inputs: readonly SymbolicTensor[],
  write: (x: SymbolicTensor) => Json,
): Json {
  const { name, className, kind } = operation;
  const config: Record<string, unknown> = { name };
  const args: unknown[] = [];
  for (const [parameter, value] of operation.argumentsOf(inputs)) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new ArgumentError({
        asked: `saving operation "${name}" (${className})`,
        expected: `a finite ${parameter.name}`,
        received: `${value}`,
      });
    }
    if (parameter.isSetting) {
      if (value !== undefined) config[argumentName(parameter.name)] = value;
    } else if (className === 'GetItem' && parameter.isRest)
      args.push((value as ops.KeyPart[]).map(writtenPart));
    else if (parameter.isRest) args.push(...(value as unknown[]).map((one) => writtenValue(one, write)));
    else if (parameter.name === 'startIndices') args.push(value);
    else if (value === undefined && !parameter.isOption) args.push(undefined);
    else args.push(writtenValue(value, write));
  }
  // Keras says of tensors that may be left out, as of a normalisation, that they are; of numbers it does not.
  while (args.length > 0 && args.at(-1) === undefined) args.pop();
  return {
    module: `keras.src.ops.${kind.module}`,
    class_name: className,
    config,
    registered_name: className,
    name,
    inbound_nodes: [{ args: args.map((value) => value ?? null), kwargs: {} }],
  };
}

function writtenValue(value: unknown, write: (x: SymbolicTensor) => Json): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof SymbolicTensor) return write(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value) && value.some((item) => item instanceof SymbolicTensor)) {
    return value.map((item: unknown) => writtenValue(item, write));
  }
  const constant = tensor(value as TensorLike);
  return {
    class_name: '__tensor__',
    config: { value: constant.array(), dtype: constant.dtype satisfies Dtype },
  };
}

function writtenPart(part: ops.KeyPart): unknown {
  if (part === '...') return { class_name: '__ellipsis__', config: {} };
  if (part === null || typeof part === 'number') return part;
  const [start = null, stop = null, step = null] = part;
  return { class_name: '__slice__', config: { start, stop, step } };
}
