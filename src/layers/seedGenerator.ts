import { foldIn, type Key } from '../graph/threefry.ts';
import { nextKey } from '../tensor/random.ts';

/** How often each generator has been drawn from since the training step began. */
export type Drawn = Map<SeedGenerator, number>;

/** Keys of calls lie beyond those that a layer derives from its key by small numbers. */
const CALLS = 2 ** 31;

/**
 * What a layer's random numbers come from: a key that it draws when it is built, and that its file keeps.
 *
 * @see Keras `SeedGenerator`
 */
export class SeedGenerator {
  /** By default the next of the sequence that `setSeed` starts. */
  readonly seed: number | undefined;
  /** None before it has begun. */
  key: Key | undefined;

  constructor(seed: number | undefined) {
    this.seed = seed;
  }

  begin(): void {
    this.key ??= nextKey(this.seed);
  }

  /**
   * The key of a call. A layer that is called more than once in a step of training, as shared ones are, has another for
   * each call: the first one's is the generator's own.
   */
  next(drawn: Drawn | undefined): Key | undefined {
    const call = drawn?.get(this) ?? 0;
    drawn?.set(this, call + 1);
    return this.#keyOf(call);
  }

  /** The key of the call that `next` was asked for last. */
  current(drawn: Drawn | undefined): Key | undefined {
    return this.#keyOf(Math.max(0, (drawn?.get(this) ?? 0) - 1));
  }

  #keyOf(call: number): Key | undefined {
    return this.key && call > 0 ? foldIn(this.key, CALLS + call) : this.key;
  }
}
