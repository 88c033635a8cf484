import type { NDArray } from '../../graph/ndarray.ts';
import { zeros } from '../../tensor/functions.ts';
import { type TensorLike, tensor } from '../../tensor/tensor.ts';
import { untraced } from '../../tensor/trace.ts';
import { Variable } from '../../tensor/variable.ts';
import type { Metric } from './metric.ts';

/**
 * A metric that keeps what it has seen by itself as well, for training loops of one's own. Within a compiled function,
 * updates are part of the program.
 */
export class RunningMetric implements Metric {
  readonly metric: Metric;
  readonly name: string;
  readonly className: string;
  readonly config: Metric['config'];
  readonly stateShapes: Metric['stateShapes'];
  readonly update: Metric['update'];
  readonly each?: NonNullable<Metric['each']>;
  #state: readonly Variable[] = [];

  constructor(metric: Metric) {
    this.metric = metric;
    this.name = metric.name;
    this.className = metric.className;
    this.config = metric.config;
    this.stateShapes = (shape) => metric.stateShapes(shape);
    this.update = (...batch) => metric.update(...batch);
    if (metric.each) this.each = (state) => metric.each?.(state) ?? [];
  }

  /** What it keeps; nothing before the first update. */
  get variables(): readonly Variable[] {
    return this.#state;
  }

  /**
   * Adds a batch.
   *
   * @param target [batch, …]
   * @param output likewise; left out for `mean`, which takes numbers alone
   * @param sampleWeight how much each example counts
   */
  updateState(target: TensorLike, output: TensorLike = target, sampleWeight?: TensorLike): void {
    const [wanted, found] = [tensor(target), tensor(output)];
    if (this.#state.length === 0) this.#state = this.#made(found.shape);
    const before = this.#state.map((variable) => variable.read());
    const weights = sampleWeight === undefined ? undefined : tensor(sampleWeight);
    const after = this.metric.update(before, wanted, found, weights);
    for (const [i, variable] of this.#state.entries()) variable.assign(after[i] ?? variable.read());
  }

  #made(shape: readonly number[]): Variable[] {
    return untraced(() =>
      this.metric.stateShapes(shape).map((kept, i) => {
        return new Variable(zeros(kept), { name: `${this.name} ${i}`, trainable: false });
      }),
    );
  }

  /** Its value over all batches since the last reset, 0 of nothing; or for a state that is kept elsewhere. */
  result(state?: readonly NDArray[]): number {
    if (state) return this.metric.result(state);
    if (this.#state.length === 0) return 0;
    return this.metric.result(this.#state.map((variable) => variable.value()));
  }

  /** Forgets all batches. */
  resetState(): void {
    for (const variable of this.#state) variable.assign(zeros(variable.shape));
  }
}

/**
 * A metric of one's own that keeps what it has seen, as those of this library do:
 *
 *     const loss = metrics.mean();
 *     loss.updateState(step(x, y));
 *     loss.result();
 *
 * @see Keras `Metric.update_state`
 */
export const running = (metric: Metric): RunningMetric => new RunningMetric(metric);
