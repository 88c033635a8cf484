import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { nextKey } from '../tensor/random.ts';
import { bestAction } from './choice.ts';
import type { Environment, Step } from './environment.ts';
import { type EpisodeRecord, type Learner, type Schedule, scheduled } from './learner.ts';

/** One step and the update it led to: Q(s, a) ← Q(s, a) + α·(target − Q(s, a)). */
export interface TabularUpdate {
  readonly state: number;
  readonly action: number;
  readonly reward: number;
  readonly nextState: number;
  /** The action whose value the target takes; none after a final state. */
  readonly nextAction: number | undefined;
  readonly alpha: number;
  readonly before: number;
  /** r + γ·Q(s′, a′), or r alone after a final state. */
  readonly target: number;
  readonly after: number;
}

export interface TabularOptions {
  /** Step size; a function is given how often the state and action have been visited, from 1. */
  readonly alpha?: Schedule;
  /** How much a reward is worth one step later. */
  readonly gamma?: number;
  /** The share of actions at random; a function is given the number of the episode, from 1. */
  readonly epsilon?: Schedule;
  /** What every action is taken to be worth at first. */
  readonly initial?: number;
  readonly seed?: number;
}

/** Which action's value stands for the worth of the next state. */
type Bootstrap = 'best' | 'taken';

/** A table of the worth of every action in every state, learnt from single steps. */
export class TabularAgent implements Learner<number> {
  /** Q, state by state: [states · actions]. */
  readonly values: Float64Array;
  readonly visits: Int32Array;
  readonly #environment: Environment<number>;
  readonly #actions: number;
  readonly #bootstrap: Bootstrap;
  readonly #options: Required<Omit<TabularOptions, 'seed'>>;
  readonly #random: RandomStream;
  #episode = 0;

  constructor(environment: Environment<number>, bootstrap: Bootstrap, options: TabularOptions) {
    const { observationSpace, actionSpace } = environment;
    if (observationSpace.kind !== 'discrete') {
      throw new ArgumentError({
        asked: `a table of values for "${environment.name}"`,
        expected: 'states that can be counted',
        received: `observations of shape [${observationSpace.shape.join(', ')}]`,
        fix: 'Use dqn, which puts a network in the place of the table.',
      });
    }
    const { alpha = 0.1, gamma = 0.99, epsilon = 0.1, initial = 0, seed } = options;
    this.#options = { alpha, gamma, epsilon, initial };
    this.#environment = environment;
    this.#bootstrap = bootstrap;
    this.#actions = actionSpace.n;
    this.values = new Float64Array(observationSpace.n * actionSpace.n).fill(initial);
    this.visits = new Int32Array(this.values.length);
    this.#random = new RandomStream(nextKey(seed));
    environment.reset(seed);
  }

  /** The worth of each action in a state. */
  row(state: number): Float64Array {
    return this.values.subarray(state * this.#actions, (state + 1) * this.#actions);
  }

  act(state: number): number {
    return bestAction(this.row(state));
  }

  learnEpisode(): EpisodeRecord {
    const updates = this.episode();
    for (let next = updates.next(); ; next = updates.next()) if (next.done) return next.value;
  }

  /** An episode step by step: each update as it is made, at the end the record. */
  *episode(): Generator<TabularUpdate, EpisodeRecord> {
    const epsilon = scheduled(this.#options.epsilon, ++this.#episode);
    let { observation: state } = this.#environment.reset();
    let action = this.#explore(state, epsilon);
    let total = 0;
    for (let steps = 1; ; steps++) {
      const step = this.#environment.step(action);
      total += step.reward;
      const taken = this.#explore(step.observation, epsilon);
      yield this.#update(state, action, step, taken);
      if (step.terminated || step.truncated) return { episode: this.#episode, steps, return: total };
      state = step.observation;
      // Q-learning chooses anew, with what it has just learnt; SARSA does what it has just counted on.
      action = this.#bootstrap === 'taken' ? taken : this.#explore(state, epsilon);
    }
  }

  #explore(state: number, epsilon: number): number {
    const random = this.#random;
    return random.uniform() < epsilon ? random.integer(this.#actions) : bestAction(this.row(state), random);
  }

  #update(state: number, action: number, step: Step<number>, taken: number): TabularUpdate {
    const { observation: nextState, reward, terminated } = step;
    const nextAction = this.#bootstrap === 'best' ? this.act(nextState) : taken;
    const worth = terminated ? 0 : (this.row(nextState)[nextAction] ?? 0);
    const target = reward + this.#options.gamma * worth;
    const at = state * this.#actions + action;
    const visits = (this.visits[at] ?? 0) + 1;
    const alpha = scheduled(this.#options.alpha, visits);
    const before = this.values[at] ?? 0;
    const after = before + alpha * (target - before);
    this.visits[at] = visits;
    this.values[at] = after;
    const follows = terminated ? undefined : nextAction;
    return { state, action, reward, nextState, nextAction: follows, alpha, before, target, after };
  }
}

/**
 * Q-learning: Q(s, a) ← Q(s, a) + α·(r + γ·max Q(s′, ·) − Q(s, a)). Learns what the best policy is worth while it
 * follows an exploring one.
 *
 * @see Watkins and Dayan, "Q-learning", 1992
 */
export function qLearning(environment: Environment<number>, options: TabularOptions = {}): TabularAgent {
  return new TabularAgent(environment, 'best', options);
}

/**
 * SARSA: Q(s, a) ← Q(s, a) + α·(r + γ·Q(s′, a′) − Q(s, a)), with the action a′ it takes next. Learns what the policy
 * that it follows is worth, exploration included.
 *
 * @see Rummery and Niranjan, "On-line Q-learning using connectionist systems", 1994; Sutton and Barto,
 *   "Reinforcement learning", 2nd edition, 2018, section 6.4
 */
export function sarsa(environment: Environment<number>, options: TabularOptions = {}): TabularAgent {
  return new TabularAgent(environment, 'taken', options);
}
