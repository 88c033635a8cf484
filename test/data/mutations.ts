import { expect } from 'vitest';
import { DataError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';

/** How many damaged files each format reads; a long run takes more: `PELLUCID_FUZZ=5000 npx vitest run fuzz`. */
export const MUTATIONS = Number(process.env.PELLUCID_FUZZ ?? 300);
export const FUZZ_TIMEOUT = 60_000 + 50 * MUTATIONS;

/** A file cut off, or with a run of it copied over another, or with some bytes changed, most often early ones. */
export function damaged(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const result = bytes.slice();
  const kind = random.uniform();
  if (kind < 0.1) return result.subarray(0, random.integer(result.length));
  if (kind < 0.2) {
    const start = random.integer(result.length);
    result.copyWithin(random.integer(result.length), start, start + random.integer(64));
    return result;
  }
  const values = [0, 1, 2, 8, 16, 64, 127, 128, 254, 255];
  const within = random.uniform() < 0.5 ? Math.min(64, result.length) : result.length;
  for (let changes = 1 + random.integer(8); changes > 0; changes--) {
    const value = random.uniform() < 0.5 ? values[random.integer(values.length)] : random.integer(256);
    result[random.integer(within)] = value ?? 0;
  }
  return result;
}

/**
 * Reads `MUTATIONS` damaged copies of a file: each is read or refused with a DataError, within a second; and the
 * whole file is read as before.
 */
export async function readDamaged(
  bytes: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  least = MUTATIONS / 20,
): Promise<void> {
  const whole = await read(bytes);
  const random = new RandomStream(7);
  let refused = 0;
  for (let round = 0; round < MUTATIONS; round++) {
    const file = damaged(bytes, random);
    const start = performance.now();
    try {
      await read(file);
    } catch (error) {
      expect(error, `mutation ${round}: ${error instanceof Error ? error.stack : error}`).toBeInstanceOf(
        DataError,
      );
      refused++;
    }
    expect(performance.now() - start, `mutation ${round}`).toBeLessThan(1000);
  }
  expect(refused).toBeGreaterThanOrEqual(least);
  expect(await read(bytes)).toEqual(whole);
}
