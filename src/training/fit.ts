import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { RandomStream } from '../graph/threefry.ts';
import type { CompiledStep } from '../tensor/compile.ts';
import { nextKey } from '../tensor/random.ts';
import { type TensorLike, toArray } from '../tensor/tensor.ts';
import { inputsOf, takeRows } from './arrays.ts';
import { type Callback, History, type Logs } from './callbacks.ts';
import type { Model } from './model/model.ts';
import { explainNonFinite } from './nonFinite.ts';
import { evaluationStep, ResidentData, Totals, trainingStep } from './program.ts';

export interface FitOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly shuffle?: boolean;
  /** Seeds the shuffling; else the next of the sequence that `setSeed` starts. */
  readonly seed?: number;
  readonly validationData?: readonly [TensorLike, TensorLike];
  /** The share of the examples, taken from the end, that is kept for validation. */
  readonly validationSplit?: number;
  readonly callbacks?: readonly Callback[];
}

/** Programs run for about this long before the callbacks and the event loop get their turn. */
const CHUNK_MILLISECONDS = 40;

/** Trains a compiled model; see `Model.fit`. */
export async function fit(
  model: Model,
  inputs: TensorLike,
  targets: TensorLike,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, batchSize = 32, shuffle = true, validationSplit = 0 } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ArgumentError({ asked: `fit with ${name} ${value}`, expected: 'a whole number, at least 1' });
    }
  }
  const given = pairOf(model, inputs, targets);
  const [train, heldOut] = options.validationData
    ? [given, pairOf(model, ...options.validationData)]
    : splitLast(given, validationSplit);
  model.buildFor([train.x]);

  const loop = new Loop(model, new ResidentData(train.x, train.y), batchSize);
  const validation = heldOut && new Evaluation(model, heldOut.x, heldOut.y, batchSize);
  const random = new RandomStream(nextKey(options.seed));
  const history = new History();
  const callbacks: Callback[] = [...(options.callbacks ?? []), history];
  const inOrder = Int32Array.from({ length: train.count }, (_, i) => i);
  model.stopTraining = false;
  for (const callback of callbacks) {
    await callback.onTrainBegin?.(model, { epochs, batches: loop.batches, examples: train.count });
  }
  let logs: Logs = {};
  try {
    for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch);
      const order = shuffle ? random.permutation(train.count) : inOrder;
      const finished = await loop.epoch(order, async (batch, sofar) => {
        for (const callback of callbacks) await callback.onTrainBatchEnd?.(batch, sofar);
      });
      if (!finished) break;
      logs = { ...loop.logs(), ...(validation ? await validation.logs('val_') : {}) };
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs);
    }
  } finally {
    for (const callback of callbacks) await callback.onTrainEnd?.(logs);
  }
  return history;
}

/** Epochs over data that stay in the program. */
class Loop {
  readonly batches: number;
  readonly #model: Model;
  readonly #data: ResidentData;
  readonly #totals: Totals;
  readonly #size: number;
  readonly #whole: CompiledStep | undefined;
  readonly #rest: CompiledStep | undefined;
  /** Steps that take about `CHUNK_MILLISECONDS`; found by trying. */
  #chunk = 1;

