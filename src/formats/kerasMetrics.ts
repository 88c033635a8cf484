import { PellucidError, type Place } from '../graph/errors.ts';
import type { Loss } from '../training/losses.ts';
import * as metrics from '../training/metrics.ts';
import { argumentsIn, classIn, type Json, underscored } from './kerasFields.ts';

type Factory = (options: never) => metrics.Metric;

/** The metrics of files by Keras's names. */
const METRICS: ReadonlyMap<string, Factory> = new Map<string, Factory>([
  ['Accuracy', metrics.accuracy],
  ['BinaryAccuracy', metrics.binaryAccuracy],
  ['CategoricalAccuracy', metrics.categoricalAccuracy],
  ['SparseCategoricalAccuracy', metrics.sparseCategoricalAccuracy],
  ['TopKCategoricalAccuracy', metrics.topKCategoricalAccuracy],
  ['SparseTopKCategoricalAccuracy', metrics.sparseTopKCategoricalAccuracy],
  ['MeanSquaredError', metrics.meanSquaredError],
  ['RootMeanSquaredError', metrics.rootMeanSquaredError],
  ['MeanAbsoluteError', metrics.meanAbsoluteError],
  ['MeanAbsolutePercentageError', metrics.meanAbsolutePercentageError],
  ['MeanSquaredLogarithmicError', metrics.meanSquaredLogarithmicError],
  ['LogCoshError', metrics.logCoshError],
  ['CosineSimilarity', metrics.cosineSimilarity],
  ['BinaryCrossentropy', metrics.binaryCrossentropy],
  ['CategoricalCrossentropy', metrics.categoricalCrossentropy],
  ['SparseCategoricalCrossentropy', metrics.sparseCategoricalCrossentropy],
  ['KLDivergence', metrics.klDivergence],
  ['Poisson', metrics.poisson],
  ['Hinge', metrics.hinge],
  ['SquaredHinge', metrics.squaredHinge],
  ['CategoricalHinge', metrics.categoricalHinge],
  ['TruePositives', metrics.truePositives],
  ['FalsePositives', metrics.falsePositives],
  ['TrueNegatives', metrics.trueNegatives],
  ['FalseNegatives', metrics.falseNegatives],
  ['Precision', metrics.precision],
  ['Recall', metrics.recall],
  ['AUC', metrics.auc],
  ['F1Score', metrics.f1Score],
  ['FBetaScore', metrics.fBetaScore],
  ['R2Score', metrics.r2Score],
  ['MeanIoU', metrics.meanIoU],
  ['IoU', metrics.ioU],
]);

/** Arguments without which a metric cannot be made. */
const NEEDED: ReadonlySet<string> = new Set(['numClasses', 'targetClassIds']);

/**
 * A metric of a file: a name, or a class and its arguments.
 *
 * @throws DataError, or ArgumentError, for a metric that is not known, or arguments that make no sense
 */
export function readMetric(given: unknown, loss: Loss, place: Place): metrics.Metric {
  if (typeof given === 'string') return metrics.metricOf(given, loss);
  const [className, fields] = classIn(given, 'metric', place);
  const make = METRICS.get(className);
  if (!make) throw fields.refusal(`one of ${[...METRICS.keys()].join(', ')}`, className);
  return fields.attempt(() => {
    const needed = Object.fromEntries(
      [...NEEDED].flatMap((name) => (fields.value(name) === undefined ? [] : [[name, fields.numbers(name)]])),
    );
    const { config } = make(needed as never);
    const settings = { ...needed, ...argumentsIn(fields, withoutNeeded(config)) };
    const name = fields.value('name') === undefined ? {} : { name: fields.text('name', '') };
    return make({ ...settings, ...name } as never);
  });
}

const withoutNeeded = (config: Json): Json =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !NEEDED.has(name)));

/** A metric as Keras writes it; nothing for one that Keras has not. */
export function writeMetric(metric: metrics.Metric): Json | string | undefined {
  // Which of three it is follows from the shapes.
  if (metric.className === 'accuracy') return metric.name;
  if (!METRICS.has(metric.className)) return undefined;
  const rows = Object.entries(metric.config).map(([key, value]) => [underscored(key), value]);
  return {
    module: 'keras.metrics',
    class_name: metric.className,
    config: { name: metric.name, dtype: 'float32', ...Object.fromEntries(rows) },
    registered_name: null,
  };
}

/** The metrics of one output; those that cannot be taken over are left out, and `warnings` say so. */
export function readMetricList(
  given: unknown,
  loss: Loss,
  place: Place,
  warnings: string[],
): metrics.Metric[] {
  const list: unknown[] = given === undefined || given === null ? [] : [given].flat(4);
  return list.flatMap((one) => {
    if (one === null) return [];
    try {
      return [readMetric(one, loss, place)];
    } catch (error) {
      if (!(error instanceof PellucidError)) throw error;
      warnings.push(`A metric in config.json is left out. ${error.message}`);
      return [];
    }
  });
}
