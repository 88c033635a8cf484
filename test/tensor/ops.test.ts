import { expect, test } from 'vitest';
import { type NDArray, ndarray, ops, type Tensor, tensor } from '../../src/index.ts';
import { fixture } from '../data/fixture.ts';

interface Stored {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: number[];
  readonly data: number[];
}
// Written by fixtures/ops/kerasOps.py.
const cases = fixture<{ name: string; given: unknown[]; value: Stored }[]>('ops/kerasOps.json');

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const isStored = (value: unknown): value is Stored =>
  typeof value === 'object' && value !== null && 'dtype' in value;

function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (!isStored(value)) return value;
  const array: NDArray = ndarray(ARRAYS[value.dtype].from(value.data), value.shape);
  return tensor({ ...array, dtype: value.dtype });
}

test.each(cases)('ops: $name is that of Keras', ({ name, given, value }) => {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const [, of] = Object.entries(ops).find(([key]) => key === camel || key.toLowerCase() === camel) ?? [];
  const found = (of as (...given: unknown[]) => Tensor)(...given.map(argument));
  expect(found.shape).toEqual(value.shape);
  const numbers = found.dataSync();
  for (const [i, wanted] of value.data.entries()) {
    expect(Math.abs(Number(numbers[i]) - wanted), `number ${i}`).toBeLessThanOrEqual(
      2e-6 * (1 + Math.abs(wanted)),
    );
  }
});
