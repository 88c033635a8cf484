/** Losses, metrics, optimizers, callbacks and models: a contents page. */
export type { Arrays } from './arrays.ts';
export type { BatchLike, BatchSource } from './batches.ts';
export {
  type Callback,
  earlyStopping,
  type FileStore,
  type FitPlan,
  History,
  type Logs,
} from './callbacks/index.ts';
export type { FitOptions, ValidationData } from './fit.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './losses.ts';
export { confusionMatrix, type MeanMetric, type Metric, meanMetric } from './metrics.ts';
export {
  type CompileArguments,
  cloneModel,
  Functional,
  type FunctionalOptions,
  type InputSpec,
  Model,
  model,
  type PlotModelOptions,
  plotModel,
  Sequential,
  sequential,
  snakeCase,
} from './model.ts';
export type { LossLike, MetricLike, PerOutput, PlainFunction } from './objective.ts';
export { adagrad, adam, type Optimizer, rmsprop, sgd } from './optimizers.ts';
export type { StepData } from './program.ts';
export { type Trainer, type TrainerOptions, trainer } from './trainer.ts';
