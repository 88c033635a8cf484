import { zeros } from '../tensor/functions.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { Logs } from './callbacks/callback.ts';
import type { Parts } from './examples.ts';
import { countedWeights, type OutputObjective } from './objective.ts';

/** What a batch came to. */
export interface BatchResult {
  /** What is made small: weighted losses and penalties. */
  readonly total: Tensor;
  /** The loss of each output that has one. */
  readonly losses: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly masks: readonly (Tensor | undefined)[];
}

const kept = (name: string, shape: readonly number[] = []) =>
  new Variable(zeros(shape), { name: `sum of ${name}`, trainable: false });

/** A mean over batches, by their sizes. */
class RunningMean {
  readonly #name: string;
  readonly #sum: Variable;
  readonly #count: Variable;

  constructor(name: string) {
    this.#name = name;
    this.#sum = kept(name);
    this.#count = kept(`examples of ${name}`);
  }

  get variables(): readonly Variable[] {
    return [this.#sum, this.#count];
  }

  add(value: Tensor, examples: number): void {
    this.#sum.assign(this.#sum.read().add(value.cast('float32').mul(examples)));
    this.#count.assign(this.#count.read().add(examples));
  }

  /** Nothing, as long as there is nothing. */
  logs(): Logs {
    const count = this.#count.value().data[0] ?? 0;
    return { [this.#name]: count === 0 ? 0 : (this.#sum.value().data[0] ?? Number.NaN) / count };
  }
}

/** What the losses and metrics add up to over the batches seen: variables of the step. */
export class Totals {
  readonly #outputs: readonly OutputObjective[];
  readonly #means = new Map<string, RunningMean>();
  readonly #states = new Map<string, readonly Variable[]>();

  constructor(outputs: readonly OutputObjective[]) {
    this.#outputs = outputs;
  }

  reset(): void {
    const means = [...this.#means.values()].flatMap(({ variables }) => variables);
    for (const state of [...means, ...this.#states.values()].flat()) state.assign(zeros(state.shape));
  }

  /** Adds a batch, inside of a compiled function. */
  add({ total, losses, outputs, masks }: BatchResult, batch: Parts<Tensor>): void {
    this.addNamed({ loss: total }, batch);
    const several = losses.filter(Boolean).length > 1;
    for (const [i, objective] of this.#outputs.entries()) {
      const [output, loss, target] = [outputs[i], losses[i], batch.targets[i]];
      if (!output) continue;
      if (loss && several) this.addNamed({ [`${objective.name}_loss`]: loss }, batch);
      if (target) this.#addMetrics(objective, target, output, batch.weights[i], masks[i]);
    }
  }

  #addMetrics(
    { metrics }: OutputObjective,
    target: Tensor,
    output: Tensor,
    weights: Tensor | undefined,
    mask: Tensor | undefined,
  ): void {
    for (const { key, metric, weighted } of metrics) {
      const state =
        this.#states.get(key) ?? metric.stateShapes(output.shape).map((shape) => kept(key, shape));
      this.#states.set(key, state);
      const before = state.map((variable) => variable.read());
      const after = metric.update(
        before,
        target,
        output,
        countedWeights(mask, weighted ? weights : undefined),
      );
      for (const [i, variable] of state.entries()) variable.assign(after[i] ?? tensor(0));
    }
  }

  /** Adds values of a batch by name, to be averaged over the examples. */
  addNamed(values: Readonly<Record<string, Tensor>>, batch: Parts<Tensor>): void {
    for (const [name, value] of Object.entries(values)) {
      const mean = this.#means.get(name) ?? new RunningMean(name);
      this.#means.set(name, mean);
      mean.add(value.mean(), batch.inputs[0]?.shape[0] ?? 1);
    }
  }

  /** Loss and metrics so far: the loss, then metrics, then the losses of the outputs, as in Keras. */
  logs(prefix = ''): Logs {
    const logs: Logs = {};
    const put = (values: Logs) => {
      for (const [name, value] of Object.entries(values)) logs[`${prefix}${name}`] = value;
    };
    const { loss, ...others } = Object.fromEntries(this.#means);
    if (loss) put(loss.logs());
    for (const { key, metric } of this.#outputs.flatMap(({ metrics }) => metrics)) {
      const state = this.#states.get(key);
      if (state) put({ [key]: metric.result(state.map((variable) => variable.value())) });
    }
    for (const mean of Object.values(others)) put(mean.logs());
    return logs;
  }
}
