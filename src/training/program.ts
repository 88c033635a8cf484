import { backward } from '../autodiff/backward.ts';
import type { Dtype } from '../graph/dtypes.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { CompiledStep } from '../tensor/compile.ts';
import { add, arange, gather, mul, zeros } from '../tensor/functions.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { Metric } from './metrics.ts';
import type { Model } from './model/model.ts';

/** Targets and inputs held in the program, so that batches are gathered where they are used. */
export class ResidentData {
  readonly x: Variable;
  readonly y: Variable;
  /** The order in which examples are taken. */
  readonly order: Variable;
  /** The next batch. */
  readonly position: Variable;
  readonly count: number;

  constructor(x: NDArray, y: NDArray) {
    this.count = x.shape[0] ?? 0;
    this.x = new Variable(x, { name: 'x', trainable: false });
    this.y = new Variable(y, { name: 'y', trainable: false });
    this.order = new Variable(arange(this.count), { name: 'order', trainable: false });
    this.position = new Variable(tensor(0, { dtype: 'int32' }), { name: 'position', trainable: false });
  }

  /** Goes back to the first batch; examples come in `order`. */
  rewind(order: Int32Array): void {
    this.order.assign({ dtype: 'int32', shape: [this.count], data: order });
    this.position.assign(tensor(0, { dtype: 'int32' }));
  }

  /** The next `size` examples, inside of a compiled function; moves on. */
  next(size: number, full: number): { x: Tensor; y: Tensor } {
    const at = this.position.read();
    const rows = gather(this.order.read(), add(arange(size), mul(at, full)));
    this.position.assign(at.add(1));
    return { x: gather(this.x.read(), rows), y: gather(this.y.read(), rows) };
  }
}

/** What the loss and the metrics add up to over the examples seen. */
export class Totals {
  readonly #loss = counter('loss');
  readonly #count = counter('examples');
  readonly #metrics: readonly Metric[];
  /** The state of each metric, made for the first outputs. */
  #states: Variable[][] = [];

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
  }

  reset(): void {
    for (const state of [this.#loss, this.#count, ...this.#states.flat()]) {
      state.assign(zeros(state.shape));
    }
  }

  /** Adds a batch, inside of a compiled function. */
  add(losses: Tensor, target: Tensor, output: Tensor): void {
    this.#loss.assign(this.#loss.read().add(losses.sum()));
    this.#count.assign(this.#count.read().add(losses.size));
    for (const [i, metric] of this.#metrics.entries()) {
      this.#states[i] ??= metric
        .stateShapes(output.shape)
        .map((shape) => new Variable(zeros(shape), { name: `state of ${metric.name}`, trainable: false }));
      const state = this.#states[i];
      const next = metric.update(
        state.map((variable) => variable.read()),
        target,
        output,
      );
      for (const [j, variable] of state.entries()) variable.assign(next[j] as Tensor);
    }
  }

  /** Means so far. */
  logs(prefix = ''): Record<string, number> {
    const count = this.#count.value().data[0] || 1;
    const logs: Record<string, number> = {
      [`${prefix}loss`]: (this.#loss.value().data[0] ?? Number.NaN) / count,
    };
    for (const [i, metric] of this.#metrics.entries()) {
      const state = this.#states[i]?.map((variable) => variable.value());
      if (state) logs[`${prefix}${metric.name}`] = metric.result(state);
    }
    return logs;
  }
}

const counter = (name: string) => new Variable(tensor(0), { name: `sum of ${name}`, trainable: false });

/** One training step on the next `size` examples: forward, loss, backward, optimizer and totals as one program. */
export function trainingStep(
  model: Model,
  data: ResidentData,
  totals: Totals,
  size: number,
  full: number,
): CompiledStep {
  return new CompiledStep(() => {
    const { x, y } = data.next(size, full);
    return [trainOn(model, x, y, totals)];
  }, []);
}

/** The same on a batch that is given. */
export function batchStep(model: Model, totals: Totals, x: ArgumentOf, y: ArgumentOf): CompiledStep {
  return new CompiledStep((xs, ys) => [trainOn(model, xs as Tensor, ys as Tensor, totals)], [x, y]);
}

type ArgumentOf = { readonly shape: Shape; readonly dtype: Dtype };

/** Records loss, gradients and updates; returns the mean loss. */
function trainOn(model: Model, x: Tensor, y: Tensor, totals: Totals): Tensor {
  const { loss, optimizer } = model.compiled;
  const step = model.trainingSteps.read();
  const added: Tensor[] = [];
  const addLoss = (more: Tensor) => added.push(more);
  const [output] = model.forward([x], { training: true, step, addLoss }).outputs as [Tensor];
  const losses = loss.call(y, output);
  const extra = sumOf([...added, ...penalties(model)]);
  const mean = extra ? losses.mean().add(extra) : losses.mean();
  const weights = model.trainableWeights;
  const nodes = backward(
    optimizer.scaleLoss(mean).node,
    weights.map(({ node }) => node),
  );
  optimizer.apply(
    nodes.map((node) => new Tensor(node, true)),
    weights,
  );
  for (const { variable, constraint } of model.ownedWeights) {
    if (constraint && variable.trainable) variable.assign(constraint.call(variable.read()));
  }
  model.trainingSteps.assign(step.add(1));
  totals.add(extra ? losses.add(extra) : losses, y, output);
  return mean;
}

/** Loss and metrics on the next `size` examples, without training. */
export function evaluationStep(
  model: Model,
  data: ResidentData,
  totals: Totals,
  size: number,
  full: number,
): CompiledStep {
  return new CompiledStep(() => {
    const { x, y } = data.next(size, full);
    const added: Tensor[] = [];
    const addLoss = (more: Tensor) => added.push(more);
    const [output] = model.forward([x], { training: false, addLoss }).outputs as [Tensor];
    const losses = model.compiled.loss.call(y, output);
    const extra = sumOf([...added, ...penalties(model)]);
    totals.add(extra ? losses.add(extra) : losses, y, output);
    return [];
  }, []);
}

/** What the regularisers of the weights that are trained add to the loss. */
function penalties(model: Model): Tensor[] {
  return model.ownedWeights.flatMap(({ variable, regularizer }) =>
    regularizer && variable.trainable ? [regularizer.call(variable.read())] : [],
  );
}

const sumOf = (losses: readonly Tensor[]): Tensor | undefined =>
  losses.length === 0 ? undefined : losses.reduce((total, loss) => total.add(loss));
