import { expect, test } from 'vitest';
import { type NDArray, ndarray, ops, type Tensor, tensor } from '../../src/index.ts';
import { fixture } from '../data/fixture.ts';

interface Stored {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: number[];
  readonly data: (number | string)[];
}
interface Case {
  readonly name: string;
  readonly given: unknown[];
  readonly options: Record<string, unknown> | null;
  readonly values: Stored[];
}
// Written by fixtures/ops/kerasOps.py.
const cases = fixture<Case[]>('ops/kerasOps.json');

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const isStored = (value: unknown): value is Stored =>
  typeof value === 'object' && value !== null && 'dtype' in value;

const numberOf = (value: number | string): number =>
  typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity'));

function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  if (!isStored(value)) return value;
  const array: NDArray = ndarray(ARRAYS[value.dtype].from(value.data.map(numberOf)), value.shape);
  return tensor({ ...array, dtype: value.dtype });
}

const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Where an argument stands that Keras is given by name, for functions that take no options. */
const PLACES: Readonly<Record<string, number>> = { initial: 3, equalNan: 4, constantValues: 3 };
const placeOf = (name: string, argument: string): number | undefined => {
  if (argument !== 'axis') return PLACES[argument];
  return name === 'unstack' || name === 'norm' ? 2 : undefined;
};

/** Other names for what is here once. */
const SYNONYMS: Readonly<Record<string, string>> = { absolute: 'abs', trueDivide: 'divide' };

function call({ name, given, options }: Case): Tensor | Tensor[] {
  const path = name.split('.').map(camel);
  const last = path.at(-1) ?? '';
  const space: object = path.length > 1 ? ops.image : ops;
  const of: unknown = Reflect.get(space, SYNONYMS[last] ?? last);
  if (typeof of !== 'function') throw new Error(`ops.${last} is not there`);
  const args = given.map(argument);
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options ?? {})) {
    const place = placeOf(name, camel(key));
    if (place === undefined) rest[camel(key)] = argument(value);
    else args[place] = argument(value);
  }
  return of(...args, ...(Object.keys(rest).length > 0 ? [rest] : []));
}

const NUMBERED = cases.map((one, i) => ({ ...one, i }));

test.each(NUMBERED)('ops: $name is that of Keras, case $i', (one) => {
  const found = [call(one)].flat();
  expect(found).toHaveLength(one.values.length);
  for (const [i, wanted] of one.values.entries()) {
    expect(found[i]?.shape).toEqual(wanted.shape);
    expect(found[i]?.dtype).toBe(wanted.dtype);
    const numbers = found[i]?.dataSync() ?? [];
    const scale = Math.max(...wanted.data.map((x) => Math.abs(numberOf(x))).filter(Number.isFinite), 1);
    for (const [at, text] of wanted.data.entries()) {
      const number = numberOf(text);
      const actual = Number(numbers[at]);
      if (Number.isFinite(number)) {
        expect(Math.abs(actual - number), `number ${at}`).toBeLessThanOrEqual(
          2e-6 * Math.min(scale, 1 + 4 * Math.abs(number)),
        );
      } else expect(actual, `number ${at}`).toBe(number);
    }
  }
});
