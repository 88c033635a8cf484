// The course's own algorithms: each a pure function whose result carries a trace of every step, to be walked
// forwards and backwards, with its formula.

export { type AdalineOptions, type AdalineResult, trainAdaline } from './adaline.ts';
export { type CompetitiveOptions, type CompetitiveResult, competitiveLearning } from './competitive.ts';
export { derivativeOf } from './derivative.ts';
export { type ThinnedNetwork, type ThinnedNetworks, thinnedNetworks } from './dropout.ts';
export * from './formula.ts';
export { GATE_UNITS, gateTable, truthTableInputs, xorOfUnits } from './gateUnits.ts';
export {
  type HebbianOptions,
  type HebbianResult,
  type HebbNetResult,
  hebbian,
  hebbNet,
  oja,
} from './hebb.ts';
export {
  type HopfieldNet,
  hopfieldEnergy,
  hopfieldNet,
  type RecallOptions,
  type RecallResult,
  recall,
} from './hopfield.ts';
export { type KMeansOptions, type KMeansResult, kMeans } from './kMeans.ts';
export { type KohonenOptions, type KohonenResult, kohonenMap } from './kohonen.ts';
export {
  backward,
  countParameters,
  type ForwardPass,
  forward,
  initialPerceptron,
  type MultilayerPerceptron,
  nodeNames,
  type OutputActivation,
  parameters,
} from './multilayer.ts';
export {
  type LearnedExample,
  learnExample,
  type MultilayerOptions,
  type MultilayerResult,
  trainMultilayer,
} from './multilayerTraining.ts';
export {
  type PerceptronOptions,
  type PerceptronResult,
  type PerceptronRow,
  type PerceptronsResult,
  perceptronOutput,
  trainPerceptron,
  trainPerceptrons,
} from './perceptron.ts';
export {
  type ContextNet,
  type ContextOptions,
  elmanNet,
  jordanNet,
  runSequence,
  type SequenceResult,
  type SequenceTraining,
  trainSequence,
} from './recurrent.ts';
export {
  type Contradictory,
  type Inseparable,
  marginOf,
  type Separable,
  separability,
  type Verdict,
} from './separability.ts';
export { LECTURE_SLIPS, type Slip } from './slips.ts';
export { type ThresholdResult, type ThresholdUnit, thresholdUnit } from './thresholdUnit.ts';
export { type Edge, type Feedback, type Feedforward, type Topology, topology, unroll } from './topology.ts';
export { type Change, type Group, Recorder, type State, type Step, Trace, Walk } from './trace.ts';
export {
  WORKED_INPUT,
  WORKED_NETWORK,
  WORKED_RATE,
  WORKED_TARGET,
  type WorkedExample,
  type WorkedIteration,
  type WorkedOptions,
  workedExample,
} from './workedExample.ts';
