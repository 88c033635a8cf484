/** The layers of Keras by its names, in camel case: what the namespace `layers` holds. */
export {
  activation,
  elu,
  leakyReLU,
  type PReLUOptions,
  pReLU,
  type ReLUOptions,
  reLU,
  type SoftmaxOptions,
  softmax,
} from './activation.ts';
export { type ActivityRegularizationOptions, activityRegularization } from './activityRegularization.ts';
export {
  type AdditiveAttentionOptions,
  type AttentionOptions,
  additiveAttention,
  attention,
} from './attention.ts';
export { type BatchNormalizationOptions, batchNormalization } from './batchNormalization.ts';
export {
  type BidirectionalOptions,
  bidirectional,
} from './bidirectional.ts';
export {
  type CroppingOptions,
  cropping1D,
  cropping2D,
  cropping3D,
  type ZeroPaddingOptions,
  zeroPadding1D,
  zeroPadding2D,
  zeroPadding3D,
} from './borders.ts';
export { type ConvolutionOptions, conv1D, conv2D, conv3D } from './convolution.ts';
export { type DenseOptions, dense } from './dense.ts';
export {
  type DepthwiseConvolutionOptions,
  depthwiseConv1D,
  depthwiseConv2D,
  type SeparableConvolutionOptions,
  separableConv1D,
  separableConv2D,
} from './depthwiseConvolution.ts';
export { type EinsumDenseOptions, einsumDense } from './einsumDense.ts';
export { type EmbeddingOptions, embedding, masking } from './embedding.ts';
export {
  type GlobalPoolingOptions,
  globalAveragePooling1D,
  globalAveragePooling2D,
  globalAveragePooling3D,
  globalMaxPooling1D,
  globalMaxPooling2D,
  globalMaxPooling3D,
} from './globalPooling.ts';
export { identity } from './identity.ts';
export { type InputOptions, input } from './input.ts';
export { type ConcatenateOptions, concatenate, type DotOptions, dot } from './joining.ts';
export { lambda } from './lambda.ts';
export {
  type GroupNormalizationOptions,
  groupNormalization,
  type LayerNormalizationOptions,
  layerNormalization,
  type RMSNormalizationOptions,
  rmsNormalization,
  unitNormalization,
} from './layerNormalization.ts';
export { add, average, maximum, minimum, multiply, subtract } from './merging.ts';
export { type MultiHeadAttentionOptions, multiHeadAttention } from './multiHeadAttention.ts';
export {
  alphaDropout,
  type DropoutOptions,
  dropout,
  gaussianDropout,
  gaussianNoise,
  type RandomLayerOptions,
  type SpatialDropoutOptions,
  spatialDropout1D,
  spatialDropout2D,
  spatialDropout3D,
} from './noise.ts';
export {
  averagePooling1D,
  averagePooling2D,
  averagePooling3D,
  maxPooling1D,
  maxPooling2D,
  maxPooling3D,
  type PoolingOptions,
} from './pooling.ts';
export * from './preprocessing/index.ts';
export {
  type GRUOptions,
  gru,
  type LSTMOptions,
  lstm,
  type RecurrentOptions,
  rnn,
  type SimpleRNNOptions,
  simpleRNN,
} from './recurrent.ts';
export { gruCell, lstmCell, type RecurrentCell, simpleRNNCell } from './recurrentCells.ts';
export { type FlattenOptions, flatten, permute, repeatVector, reshape } from './shaping.ts';
export { timeDistributed } from './timeDistributed.ts';
export {
  conv1DTranspose,
  conv2DTranspose,
  conv3DTranspose,
  type TransposedConvolutionOptions,
} from './transposedConvolution.ts';
export {
  type UpSampling2DOptions,
  type UpSamplingOptions,
  upSampling1D,
  upSampling2D,
  upSampling3D,
} from './upSampling.ts';
