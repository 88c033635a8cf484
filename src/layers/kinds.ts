import { ArgumentError } from '../graph/errors.ts';
import * as factories from './factories.ts';
import { lambda } from './lambda.ts';
import type { Layer } from './layer.ts';
import { Operation } from './operation.ts';
import { Recurrent } from './recurrent.ts';
import { RecurrentCell } from './recurrentCells.ts';

/** A kind of layer: who makes it, and where the arguments of its `config` go. */
export interface LayerKind {
  /** Its factory. */
  readonly make: (...given: never[]) => Layer;
  /** The arguments the factory takes by position; all others are options. */
  readonly positional?: readonly string[];
  /** Options without which it cannot be made. */
  readonly needs?: readonly string[];
  /** Options that are layers. */
  readonly layers?: readonly string[];
  /** Options for which null is a choice, and not that there is none. */
  readonly nullable?: readonly string[];
}

const convolution = { positional: ['filters', 'kernelSize'] };
const depthwise = { positional: ['kernelSize'] };
const rate = { positional: ['rate'] };
const recurrent = { positional: ['units'] };

/** The layers there are, by Keras's names, one row each. */
export const LAYER_KINDS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ['Dense', { make: factories.dense, positional: ['units'] }],
  ['EinsumDense', { make: factories.einsumDense, positional: ['equation'], needs: ['outputShape'] }],
  ['Embedding', { make: factories.embedding, positional: ['inputDim', 'outputDim'] }],
  ['Activation', { make: factories.activation, positional: ['activation'] }],
  ['Identity', { make: factories.identity }],
  ['Masking', { make: factories.masking }],

  ['ReLU', { make: factories.reLU }],
  ['LeakyReLU', { make: factories.leakyReLU }],
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
  ['Cropping1D', { make: factories.cropping1D }],
  ['Cropping2D', { make: factories.cropping2D }],
  ['Cropping3D', { make: factories.cropping3D }],
  ['UpSampling1D', { make: factories.upSampling1D }],
  ['UpSampling2D', { make: factories.upSampling2D }],
  ['UpSampling3D', { make: factories.upSampling3D }],
  ['Flatten', { make: factories.flatten }],
  ['Reshape', { make: factories.reshape, positional: ['targetShape'] }],
  ['Permute', { make: factories.permute, positional: ['dims'] }],
  ['RepeatVector', { make: factories.repeatVector, positional: ['n'] }],

  ['BatchNormalization', { make: factories.batchNormalization }],
  ['LayerNormalization', { make: factories.layerNormalization }],
  ['GroupNormalization', { make: factories.groupNormalization }],
  ['RMSNormalization', { make: factories.rmsNormalization }],
  ['UnitNormalization', { make: factories.unitNormalization }],

  ['Dropout', { make: factories.dropout, positional: ['rate'] }],
  ['SpatialDropout1D', { make: factories.spatialDropout1D, ...rate }],
  ['SpatialDropout2D', { make: factories.spatialDropout2D, ...rate }],
  ['SpatialDropout3D', { make: factories.spatialDropout3D, ...rate }],
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
    },
  ],

  ['Rescaling', { make: factories.rescaling, positional: ['scale'] }],
  ['Normalization', { make: factories.normalization, nullable: ['axis'] }],
  [
    'Resizing',
    {
      make: factories.resizing,
      positional: ['height', 'width'],
    },
  ],
  ['CenterCrop', { make: factories.centerCrop, positional: ['height', 'width'] }],
  ['RandomFlip', { make: factories.randomFlip, positional: ['mode'] }],
  ['RandomCrop', { make: factories.randomCrop, positional: ['height', 'width'] }],
  ['RandomRotation', { make: factories.randomRotation, positional: ['factor'] }],
  ['RandomTranslation', { make: factories.randomTranslation, positional: ['heightFactor', 'widthFactor'] }],
  ['RandomZoom', { make: factories.randomZoom, positional: ['heightFactor'] }],
  ['RandomShear', { make: factories.randomShear }],
  ['RandomBrightness', { make: factories.randomBrightness, positional: ['factor'] }],
  ['RandomContrast', { make: factories.randomContrast, positional: ['factor'] }],
  ['RandomErasing', { make: factories.randomErasing }],
  ['RandomElasticTransform', { make: factories.randomElasticTransform }],
  ['MixUp', { make: factories.mixUp }],
  ['CutMix', { make: factories.cutMix }],
  ['Pipeline', { make: factories.pipeline, positional: ['layers'] }],
  ['CategoryEncoding', { make: factories.categoryEncoding, positional: ['numTokens'] }],
  [
    'Discretization',
    {
      make: factories.discretization,
      needs: ['binBoundaries', 'numBins'],
    },
  ],
  ['IntegerLookup', { make: factories.integerLookup }],
  ['StringLookup', { make: factories.stringLookup }],
  ['Lambda', { make: lambda, positional: ['function'] }],
]);

/**
 * A layer of the same kind and arguments, with a name and weights of its own.
 *
 * @param inner makes the layers inside of it, as those of `bidirectional`
 * @throws ArgumentError for a class of one's own, whose arguments are not known
 */
export function layerLike(layer: Layer, inner: (layer: Layer) => Layer = layerLike): Layer {
  const made = remade(layer, inner);
  made.name = layer.name;
  if (!layer.trainable) made.trainable = false;
  return made;
}

function remade(layer: Layer, inner: (layer: Layer) => Layer): Layer {
  const { className, name, dtypePolicy: dtype, activityRegularizer } = layer;
  if (layer instanceof Operation) return layer.copy();
  if (layer instanceof Recurrent) return layer.copy({ name, dtype });
  if (layer instanceof RecurrentCell) return layer.copy();
  const kind = LAYER_KINDS.get(className);
  if (!kind) {
    throw new ArgumentError({
      asked: `a layer like "${name}" (${className})`,
      expected: 'a layer of this library',
      fix: 'Give cloneModel a function that makes it.',
    });
  }
  const { make, positional = [], layers = [], nullable = [] } = kind;
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(layer.config())) {
    if (value === null && !nullable.includes(key)) continue;
    if (key === 'layer' || layers.includes(key)) config[key] = inner(value as Layer);
    else config[key] = key === 'layers' ? (value as Layer[]).map(inner) : value;
  }
  const plainly = make as (...given: unknown[]) => Layer;
  const options = { ...config, name, dtype, ...(activityRegularizer && { activityRegularizer }) };
  return plainly(...positional.map((argument) => config[argument]), options);
}
