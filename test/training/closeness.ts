import { expect } from 'vitest';
import { type TensorLike, tensor } from '../../src/index.ts';

/** Expects the same shape, and numbers within `tolerance`, relative to those expected where they are above 1. */
export function expectClose(actual: TensorLike, expected: TensorLike, tolerance: number): void {
  const found = tensor(actual).value();
  const wanted = tensor(expected).value();
  expect(found.shape).toEqual(wanted.shape);
  const error = Array.from(wanted.data).reduce((worst: number, value: number, i: number) => {
    const difference = Math.abs((found.data[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }, 0);
  expect(error).toBeLessThanOrEqual(tolerance);
}
