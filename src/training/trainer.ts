import { ArgumentError } from '../graph/errors.ts';
import { type Key, keyOf } from '../graph/threefry.ts';
import type { Arrays } from './arrays.ts';
import type { Logs } from './callbacks/callback.ts';
import { examplesOf, type WeightingOptions, withClassWeights } from './examples.ts';
import type { Model } from './model/model.ts';
import { Passes } from './passes.ts';

export interface TrainerOptions extends WeightingOptions {
  readonly batchSize?: number;
  readonly shuffle?: boolean;
  /** Seeds the shuffling; 0 by default. */
  readonly seed?: number;
}

/** Training in one's own hands: see `trainer`. */
export class Trainer {
  readonly model: Model;
  /** Steps in a pass over the examples. */
  readonly stepsPerEpoch: number;
  readonly #passes: Passes;
  readonly #key: Key;
  #step = 0;

  constructor(model: Model, x: Arrays, y: Arrays, options: TrainerOptions) {
    const { batchSize = 32, shuffle = true, seed = 0 } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError({
        asked: `a trainer with batchSize ${batchSize}`,
        expected: 'a whole number, at least 1',
      });
    }
    const examples = withClassWeights(examplesOf(model, x, y, options.sampleWeight), options.classWeight);
    model.buildFor(examples.inputs);
    this.model = model;
    this.#passes = new Passes(model, examples, batchSize, shuffle);
    this.stepsPerEpoch = this.#passes.batches;
    this.#key = keyOf(seed);
    this.seek(0);
  }

  /** Steps taken, or gone to. */
  get step(): number {
    return this.#step;
  }

  /**
   * Goes to the batch that step `step`, from 0, trains on. The model stays as it is: give it the state of that step
   * by `setState`, once there is a trainer, and so what its optimizer remembers.
   */
  seek(step: number): void {
    if (!Number.isInteger(step) || step < 0) {
      throw new ArgumentError({ asked: `step ${step}`, expected: 'a whole number, at least 0' });
    }
    this.#step = step;
    this.#passes.begin(Math.floor(step / this.stepsPerEpoch), this.#key, step % this.stepsPerEpoch);
  }

  /**
   * Takes `steps` steps, as many as the batches of a pass at a time in one call of the program.
   *
   * @returns loss and metrics of these steps
   * @throws NumericError when the loss is no longer a number, naming where that began; the model is then as it was
   * before the pass in which that happened, or before these steps
   */
  run(steps = 1): Logs {
    const passes = this.#passes;
    passes.reset();
    for (const end = this.#step + steps; this.#step < end; ) {
      if (passes.isOver) passes.begin(Math.floor(this.#step / this.stepsPerEpoch), this.#key);
      this.#step += passes.run(end - this.#step);
    }
    return passes.logs();
  }
}

/**
 * Training step by step, for whoever shows or steers it: what `fit` does in epochs, in pieces of any size. Each step
 * is where its number says: a model given the state of a step, and a trainer gone there by `seek`, train on alike.
 *
 *     const training = trainer(model, x, y, { batchSize: 10 });
 *     const { loss } = training.run(1000);
 *
 * @param model a compiled model
 * @param x inputs [examples, …], as for `fit`
 * @param y targets, likewise
 */
export function trainer(model: Model, x: Arrays, y: Arrays, options: TrainerOptions = {}): Trainer {
  return new Trainer(model, x, y, options);
}
