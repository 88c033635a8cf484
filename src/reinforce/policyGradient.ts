import { type NDArray, ndarray } from '../graph/ndarray.ts';
import { RandomStream } from '../graph/threefry.ts';
import { CompiledStep } from '../tensor/compile.ts';
import { div, logSoftmax, oneHot, sqrt, square } from '../tensor/functions.ts';
import { valueAndGrad } from '../tensor/gradient.ts';
import { nextKey } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model } from '../training/model.ts';
import { adam, type Optimizer } from '../training/optimizers.ts';
import { bestAction, drawAction } from './choice.ts';
import type { Environment } from './environment.ts';
import type { EpisodeRecord, Learner } from './learner.ts';
import {
  builtNetwork,
  multilayerPerceptron,
  observationLength,
  SingleOutput,
  type Vector,
} from './network.ts';

export interface ReinforceOptions {
  /** From observations to a logit for each action; two hidden layers of 64 by default. */
  readonly network?: Model;
  /** From observations to the return to be expected; `false` for none, which makes the updates noisier. */
  readonly baseline?: Model | false;
  /** Adam with a learning rate of 0.005 by default, for the policy and for the baseline. */
  readonly optimizer?: () => Optimizer;
  readonly gamma?: number;
  /** Episodes to act before the policy changes. */
  readonly episodesPerUpdate?: number;
  /** Whether advantages are divided by their deviation, so that steps have one size. */
  readonly normalise?: boolean;
  readonly seed?: number;
}

export interface ReinforceRecord extends EpisodeRecord {
  /** Of the update after it; undefined where none followed. */
  readonly loss: number | undefined;
  /** Mean squared distance of the baseline from the returns, likewise. */
  readonly baselineLoss: number | undefined;
}

interface Moment {
  readonly observation: Vector;
  readonly action: number;
  readonly return: number;
}

/** A policy that makes the actions more likely that led to more than was to be expected. */
export class ReinforceAgent implements Learner<Vector, ReinforceRecord> {
  readonly network: Model;
  readonly baseline: Model | undefined;
  readonly #environment: Environment<Vector>;
  readonly #options: { gamma: number; episodesPerUpdate: number; normalise: boolean };
  readonly #optimizers: readonly [policy: Optimizer, baseline: Optimizer];
  readonly #random: RandomStream;
  readonly #width: number;
  readonly #logits: SingleOutput;
  /** By the number of moments that they take. */
  readonly #updates = new Map<number, CompiledStep>();
  #moments: Moment[] = [];
  #episode = 0;

