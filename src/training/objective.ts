import { ArgumentError } from '../graph/errors.ts';
import { snakeCase } from '../layers/names.ts';
import { where } from '../tensor/functions.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { isLoss } from './losses/loss.ts';
import { averagedWeightsFor } from './losses/weights.ts';
import { type Loss, type LossName, lossOf } from './losses.ts';
import { type Metric, meanMetric, metricOf } from './metrics.ts';

/** A loss or metric of one's own: targets and outputs, [batch, …], to one number for each example. */
export type PlainFunction = (target: Tensor, output: Tensor) => Tensor;
export type LossLike = Loss | LossName | PlainFunction;
export type MetricLike = Metric | string | PlainFunction;

/** One thing for all outputs; a list with one for each; or a record by the names of outputs. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T | null>>;

export interface ObjectiveArguments {
  /** What is made small; outputs without a loss are not trained for. */
  readonly loss?: PerOutput<LossLike> | null;
  /** How much each loss counts, 1 by default. */
  readonly lossWeights?: number | readonly number[] | Readonly<Record<string, number>>;
  /** Measured without sample weights. For several outputs: lists in a list, or in a record by name. */
  readonly metrics?: readonly MetricLike[] | PerOutput<MetricLike | readonly MetricLike[]>;
  /** Measured with sample weights. */
  readonly weightedMetrics?: readonly MetricLike[] | PerOutput<MetricLike | readonly MetricLike[]>;
}

/** What is wanted of one output. */
export interface OutputObjective {
  readonly name: string;
  readonly loss: Loss | undefined;
  readonly lossWeight: number;
  readonly metrics: readonly NamedMetric[];
}

/** A metric under its key in the logs. */
export interface NamedMetric {
  readonly key: string;
  readonly metric: Metric;
  readonly weighted: boolean;
}

/**
 * Losses and metrics, output by output.
 *
 * @throws ArgumentError for names that are no outputs, or lists of another length
 */
export function objectiveOf(given: ObjectiveArguments, outputs: readonly string[]): OutputObjective[] {
  const losses = perOutput<LossLike>(given.loss ?? undefined, outputs, 'loss', isLossLike);
  const weights = perOutput<number>(given.lossWeights, outputs, 'lossWeights', isNumber);
  const plain = metricsPerOutput(given.metrics, outputs, 'metrics');
  const weighted = metricsPerOutput(given.weightedMetrics, outputs, 'weightedMetrics');
  const taken = new Set<string>();
  const prefix = (name: string) => (outputs.length > 1 ? `${name}_` : '');
  const found = outputs.map((name, i) => {
    const wanted = losses[i];
    const loss = wanted === undefined ? undefined : lossOf(wanted);
    return { name, loss, lossWeight: weights[i] ?? 1, metrics: [] as NamedMetric[] };
  });
  for (const [isWeighted, lists] of [
    [false, plain],
    [true, weighted],
  ] as const) {
    for (const [i, output] of found.entries()) {
      for (const like of lists[i] ?? []) {
        const metric = madeMetric(like, output.loss);
        let key = `${prefix(output.name)}${metric.name}`;
        if (isWeighted && taken.has(key)) key = `${prefix(output.name)}weighted_${metric.name}`;
        const free = freeKey(key, taken);
        taken.add(free);
        output.metrics.push({ key: free, metric, weighted: isWeighted });
      }
    }
  }
  return found;
}

function freeKey(key: string, taken: ReadonlySet<string>): string {
  let free = key;
  for (let i = 1; taken.has(free); i++) free = `${key}_${i}`;
  return free;
}

const isLossLike = (given: unknown): given is LossLike =>
  typeof given === 'string' ||
  typeof given === 'function' ||
  (typeof given === 'object' && given !== null && 'className' in given);
const isNumber = (given: unknown): given is number => typeof given === 'number';

function perOutput<T>(
  given: PerOutput<T> | undefined,
  outputs: readonly string[],
  asked: string,
  isOne: (given: unknown) => given is T,
): (T | undefined)[] {
  if (given === undefined) return outputs.map(() => undefined);
  if (isOne(given)) return outputs.map(() => given);
  const expected = `one for each output, ${outputs.join(', ')}: in a list, or in a record by name`;
  if (Array.isArray(given)) {
    const list = given as readonly (T | null)[];
    if (list.length !== outputs.length) {
      throw new ArgumentError({ asked, expected, received: `${list.length}` });
    }
    return list.map((one) => one ?? undefined);
  }
  const record = given as Readonly<Record<string, T | null>>;
  const unknown = Object.keys(record).filter((name) => !outputs.includes(name));
  if (unknown.length > 0) throw new ArgumentError({ asked, expected, received: unknown.join(', ') });
  return outputs.map((name) => record[name] ?? undefined);
}

function metricsPerOutput(
  given: ObjectiveArguments['metrics'],
  outputs: readonly string[],
  asked: string,
): (readonly MetricLike[])[] {
  const listed = (one: MetricLike | readonly MetricLike[] | null | undefined) =>
    one === undefined || one === null ? [] : ([one].flat() as MetricLike[]);
  if (given === undefined) return outputs.map(() => []);
  if (outputs.length === 1 && Array.isArray(given)) return [(given as MetricLike[]).flat()];
  const isOne = (one: unknown): one is MetricLike | readonly MetricLike[] => isLossLike(one);
  return perOutput(given as PerOutput<MetricLike | readonly MetricLike[]>, outputs, asked, isOne).map(listed);
}

function madeMetric(given: MetricLike, loss: Loss | undefined): Metric {
  if (isLoss(given)) {
    const { className } = given;
    return meanMetric({ name: snakeCase(className), className, values: (...batch) => given.call(...batch) });
  }
  if (typeof given === 'function') {
    const name = given.name || 'custom_metric';
    return meanMetric({ name, className: name, values: given });
  }
  return metricOf(given, loss ?? 'mse');
}

/**
 * Weights of the losses of what a mask leaves: 0 elsewhere, and for a mean so much that it is over these alone.
 *
 * @see Keras `apply_mask`
 */
export function maskedWeights(
  { reduction }: Loss,
  mask: Tensor | undefined,
  weights: Tensor | undefined,
): Tensor | undefined {
  if (!mask) return weights;
  const kept = mask.cast('float32');
  if (reduction !== 'sum_over_batch_size' && reduction !== 'mean') return timesWeights(kept, weights);
  const some = kept.sum();
  const scale = where(some.cast('bool'), tensor(kept.size).div(some), 0);
  return timesWeights(kept.mul(scale), weights);
}

/** Weights of the metrics of what a mask leaves. */
export function countedWeights(mask: Tensor | undefined, weights: Tensor | undefined): Tensor | undefined {
  return mask ? timesWeights(mask.cast('float32'), weights) : weights;
}

const timesWeights = (kept: Tensor, weights: Tensor | undefined): Tensor =>
  weights ? kept.mul(averagedWeightsFor(kept, weights)) : kept;
