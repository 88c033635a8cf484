import { square, sub } from '../../tensor/functions.ts';
import { aligned, overLast } from '../losses/loss.ts';
import { cosine } from '../losses/regression.ts';
import * as losses from '../losses.ts';
import { meanMetric, type NameOptions } from './metric.ts';
import type { RunningMetric } from './running.ts';

/** The mean of what a model puts out, whatever the targets are. */
export const mean = ({ name = 'mean' }: NameOptions = {}): RunningMetric =>
  meanMetric({ name, className: 'Mean', values: (_, output) => output });

/** A metric that is the mean of a loss. */
function ofLoss<Options extends object>(
  name: string,
  className: string,
  make: (options: Options & losses.ReductionOptions) => losses.Loss,
): (options?: Options & NameOptions) => RunningMetric {
  return (options) => {
    const { name: own = name, ...rest } = { ...options } as Options & NameOptions;
    const loss = make({ ...(rest as Options), reduction: 'none' });
    return meanMetric({
      name: own,
      className,
      config: loss.config,
      values: (target, output) => loss.reduce(target, output),
    });
  };
}

type None = Record<never, never>;
/** What a cross-entropy takes besides its reduction. */
type Crossentropy = Pick<losses.CrossentropyOptions, 'fromLogits' | 'labelSmoothing' | 'axis'>;

/** Mean of (target − output)². */
export const meanSquaredError = ofLoss<None>(
  'mean_squared_error',
  'MeanSquaredError',
  losses.meanSquaredError,
);
/** Mean of |target − output|. */
export const meanAbsoluteError = ofLoss<None>(
  'mean_absolute_error',
  'MeanAbsoluteError',
  losses.meanAbsoluteError,
);
/** 100 times the mean of |target − output| / |target|. */
export const meanAbsolutePercentageError = ofLoss<None>(
  'mean_absolute_percentage_error',
  'MeanAbsolutePercentageError',
  losses.meanAbsolutePercentageError,
);
/** Mean of (log(1 + target) − log(1 + output))². */
export const meanSquaredLogarithmicError = ofLoss<None>(
  'mean_squared_logarithmic_error',
  'MeanSquaredLogarithmicError',
  losses.meanSquaredLogarithmicError,
);
/** Mean of log cosh of the error. */
export const logCoshError = ofLoss<None>('logcosh', 'LogCoshError', losses.logCosh);
/** Mean cross-entropy of targets 0 or 1. */
export const binaryCrossentropy = ofLoss<Crossentropy>(
  'binary_crossentropy',
  'BinaryCrossentropy',
  losses.binaryCrossentropy,
);
/** Mean cross-entropy of one-hot targets. */
export const categoricalCrossentropy = ofLoss<Crossentropy>(
  'categorical_crossentropy',
  'CategoricalCrossentropy',
  losses.categoricalCrossentropy,
);
/** Mean cross-entropy of whole-number targets. */
export const sparseCategoricalCrossentropy = ofLoss<Pick<losses.SparseOptions, 'fromLogits' | 'axis'>>(
  'sparse_categorical_crossentropy',
  'SparseCategoricalCrossentropy',
  losses.sparseCategoricalCrossentropy,
);
/** Mean of Σ target·log(target / output). */
export const klDivergence = ofLoss<None>('kl_divergence', 'KLDivergence', losses.klDivergence);
/** Mean of output − target·log output. */
export const poisson = ofLoss<None>('poisson', 'Poisson', losses.poisson);
/** Mean of max(1 − target·output, 0). */
export const hinge = ofLoss<None>('hinge', 'Hinge', losses.hinge);
/** Mean of max(1 − target·output, 0)². */
export const squaredHinge = ofLoss<None>('squared_hinge', 'SquaredHinge', losses.squaredHinge);
/** Mean of the margin between right and wrong classes. */
export const categoricalHinge = ofLoss<None>(
  'categorical_hinge',
  'CategoricalHinge',
  losses.categoricalHinge,
);

/** √ of the mean of (target − output)². */
export const rootMeanSquaredError = ({ name = 'root_mean_squared_error' }: NameOptions = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'RootMeanSquaredError',
    values(target, output) {
      const [wanted, guess] = aligned('RootMeanSquaredError', target, output);
      return overLast(square(sub(wanted, guess)));
    },
    finish: Math.sqrt,
  });

/** Mean cosine of the angle between target and output along an axis: 1 where they point the same way. */
export const cosineSimilarity = ({
  name = 'cosine_similarity',
  axis = -1,
}: NameOptions & { axis?: number } = {}): RunningMetric =>
  meanMetric({
    name,
    className: 'CosineSimilarity',
    config: { axis },
    values: (target, output) => cosine(...aligned('CosineSimilarity', target, output), axis),
  });
