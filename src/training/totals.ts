import type { NDArray } from '../graph/ndarray.ts';
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

/** Makes a variable that adds up. */
type Keep = (name: string, shape?: readonly number[]) => Variable;

/** A mean over batches, by their sizes. */
class RunningMean {
  readonly #name: string;
  readonly #sum: Variable;
  readonly #count: Variable;

  constructor(name: string, keep: Keep) {
    this.#name = name;
    this.#sum = keep(name);
    this.#count = keep(`examples of ${name}`);
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
  /** All of them, in the order in which they came about. */
  readonly #variables: Variable[] = [];
  /** Values for variables that are still to come about. */
  #restored: readonly NDArray[] = [];

  constructor(outputs: readonly OutputObjective[]) {
    this.#outputs = outputs;
  }

  reset(): void {
    this.#restored = [];
    for (const variable of this.#variables) variable.assign(zeros(variable.shape));
  }

  values(): readonly NDArray[] {
    return this.#variables.map((variable) => variable.value());
  }

  /** Goes on from what `values` once gave. @throws ShapeError for those of other metrics */
  restore(values: readonly NDArray[]): void {
    this.#restored = values;
    for (const [i, variable] of this.#variables.entries()) {
      const value = values[i];
      if (value) variable.assign(value);
    }
  }

  readonly #keep: Keep = (name, shape = []) => {
    const value = this.#restored[this.#variables.length] ?? zeros(shape);
    const made = new Variable(value, { name: `sum of ${name}`, trainable: false });
    this.#variables.push(made);
    return made;
  };

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
        this.#states.get(key) ?? metric.stateShapes(output.shape).map((shape) => this.#keep(key, shape));
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
      const mean = this.#means.get(name) ?? new RunningMean(name, this.#keep);
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