  constructor(model: Model, data: ResidentData, size: number) {
    this.#model = model;
    this.#data = data;
    this.#size = Math.min(size, data.count);
    this.#totals = new Totals(model.compiled.metrics);
    const rest = data.count % this.#size;
    this.batches = Math.ceil(data.count / this.#size);
    this.#whole = trainingStep(model, data, this.#totals, this.#size, this.#size);
    if (rest > 0) this.#rest = trainingStep(model, data, this.#totals, rest, this.#size);
    model.lastReport = this.#whole.report;
  }

  logs(): Logs {
    return this.#totals.logs();
  }

  /** @returns whether the epoch was not cut short by `stopTraining` */
  async epoch(order: Int32Array, onChunk: (batch: number, logs: Logs) => Promise<void>): Promise<boolean> {
    this.#data.rewind(order);
    this.#totals.reset();
    const whole = Math.floor(this.#data.count / this.#size);
    let done = 0;
    while (done < this.batches) {
      const inRest = done >= whole;
      const steps = inRest ? 1 : Math.min(this.#chunk, whole - done);
      const before = this.#model.getState();
      const start = performance.now();
      (inRest ? this.#rest : this.#whole)?.run(steps);
      const spent = performance.now() - start;
      if (!inRest) this.#chunk = nextChunk(this.#chunk, steps, spent);
      const logs = this.logs();
      if (!Number.isFinite(logs.loss)) {
        this.#model.setState(before);
        const batch = (at: number) => this.#batch(order, at);
        throw explainNonFinite(this.#model, batch, done, steps);
      }
      done += steps;
      await onChunk(done - 1, logs);
      await turn();
      if (this.#model.stopTraining) return false;
    }
    return true;
  }

  /** A batch as it was gathered, for the search after a NaN. */
  #batch(order: Int32Array, at: number): { x: NDArray; y: NDArray } {
    const rows = order.subarray(at * this.#size, (at + 1) * this.#size);
    return { x: takeRows(this.#data.x.value(), rows), y: takeRows(this.#data.y.value(), rows) };
  }
}

function nextChunk(chunk: number, steps: number, spent: number): number {
  const aimed = (steps * CHUNK_MILLISECONDS) / Math.max(spent, 0.05);
  return Math.max(1, Math.min(Math.round(aimed), chunk * 8));
}

/** Loss and metrics of a model on data that stay in the program. */
export class Evaluation {
  readonly #data: ResidentData;
  readonly #totals: Totals;
  readonly #size: number;
  readonly #whole: CompiledStep;
  readonly #rest: CompiledStep | undefined;
  readonly #order: Int32Array;

  constructor(model: Model, x: NDArray, y: NDArray, batchSize: number) {
    this.#data = new ResidentData(x, y);
    this.#size = Math.min(batchSize, this.#data.count);
    this.#totals = new Totals(model.compiled.metrics);
    this.#order = Int32Array.from({ length: this.#data.count }, (_, i) => i);
    this.#whole = evaluationStep(model, this.#data, this.#totals, this.#size, this.#size);
    const rest = this.#data.count % this.#size;
    if (rest > 0) this.#rest = evaluationStep(model, this.#data, this.#totals, rest, this.#size);
  }

  async logs(prefix = ''): Promise<Logs> {
    this.#data.rewind(this.#order);
    this.#totals.reset();
    this.#whole.run(Math.floor(this.#data.count / this.#size));
    this.#rest?.run(1);
    await turn();
    return this.#totals.logs(prefix);
  }
}

export interface Pair {
  readonly x: NDArray;
  readonly y: NDArray;
  readonly count: number;
}

/**
 * Inputs in the dtype of the model and targets as they are, checked to go together.
 *
 * @throws ArgumentError when there are none, or not as many of one as of the other
 */
export function pairOf(model: Model, inputs: TensorLike, targets: TensorLike): Pair {
  const [x] = inputsOf(inputs, model.inputSpecs) as [NDArray];
  const y = toArray(targets);
  const count = x.shape[0] ?? 0;
  if (count === 0 || count !== y.shape[0]) {
    throw new ArgumentError({
      asked: 'examples',
      expected: 'as many targets as inputs, and at least one',
      received: `${count} inputs and ${y.shape[0] ?? 0} targets`,
    });
  }
  return { x, y, count };
}

function splitLast(pair: Pair, share: number): [Pair, Pair | undefined] {
  if (share === 0) return [pair, undefined];
  const kept = Math.floor(pair.count * (1 - share));
  if (!(share > 0 && share < 1) || kept === 0 || kept === pair.count) {
    throw new ArgumentError({
      asked: `validationSplit ${share} of ${pair.count} examples`,
      expected: 'a share between 0 and 1 that leaves examples on both sides',
    });
  }
  const part = (from: number, to: number): Pair => {
    const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
    return { x: takeRows(pair.x, rows), y: takeRows(pair.y, rows), count: to - from };
  };
  return [part(0, kept), part(kept, pair.count)];
}

/** Lets timers, signals and pages have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
