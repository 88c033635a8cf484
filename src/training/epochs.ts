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
import type { Progress, Run } from './progress.ts';
import { Snapshot } from './snapshot.ts';
import { Totals } from './totals.ts';

/** What `fit` repeats: passes over the data in steps of training. */
export interface Epochs {
  /** Steps in each epoch, where that is known. */
  readonly steps: number | undefined;
  readonly examples: number | undefined;
  readonly totals: Totals;
  /** Goes to where a run has come. */
  begin(progress: Progress): Promise<void>;
  /** Trains for an epoch, or what is left of it. @returns whether it was not cut short by `stopTraining` */
  run(progress: Run, callbacks: Callbacks): Promise<boolean>;
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
  #shuffleKey: Key = [0, 0];
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

  get totals(): Totals {
    return this.#passes.totals;
  }

  logs(): Logs {
    return this.totals.logs();
  }

  async begin({ epoch, batch, shuffleKey, totals }: Progress): Promise<void> {
    const { batches } = this.#passes;
    const done = epoch * this.steps + batch;
    this.#shuffleKey = shuffleKey;
    this.#begun = Math.floor(done / batches);
    if (done % batches > 0) this.#passes.begin(this.#begun++, shuffleKey, done % batches);
    this.totals.restore(totals);
  }

  async run(progress: Run, callbacks: Callbacks): Promise<boolean> {
    const passes = this.#passes;
    if (progress.batch === 0) this.totals.reset();
    for (let step = progress.batch; step < this.steps; ) {
      if (passes.isOver) passes.begin(this.#begun++, this.#shuffleKey);
      await callbacks.call('onTrainBatchBegin', step);
      step += this.#runSteps(Math.min(callbacks.everyBatch ? 1 : this.#chunk, this.steps - step));
      progress.batch = step;
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
  readonly totals: Totals;
  readonly #batchSteps: BatchSteps;

  constructor(model: Model, reader: BatchReader, steps?: number) {
    this.steps = steps;
    this.#model = model;
    this.#reader = reader;
    this.totals = new Totals(model.objectives);
    this.#batchSteps = new BatchSteps('train', model, this.totals);
  }

  logs(): Logs {
    return this.totals.logs();
  }

  /** Reads what has been trained on without training on it again. */
  async begin({ epoch, batch, begun, totals }: Progress): Promise<void> {
    for (let past = begun; past < epoch; past++) await this.#skip(this.#limit);
    await this.#skip(batch);
    this.totals.restore(totals);
  }

  async #skip(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) if (!(await this.#nextBatch(step))) return;
  }

  get #limit(): number {
    return this.steps ?? Number.POSITIVE_INFINITY;
  }

  async run(progress: Run, callbacks: Callbacks): Promise<boolean> {
    if (progress.batch === 0) this.totals.reset();
    const before = new Snapshot();
    for (let step = progress.batch; step < this.#limit; step++) {
      const batch = await this.#nextBatch(step);
      if (!batch) break;
      this.#model.buildFor(batch.inputs);
      await callbacks.call('onTrainBatchBegin', step);
      before.take(this.#model.state);
      this.#batchSteps.run(batch);
      const logs = this.logs();
      if (!Number.isFinite(logs.loss ?? 0)) {
        before.restore();
        throw explainNonFinite(this.#model, () => batch, step, 1);
      }
      progress.batch = step + 1;
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
