/** How many damaged files each suite reads; a long run takes more: `PELLUCID_FUZZ=5000 npx vitest run`. */
export const MUTATIONS = Number(process.env.PELLUCID_FUZZ ?? 300);

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A file cut off, or with some bytes changed, or with a run of them overwritten by another run of it. */
export function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
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
