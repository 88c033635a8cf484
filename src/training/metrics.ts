/** Metrics: a contents page, and the metric of a name. */
import { ArgumentError } from '../graph/errors.ts';
import { type Loss, type LossFunction, lossOf } from './losses.ts';
import * as accuracies from './metrics/accuracy.ts';
import { auc } from './metrics/auc.ts';
import * as counts from './metrics/confusion.ts';
import * as means from './metrics/means.ts';
import type { Metric } from './metrics/metric.ts';
import * as scores from './metrics/scores.ts';

export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  type TopKOptions,
  topKCategoricalAccuracy,
} from './metrics/accuracy.ts';
export { type AUCOptions, auc } from './metrics/auc.ts';
export {
  falseNegatives,
  falsePositives,
  type PositiveOptions,
  precision,
  recall,
  trueNegatives,
  truePositives,
} from './metrics/confusion.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  hinge,
  klDivergence,
  logCoshError,
  mean,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  rootMeanSquaredError,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from './metrics/means.ts';
export { type MeanMetric, type Metric, meanMetric } from './metrics/metric.ts';
export { type IoUOptions, ioU, type MeanIoUOptions, meanIoU } from './metrics/overlap.ts';
export { RunningMetric, running } from './metrics/running.ts';
export { type F1Options, f1Score, fBetaScore, type R2Options, r2Score } from './metrics/scores.ts';

const METRICS: Readonly<Record<string, (options: { name: string }) => Metric>> = {
  binary_accuracy: accuracies.binaryAccuracy,
  categorical_accuracy: accuracies.categoricalAccuracy,
  sparse_categorical_accuracy: accuracies.sparseCategoricalAccuracy,
  top_k_categorical_accuracy: accuracies.topKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: accuracies.sparseTopKCategoricalAccuracy,
  mean_squared_error: means.meanSquaredError,
  mse: means.meanSquaredError,
  root_mean_squared_error: means.rootMeanSquaredError,
  mean_absolute_error: means.meanAbsoluteError,
  mae: means.meanAbsoluteError,
  mean_absolute_percentage_error: means.meanAbsolutePercentageError,
  mape: means.meanAbsolutePercentageError,
  mean_squared_logarithmic_error: means.meanSquaredLogarithmicError,
  msle: means.meanSquaredLogarithmicError,
  log_cosh_error: means.logCoshError,
  binary_crossentropy: means.binaryCrossentropy,
  categorical_crossentropy: means.categoricalCrossentropy,
  sparse_categorical_crossentropy: means.sparseCategoricalCrossentropy,
  kl_divergence: means.klDivergence,
  poisson: means.poisson,
  hinge: means.hinge,
  squared_hinge: means.squaredHinge,
  categorical_hinge: means.categoricalHinge,
  cosine_similarity: means.cosineSimilarity,
  true_positives: counts.truePositives,
  false_positives: counts.falsePositives,
  true_negatives: counts.trueNegatives,
  false_negatives: counts.falseNegatives,
  precision: counts.precision,
  recall: counts.recall,
  auc,
  f1_score: scores.f1Score,
  fbeta_score: scores.fBetaScore,
  r2_score: scores.r2Score,
};

/**
 * A metric, or the one of a name in Keras's or in camel case. `accuracy` is the one that fits the shapes of targets and
 * outputs, as in Keras; after a loss from logits, the binary one takes 0 for the border in place of one half.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function metricOf(given: Metric | string, loss: Loss | LossFunction | string): Metric {
  if (typeof given !== 'string') return given;
  const plain = given.replaceAll('_', '').toLowerCase();
  if (plain === 'accuracy' || plain === 'acc') {
    return accuracies.fittingAccuracy(plain, lossOf(loss).config.fromLogits === true ? 0 : 0.5);
  }
  const found = Object.entries(METRICS).find(([name]) => name.replaceAll('_', '') === plain);
  if (!found) {
    throw new ArgumentError({
      asked: `metric "${given}"`,
      expected: `accuracy or one of ${Object.keys(METRICS).join(', ')}`,
    });
  }
  const [name, make] = found;
  return make({ name });
}

/** How often class i was taken for class j: row i, column j. */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const row = counts[truth[i] ?? -1];
    const column = predicted[i] ?? -1;
    if (row && column >= 0 && column < classes) row[column] = (row[column] ?? 0) + 1;
  }
  return counts;
}
