/** Environments and agents that learn by acting in them: a contents page. */
import '../training/defaultBackend.ts';

export { type Bandit, type BanditOptions, bandit } from './bandit.ts';
export {
  type BanditAgent,
  type EpsilonGreedyOptions,
  epsilonGreedy,
  type Pull,
  upperConfidenceBound,
} from './banditAgents.ts';
export { type CartPoleState, cartPole, cartPoleMotion } from './cartPole.ts';
export { type DqnAgent, type DqnOptions, type DqnRecord, dqn } from './dqn.ts';
export type { Box, Discrete, Environment, Info, Space, Start, Step } from './environment.ts';
export {
  cliffWalking,
  frozenLake,
  type GridWorld,
  type GridWorldOptions,
  gridWorld,
  MOVE_NAMES,
  type Transition,
} from './gridWorld.ts';
export {
  type AgentEvaluation,
  type EpisodeRecord,
  evaluateAgent,
  type Learner,
  linearDecay,
  type Policy,
  reaches,
  recentReturn,
  type Schedule,
  type TrainAgentOptions,
  trainAgent,
} from './learner.ts';
export {
  type ReinforceAgent,
  type ReinforceOptions,
  type ReinforceRecord,
  reinforce,
} from './policyGradient.ts';
export { ReplayBuffer } from './replay.ts';
export { qLearning, sarsa, type TabularAgent, type TabularOptions, type TabularUpdate } from './tabular.ts';
