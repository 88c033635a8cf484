import { backward } from '../autodiff/backward.ts';
import type { Dtype } from '../graph/dtypes.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { CompiledStep } from '../tensor/compile.ts';
import { add, arange, gather, mul } from '../tensor/functions.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { Metric } from './metrics.ts';
import type { Sequential } from './model.ts';

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

/** Sums over the examples seen: of the loss, and of each metric. */
export class Totals {
  readonly #sums: Variable[];
  readonly #count: Variable;
  readonly #metrics: readonly Metric[];

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
    this.#sums = ['loss', ...metrics.map(({ name }) => name)].map(
      (name) => new Variable(tensor(0), { name: `sum of ${name}`, trainable: false }),
    );
    this.#count = new Variable(tensor(0), { name: 'examples', trainable: false });
  }

  reset(): void {
    for (const sum of [...this.#sums, this.#count]) sum.assign(tensor(0));
  }

  /** Adds a batch, inside of a compiled function. */
  add(losses: Tensor, target: Tensor, output: Tensor): void {
    const each = [losses, ...this.#metrics.map((metric) => metric.call(target, output))];
    for (const [i, sum] of this.#sums.entries()) sum.assign(sum.read().add((each[i] as Tensor).sum()));
    this.#count.assign(this.#count.read().add(losses.size));
  }

  /** Means so far. */
  logs(prefix = ''): Record<string, number> {
    const count = this.#count.value().data[0] || 1;
    const finish = [undefined, ...this.#metrics.map((metric) => metric.finish)];
    const names = ['loss', ...this.#metrics.map(({ name }) => name)];
    return Object.fromEntries(
      names.map((name, i) => {
        const mean = (this.#sums[i]?.value().data[0] ?? Number.NaN) / count;
        return [`${prefix}${name}`, finish[i]?.(mean) ?? mean];
      }),
    );
  }
}

/** One training step on the next `size` examples: forward, loss, backward, optimizer and totals as one program. */
export function trainingStep(
  model: Sequential,
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
export function batchStep(model: Sequential, totals: Totals, x: ArgumentOf, y: ArgumentOf): CompiledStep {
  return new CompiledStep((xs, ys) => [trainOn(model, xs as Tensor, ys as Tensor, totals)], [x, y]);
}

type ArgumentOf = { readonly shape: Shape; readonly dtype: Dtype };

/** Records loss, gradients and updates; returns the mean loss. */
function trainOn(model: Sequential, x: Tensor, y: Tensor, totals: Totals): Tensor {
  const { loss, optimizer } = model.compiled;
  const step = model.trainingSteps.read();
  const output = model.call(x, { training: true, step });
  const losses = loss.call(y, output);
  const mean = losses.mean();
  const weights = model.trainableWeights;
  const nodes = backward(
    mean.node,
    weights.map(({ node }) => node),
  );
  optimizer.apply(
    nodes.map((node) => new Tensor(node, true)),
    weights,
  );
  model.trainingSteps.assign(step.add(1));
  totals.add(losses, y, output);
  return mean;
}

/** Loss and metrics on the next `size` examples, without training. */
export function evaluationStep(
  model: Sequential,
  data: ResidentData,
  totals: Totals,
  size: number,
  full: number,
): CompiledStep {
  return new CompiledStep(() => {
    const { x, y } = data.next(size, full);
    const output = model.call(x, { training: false });
    totals.add(model.compiled.loss.call(y, output), y, output);
    return [];
  }, []);
}
