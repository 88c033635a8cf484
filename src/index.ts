/** Pellucid: a contents page. */
export * from './core.ts';

export { Dataset } from './data/dataset/dataset.ts';
export * as datasets from './data/downloads/datasets.ts';
export * as activations from './layers/activationFunctions.ts';
export * as constraints from './layers/constraints.ts';
export * as layers from './layers/factories.ts';
export * from './layers/index.ts';
export * as initializers from './layers/initializers.ts';
export * as regularizers from './layers/regularizers.ts';
export * as ops from './ops/index.ts';
export * as callbacks from './training/callbacks/index.ts';
export * from './training/index.ts';
export * as losses from './training/losses.ts';
export * as metrics from './training/metrics.ts';
export * as optimizers from './training/optimizers.ts';
export * as schedules from './training/schedules.ts';
export * as utils from './utils.ts';
