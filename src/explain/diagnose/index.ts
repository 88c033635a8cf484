/** What may be wrong with a network, and what to do about it: a contents page. */
export { type ColumnFigures, columnFigures, columnVerdicts, dataConditionNumber } from './columns.ts';
export { type Curvature, curvatureOf, curvatureVerdict, hessianProduct, lossCurvature } from './curvature.ts';
export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export { lanczos, type Multiply, type Spectrum, tridiagonalEigenvalues } from './eigenvalues.ts';
export { type DepthExperiment, type DepthFigures, signalByDepth, slopeProduct } from './experiments.ts';
export { signalVerdicts } from './flow.ts';
export {
  biasVariance,
  type ErrorsInPercent,
  earlyStoppingPoint,
  overfittingVerdict,
  type StoppingPoint,
} from './generalisation.ts';
export { Diagnosis } from './report.ts';
export {
  CAN_DIE,
  type LayerSignal,
  measureSignals,
  SATURATION_BOUNDS,
  type SignalMeter,
  signalMeter,
} from './signals.ts';
export type { Severity, Topic, Verdict } from './verdict.ts';
export { type WatchOptions, watch } from './watch.ts';
