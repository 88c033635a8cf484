import { ArgumentError } from '../../graph/errors.ts';
import { add, div, equal, less, mul, sub, where, zeros } from '../../tensor/functions.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { Variable } from '../../tensor/variable.ts';
import type { Schedule } from '../schedules.ts';
import { type ClippingOptions, clipGradients } from './clipping.ts';
import { onlyIf } from './conditional.ts';

/** How weights follow their gradients. Its own state — steps done, rates, moving averages — are variables too. */
export interface Optimizer {
  /** As Keras names it. */
  readonly className: string;
  /** Steps done. */
  readonly iterations: Variable;
  /**
   * May be assigned between steps without compiling anew.
   *
   * @throws ArgumentError where the rate follows a schedule
   */
  readonly learningRate: Variable;
  readonly schedule: Schedule | undefined;
  /** The optimizer it hands its gradients to, if there is one. */
  readonly inner?: Optimizer;
  /** What belongs to each weight, in Keras's order. */
  readonly slots: readonly Variable[];
  /** The moving average of each weight, where those are kept; none before it is built. */
  readonly averages: readonly Variable[];
  /** All its state, in Keras's order. */
  readonly variables: readonly Variable[];
  /** The arguments it was made with, by Keras's names in camelCase; the learning rate as it is now. */
  config(): Record<string, unknown>;
  /** Makes the slots of the weights, once. @throws ArgumentError when it was built for other weights */
  build(weights: readonly Variable[]): void;
  /** What is to be differentiated in place of the loss: it, times a scale that `apply` divides out again. */
  scaleLoss(loss: Tensor): Tensor;
  /** One step: assigns every weight. Meant to run inside of a compiled function. */
  apply(gradients: readonly Tensor[], weights: readonly Variable[]): void;
  /** Leaves weights out of weight decay; before the first step. */
  excludeFromWeightDecay(exclusion: DecayExclusion): void;
  /** Whether weight decay, where there is one, takes from this weight. */
  decays(weight: Variable): boolean;
  /** At the end of training: weights become their moving averages, where those are kept. */
  finalize(): void;
}

/** Which weights do not decay. */
export interface DecayExclusion {
  readonly variables?: readonly Variable[];
  /** Those whose names hold one of these: `bias`, `gamma`. */
  readonly names?: readonly string[];
}

/** Arguments that every optimizer takes. */
export interface OptimizerOptions extends ClippingOptions {
  readonly learningRate?: number | Schedule | undefined;
  /** Each step takes this share, times the rate, off every weight. */
  readonly weightDecay?: number | undefined;
  /** Keeps a moving average of every weight. */
  readonly useEma?: boolean | undefined;
  readonly emaMomentum?: number | undefined;
  /** After every so many steps the weights become their averages. */
  readonly emaOverwriteFrequency?: number | undefined;
  /** The loss is multiplied by it before it is differentiated, and gradients divided again. */
  readonly lossScaleFactor?: number | undefined;
  /** Weights move once in so many steps, by the mean of the gradients. */
  readonly gradientAccumulationSteps?: number | undefined;
}

/** When a weight moves. */
export interface Step {
  /** 1 for the first, as float32[]. */
  readonly number: Tensor;
  readonly rate: Tensor;
}

/** a moved towards b by the fraction `by`. */
export const towards = (a: Tensor, b: Tensor, by: number): Tensor => add(a, mul(sub(b, a), by));

/**
 * x, with 0 for what lies between 0 and the least normal number. A mean that only fades, of a unit that is dead or
 * has learned its examples, would stay there for ever: rounding holds it up, and processors take many times as long
 * for each step with such a number.
 */
export const fading = (x: Tensor): Tensor => {
  const least = x.dtype === 'float64' ? 2 ** -1022 : 2 ** -126;
  return where(less(x, least), where(less(-least, x), 0, x), x);
};

/** What all optimizers that move weights share: clipping, decay, averages, accumulation. */
export abstract class WeightOptimizer implements Optimizer {
  abstract readonly className: string;
  readonly iterations = counter('iteration');
  readonly schedule: Schedule | undefined;
  readonly #options: OptimizerOptions;
  readonly #learningRate: Variable | undefined;
  #weights: readonly Variable[] | undefined;
  #undecayed: Required<DecayExclusion> = { variables: [], names: [] };
  #averages: readonly Variable[] = [];
  #accumulators: readonly Variable[] = [];
  #slots: readonly (readonly Variable[])[] = [];

