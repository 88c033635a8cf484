import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { nextKey } from '../tensor/random.ts';
import { type Discrete, type Outcome, World } from './environment.ts';

export interface BanditOptions {
  /** What each arm pays on average; else drawn from a standard normal distribution. */
  readonly means?: readonly number[];
  /** How many arms, where no means are given. */
  readonly arms?: number;
  /** How far single rewards lie from their mean. */
  readonly deviation?: number;
  /** Of the means, where none are given. */
  readonly seed?: number;
  /** Pulls in an episode. */
  readonly maxSteps?: number;
}

/** Arms to pull, and nothing to see. */
export class Bandit extends World<number> {
  readonly name = 'bandit';
  readonly actionSpace: Discrete;
  readonly observationSpace: Discrete = { kind: 'discrete', n: 1 };
  readonly means: readonly number[];
  /** The arm that pays most on average. */
  readonly best: number;
  readonly #deviation: number;

  constructor({ means, arms = 10, deviation = 1, seed, maxSteps = Number.POSITIVE_INFINITY }: BanditOptions) {
    super(maxSteps);
    const random = new RandomStream(nextKey(seed));
    this.means = means ?? Array.from({ length: arms }, () => random.normal());
    if (this.means.length === 0 || !this.means.every(Number.isFinite) || !(deviation >= 0)) {
      throw new ArgumentError({
        asked: 'bandit',
        expected: 'at least one arm, finite means and a deviation of at least 0',
        received: `means [${this.means.join(', ')}], deviation ${deviation}`,
      });
    }
    this.best = this.means.indexOf(Math.max(...this.means));
    this.actionSpace = { kind: 'discrete', n: this.means.length };
    this.#deviation = deviation;
  }

  protected begin(): number {
    return 0;
  }

  protected act(action: number, random: RandomStream): Outcome<number> {
    const reward = random.normal(this.means[action], this.#deviation);
    return { observation: 0, reward, terminated: false, info: { optimal: action === this.best } };
  }
}

/**
 * The k-armed bandit: every arm pays normally distributed rewards around a mean of its own.
 *
 * Observation: always 0.
 *
 * @see Sutton and Barto, "Reinforcement learning", 2nd edition, 2018, section 2.3
 */
export function bandit(options: BanditOptions = {}): Bandit {
  return new Bandit(options);
}
