/** Models: a contents page. */
export { snakeCase } from '../layers/names.ts';
export { cloneModel } from './model/clone.ts';
export { Functional, type FunctionalOptions, model, type SymbolicTensors } from './model/functional.ts';
export { type CompileArguments, type Compiled, type InputSpec, Model } from './model/model.ts';
export { type PlotModelOptions, plotModel } from './model/plot.ts';
export { Sequential, sequential } from './model/sequential.ts';
export type { SummaryOptions } from './model/summary.ts';
