/** Losses, metrics, optimizers, callbacks and models: a contents page. */
export { type Callback, earlyStopping, type FitPlan, History, type Logs } from './callbacks.ts';
export type { FitOptions } from './fit.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './losses.ts';
export { confusionMatrix, type Metric } from './metrics.ts';
export {
  type CompileArguments,
  Functional,
  type FunctionalOptions,
  type InputSpec,
  Model,
  model,
  Sequential,
  sequential,
  snakeCase,
} from './model.ts';
export { adagrad, adam, type Optimizer, rmsprop, sgd } from './optimizers.ts';
