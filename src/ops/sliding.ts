/** Convolutions and pooling: functions of windows that slide along the spatial axes of [batch, …spatial, channels]. */
import { oneOf, perAxis } from '../layers/arguments.ts';
import { DATA_FORMATS, type DataFormat, withChannelsLast } from '../layers/dataFormat.ts';
import { operation } from '../layers/operation.ts';
import * as convolution from '../tensor/nn/convolution.ts';
import * as pooling from '../tensor/nn/pooling.ts';
import type { Sliding } from '../tensor/nn/windowing.ts';
import type { Tensor, TensorLike } from '../tensor/tensor.ts';
import { floating, floats } from './promotion.ts';

type PerAxis = number | readonly number[];

export interface ConvOptions {
  /** How far apart windows stand; 1 by default. */
  readonly strides?: PerAxis;
  /** valid by default. */
  readonly padding?: 'valid' | 'same';
  /** channels_last by default. */
  readonly dataFormat?: DataFormat;
  /** How far apart the places are that a kernel sees; 1 by default. */
  readonly dilationRate?: PerAxis;
}

interface Settings extends ConvOptions {
  readonly asked: string;
  readonly rank: number;
}

const PADDINGS = ['valid', 'same'] as const;

function strideOf({ asked, rank, strides = 1, padding = 'valid', dilationRate = 1 }: Settings) {
  return {
    strides: perAxis(asked, 'strides', strides, rank),
    dilations: perAxis(asked, 'dilationRate', dilationRate, rank),
    padding: oneOf(asked, 'padding', padding, PADDINGS),
  };
}

/** Floats with the channels last, whatever their format. */
function along(
  x: Tensor,
  asked: string,
  dataFormat: DataFormat | undefined,
  body: (x: Tensor) => Tensor,
): Tensor {
  return withChannelsLast(x, oneOf(asked, 'data format', dataFormat ?? 'channels_last', DATA_FORMATS), body);
}

/**
 * A convolution along any number of spatial axes: y[b, o, f] = Σ_k Σ_c x[b, o·stride + k·dilation, c] · kernel[k, c, f].
 *
 * @param kernel […size, channels / groups, filters]
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …windows, filters].
 *
 * @throws ShapeError when no window fits, or the channels do not
 * @see Keras `keras.ops.conv`
 */
export const conv = operation(
  'nn.Conv',
  'inputs kernel {strides= padding= dataFormat= dilationRate=}',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor => {
    const [x, weights] = floats(inputs, kernel);
    const stride = strideOf({ asked: 'conv', rank: x.shape.length - 2, ...options });
    return along(x, 'conv', options.dataFormat, (ordered) => {
      const groups = (ordered.shape.at(-1) ?? 1) / (weights.shape.at(-2) ?? 1);
      return convolution.convolve(ordered, weights, stride, groups);
    });
  },
);

/**
 * Each channel convolved by kernels of its own.
 *
 * @param kernel […size, channels, multiplier]
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …windows, channels·multiplier].
 *
 * @see Keras `keras.ops.depthwise_conv`
 */
export const depthwiseConv = operation(
  'nn.DepthwiseConv',
  'inputs kernel {strides= padding= dataFormat= dilationRate=}',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor => {
    const [x, weights] = floats(inputs, kernel);
    const stride = strideOf({ asked: 'depthwiseConv', rank: x.shape.length - 2, ...options });
    return along(x, 'depthwiseConv', options.dataFormat, (ordered) =>
      convolution.depthwiseConvolve(ordered, weights, stride),
    );
  },
);

/**
 * A depthwise convolution, and one of windows of size 1 that mixes its channels.
 *
 * @param depthwiseKernel […size, channels, multiplier]
 * @param pointwiseKernel [1, …, channels·multiplier, filters]
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …windows, filters].
 *
 * @see Keras `keras.ops.separable_conv`
 */
export const separableConv = operation(
  'nn.SeparableConv',
  'inputs depthwiseKernel pointwiseKernel {strides= padding= dataFormat= dilationRate=}',
  (
    inputs: TensorLike,
    depthwiseKernel: TensorLike,
    pointwiseKernel: TensorLike,
    options: ConvOptions = {},
  ): Tensor => {
    const { dataFormat = 'channels_last' } = options;
    return conv(depthwiseConv(inputs, depthwiseKernel, options), pointwiseKernel, { dataFormat });
  },
);

export interface ConvTransposeOptions extends ConvOptions {
  /** Places added to each output axis; by default as many as make it stride times as long. */
  readonly outputPadding?: PerAxis;
}

/**
 * The transposed convolution: each input is spread over a window of the output, and what windows share adds up.
 *
 * @param kernel […size, filters, channels]
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …longer, filters].
 *
 * @see Keras `keras.ops.conv_transpose`
 */
export const convTranspose = operation(
  'nn.ConvTranspose',
  'inputs kernel {strides= padding= outputPadding= dataFormat= dilationRate=}',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    { outputPadding, ...options }: ConvTransposeOptions = {},
  ): Tensor => {
    const [x, weights] = floats(inputs, kernel);
    const rank = x.shape.length - 2;
    const stride = strideOf({ asked: 'convTranspose', rank, ...options });
    const extra =
      outputPadding === undefined
        ? undefined
        : perAxis('convTranspose', 'outputPadding', outputPadding, rank, 0);
    const spread = { ...stride, ...(extra && { outputPadding: extra }) };
    return along(x, 'convTranspose', options.dataFormat, (ordered) =>
      convolution.transposedConvolve(ordered, weights, spread),
    );
  },
);

export interface PoolOptions {
  /** How far apart windows stand; as far as they are long by default. */
  readonly strides?: PerAxis;
  /** valid by default. */
  readonly padding?: 'valid' | 'same';
  /** channels_last by default. */
  readonly dataFormat?: DataFormat;
}

function pooled(
  asked: string,
  inputs: TensorLike,
  poolSize: PerAxis,
  { strides = poolSize, padding = 'valid', dataFormat }: PoolOptions,
  pool: (x: Tensor, sliding: Sliding) => Tensor,
): Tensor {
  const x = floating(inputs);
  const rank = x.shape.length - 2;
  const stride = strideOf({ asked, rank, strides, padding });
  const size = perAxis(asked, 'poolSize', poolSize, rank);
  return along(x, asked, dataFormat, (ordered) => pool(ordered, { size, ...stride }));
}

/**
 * The greatest number of every window, channel by channel.
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …windows, channels].
 *
 * @throws ShapeError when no window fits
 * @see Keras `keras.ops.max_pool`
 */
export const maxPool = operation(
  'nn.MaxPool',
  'inputs poolSize= {strides= padding= dataFormat=}',
  (inputs: TensorLike, poolSize: PerAxis, options: PoolOptions = {}): Tensor =>
    pooled('maxPool', inputs, poolSize, options, pooling.maxPool),
);

/**
 * The mean of every window, channel by channel; over the edge, of what it sees of the data.
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …windows, channels].
 *
 * @throws ShapeError when no window fits
 * @see Keras `keras.ops.average_pool`
 */
export const averagePool = operation(
  'nn.AveragePool',
  'inputs poolSize= {strides= padding= dataFormat=}',
  (inputs: TensorLike, poolSize: PerAxis, options: PoolOptions = {}): Tensor =>
    pooled('averagePool', inputs, poolSize, options, pooling.averagePool),
);
