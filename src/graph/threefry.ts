/**
 * Randomness is a counter: the i-th number of a key is a pure function of (key, i), so every backend, thread
 * and machine draws the same numbers.
 *
 * @see Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, Threefry-2x32 with 20 rounds.
 */
export type Key = readonly [number, number];

/** Rotation distances of the eight-round schedule (Salmon et al., table 2). */
export const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The key schedule's parity constant, from Skein. */
export const PARITY = 0x1bd11bda;

const rotate = (x: number, distance: number) => (x << distance) | (x >>> (32 - distance));

/** Encrypts the 64-bit counter (high, low) under `key` to 64 random bits. */
export function threefry2x32(key: Key, high: number, low: number): [number, number] {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ PARITY];
  let x0 = (high + key[0]) | 0;
  let x1 = (low + key[1]) | 0;
  for (let round = 0; round < 20; round++) {
    x0 = (x0 + x1) | 0;
    x1 = x0 ^ rotate(x1, ROTATIONS[round % 8] as number);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + (schedule[injection % 3] as number)) | 0;
      x1 = (x1 + (schedule[(injection + 1) % 3] as number) + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The key of a seed, as JAX makes it: (high word, low word). */
export function keyOf(seed: number): Key {
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
}

/** A new key, independent of `key` and of every other `data`. */
export function foldIn(key: Key, data: number): Key {
  return threefry2x32(key, Math.floor(data / 2 ** 32) >>> 0, data >>> 0);
}

/** A float32 in [0, 1): the 23 high bits as mantissa. */
export function bitsToUniform(bits: number): number {
  return (bits >>> 9) * 2 ** -23;
}

/** A stream of random numbers on the host, for data sets and shuffles. */
export class RandomStream {
  readonly #key: Key;
  #counter = 0;

  constructor(seed: number | Key) {
    this.#key = typeof seed === 'number' ? keyOf(seed) : seed;
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const counter = this.#counter++;
    const [a, b] = threefry2x32(this.#key, Math.floor(counter / 2 ** 32), counter >>> 0);
    return (a ^ b) >>> 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.bits() * 2 ** -32);
  }

  /** A whole number, uniform in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Normally distributed, by Box and Muller. */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The numbers 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }
}
