import { ArgumentError, PellucidError, type Place } from '../graph/errors.ts';
import type { Loss } from '../training/losses.ts';
import { type Metric, metricOf } from '../training/metrics.ts';
import { type Sequential, snakeCase } from '../training/model.ts';
import { isJson, type Json, shown } from './kerasFields.ts';
import { isKerasLoss, readLoss, writeLoss } from './kerasLosses.ts';
import { isKerasOptimizer, readOptimizer, writeOptimizer } from './kerasOptimizers.ts';

/**
 * Compiles a model as its file says. What cannot be trained the same way leaves it uncompiled, and `warnings` say
 * why: predictions do not depend on it.
 */
export function readCompileConfig(model: Sequential, root: Json, place: Place, warnings: string[]): void {
  const config = root.compile_config;
  if (!isJson(config) || config.optimizer === undefined || config.loss === undefined) return;
  try {
    const loss = readLoss(config.loss, place);
    const optimizer = readOptimizer(config.optimizer, place);
    if (config.loss_weights !== undefined && config.loss_weights !== null) {
      throw new ArgumentError({ asked: 'loss_weights in config.json', expected: 'none' });
    }
    model.compile({ optimizer, loss, metrics: readMetrics(config.metrics, loss, warnings) });
  } catch (error) {
    if (!(error instanceof PellucidError)) throw error;
    warnings.push(`The model is left uncompiled. ${error.message}`);
  }
}

function readMetrics(given: unknown, loss: Loss, warnings: string[]): Metric[] {
  const list = given === undefined || given === null ? [] : [given].flat(4);
  const metrics: Metric[] = [];
  for (const metric of list) {
    const name =
      isJson(metric) && typeof metric.class_name === 'string' ? snakeCase(metric.class_name) : metric;
    try {
      if (typeof name !== 'string') throw new ArgumentError({ asked: `metric ${shown(metric)}` });
      metrics.push(metricOf(name.toLowerCase(), loss));
    } catch (error) {
      if (!(error instanceof PellucidError)) throw error;
      warnings.push(`A metric in config.json is left out. ${error.message}`);
    }
  }
  return metrics;
}

/** How a model is trained, as Keras writes it; nothing for a loss or an optimizer that Keras has not. */
export function writeCompileConfig(model: Sequential): Json | undefined {
  if (!model.isCompiled) return undefined;
  const { optimizer, loss, metrics } = model.compiled;
  if (!isKerasLoss(loss) || !isKerasOptimizer(optimizer)) return undefined;
  return {
    optimizer: writeOptimizer(optimizer),
    loss: writeLoss(loss),
    loss_weights: null,
    metrics: metrics.map(({ name }) => name).filter((name) => isKnownMetric(name, loss)),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

function isKnownMetric(name: string, loss: Loss): boolean {
  try {
    return metricOf(name, loss).name === name;
  } catch {
    return false;
  }
}
