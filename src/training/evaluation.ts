import type { CompiledStep } from '../tensor/compile.ts';
import { BatchReader, type BatchSource } from './batches.ts';
import type { Callback, Callbacks, Logs } from './callbacks/callback.ts';
import type { Examples } from './examples.ts';
import type { Model } from './model/model.ts';
import { BatchSteps, ResidentData, residentStep } from './program.ts';
import { Totals } from './totals.ts';

export interface EvaluateOptions {
  readonly batchSize?: number;
  /** Batches to take, all by default. */
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
}

/** Loss and metrics of a model, again and again on the same data. */
export interface Evaluation {
  logs(callbacks: Callbacks, prefix?: string): Promise<Logs>;
}

/** On examples that stay in the program. */
export class ResidentEvaluation implements Evaluation {
  readonly #model: Model;
  readonly #data: ResidentData;
  readonly #totals: Totals;
  readonly #steps: number;
  readonly #wholes: number;
  readonly #whole: CompiledStep;
  readonly #rest: CompiledStep | undefined;
  readonly #order: Int32Array;

  constructor(model: Model, examples: Examples, batchSize: number, steps = Number.POSITIVE_INFINITY) {
    const { count } = examples;
    const size = Math.min(batchSize, count);
    this.#model = model;
    this.#data = new ResidentData(examples);
    this.#totals = new Totals(model.objectives);
    this.#order = Int32Array.from({ length: count }, (_, i) => i);
    this.#steps = Math.min(steps, Math.ceil(count / size));
    this.#wholes = Math.min(this.#steps, Math.floor(count / size));
    this.#whole = residentStep('test', model, this.#data, this.#totals, size, size);
    if (this.#wholes < this.#steps) {
      this.#rest = residentStep('test', model, this.#data, this.#totals, count % size, size);
    }
  }

  async logs(callbacks: Callbacks, prefix = ''): Promise<Logs> {
    this.#data.rewind(this.#order);
    this.#totals.reset();
    await callbacks.call('onTestBegin', this.#model);
    const chunk = callbacks.everyBatch ? 1 : this.#wholes;
    for (let done = 0; done < this.#steps; ) {
      const inRest = done >= this.#wholes;
      const steps = inRest ? 1 : Math.min(chunk, this.#wholes - done);
      await callbacks.call('onTestBatchBegin', done);
      (inRest ? this.#rest : this.#whole)?.run(steps);
      done += steps;
      await callbacks.call('onTestBatchEnd', done - 1, this.#totals.logs());
      await turn();
    }
    const logs = this.#totals.logs(prefix);
    await callbacks.call('onTestEnd', logs);
    return logs;
  }
}

/** On batches as they come. */
export class StreamedEvaluation implements Evaluation {
  readonly #model: Model;
  readonly #reader: BatchReader;
  readonly #totals: Totals;
  readonly #steps: BatchSteps;
  readonly #limit: number;

  constructor(model: Model, source: BatchSource, limit = Number.POSITIVE_INFINITY) {
    this.#model = model;
    this.#reader = new BatchReader(model, source);
    this.#totals = new Totals(model.objectives);
    this.#steps = new BatchSteps('test', model, this.#totals);
    this.#limit = limit;
  }

  async logs(callbacks: Callbacks, prefix = ''): Promise<Logs> {
    this.#totals.reset();
    await callbacks.call('onTestBegin', this.#model);
    for (let batch = 0; batch < this.#limit; batch++) {
      const examples = await this.#reader.next();
      if (!examples) break;
      this.#model.buildFor(examples.inputs);
      await callbacks.call('onTestBatchBegin', batch);
      this.#steps.run(examples);
      await callbacks.call('onTestBatchEnd', batch, this.#totals.logs());
      await turn();
    }
    await this.#reader.close();
    const logs = this.#totals.logs(prefix);
    await callbacks.call('onTestEnd', logs);
    return logs;
  }
}

/** Lets timers, signals and pages have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
