/** Callbacks: a contents page. */
export type { Callback, FitPlan, Logs } from './callback.ts';
export { EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './earlyStopping.ts';
export { History } from './history.ts';
