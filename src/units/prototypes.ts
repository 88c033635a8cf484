import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { checkCount } from './check.ts';

/** Σ (xᵢ − wᵢ)² to each row of weights. */
export function squaredDistances(
  rows: readonly (readonly number[])[],
  x: readonly number[],
): readonly number[] {
  return rows.map((row) =>
    row.reduce((sum, w, i) => {
      const apart = (x[i] ?? 0) - w;
      return sum + apart * apart;
    }, 0),
  );
}

/** Different rows of the inputs, drawn by the seed. */
export function startingRows(
  inputs: readonly (readonly number[])[],
  count: number,
  seed: number,
): (readonly number[])[] {
  checkCount('units', count);
  if (count > inputs.length) {
    throw new ArgumentError({
      asked: `${count} units that start at inputs`,
      expected: `at least ${count} inputs`,
      received: String(inputs.length),
    });
  }
  const order = new RandomStream(seed).permutation(inputs.length);
  return [...order.subarray(0, count)].map((at) => inputs[at] ?? []);
}