  constructor(options: OptimizerOptions, learningRate: number | Schedule = 0.001) {
    checkOptions(options);
    const rate = options.learningRate ?? learningRate;
    this.#options = options;
    if (typeof rate !== 'number') {
      this.schedule = rate;
      return;
    }
    if (!(rate > 0)) {
      throw new ArgumentError({ asked: 'learning rate', expected: 'a number above 0', received: `${rate}` });
    }
    this.#learningRate = new Variable(tensor(rate), { name: 'learning_rate', trainable: false });
  }

  get learningRate(): Variable {
    if (this.#learningRate) return this.#learningRate;
    throw new ArgumentError({
      asked: `the learning rate of ${this.className}`,
      expected: 'one that can be assigned',
      received: `the schedule ${this.schedule?.className}`,
      fix: 'Make the optimizer with a number for learningRate.',
    });
  }

  config(): Record<string, unknown> {
    const { learningRate: _, ...given } = this.#options;
    const rate = this.schedule ?? this.learningRate.read().item();
    const known = Object.entries(given).filter(([key, value]) => COMMON.has(key) && value !== undefined);
    return { learningRate: rate, ...this.settings(), ...Object.fromEntries(known) };
  }

  /** The arguments of its kind. */
  protected abstract settings(): Record<string, unknown>;

  /** Initial values of the slots a weight has. */
  protected abstract slotValues(weight: Variable): Tensor[];

  /** Slots a weight has in each block: Keras goes through all weights block by block. One block by default. */
  protected blocks(): readonly number[] {
    return [Number.POSITIVE_INFINITY];
  }

  /** State that belongs to no weight; last in Keras's order. */
  protected get shared(): readonly Variable[] {
    return [];
  }

  /** Assigns what is shared, before the weights. */
  protected begin(_step: Step): void {}

  /** Assigns a weight and its slots. */
  protected abstract update(weight: Variable, gradient: Tensor, slots: readonly Variable[], step: Step): void;

  /**
   * Leaves weights out of weight decay: biases, say, and the scales of normalisation.
   *
   * @throws ArgumentError after the first step, which is recorded with what decays
   * @see Keras `Optimizer.exclude_from_weight_decay`
   */
  excludeFromWeightDecay({ variables = [], names = [] }: DecayExclusion): void {
    if (this.#weights) {
      throw new ArgumentError({
        asked: `excludeFromWeightDecay of ${this.className}`,
        expected: 'an optimizer that has not been used yet',
        fix: 'Call it right after making the optimizer.',
      });
    }
    this.#undecayed = { variables, names };
  }

  decays(weight: Variable): boolean {
    const { variables, names } = this.#undecayed;
    return !variables.includes(weight) && !names.some((name) => weight.name.includes(name));
  }

  build(weights: readonly Variable[]): void {
    if (this.#weights) {
      if (weights.length === this.#weights.length && weights.every((w, i) => w === this.#weights?.[i]))
        return;
      throw new ArgumentError({
        asked: `${this.className} optimizer`,
        expected: 'the weights it was first used with',
        received: 'others',
        fix: 'Make an optimizer for each model.',
      });
    }
    const { useEma = false, gradientAccumulationSteps } = this.#options;
    const each = (kind: string) => weights.map(({ name, shape }) => state(zeros(shape), `${name} ${kind}`));
    this.#weights = weights;
    if (useEma) this.#averages = each('average');
    if (gradientAccumulationSteps) this.#accumulators = each('gradient accumulator');
    this.#slots = weights.map((weight) =>
      this.slotValues(weight).map((value) => state(value, `${weight.name} slot`)),
    );
  }

  get averages(): readonly Variable[] {
    return this.#averages;
  }

  get slots(): readonly Variable[] {
    let from = 0;
    return this.blocks().flatMap((width) => {
      const start = from;
      from += width;
      return this.#slots.flatMap((slots) => slots.slice(start, from));
    });
  }

  get variables(): readonly Variable[] {
    const rate = this.#learningRate ? [this.#learningRate] : [];
    const kept = [...this.#averages, ...this.#accumulators];
    return [this.iterations, ...rate, ...kept, ...this.slots, ...this.shared];
  }

  scaleLoss(loss: Tensor): Tensor {
    const { lossScaleFactor } = this.#options;
    return lossScaleFactor === undefined ? loss : mul(loss, lossScaleFactor);
  }

  apply(gradients: readonly Tensor[], weights: readonly Variable[]): void {
    this.build(weights);
    const { lossScaleFactor = 1, gradientAccumulationSteps: every } = this.#options;
    const iteration = this.iterations.read();
    const moves = every ? div(iteration, every) : iteration;
    const step: Step = {
      number: moves.add(1).cast('float32'),
      rate: this.schedule?.call(iteration) ?? this.learningRate.read(),
    };
    const unscaled = lossScaleFactor === 1 ? gradients : gradients.map((g) => mul(g, 1 / lossScaleFactor));
    if (every) this.#accumulate(unscaled, weights, step, isMultiple(iteration.add(1), every), every);
    else this.#move(unscaled, weights, step);
    if (this.#averages.length > 0) this.#average(weights, moves);
    this.iterations.assign(iteration.add(1));
  }

  #move(gradients: readonly Tensor[], weights: readonly Variable[], step: Step): void {
    const { weightDecay } = this.#options;
    const clipped = clipGradients(gradients, this.#options);
    const kept = weightDecay && sub(1, mul(step.rate, weightDecay));
    this.begin(step);
    for (const [i, weight] of weights.entries()) {
      // The update reads what was assigned here.
      if (kept && this.decays(weight)) weight.assign(mul(weight.read(), kept));
      this.update(weight, clipped[i] as Tensor, this.#slots[i] ?? [], step);
    }
  }

  /** Adds up gradients; moves by their mean, and starts anew, where `due` holds. */
  #accumulate(
    gradients: readonly Tensor[],
    weights: readonly Variable[],
    step: Step,
    due: Tensor,
    every: number,
  ): void {
    const sums = gradients.map((gradient, i) => add((this.#accumulators[i] as Variable).read(), gradient));
    onlyIf(due, [...weights, ...this.#slots.flat(), ...this.shared], () => {
      this.#move(
        sums.map((sum) => mul(sum, 1 / every)),
        weights,
        step,
      );
    });
    for (const [i, sum] of sums.entries()) this.#accumulators[i]?.assign(where(due, 0, sum));
  }

  #average(weights: readonly Variable[], moves: Tensor): void {
    const { emaMomentum = 0.99, emaOverwriteFrequency } = this.#options;
    const share = where(equal(moves, 0), tensor(1), tensor(1 - emaMomentum));
    for (const [i, weight] of weights.entries()) {
      const average = this.#averages[i] as Variable;
      const [old, value] = [average.read(), weight.read()];
      const next = add(old, mul(sub(value, old), share));
      average.assign(next);
      if (emaOverwriteFrequency) {
        weight.assign(where(isMultiple(moves.add(1), emaOverwriteFrequency), next, value));
      }
    }
  }

  finalize(): void {
    for (const [i, average] of this.#averages.entries()) this.#weights?.[i]?.assign(average.value());
  }
}

/** A variable of an optimizer. */
export const state = (value: Tensor, name: string): Variable =>
  new Variable(value, { name, trainable: false });

/** A whole number that starts at 0. */
export const counter = (name: string): Variable => state(tensor(0, { dtype: 'int32' }), name);

const isMultiple = (number: Tensor, of: number): Tensor => equal(mul(div(number, of), of), number);

/** The names of the arguments that every optimizer takes. */
const COMMON: ReadonlySet<string> = new Set([
  'weightDecay',
  'clipnorm',
  'globalClipnorm',
  'clipvalue',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'lossScaleFactor',
  'gradientAccumulationSteps',
]);

function checkOptions(options: OptimizerOptions): void {
  const { clipnorm, globalClipnorm, clipvalue, emaMomentum = 0.99 } = options;
  const clippings = Object.entries({ clipnorm, globalClipnorm, clipvalue }).filter(([, value]) => value);
  if (clippings.length > 1) {
    throw new ArgumentError({
      asked: 'optimizer',
      expected: 'one of clipnorm, globalClipnorm and clipvalue',
      received: clippings.map(([name]) => name).join(' and '),
    });
  }
  if (!(emaMomentum >= 0 && emaMomentum <= 1)) {
    throw new ArgumentError({
      asked: 'optimizer',
      expected: 'an emaMomentum from 0 to 1',
      received: `${emaMomentum}`,
    });
  }
  checkCount('emaOverwriteFrequency', options.emaOverwriteFrequency, 1);
  checkCount('gradientAccumulationSteps', options.gradientAccumulationSteps, 2);
}

function checkCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new ArgumentError({
    asked: `optimizer with ${name} ${value}`,
    expected: `a whole number, at least ${least}`,
  });
}
