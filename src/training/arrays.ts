import { ArgumentError } from '../graph/errors.ts';
import { type NDArray, sizeOf } from '../graph/ndarray.ts';
import { isTexts, type NestedTexts, textTensor } from '../layers/preprocessing/texts.ts';
import { Tensor, type TensorLike, toArray } from '../tensor/tensor.ts';
import type { InputSpec } from './model/model.ts';

/** The arrays of a model: one, a list with one for each input or output, or a record by their names. */
export type Arrays = Values | readonly Values[] | Readonly<Record<string, Values>>;

/** Numbers, or texts for an input that takes them. */
export type Values = TensorLike | NestedTexts;

/**
 * Arrays in the order of `names`.
 *
 * @param kind what they are, for messages: `inputs` or `targets`
 * @throws ArgumentError for another number of them, or other names
 */
export function inOrderOf(given: Arrays, names: readonly string[], kind: string): Values[] {
  const problem = (received: string) =>
    new ArgumentError({
      asked: kind,
      expected:
        names.length === 1
          ? `one array, or { ${names[0]} }`
          : `a list of ${names.length} arrays, or a record of them by name: ${names.join(', ')}`,
      received,
    });
  if (isRecord(given)) {
    const unknown = Object.keys(given).filter((name) => !names.includes(name));
    const missing = names.filter((name) => !Object.hasOwn(given, name));
    if (unknown.length + missing.length > 0) {
      throw problem(missing.length > 0 ? `none for ${missing.join(', ')}` : `also ${unknown.join(', ')}`);
    }
    return names.map((name) => given[name] as Values);
  }
  if (names.length === 1) {
    // A list of one tensor or array of the data floor is a list of arrays, too.
    const [only] = Array.isArray(given) && given.length === 1 ? (given as readonly Values[]) : [];
    return [typeof only === 'object' && !Array.isArray(only) ? only : (given as Values)];
  }
  if (!Array.isArray(given)) throw problem('one array');
  if (given.length !== names.length) throw problem(`${given.length} arrays`);
  return [...(given as readonly Values[])];
}

/** Whether it is a list of tensors or arrays, rather than nested numbers. */
export const isList = (given: Arrays): given is readonly TensorLike[] =>
  Array.isArray(given) &&
  given.some((one) => one instanceof Tensor || (typeof one === 'object' && 'data' in one));

function isRecord(given: Arrays): given is Readonly<Record<string, Values>> {
  return (
    typeof given === 'object' &&
    !Array.isArray(given) &&
    !ArrayBuffer.isView(given) &&
    !(given instanceof Tensor) &&
    !('data' in given && 'shape' in given)
  );
}

/** Inputs in the dtypes the model takes; where it does not say, whole numbers stay, and the rest becomes float32. */
export function inputsOf(given: Arrays, specs: readonly InputSpec[]): NDArray[] {
  // A model that has not said what it takes gets what there is.
  if (specs.length === 0)
    return (isList(given) ? given : [given as Values]).map((one) => numbersOf(one, undefined));
  const names = specs.map(({ name }) => name);
  return inOrderOf(given, names, 'inputs').map((array, i) => numbersOf(array, specs[i]));
}

/** @throws ArgumentError for texts */
export function numbersOnly(given: Values, kind: string): TensorLike {
  if (!isTexts(given)) return given;
  throw new ArgumentError({
    asked: kind,
    expected: 'numbers',
    received: 'texts',
    fix: 'Look texts up before, by stringLookup or encodeTarget.',
  });
}

/** The numbers of an input, those that stand for its texts if it takes such. */
function numbersOf(given: Values, spec: InputSpec | undefined): NDArray {
  if (!isTexts(given)) return inDtype(given, spec?.dtype);
  if (spec?.takesTexts) return textTensor(given).value();
  throw new ArgumentError({
    asked: `input "${spec?.name ?? 'input'}"`,
    expected: 'numbers',
    received: 'texts',
    fix: "Begin the model with input(shape, { dtype: 'string' }) and a stringLookup, or look texts up before.",
  });
}

function inDtype(given: TensorLike, wanted: NDArray['dtype'] | undefined): NDArray {
  const kept = given instanceof Tensor || isArray(given) ? given.dtype : undefined;
  const dtype = wanted ?? (kept === 'int32' || kept === 'uint32' ? kept : 'float32');
  return given instanceof Tensor ? given.cast(dtype).value() : toArray(given, { dtype });
}

const isArray = (given: TensorLike): given is NDArray =>
  typeof given === 'object' && 'data' in given && 'dtype' in given;

/** Some rows of an array, in the order given. */
export function takeRows(array: NDArray, rows: Int32Array): NDArray {
  const width = sizeOf(array.shape.slice(1));
  const data = array.data.slice(0, rows.length * width);
  rows.forEach((row, i) => {
    data.set(array.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return { dtype: array.dtype, shape: [rows.length, ...array.shape.slice(1)], data };
}

/** The rows from `from` up to, not including, `to`. */
export function rowsBetween({ dtype, shape, data }: NDArray, from: number, to: number): NDArray {
  const width = sizeOf(shape.slice(1));
  return { dtype, shape: [to - from, ...shape.slice(1)], data: data.slice(from * width, to * width) };
}
