/**
 * What Keras keeps in `keras.ops`, by its names in camel case: a contents page. Arguments stand in Keras's order, with
 * its defaults; what else can be said of a convolution or a normalisation is in one object at the end.
 */

export { customGradient } from '../tensor/customGradient.ts';
export * from './activations.ts';
export {
  argsort,
  broadcastTo,
  cast,
  concatenate,
  dtype,
  expandDims,
  flip,
  inTopK,
  isTensor,
  moveaxis,
  ndim,
  type PadMode,
  pad,
  ravel,
  repeat,
  reshape,
  roll,
  scatter,
  scatterUpdate,
  searchsorted,
  segmentSum,
  shape,
  slice,
  sliceUpdate,
  sort,
  split,
  squeeze,
  stack,
  stopGradient,
  swapaxes,
  take,
  takeAlongAxis,
  tile,
  topK,
  transpose,
  unstack,
} from './arrange.ts';
export * from './creation.ts';
export * from './elementary.ts';
export * as image from './image.ts';
export * from './networks.ts';
export {
  add,
  clip,
  divide,
  equal,
  floorDivide,
  greater,
  greaterEqual,
  isclose,
  less,
  lessEqual,
  logaddexp,
  logicalAnd,
  logicalOr,
  logicalXor,
  matmul,
  maximum,
  minimum,
  mod,
  multiply,
  notEqual,
  power,
  subtract,
  where,
} from './pairs.ts';
export * from './products.ts';
export {
  all,
  any,
  argmax,
  argmin,
  countNonzero,
  cumprod,
  cumsum,
  logsumexp,
  max,
  mean,
  median,
  min,
  moments,
  norm,
  normalize,
  prod,
  size,
  std,
  sum,
  variance as var,
} from './reductions.ts';
export * from './sliding.ts';
