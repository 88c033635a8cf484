import type { NDArray } from '../graph/ndarray.ts';
import type { RandomStream } from '../graph/threefry.ts';
import type { Vector } from './network.ts';

/** One step, as it is remembered. */
export interface Experience {
  readonly observation: Vector;
  readonly action: number;
  readonly reward: number;
  readonly next: Vector;
  readonly terminated: boolean;
}

/** Columns of a batch of experiences. */
export interface ExperienceBatch {
  /** [batch, numbers] */
  readonly observations: NDArray;
  /** int32 [batch] */
  readonly actions: NDArray;
  /** [batch] */
  readonly rewards: NDArray;
  /** [batch, numbers] */
  readonly next: NDArray;
  /** 1 where the episode could go on, 0 after a final state: [batch]. */
  readonly continues: NDArray;
}

/** The last so many steps, to be drawn from at random: neighbours in time are too alike to learn from in order. */
export class ReplayBuffer {
  readonly capacity: number;
  readonly #width: number;
  readonly #columns: {
    readonly observations: Float32Array;
    readonly actions: Int32Array;
    readonly rewards: Float32Array;
    readonly next: Float32Array;
    readonly continues: Float32Array;
  };
  #added = 0;

  constructor(capacity: number, width: number) {
    this.capacity = capacity;
    this.#width = width;
    this.#columns = {
      observations: new Float32Array(capacity * width),
      actions: new Int32Array(capacity),
      rewards: new Float32Array(capacity),
      next: new Float32Array(capacity * width),
      continues: new Float32Array(capacity),
    };
  }

  /** How many steps it holds. */
  get size(): number {
    return Math.min(this.#added, this.capacity);
  }

  /** Takes a step in, in the place of the oldest once it is full. */
  add({ observation, action, reward, next, terminated }: Experience): void {
    const at = this.#added++ % this.capacity;
    const { observations, actions, rewards, next: nexts, continues } = this.#columns;
    observations.set(observation, at * this.#width);
    nexts.set(next, at * this.#width);
    actions[at] = action;
    rewards[at] = reward;
    continues[at] = terminated ? 0 : 1;
  }

  /** `count` of its steps at random, each with equal chances, some perhaps twice. */
  sample(count: number, random: RandomStream): ExperienceBatch {
    const rows = Int32Array.from({ length: count }, () => random.integer(this.size));
    const { observations, actions, rewards, next, continues } = this.#columns;
    const wide = (column: Float32Array): NDArray => {
      const data = new Float32Array(count * this.#width);
      rows.forEach((row, i) => {
        data.set(column.subarray(row * this.#width, (row + 1) * this.#width), i * this.#width);
      });
      return { dtype: 'float32', shape: [count, this.#width], data };
    };
    const narrow = (column: Float32Array): NDArray => ({
      dtype: 'float32',
      shape: [count],
      data: Float32Array.from(rows, (row) => column[row] ?? 0),
    });
    return {
      observations: wide(observations),
      actions: { dtype: 'int32', shape: [count], data: Int32Array.from(rows, (row) => actions[row] ?? 0) },
      rewards: narrow(rewards),
      next: wide(next),
      continues: narrow(continues),
    };
  }
}
