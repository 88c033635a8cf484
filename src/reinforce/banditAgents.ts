import { RandomStream } from '../graph/threefry.ts';
import { nextKey } from '../tensor/random.ts';
import type { Bandit } from './bandit.ts';
import { bestAction } from './choice.ts';

/** One pull of an arm, with the numbers that its update is made of. */
export interface Pull {
  /** The first is 1. */
  readonly step: number;
  readonly action: number;
  readonly reward: number;
  /** Whether the arm was drawn at random, or was not the one of the greatest estimate. */
  readonly explored: boolean;
  /** Whether it is the arm that pays most. */
  readonly optimal: boolean;
  /** How often the arm has been pulled, this time included. */
  readonly count: number;
  /** Its estimate before and after: Q ← Q + (R − Q)/N. */
  readonly before: number;
  readonly after: number;
}

type Choose = (estimates: readonly number[], counts: readonly number[], step: number) => number;

/** Estimates what each arm pays by the mean of what it has paid. */
export class BanditAgent {
  readonly estimates: number[];
  readonly counts: number[];
  readonly #bandit: Bandit;
  readonly #choose: Choose;
  #step = 0;

  constructor(bandit: Bandit, choose: Choose, initial: number, seed: number | undefined) {
    this.#bandit = bandit;
    this.#choose = choose;
    this.estimates = bandit.means.map(() => initial);
    this.counts = bandit.means.map(() => 0);
    bandit.reset(seed);
  }

  /** Pulls one arm, and learns from what it pays. */
  pull(): Pull {
    const greedy = Math.max(...this.estimates);
    const action = this.#choose(this.estimates, this.counts, ++this.#step);
    const { reward } = this.#bandit.step(action);
    const before = this.estimates[action] ?? 0;
    const count = (this.counts[action] ?? 0) + 1;
    const after = before + (reward - before) / count;
    this.counts[action] = count;
    this.estimates[action] = after;
    const optimal = action === this.#bandit.best;
    return { step: this.#step, action, reward, explored: before < greedy, optimal, count, before, after };
  }

  /** Many pulls, one after the other. */
  run(pulls: number): Pull[] {
    return Array.from({ length: pulls }, () => this.pull());
  }
}

export interface EpsilonGreedyOptions {
  /** The share of pulls at random. */
  readonly epsilon?: number;
  /** What every arm is taken to pay at first; a high value makes the agent try them all. */
  readonly initial?: number;
  readonly seed?: number;
}

/**
 * Pulls the arm of the greatest estimate, and with probability ε any arm.
 *
 * @see Sutton and Barto, "Reinforcement learning", 2nd edition, 2018, section 2.4
 */
export function epsilonGreedy(bandit: Bandit, options: EpsilonGreedyOptions = {}): BanditAgent {
  const { epsilon = 0.1, initial = 0, seed } = options;
  const random = new RandomStream(nextKey(seed));
  const choose: Choose = (estimates) =>
    random.uniform() < epsilon ? random.integer(estimates.length) : bestAction(estimates, random);
  return new BanditAgent(bandit, choose, initial, seed);
}

/**
 * Pulls the arm of the greatest upper confidence bound Q + c·√(ln t / N); arms never pulled come first.
 *
 * @see Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002
 */
export function upperConfidenceBound(
  bandit: Bandit,
  { c = 2, seed }: { c?: number; seed?: number } = {},
): BanditAgent {
  const random = new RandomStream(nextKey(seed));
  const choose: Choose = (estimates, counts, step) => {
    const bounds = estimates.map((estimate, arm) => {
      const count = counts[arm] ?? 0;
      return count === 0 ? Number.POSITIVE_INFINITY : estimate + c * Math.sqrt(Math.log(step) / count);
    });
    return bestAction(bounds, random);
  };
  return new BanditAgent(bandit, choose, 0, seed);
}
