import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { foldIn, type Key, RandomStream } from '../graph/threefry.ts';
import type { CompiledStep } from '../tensor/compile.ts';
import { takeRows } from './arrays.ts';
import type { BatchReader } from './batches.ts';
import type { Callbacks, Logs } from './callbacks/callback.ts';
import { turn } from './evaluation.ts';
import { type Examples, mapParts, type Parts } from './examples.ts';
import type { Model } from './model/model.ts';
import { explainNonFinite } from './nonFinite.ts';
import { BatchSteps, ResidentData, residentStep } from './program.ts';
import type { Progress, Run } from './progress.ts';
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
  readonly #data: ResidentData;
  readonly totals: Totals;
  readonly #size: number;
  readonly #batches: number;
  readonly #shuffle: boolean;
  readonly #whole: CompiledStep;
  readonly #rest: CompiledStep | undefined;
  #shuffleKey: Key = [0, 0];
  /** Batches of the present pass that are done; passes begin when those of the one before are used up. */
  #done: number;
  #passes = 0;
  #order: Int32Array = new Int32Array();
  /** Steps that take about `CHUNK_MILLISECONDS`; found by trying. */
  #chunk = 1;

  constructor(model: Model, examples: Examples, batchSize: number, shuffle: boolean, steps?: number) {
    const { count } = examples;
    this.#model = model;
    this.#data = new ResidentData(examples);
    this.#size = Math.min(batchSize, count);
    this.#shuffle = shuffle;
    this.totals = new Totals(model.objectives);
    const rest = count % this.#size;
    this.#batches = Math.ceil(count / this.#size);
    this.#done = this.#batches;
    this.steps = steps ?? this.#batches;
    this.examples = steps === undefined ? count : steps * this.#size;
    this.#whole = residentStep('train', model, this.#data, this.totals, this.#size, this.#size);
    if (rest > 0) this.#rest = residentStep('train', model, this.#data, this.totals, rest, this.#size);
    model.lastReport = this.#whole.report;
  }

  logs(): Logs {
    return this.totals.logs();
  }

  async begin({ epoch, batch, shuffleKey, totals }: Progress): Promise<void> {
    const done = epoch * this.steps + batch;
    this.#shuffleKey = shuffleKey;
    this.#passes = Math.floor(done / this.#batches);
    this.#done = this.#batches;
    if (done % this.#batches > 0) this.#beginPass(done % this.#batches);
    this.totals.restore(totals);
  }

  async run(progress: Run, callbacks: Callbacks): Promise<boolean> {
    if (progress.batch === 0) this.totals.reset();
    for (let step = progress.batch; step < this.steps; ) {
      if (this.#done === this.#batches) this.#beginPass();
      const wholes = Math.floor(this.#data.examples.count / this.#size);
      const inRest = this.#done >= wholes;
      const most = callbacks.everyBatch ? 1 : this.#chunk;
      const steps = inRest ? 1 : Math.min(most, wholes - this.#done, this.steps - step);
      await callbacks.call('onTrainBatchBegin', step);
      this.#runSteps(inRest, steps);
      step += steps;
      progress.batch = step;
      await callbacks.call('onTrainBatchEnd', step - 1, this.logs());
      await turn();
      if (this.#model.stopTraining && step < this.steps) return false;
    }
    return true;
  }

  async close(): Promise<void> {}

  #beginPass(done = 0): void {
    const { count } = this.#data.examples;
    this.#order = this.#shuffle
      ? new RandomStream(foldIn(this.#shuffleKey, this.#passes)).permutation(count)
      : Int32Array.from({ length: count }, (_, i) => i);
    this.#passes++;
    this.#done = done;
    this.#data.rewind(this.#order, done);
  }

  #runSteps(inRest: boolean, steps: number): void {
    const before = this.#model.getState();
    const start = performance.now();
    (inRest ? this.#rest : this.#whole)?.run(steps);
    const spent = performance.now() - start;
    if (!inRest) this.#chunk = nextChunk(this.#chunk, steps, spent);
    if (!Number.isFinite(this.logs().loss ?? 0)) {
      this.#model.setState(before);
      throw explainNonFinite(this.#model, (at) => this.#batch(at), this.#done, steps);
    }
    this.#done += steps;
  }

  /** A batch as it was gathered, for the search after a NaN. */
  #batch(at: number): Parts<NDArray> {
    const rows = this.#order.subarray(at * this.#size, (at + 1) * this.#size);
    return mapParts(this.#data.examples, (array) => takeRows(array, rows));
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
    for (let step = progress.batch; step < this.#limit; step++) {
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