  constructor(environment: Environment<Vector>, options: ReinforceOptions) {
    const { gamma = 0.99, episodesPerUpdate = 8, normalise = true } = options;
    this.#options = { gamma, episodesPerUpdate, normalise };
    this.#environment = environment;
    this.#width = observationLength(environment);
    const actions = environment.actionSpace.n;
    const policy = options.network ?? multilayerPerceptron(this.#width, actions);
    this.network = builtNetwork(policy, this.#width, actions);
    const { baseline = multilayerPerceptron(this.#width, 1) } = options;
    if (baseline !== false) this.baseline = builtNetwork(baseline, this.#width, 1);
    const make = options.optimizer ?? (() => adam({ learningRate: 0.005 }));
    this.#optimizers = [make(), make()];
    this.#random = new RandomStream(nextKey(options.seed));
    this.#logits = new SingleOutput(this.network, this.#width);
    environment.reset(options.seed);
  }

  act(observation: Vector): number {
    return bestAction(this.#logits.of(observation));
  }

  learnEpisode(): ReinforceRecord {
    const moments = this.#actOut();
    this.#moments.push(...moments.moments);
    this.#episode++;
    const due = this.#episode % this.#options.episodesPerUpdate === 0;
    const [loss, baselineLoss] = due ? this.#learn() : [];
    const steps = moments.moments.length;
    return { episode: this.#episode, steps, return: moments.total, loss, baselineLoss };
  }

  /** An episode by the policy, its actions drawn by lot; each moment with the discounted return that followed. */
  #actOut(): { moments: Moment[]; total: number } {
    const steps: { observation: Vector; action: number; reward: number }[] = [];
    let { observation } = this.#environment.reset();
    for (let ended = false; !ended; ) {
      const action = drawAction(this.#logits.of(observation), this.#random);
      const next = this.#environment.step(action);
      steps.push({ observation, action, reward: next.reward });
      observation = next.observation;
      ended = next.terminated || next.truncated;
    }
    let following = 0;
    const moments = steps.reverse().map(({ observation, action, reward }): Moment => {
      following = reward + this.#options.gamma * following;
      return { observation, action, return: following };
    });
    return { moments: moments.reverse(), total: steps.reduce((sum, { reward }) => sum + reward, 0) };
  }

  #learn(): (number | undefined)[] {
    const moments = this.#moments;
    this.#moments = [];
    // Programs have fixed shapes: rows up to the next power of two are filled with moments that count for nothing.
    const rows = 2 ** Math.ceil(Math.log2(moments.length));
    const update = this.#updates.get(rows) ?? this.#compile(rows);
    this.#updates.set(rows, update);
    for (const [i, column] of columnsOf(moments, rows, this.#width).entries()) update.set(i, column);
    update.run();
    return update.outputs().map(({ data }) => data[0]);
  }

  /** Advantages, both losses, their gradients and both optimizers' steps as one program. */
  #compile(rows: number): CompiledStep {
    const actions = this.#environment.actionSpace.n;
    const { network, baseline } = this;
    const record = (...given: Tensor[]): Tensor[] => {
      const [observations, taken, returns, counts] = given as [Tensor, Tensor, Tensor, Tensor];
      const mean = (x: Tensor) => x.mul(counts).sum().div(counts.sum());
      const expected = baseline?.call(observations, { training: false }).reshape([rows]);
      let advantages = expected ? returns.sub(expected) : returns;
      if (this.#options.normalise) {
        const centred = advantages.sub(mean(advantages));
        advantages = div(centred, sqrt(mean(square(centred)).add(1e-8)));
      }
      const policyLoss = () => {
        const logits = network.call(observations, { training: true }); // [rows, actions]
        const likelihood = logSoftmax(logits).mul(oneHot(taken, actions)).sum(1);
        return mean(likelihood.mul(advantages)).neg();
      };
      const losses = [this.#descend(policyLoss, network, this.#optimizers[0])];
      if (baseline) {
        const squaredError = () =>
          mean(square(baseline.call(observations, { training: true }).reshape([rows]).sub(returns)));
        losses.push(this.#descend(squaredError, baseline, this.#optimizers[1]));
      }
      return losses;
    };
    const float32 = (shape: number[]) => ({ dtype: 'float32' as const, shape });
    return new CompiledStep(record, [
      float32([rows, this.#width]),
      { dtype: 'int32', shape: [rows] },
      float32([rows]),
      float32([rows]),
    ]);
  }

  #descend(loss: () => Tensor, network: Model, optimizer: Optimizer): Tensor {
    const weights = network.trainableWeights;
    const [value, gradients] = valueAndGrad(loss, weights)();
    optimizer.apply(gradients, weights);
    return value;
  }
}

/** Observations, actions, returns and whether a row counts. */
function columnsOf(moments: readonly Moment[], rows: number, width: number): NDArray[] {
  const observations = new Float32Array(rows * width);
  const actions = new Int32Array(rows);
  const returns = new Float32Array(rows);
  const counts = new Float32Array(rows).fill(1, 0, moments.length);
  for (const [i, moment] of moments.entries()) {
    observations.set(moment.observation, i * width);
    actions[i] = moment.action;
    returns[i] = moment.return;
  }
  return [ndarray(observations, [rows, width]), ndarray(actions), ndarray(returns), ndarray(counts)];
}

/**
 * REINFORCE: θ ← θ + α·∇ log π(a|s)·(G − b(s)) over whole episodes, where G is the discounted return that followed
 * and the baseline b(s) a second network's estimate of it.
 *
 * @param environment whose observations are rows of numbers
 * @see Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992;
 *   Sutton and Barto, "Reinforcement learning", 2nd edition, 2018, section 13.4
 */
export function reinforce(environment: Environment<Vector>, options: ReinforceOptions = {}): ReinforceAgent {
  return new ReinforceAgent(environment, options);
}
