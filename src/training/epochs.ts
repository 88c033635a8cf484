import { ArgumentError } from '../graph/errors.ts';
import type { Key } from '../graph/threefry.ts';
import type { BatchReader } from './batches.ts';
import type { Callbacks, Logs } from './callbacks/callback.ts';
import { turn } from './evaluation.ts';
import type { Examples } from './examples.ts';
import type { Model } from './model/model.ts';
import { explainNonFinite } from './nonFinite.ts';
import { Passes } from './passes.ts';
import { BatchSteps } from './program.ts';
import { Totals } from './totals.ts';

/** What `fit` repeats: passes over the data in steps of training. */
export interface Epochs {
  /** Steps in each epoch, where that is known. */
  readonly steps: number | undefined;
  readonly examples: number | undefined;
  /** @returns whether it was not cut short by `stopTraining` */
  run(epoch: number, shuffleKey: Key, callbacks: Callbacks): Promise<boolean>;
  /** Loss and metrics of the epoch so far. */
  logs(): Logs;
  /** Lets go of the data. */
  close(): Promise<void>;
}

/** Programs run for about this long before the callbacks and the event loop get their turn. */
const CHUNK_MILLISECONDS = 40;

/** Epochs over examples that stay in the program. */
export class ResidentEpochs implements Epochs {
  readonly steps: number;
  readonly examples: number;
  readonly #model: Model;
  readonly #passes: Passes;
  /** Passes begun; the next begins when the batches of the one before are used up. */
  #begun = 0;
  /** Steps that take about `CHUNK_MILLISECONDS`; found by trying. */
  #chunk = 1;

  constructor(model: Model, examples: Examples, batchSize: number, shuffle: boolean, steps?: number) {
    this.#model = model;
    this.#passes = new Passes(model, examples, batchSize, shuffle);
    this.steps = steps ?? this.#passes.batches;
    this.examples = steps === undefined ? examples.count : steps * this.#passes.batchSize;
  }

  logs(): Logs {
    return this.#passes.logs();
  }

  async run(epoch: number, shuffleKey: Key, callbacks: Callbacks): Promise<boolean> {
    const passes = this.#passes;
    passes.reset();
    // A resumed run takes up the passes where they were.
    this.#begun = Math.max(this.#begun, Math.floor((epoch * this.steps) / passes.batches));
    for (let step = 0; step < this.steps; ) {
      if (passes.isOver) passes.begin(this.#begun++, shuffleKey);
      await callbacks.call('onTrainBatchBegin', step);
      step += this.#runSteps(Math.min(callbacks.everyBatch ? 1 : this.#chunk, this.steps - step));
      await callbacks.call('onTrainBatchEnd', step - 1, this.logs());
      await turn();
      if (this.#model.stopTraining && step < this.steps) return false;
    }
    return true;
  }

  async close(): Promise<void> {}

  #runSteps(most: number): number {
    const { isInRest } = this.#passes;
    const start = performance.now();
    const steps = this.#passes.run(most);
    if (!isInRest) this.#chunk = nextChunk(this.#chunk, steps, performance.now() - start);
    return steps;
  }
}

function nextChunk(chunk: number, steps: number, spent: number): number {
  const aimed = (steps * CHUNK_MILLISECONDS) / Math.max(spent, 0.05);
  return Math.max(1, Math.min(Math.round(aimed), chunk * 8));
}

/** Epochs over batches as they come. */
export class StreamedEpochs implements Epochs {
  readonly steps: number | undefined;
  readonly examples = undefined;
  readonly #model: Model;
  readonly #reader: BatchReader;
  readonly #totals: Totals;
  readonly #batchSteps: BatchSteps;

  constructor(model: Model, reader: BatchReader, steps?: number) {
    this.steps = steps;
    this.#model = model;
    this.#reader = reader;
    this.#totals = new Totals(model.objectives);
    this.#batchSteps = new BatchSteps('train', model, this.#totals);
  }

  logs(): Logs {
    return this.#totals.logs();
  }

  async run(_epoch: number, _key: Key, callbacks: Callbacks): Promise<boolean> {
    this.#totals.reset();
    const limit = this.steps ?? Number.POSITIVE_INFINITY;
    for (let step = 0; step < limit; step++) {
      const batch = await this.#nextBatch(step);
      if (!batch) break;
      this.#model.buildFor(batch.inputs);
      await callbacks.call('onTrainBatchBegin', step);
      const before = this.#model.getState();
      this.#batchSteps.run(batch);
      const logs = this.logs();
      if (!Number.isFinite(logs.loss ?? 0)) {
        this.#model.setState(before);
        throw explainNonFinite(this.#model, () => batch, step, 1);
      }
      await callbacks.call('onTrainBatchEnd', step, logs);
      await turn();
      if (this.#model.stopTraining) return false;
    }
    return true;
  }

  /** The next batch: with a number of steps, from the beginning again where the source ends. */
  async #nextBatch(step: number): Promise<Examples | undefined> {
    const batch = await this.#reader.next();
    if (batch || (this.steps === undefined && step > 0)) return batch;
    const again = this.steps === undefined ? undefined : await this.#reader.next();
    if (again) return again;
    throw new ArgumentError({
      asked: step === 0 ? 'the first batch of an epoch' : `batch ${step + 1} of ${this.steps}`,
      expected: 'a source of batches that can be gone through once for each epoch',
      received: 'one that has ended',
      fix: 'Give an object with [Symbol.asyncIterator](), such as a Dataset, rather than a generator that runs once.',
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
