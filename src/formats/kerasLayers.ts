import * as factories from '../layers/factories.ts';
import type { Layer } from '../layers/layer.ts';

/** A kind of layer in files: who makes it here, and where its arguments go. */
export interface LayerRow {
  /** Its factory, of the namespace `layers`. */
  readonly make: (...given: never[]) => Layer;
  /** The arguments the factory takes by position; all others are options. */
  readonly positional?: readonly string[];
  /** Options without which it cannot be made. */
  readonly needs?: readonly string[];
  /** Options that are layers. */
  readonly layers?: readonly string[];
  /** What Keras 2 called an argument. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Options for which null is a choice, and not that there is none. */
  readonly nullable?: readonly string[];
  /** Arguments that are not here, with the values that say they are not used. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** What layers have, or its `config` says, and Keras does not take. */
  readonly unwritten?: readonly string[];
}

const convolution = { positional: ['filters', 'kernelSize'] };
const depthwise = { positional: ['kernelSize'] };
const spatialDropout = { positional: ['rate'], unwritten: ['trainable'] };
const recurrent = { positional: ['units'] };
const lastChannels = { only: { dataFormat: 'channels_last' } };
const lookup = { only: { sparse: false, padToMaxTokens: false, oovMethod: 'floormod' } };

/** The layers of files by Keras's names, one row each. */
export const LAYERS: ReadonlyMap<string, LayerRow> = new Map<string, LayerRow>([
  ['Dense', { make: factories.dense, positional: ['units'] }],
  ['EinsumDense', { make: factories.einsumDense, positional: ['equation'], needs: ['outputShape'] }],
  ['Embedding', { make: factories.embedding, positional: ['inputDim', 'outputDim'] }],
  ['Activation', { make: factories.activation, positional: ['activation'] }],
  ['Identity', { make: factories.identity }],
  ['Masking', { make: factories.masking }],

  ['ReLU', { make: factories.reLU }],
  ['LeakyReLU', { make: factories.leakyReLU, aliases: { negativeSlope: 'alpha' } }],
  ['PReLU', { make: factories.pReLU }],
  ['ELU', { make: factories.elu }],
  ['Softmax', { make: factories.softmax }],

  ['Conv1D', { make: factories.conv1D, ...convolution }],
  ['Conv2D', { make: factories.conv2D, ...convolution }],
  ['Conv3D', { make: factories.conv3D, ...convolution }],
  ['Conv1DTranspose', { make: factories.conv1DTranspose, ...convolution }],
  ['Conv2DTranspose', { make: factories.conv2DTranspose, ...convolution }],
  ['Conv3DTranspose', { make: factories.conv3DTranspose, ...convolution }],
  ['DepthwiseConv1D', { make: factories.depthwiseConv1D, ...depthwise }],
  ['DepthwiseConv2D', { make: factories.depthwiseConv2D, ...depthwise }],
  ['SeparableConv1D', { make: factories.separableConv1D, ...convolution }],
  ['SeparableConv2D', { make: factories.separableConv2D, ...convolution }],

  ['MaxPooling1D', { make: factories.maxPooling1D }],
  ['MaxPooling2D', { make: factories.maxPooling2D }],
  ['MaxPooling3D', { make: factories.maxPooling3D }],
  ['AveragePooling1D', { make: factories.averagePooling1D }],
  ['AveragePooling2D', { make: factories.averagePooling2D }],
  ['AveragePooling3D', { make: factories.averagePooling3D }],
  ['GlobalMaxPooling1D', { make: factories.globalMaxPooling1D }],
  ['GlobalMaxPooling2D', { make: factories.globalMaxPooling2D }],
  ['GlobalMaxPooling3D', { make: factories.globalMaxPooling3D }],
  ['GlobalAveragePooling1D', { make: factories.globalAveragePooling1D }],
  ['GlobalAveragePooling2D', { make: factories.globalAveragePooling2D }],
  ['GlobalAveragePooling3D', { make: factories.globalAveragePooling3D }],

  ['ZeroPadding1D', { make: factories.zeroPadding1D }],
  ['ZeroPadding2D', { make: factories.zeroPadding2D }],
  ['ZeroPadding3D', { make: factories.zeroPadding3D }],
  ['Cropping1D', { make: factories.cropping1D, unwritten: ['dataFormat'] }],
  ['Cropping2D', { make: factories.cropping2D }],
  ['Cropping3D', { make: factories.cropping3D }],
  ['UpSampling1D', { make: factories.upSampling1D }],
  ['UpSampling2D', { make: factories.upSampling2D }],
  ['UpSampling3D', { make: factories.upSampling3D }],
  ['Flatten', { make: factories.flatten }],
  ['Reshape', { make: factories.reshape, positional: ['targetShape'] }],
  ['Permute', { make: factories.permute, positional: ['dims'] }],
  ['RepeatVector', { make: factories.repeatVector, positional: ['n'] }],

  ['BatchNormalization', { make: factories.batchNormalization, only: { renorm: false } }],
  ['LayerNormalization', { make: factories.layerNormalization, only: { rmsScaling: false } }],
  ['GroupNormalization', { make: factories.groupNormalization }],
  ['RMSNormalization', { make: factories.rmsNormalization }],
  ['UnitNormalization', { make: factories.unitNormalization }],

  ['Dropout', { make: factories.dropout, positional: ['rate'] }],
  ['SpatialDropout1D', { make: factories.spatialDropout1D, ...spatialDropout }],
  ['SpatialDropout2D', { make: factories.spatialDropout2D, ...spatialDropout }],
  ['SpatialDropout3D', { make: factories.spatialDropout3D, ...spatialDropout }],
  ['GaussianNoise', { make: factories.gaussianNoise, positional: ['stddev'] }],
  ['GaussianDropout', { make: factories.gaussianDropout, positional: ['rate'] }],
  ['AlphaDropout', { make: factories.alphaDropout, positional: ['rate'] }],
  ['ActivityRegularization', { make: factories.activityRegularization }],

  ['Add', { make: factories.add }],
  ['Subtract', { make: factories.subtract }],
  ['Multiply', { make: factories.multiply }],
  ['Average', { make: factories.average }],
  ['Maximum', { make: factories.maximum }],
  ['Minimum', { make: factories.minimum }],
  ['Concatenate', { make: factories.concatenate }],
  ['Dot', { make: factories.dot, positional: ['axes'] }],

  ['SimpleRNN', { make: factories.simpleRNN, ...recurrent }],
  ['LSTM', { make: factories.lstm, ...recurrent }],
  ['GRU', { make: factories.gru, ...recurrent }],
  [
    'Bidirectional',
    {
      make: factories.bidirectional,
      positional: ['layer'],
      layers: ['backwardLayer'],
      nullable: ['mergeMode'],
    },
  ],
  ['TimeDistributed', { make: factories.timeDistributed, positional: ['layer'] }],
  ['Attention', { make: factories.attention }],
  ['AdditiveAttention', { make: factories.additiveAttention }],
  [
    'MultiHeadAttention',
    {
      make: factories.multiHeadAttention,
      positional: ['numHeads', 'keyDim'],
      only: { useGate: false, slidingWindow: null },
    },
  ],

  ['Rescaling', { make: factories.rescaling, positional: ['scale'] }],
  ['Normalization', { make: factories.normalization, nullable: ['axis'] }],
  [
    'Resizing',
    {
      make: factories.resizing,
      positional: ['height', 'width'],
      only: { ...lastChannels.only, fillMode: 'constant' },
    },
  ],
  ['CenterCrop', { make: factories.centerCrop, positional: ['height', 'width'], ...lastChannels }],
  ['RandomFlip', { make: factories.randomFlip, positional: ['mode'], ...lastChannels }],
  ['RandomCrop', { make: factories.randomCrop, positional: ['height', 'width'], ...lastChannels }],
  ['RandomRotation', { make: factories.randomRotation, positional: ['factor'], ...lastChannels }],
  [
    'RandomTranslation',
    { make: factories.randomTranslation, positional: ['heightFactor', 'widthFactor'], ...lastChannels },
  ],
  ['RandomZoom', { make: factories.randomZoom, positional: ['heightFactor'], ...lastChannels }],
  ['RandomShear', { make: factories.randomShear, ...lastChannels }],
  ['RandomBrightness', { make: factories.randomBrightness, positional: ['factor'], ...lastChannels }],
  ['RandomContrast', { make: factories.randomContrast, positional: ['factor'], ...lastChannels }],
  ['RandomErasing', { make: factories.randomErasing, ...lastChannels }],
  ['RandomElasticTransform', { make: factories.randomElasticTransform, ...lastChannels }],
  ['MixUp', { make: factories.mixUp, ...lastChannels }],
  ['CutMix', { make: factories.cutMix, ...lastChannels }],
  ['Pipeline', { make: factories.pipeline, positional: ['layers'], unwritten: ['trainable', 'dtype'] }],
  ['CategoryEncoding', { make: factories.categoryEncoding, positional: ['numTokens'] }],
  [
    'Discretization',
    {
      make: factories.discretization,
      needs: ['binBoundaries', 'numBins'],
      only: { sparse: false },
      unwritten: ['trainable'],
    },
  ],
  ['IntegerLookup', { make: factories.integerLookup, ...lookup }],
  ['StringLookup', { make: factories.stringLookup, only: { ...lookup.only, invert: false } }],
]);

export const KNOWN_LAYERS = [...LAYERS.keys()].join(', ');
