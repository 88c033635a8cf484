import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { nextKey } from '../tensor/random.ts';

/** The whole numbers 0 … n − 1. */
export interface Discrete {
  readonly kind: 'discrete';
  readonly n: number;
}

/** Arrays of a shape, each number between its bounds. */
export interface Box {
  readonly kind: 'box';
  readonly shape: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export type Space = Discrete | Box;

/** What else there is to know of a step: for people and plots, never for the learner. */
export type Info = Readonly<Record<string, unknown>>;

export interface Start<Observation> {
  readonly observation: Observation;
  readonly info: Info;
}

export interface Step<Observation> {
  readonly observation: Observation;
  readonly reward: number;
  /** A final state was reached: nothing of worth can follow. */
  readonly terminated: boolean;
  /** The episode was cut off, by a limit of time: it would have gone on. */
  readonly truncated: boolean;
  readonly info: Info;
}

/**
 * A world an agent acts in, with the interface of Gymnasium: `reset` begins an episode, `step` takes an action,
 * until one says `terminated` or `truncated`.
 *
 * @see Towers et al., "Gymnasium: a standard interface for reinforcement learning environments", 2024
 */
export interface Environment<Observation> {
  readonly name: string;
  readonly actionSpace: Discrete;
  readonly observationSpace: Space;
  /** Begins an episode; with a seed, the environment's random numbers begin anew too. */
  reset(seed?: number): Start<Observation>;
  /** @throws ArgumentError before `reset`, after the end of an episode, and for an action that is none */
  step(action: number): Step<Observation>;
}

/** What an action leads to, before limits of time. */
export type Outcome<Observation> = Omit<Step<Observation>, 'truncated'>;

/**
 * What all environments of this library share: seeding, the limit of time, and the refusal of steps that make no
 * sense.
 */
export abstract class World<Observation> implements Environment<Observation> {
  abstract readonly name: string;
  abstract readonly actionSpace: Discrete;
  abstract readonly observationSpace: Space;
  readonly #maxSteps: number;
  #random: RandomStream | undefined;
  #steps = 0;
  #running = false;

  constructor(maxSteps: number) {
    this.#maxSteps = maxSteps;
  }

  reset(seed?: number): Start<Observation> {
    if (seed !== undefined || !this.#random) this.#random = new RandomStream(nextKey(seed));
    this.#steps = 0;
    this.#running = true;
    return { observation: this.begin(this.#random), info: {} };
  }

  step(action: number): Step<Observation> {
    const { n } = this.actionSpace;
    if (!(Number.isInteger(action) && action >= 0 && action < n)) {
      throw new ArgumentError({
        asked: `action in "${this.name}"`,
        expected: `a whole number from 0 to ${n - 1}`,
        received: `${action}`,
      });
    }
    if (!this.#running || !this.#random) {
      throw new ArgumentError({
        asked: `step in "${this.name}"`,
        expected: 'an episode that is going on',
        fix: 'Call reset first, and again after a step that was terminated or truncated.',
      });
    }
    const outcome = this.act(action, this.#random);
    this.#steps++;
    const truncated = this.#steps >= this.#maxSteps;
    this.#running = !(outcome.terminated || truncated);
    return { ...outcome, truncated };
  }

  /** Puts the world into its first state. */
  protected abstract begin(random: RandomStream): Observation;

  /** Takes an action that has been checked. */
  protected abstract act(action: number, random: RandomStream): Outcome<Observation>;
}
