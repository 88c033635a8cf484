/** Layers, activations and initialisers: a contents page. */
export { ACTIVATIONS, type Activation, type ActivationName } from './activations.ts';
export type { Constraint } from './constraints.ts';
export { type DtypePolicy, dtypePolicy, setDtypePolicy } from './dtypePolicy.ts';
export {
  activation,
  type DenseOptions,
  dense,
  dropout,
  flatten,
  leakyReLU,
  reLU,
  reshape as reshapeLayer,
  softmax as softmaxLayer,
} from './factories.ts';
export {
  type Initializer,
  type InitializerName,
  initializerOf,
  randomUniform as uniform,
} from './initializers.ts';
export { type InputOptions, input } from './input.ts';
export { lambda } from './lambda.ts';
export {
  type CallContext,
  Layer,
  LayerOfSeveral,
  type LayerOptions,
  type LayerWithOutputs,
  type Mask,
  type WeightOptions,
  withOutputs,
} from './layer.ts';
export * from './preprocessing/index.ts';
export type { Regularizer } from './regularizers.ts';
export { SymbolicTensor } from './symbolic.ts';
