import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { toArray } from '../tensor/tensor.ts';
import { type Arrays, inOrderOf, inputsOf, isList, numbersOnly, rowsBetween, type Values } from './arrays.ts';
import type { Model } from './model/model.ts';

/** What belongs to examples, or to a batch of them: for each input, and for each output. */
export interface Parts<T> {
  readonly inputs: readonly T[];
  /** None for an output nothing is wanted of. */
  readonly targets: readonly (T | undefined)[];
  readonly weights: readonly (T | undefined)[];
}

/** Examples in host memory. */
export interface Examples extends Parts<NDArray> {
  readonly count: number;
}

/** The same parts, each made into something else, in a fixed order. */
export function mapParts<T, U>(parts: Parts<T>, make: (part: T) => U): Parts<U> {
  const some = (part: T | undefined) => (part === undefined ? undefined : make(part));
  return {
    inputs: parts.inputs.map(make),
    targets: parts.targets.map(some),
    weights: parts.weights.map(some),
  };
}

/** All parts that are there, in the order of `mapParts`. */
export function listParts<T>(parts: Parts<T>): T[] {
  const list: T[] = [];
  mapParts(parts, (part) => list.push(part));
  return list;
}

/** How much examples count. */
export interface WeightingOptions {
  /** Of each: [examples], or with time steps; for several outputs, one for each or for all. */
  readonly sampleWeight?: Arrays;
  /** Of each class, 1 by default; for whole-number or one-hot targets of one output. */
  readonly classWeight?: Readonly<Record<number, number>>;
}

/**
 * Inputs in the dtypes of the model, targets as they are, checked to go together.
 *
 * @throws ArgumentError when there are none, or not as many of one as of the other
 */
export function examplesOf(model: Model, x: Arrays, y: Arrays | undefined, sampleWeight?: Arrays): Examples {
  const inputs = inputsOf(x, model.inputSpecs);
  const targets = targetsOf(model, y);
  const count = inputs[0]?.shape[0] ?? 0;
  const weights: (NDArray | undefined)[] =
    sampleWeight === undefined
      ? targets.map(() => undefined)
      : sampleWeightsOf(sampleWeight, model, targets.length);

  const uneven = [...inputs, ...targets, ...weights].filter((array) => array && array.shape[0] !== count);
  if (count === 0 || uneven.length > 0) {
    const received =
      inputs.length + targets.length > 2 || weights.some(Boolean)
        ? [...inputs, ...targets, ...weights].map((array) => array?.shape[0] ?? 0).join(', ')
        : `${count} inputs and ${targets[0]?.shape[0] ?? 0} targets`;
    throw new ArgumentError({
      asked: 'examples',
      expected: 'as many targets as inputs, and at least one',
      received,
    });
  }
  return { inputs, targets, weights, count };
}

/** Examples whose weights are those of their classes. */
export function withClassWeights(
  examples: Examples,
  classWeight: Readonly<Record<number, number>> | undefined,
): Examples {
  if (!classWeight) return examples;
  if (examples.weights.some(Boolean)) {
    throw new ArgumentError({
      asked: 'classWeight and sampleWeight',
      expected: 'one of them',
      fix: 'Multiply the sample weights by those of the classes.',
    });
  }
  return { ...examples, weights: [classWeighted(examples.targets, classWeight)] };
}

function targetsOf(model: Model, y: Arrays | undefined): (NDArray | undefined)[] {
  if (y === undefined) return [];
  const list = (array: Values) => toArray(numbersOnly(array, 'targets'));
  if (model.trainStep) return isList(y) ? y.map(list) : [list(y as Values)];
  const wanted = model.compiled.outputs.map(({ name, loss, metrics }) => ({
    name,
    needed: loss !== undefined || metrics.length > 0,
  }));
  const names = wanted.filter(({ needed }) => needed).map(({ name }) => name);
  const given = isList(y) && y.length === wanted.length ? wanted.map(({ name }) => name) : names;
  const arrays = inOrderOf(y, given, 'targets').map(list);
  return wanted.map(({ name, needed }) => (needed ? arrays[given.indexOf(name)] : undefined));
}

function sampleWeightsOf(given: Arrays, model: Model, count: number): NDArray[] {
  const asFloats = (array: Values) => toArray(numbersOnly(array, 'sample weights'), { dtype: 'float32' });
  const names = model.trainStep ? ['output'] : model.compiled.outputs.map(({ name }) => name);
  if (count > 1 && !isList(given) && !isNamed(given, names)) {
    const one = asFloats(given as Values);
    return Array.from({ length: count }, () => one);
  }
  return inOrderOf(given, names, 'sample weights').map(asFloats);
}

const isNamed = (given: Arrays, names: readonly string[]): boolean =>
  typeof given === 'object' && names.some((name) => Object.hasOwn(given, name));

/** @see Keras `class_weight_to_sample_weights` */
function classWeighted(
  targets: readonly (NDArray | undefined)[],
  classWeight: Readonly<Record<number, number>>,
): NDArray {
  const [target] = targets;
  if (targets.length !== 1 || !target) {
    throw new ArgumentError({
      asked: 'classWeight',
      expected: 'a model of one output',
      received: `${targets.length}`,
      fix: 'Give sampleWeight instead.',
    });
  }
  const count = target.shape[0] ?? 0;
  const width = target.data.length / Math.max(count, 1);
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = target.data.subarray(i * width, (i + 1) * width);
    const label = width === 1 ? Math.round(row[0] ?? 0) : row.indexOf(Math.max(...row));
    data[i] = classWeight[label] ?? 1;
  }
  return { dtype: 'float32', shape: [count], data };
}

/**
 * The first examples, and the last `share` of them.
 *
 * @throws ArgumentError when that leaves none on one side
 */
export function splitLast(examples: Examples, share: number): [Examples, Examples | undefined] {
  if (share === 0) return [examples, undefined];
  const { count } = examples;
  const kept = Math.floor(count * (1 - share));
  if (!(share > 0 && share < 1) || kept === 0 || kept === count) {
    throw new ArgumentError({
      asked: `validationSplit ${share} of ${count} examples`,
      expected: 'a share between 0 and 1 that leaves examples on both sides',
    });
  }
  const part = (from: number, to: number): Examples => ({
    ...mapParts(examples, (array) => rowsBetween(array, from, to)),
    count: to - from,
  });
  return [part(0, kept), part(kept, count)];
}
