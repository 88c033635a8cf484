import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../src/data/archive/zip.ts';
import { readHdf5 } from '../../src/formats/hdf5.ts';
import { DataError } from '../../src/graph/errors.ts';

/** How many damaged files each suite reads; a long run takes more: `PELLUCID_FUZZ=5000 npx vitest run hdf5Fuzz`. */
const MUTATIONS = Number(process.env.PELLUCID_FUZZ ?? 300);
const TIMEOUT = 60_000 + 50 * MUTATIONS;

const KERAS = new URL('../../fixtures/keras/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, KERAS)));

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A file cut off, or with some bytes changed, or with a run of them overwritten by another run of it. */
function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const result = bytes.slice();
  const kind = random();
  if (kind < 0.1) return result.subarray(0, below(result.length));
  if (kind < 0.2) {
    const start = below(result.length);
    result.copyWithin(below(result.length), start, start + below(64));
    return result;
  }
  // Structure tends to lie where values are neither zero nor floats: small, round or all ones.
  const values = [0, 1, 2, 8, 16, 64, 127, 128, 254, 255];
  for (let count = 1 + below(8); count > 0; count--) {
    const value = random() < 0.5 ? values[below(values.length)] : below(256);
    result[below(result.length)] = value ?? 0;
  }
  return result;
}

describe('damaged files', () => {
  const suites: [string, () => Promise<Uint8Array>][] = [
    [
      'a Keras file',
      async () => (await readArchive(bytesOf('adam.keras'))).get('model.weights.h5') ?? bytesOf(''),
    ],
    ['the newest layout', async () => bytesOf('hdf5/latest_chunked.h5')],
    ['every type of number', async () => bytesOf('hdf5/dtypes.h5')],
    ['text attributes', async () => bytesOf('hdf5/legacy_attributes.h5')],
  ];

  it.each(suites)(
    '%s, damaged, is read or refused, and the next one is read again',
    async (_, load) => {
      const bytes = await load();
      const whole = await readHdf5(bytes);
      const random = randomNumbers(7);
      let refused = 0;
      for (let round = 0; round < MUTATIONS; round++) {
        try {
          await readHdf5(damaged(bytes, random));
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(MUTATIONS / 20);
      expect(await readHdf5(bytes)).toEqual(whole);
    },
    TIMEOUT,
  );

  it(
    'an archive, damaged, is read or refused',
    async () => {
      const bytes = bytesOf('adam.keras');
      const random = randomNumbers(11);
      for (let round = 0; round < MUTATIONS; round++) {
        try {
          await readArchive(damaged(bytes, random));
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }
    },
    TIMEOUT,
  );
});
