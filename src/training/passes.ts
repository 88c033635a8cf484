import type { NDArray } from '../graph/ndarray.ts';
import { foldIn, type Key, RandomStream } from '../graph/threefry.ts';
import type { CompiledStep } from '../tensor/compile.ts';
import { takeRows } from './arrays.ts';
import type { Logs } from './callbacks/callback.ts';
import { type Examples, mapParts, type Parts } from './examples.ts';
import type { Model } from './model/model.ts';
import { explainNonFinite } from './nonFinite.ts';
import { ResidentData, residentStep } from './program.ts';
import { Snapshot } from './snapshot.ts';
import { Totals } from './totals.ts';

/** Passes over examples that stay in the program: a pass is taken batch by batch, in an order of its own. */
export class Passes {
  /** Batches in a pass; the last may be smaller. */
  readonly batches: number;
  readonly batchSize: number;
  readonly #model: Model;
  readonly #data: ResidentData;
  /** What loss and metrics add up to since they were reset. */
  readonly totals: Totals;
  readonly #shuffle: boolean;
  readonly #before = new Snapshot();
  readonly #wholes: number;
  readonly #whole: CompiledStep;
  readonly #rest: CompiledStep | undefined;
  #order: Int32Array = new Int32Array();
  /** Batches of the present pass that are done. */
  #done: number;

  constructor(model: Model, examples: Examples, batchSize: number, shuffle: boolean) {
    const { count } = examples;
    this.#model = model;
    this.#data = new ResidentData(examples);
    this.batchSize = Math.min(batchSize, count);
    this.#shuffle = shuffle;
    this.totals = new Totals(model.objectives);
    const rest = count % this.batchSize;
    this.batches = Math.ceil(count / this.batchSize);
    this.#wholes = Math.floor(count / this.batchSize);
    this.#done = this.batches;
    const stepOf = (size: number) =>
      residentStep('train', model, this.#data, this.totals, size, this.batchSize);
    this.#whole = stepOf(this.batchSize);
    if (rest > 0) this.#rest = stepOf(rest);
    model.lastReport = this.#whole.report;
  }

  /** Whether the present pass has no batch left. */
  get isOver(): boolean {
    return this.#done === this.batches;
  }

  /** Whether the next batch is the last and smaller. */
  get isInRest(): boolean {
    return this.#done >= this.#wholes;
  }

  /** Loss and metrics since `reset`. */
  logs(): Logs {
    return this.totals.logs();
  }

  reset(): void {
    this.totals.reset();
  }

  /** Begins a pass, at a batch of it: its order comes from the key and its number. */
  begin(pass: number, key: Key, batch = 0): void {
    const { count } = this.#data.examples;
    this.#order = this.#shuffle
      ? new RandomStream(foldIn(key, pass)).permutation(count)
      : Int32Array.from({ length: count }, (_, i) => i);
    this.#done = batch;
    this.#data.rewind(this.#order, batch);
  }

  /**
   * Takes steps of the present pass in one call of the program: `most`, or as many as there are batches of a size.
   *
   * @returns how many
   * @throws NumericError when the loss is no longer a number; the model is then as it was before
   */
  run(most: number): number {
    this.#before.take(this.#model.state);
    const inRest = this.isInRest;
    const steps = inRest ? 1 : Math.min(most, this.#wholes - this.#done);
    (inRest ? this.#rest : this.#whole)?.run(steps);
    if (!Number.isFinite(this.logs().loss ?? 0)) {
      this.#before.restore();
      this.#data.rewind(this.#order, this.#done);
      throw explainNonFinite(this.#model, (at) => this.#batch(at), this.#done, steps);
    }
    this.#done += steps;
    return steps;
  }

  /** A batch as it was gathered, for the search after a NaN. */
  #batch(at: number): Parts<NDArray> {
    const rows = this.#order.subarray(at * this.batchSize, (at + 1) * this.batchSize);
    return mapParts(this.#data.examples, (array) => takeRows(array, rows));
  }
}
