import { ArgumentError } from '../graph/errors.ts';
import type { Environment } from './environment.ts';

/** Chooses an action for what it sees. */
export interface Policy<Observation> {
  act(observation: Observation): number;
}

/** An episode as a history or a page shows it. */
export interface EpisodeRecord {
  /** The first is 1. */
  readonly episode: number;
  readonly steps: number;
  /** The sum of its rewards, not discounted. */
  readonly return: number;
}

/** Learns by acting, one episode at a time; `act` is what it thinks best by now, without exploring. */
export interface Learner<Observation, R extends EpisodeRecord = EpisodeRecord> extends Policy<Observation> {
  learnEpisode(): R;
}

export interface TrainAgentOptions<R extends EpisodeRecord> {
  readonly episodes: number;
  /** Ends training early, asked after each episode. */
  readonly until?: (record: R, history: readonly R[]) => boolean;
}

/** Training gives the event loop its turn about this often. */
const TURN_MILLISECONDS = 40;

/** Lets an agent learn for a number of episodes, or until it is told to stop; returns the record of each. */
export async function trainAgent<Observation, R extends EpisodeRecord>(
  learner: Learner<Observation, R>,
  { episodes, until }: TrainAgentOptions<R>,
): Promise<R[]> {
  const history: R[] = [];
  let turn = performance.now();
  while (history.length < episodes) {
    const record = learner.learnEpisode();
    history.push(record);
    if (until?.(record, history)) break;
    if (performance.now() - turn > TURN_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    }
  }
  return history;
}

/** Mean return of the last episodes of a history; NaN while there are fewer. */
export function recentReturn(history: readonly EpisodeRecord[], over: number): number {
  if (history.length < over) return Number.NaN;
  return history.slice(-over).reduce((sum, record) => sum + record.return, 0) / over;
}

export interface AgentEvaluation {
  readonly returns: readonly number[];
  readonly mean: number;
}

/**
 * Lets a policy act for whole episodes without learning, and sums the rewards of each.
 *
 * @param options.seed of the first episode; each next one takes the next seed
 * @throws ArgumentError when an episode does not end
 */
export function evaluateAgent<Observation>(
  policy: Policy<Observation>,
  environment: Environment<Observation>,
  { episodes = 100, seed = 0, maxSteps = 1e6 }: { episodes?: number; seed?: number; maxSteps?: number } = {},
): AgentEvaluation {
  const returns = Array.from({ length: episodes }, (_, i) => {
    let { observation } = environment.reset(seed + i);
    let total = 0;
    for (let step = 0; step < maxSteps; step++) {
      const next = environment.step(policy.act(observation));
      total += next.reward;
      observation = next.observation;
      if (next.terminated || next.truncated) return total;
    }
    throw new ArgumentError({
      asked: `evaluation in "${environment.name}"`,
      expected: `episodes of at most ${maxSteps} steps`,
      fix: 'Give the environment a maxSteps.',
    });
  });
  return { returns, mean: returns.reduce((sum, value) => sum + value, 0) / episodes };
}

/**
 * Ends training (as `until` of `trainAgent`) once the policy, without exploring, does well enough in an environment of
 * its own.
 *
 * @param mean the mean return that is asked for
 * @param options.every episodes between two evaluations
 * @param options.episodes in an evaluation
 * @param options.seed of an evaluation's first episode
 */
export function reaches<Observation>(
  mean: number,
  policy: Policy<Observation>,
  environment: Environment<Observation>,
  { every = 10, episodes = 30, seed = 1_000_000 } = {},
): (record: EpisodeRecord) => boolean {
  return ({ episode }) =>
    episode % every === 0 && evaluateAgent(policy, environment, { episodes, seed }).mean >= mean;
}

/** A number, or one that changes with what is counted: episodes, steps, visits. */
export type Schedule = number | ((count: number) => number);

export function scheduled(schedule: Schedule, count: number): number {
  return typeof schedule === 'number' ? schedule : schedule(count);
}

/** A straight line from one value to another in `steps`, then level. */
export function linearDecay(from: number, to: number, steps: number): (count: number) => number {
  return (count) => from + (to - from) * Math.min(1, count / steps);
}
