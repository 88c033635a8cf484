/** Layers, activations and initialisers: a contents page. */
export { ACTIVATIONS, type Activation, type ActivationName } from './activations.ts';
export {
  activation,
  type DenseOptions,
  dense,
  dropout,
  flatten,
  input,
  leakyReLU,
  reLU,
  reshape as reshapeLayer,
  softmaxLayer,
} from './core.ts';
export {
  type Initializer,
  type InitializerName,
  initializerOf,
  randomUniform as uniform,
} from './initializers.ts';
export { type CallContext, Layer, type LayerOptions } from './layer.ts';
export { normalization, rescaling } from './preprocessing.ts';
