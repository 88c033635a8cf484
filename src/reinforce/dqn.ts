import { RandomStream } from '../graph/threefry.ts';
import { CompiledStep } from '../tensor/compile.ts';
import { abs, argMax, less, oneHot, square, stopGradient, where } from '../tensor/functions.ts';
import { valueAndGrad } from '../tensor/gradient.ts';
import { nextKey } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model } from '../training/model.ts';
import { adam, type Optimizer } from '../training/optimizers.ts';
import { bestAction } from './choice.ts';
import type { Environment } from './environment.ts';
import { type EpisodeRecord, type Learner, linearDecay, type Schedule, scheduled } from './learner.ts';
import {
  builtNetwork,
  multilayerPerceptron,
  observationLength,
  SingleOutput,
  type Vector,
} from './network.ts';
import { type ExperienceBatch, ReplayBuffer } from './replay.ts';

export interface DqnOptions {
  /** Makes a network from observations to a value for each action; called twice. Two hidden layers of 64 by default. */
  readonly network?: () => Model;
  /** Adam with a learning rate of 0.001 by default. */
  readonly optimizer?: Optimizer;
  readonly gamma?: number;
  /** The share of actions at random; a function is given the number of steps so far. */
  readonly epsilon?: Schedule;
  /** Steps that are remembered. */
  readonly bufferSize?: number;
  readonly batchSize?: number;
  /** Steps before the first update. */
  readonly warmUp?: number;
  /** Steps between two updates. */
  readonly trainEvery?: number;
  /** Steps between two moments at which the target network becomes a copy of the other. */
  readonly targetEvery?: number;
  /** Whether the network that learns names the best next action and the target network values it. */
  readonly double?: boolean;
  readonly seed?: number;
}

export interface DqnRecord extends EpisodeRecord {
  /** The share of random actions at its end. */
  readonly epsilon: number;
  /** The mean loss of its updates; NaN while there were none. */
  readonly loss: number;
}

/** Q-learning with a network in the place of the table. */
export class DqnAgent implements Learner<Vector, DqnRecord> {
  readonly network: Model;
  /** Values the next states: an older copy, so that the target does not run away from what follows it. */
  readonly target: Model;
  readonly buffer: ReplayBuffer;
  readonly #environment: Environment<Vector>;
  readonly #options: Required<Omit<DqnOptions, 'network' | 'optimizer' | 'seed'>>;
  readonly #random: RandomStream;
  readonly #values: SingleOutput;
  readonly #update: CompiledStep;
  #steps = 0;
  #episode = 0;

  constructor(environment: Environment<Vector>, options: DqnOptions) {
    const { gamma = 0.99, epsilon = linearDecay(1, 0.02, 5_000), bufferSize = 20_000 } = options;
    const { batchSize = 64, warmUp = 500, trainEvery = 1, targetEvery = 250, double = true } = options;
    this.#options = { gamma, epsilon, bufferSize, batchSize, warmUp, trainEvery, targetEvery, double };
    this.#environment = environment;
    const width = observationLength(environment);
    const actions = environment.actionSpace.n;
    const make = options.network ?? (() => multilayerPerceptron(width, actions));
    this.network = builtNetwork(make(), width, actions);
    this.target = builtNetwork(make(), width, actions);
    this.target.setWeights(this.network.getWeights());
    this.buffer = new ReplayBuffer(bufferSize, width);
    this.#random = new RandomStream(nextKey(options.seed));
    this.#values = new SingleOutput(this.network, width);
    this.#update = this.#compile(options.optimizer ?? adam({ learningRate: 0.001 }), width);
    environment.reset(options.seed);
  }

  act(observation: Vector): number {
    return bestAction(this.#values.of(observation));
  }

  learnEpisode(): DqnRecord {
    let { observation } = this.#environment.reset();
    let total = 0;
    const losses: number[] = [];
    for (let steps = 1; ; steps++) {
      const epsilon = scheduled(this.#options.epsilon, this.#steps++);
      const action =
        this.#random.uniform() < epsilon
          ? this.#random.integer(this.#environment.actionSpace.n)
          : this.act(observation);
      const step = this.#environment.step(action);
      const { observation: next, reward, terminated, truncated } = step;
      total += reward;
      this.buffer.add({ observation, action, reward, next, terminated });
      observation = next;
      const loss = this.#learn();
      if (loss !== undefined) losses.push(loss);
      if (terminated || truncated) {
        const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
        return { episode: ++this.#episode, steps, return: total, epsilon, loss };
      }
    }
  }

  /** An update, where one is due; returns its loss. */
  #learn(): number | undefined {
    const { warmUp, trainEvery, targetEvery, batchSize } = this.#options;
    if (this.#steps % targetEvery === 0) this.target.setWeights(this.network.getWeights());
    if (this.#steps < Math.max(warmUp, batchSize) || this.#steps % trainEvery !== 0) return undefined;
    const batch = this.buffer.sample(batchSize, this.#random);
    for (const [i, column] of columnsOf(batch).entries()) this.#update.set(i, column);
    this.#update.run();
    return this.#update.outputs()[0]?.data[0];
  }

  /** Targets, loss, gradients and the optimizer's step as one program. */
  #compile(optimizer: Optimizer, width: number): CompiledStep {
    const { batchSize, gamma, double } = this.#options;
    const actions = this.#environment.actionSpace.n;
    const float32 = (shape: number[]) => ({ dtype: 'float32' as const, shape });
    const rows = [batchSize, width];
    const weights = this.network.trainableWeights;
    const chosen = (values: Tensor, which: Tensor) => values.mul(oneHot(which, actions)).sum(1);
    const record = (...given: Tensor[]): Tensor[] => {
      const [observations, taken, rewards, next, continues] = given as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const worth = this.target.call(next, { training: false }); // [batch, actions]
      const future = double
        ? chosen(worth, argMax(this.network.call(next, { training: false })))
        : worth.max(1);
      const goal = stopGradient(rewards.add(future.mul(continues).mul(gamma)));
      const [loss, gradients] = valueAndGrad(
        () => huber(chosen(this.network.call(observations, { training: true }), taken).sub(goal)).mean(),
        weights,
      )();
      optimizer.apply(gradients, weights);
      return [loss];
    };
    const types = [
      float32(rows),
      { dtype: 'int32' as const, shape: [batchSize] },
      float32([batchSize]),
      float32(rows),
      float32([batchSize]),
    ];
    return new CompiledStep(record, types);
  }
}

function columnsOf({ observations, actions, rewards, next, continues }: ExperienceBatch) {
  return [observations, actions, rewards, next, continues];
}

/** ½x² up to 1, |x| − ½ beyond: one wild target cannot throw the network off. */
function huber(x: Tensor): Tensor {
  const distance = abs(x);
  return where(less(distance, 1), square(x).mul(0.5), distance.sub(0.5));
}

/**
 * Deep Q-learning: a network Q(s, ·) follows r + γ·Q̂(s′, a*) for remembered steps drawn at random, where Q̂ is an
 * older copy of it. a* is the best next action by the copy, or with `double` by the network itself, which does not
 * favour what it overestimates.
 *
 * @param environment whose observations are rows of numbers
 * @see Mnih et al., "Human-level control through deep reinforcement learning", 2015; van Hasselt, Guez and Silver,
 *   "Deep reinforcement learning with double Q-learning", 2016
 */
export function dqn(environment: Environment<Vector>, options: DqnOptions = {}): DqnAgent {
  return new DqnAgent(environment, options);
}
