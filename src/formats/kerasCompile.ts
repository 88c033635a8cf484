import { DataError, PellucidError, type Place } from '../graph/errors.ts';
import { type Loss, lossOf } from '../training/losses.ts';
import type { Metric } from '../training/metrics.ts';
import type { Model } from '../training/model.ts';
import { isJson, type Json } from './kerasFields.ts';
import { isKerasLoss, readLoss, writeLoss } from './kerasLosses.ts';
import { readMetricList, writeMetric } from './kerasMetrics.ts';
import { isKerasOptimizer, readOptimizer, writeOptimizer } from './kerasOptimizers.ts';

/**
 * Compiles a model as its file says. What cannot be trained the same way leaves it uncompiled, and `warnings` say
 * why: predictions do not depend on it.
 */
export function readCompileConfig(model: Model, config: unknown, place: Place, warnings: string[]): void {
  if (!isJson(config) || !isGiven(config.optimizer)) return;
  if (![config.loss, config.metrics, config.weighted_metrics].some(isGiven)) return;
  try {
    const outputs = model.outputNames;
    const losses = perOutput(config.loss, outputs, place).map((one) =>
      isGiven(one) ? readLoss(one, place) : null,
    );
    const weights = perOutput(config.loss_weights, outputs, place).map((one) =>
      typeof one === 'number' ? one : 1,
    );
    const metricsIn = (given: unknown) =>
      metricsPerOutput(given, outputs, place).map((list, i) =>
        readMetricList(list, losses[i] ?? lossOf('mse'), place, warnings),
      );
    const [metrics, weightedMetrics] = [metricsIn(config.metrics), metricsIn(config.weighted_metrics)];
    model.compile({
      optimizer: readOptimizer(config.optimizer, place),
      loss: losses,
      ...(weights.some((weight) => weight !== 1) && { lossWeights: weights }),
      metrics: outputs.length === 1 ? metrics.flat() : metrics,
      weightedMetrics: outputs.length === 1 ? weightedMetrics.flat() : weightedMetrics,
    });
  } catch (error) {
    if (!(error instanceof PellucidError)) throw error;
    warnings.push(`The model is left uncompiled. ${error.message}`);
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** One value for each output, of a list, of a record by name, or the same for all. */
function perOutput(given: unknown, outputs: readonly string[], place: Place): unknown[] {
  if (Array.isArray(given)) return matching(given, outputs, place);
  if (isJson(given) && typeof given.class_name !== 'string') {
    return outputs.map((name, i) => given[name] ?? Object.values(given)[outputs.length === 1 ? i : -1]);
  }
  return outputs.map(() => given);
}

function metricsPerOutput(given: unknown, outputs: readonly string[], place: Place): unknown[] {
  if (!isGiven(given)) return outputs.map(() => []);
  if (outputs.length === 1 && Array.isArray(given)) return [given];
  return perOutput(given, outputs, place);
}

function matching(list: unknown[], outputs: readonly string[], place: Place): unknown[] {
  if (list.length === outputs.length) return list;
  throw new DataError(
    {
      asked: 'compile_config in config.json',
      expected: `one for each output, ${outputs.join(', ')}`,
      received: `${list.length}`,
    },
    place,
  );
}

/** How a model is trained, as Keras writes it; nothing for a loss or an optimizer that Keras has not. */
export function writeCompileConfig(model: Model): Json | undefined {
  if (!model.isCompiled) return undefined;
  const { optimizer, outputs } = model.compiled;
  const losses = outputs.map(({ loss }) => loss);
  if (losses.some((loss) => loss && !isKerasLoss(loss)) || !isKerasOptimizer(optimizer)) return undefined;
  const metricsOf = (weighted: boolean) =>
    written(
      outputs.map(({ metrics }) =>
        metrics.filter((one) => one.weighted === weighted).map(({ metric }) => metric),
      ),
    );
  const weights = outputs.map(({ lossWeight }) => lossWeight);
  const single = outputs.length === 1;
  return {
    optimizer: writeOptimizer(optimizer),
    loss: single ? writtenLoss(losses[0]) : losses.map(writtenLoss),
    loss_weights: weights.every((weight) => weight === 1) ? null : single ? weights[0] : weights,
    metrics: metricsOf(false),
    weighted_metrics: metricsOf(true),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

const writtenLoss = (loss: Loss | undefined): Json | null => (loss ? writeLoss(loss) : null);

/** Metrics by outputs; of one output its list alone. */
function written(lists: readonly (readonly Metric[])[]): unknown {
  const kept = lists.map((list) => list.flatMap((metric) => writeMetric(metric) ?? []));
  if (kept.every((list) => list.length === 0)) return null;
  return kept.length === 1 ? kept[0] : kept;
}
