import { ArgumentError } from '../graph/errors.ts';

/** Refuses a list of another length. */
export function checkLength(asked: string, list: readonly unknown[], length: number): void {
  if (list.length !== length) {
    throw new ArgumentError({ asked, expected: String(length), received: String(list.length) });
  }
}

/** Refuses NaN and infinities. */
export function checkFinite(asked: string, list: readonly number[]): void {
  const wrong = list.find((value) => !Number.isFinite(value));
  if (wrong !== undefined)
    throw new ArgumentError({ asked, expected: 'finite numbers', received: String(wrong) });
}

/** Refuses a number that is not whole or below the least one allowed. */
export function checkCount(asked: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError({
      asked,
      expected: `a whole number, at least ${least}`,
      received: String(value),
    });
  }
}

/** Refuses a number that is not finite or below the least one allowed. */
export function checkAtLeast(asked: string, value: number, least: number): void {
  if (!Number.isFinite(value) || value < least) {
    throw new ArgumentError({ asked, expected: `a number, at least ${least}`, received: String(value) });
  }
}

/** Refuses rows that differ in length, or none; returns their length. */
export function checkRows(asked: string, rows: readonly (readonly number[])[]): number {
  const [first] = rows;
  if (!first || first.length === 0) {
    throw new ArgumentError({ asked, expected: 'at least one row of numbers', received: 'none' });
  }
  for (const row of rows) {
    checkLength(`${asked}, numbers in a row`, row, first.length);
    checkFinite(asked, row);
  }
  return first.length;
}
