import type { Shape } from '../graph/ndarray.ts';
import { convolve, depthwiseConvolve } from '../tensor/nn/convolution.ts';
import type { Padding } from '../tensor/nn/windowing.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { wholeNumber } from './arguments.ts';
import { type PerAxis, SlidingKernelLayer, type SlidingKernelOptions } from './convolution.ts';
import type { Layer } from './layer.ts';
import { type Terms, termsOf, type WeightTerms } from './terms.ts';

type Around = Exclude<Padding, 'causal'>;
const AROUND: readonly Around[] = ['valid', 'same'];

export interface DepthwiseConvolutionOptions
  extends SlidingKernelOptions<Around>,
    WeightTerms<'depthwise' | 'bias'> {
  /** Kernels for each channel; 1 by default. */
  readonly depthMultiplier?: number;
}

class DepthwiseConvolution extends SlidingKernelLayer<Around> {
  readonly #depthMultiplier: number;
  readonly #terms: Terms;
  #kernel: Variable | undefined;

  constructor(rank: number, kernelSize: PerAxis, options: DepthwiseConvolutionOptions) {
    const name = `DepthwiseConv${rank}D`;
    super(name, rank, kernelSize, options, AROUND, 'valid');
    this.#depthMultiplier = wholeNumber(name, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.#terms = termsOf('depthwise', options, 'glorotUniform');
    this.refuseSparseWindows();
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    this.checkWindows(lengths, channels, this.sliding);
    const shape = [...this.kernelSize, channels, this.#depthMultiplier];
    this.#kernel = this.addWeight('kernel', shape, this.#terms.weight);
    return this.addBias(channels * this.#depthMultiplier);
  }

  protected callSpatial(x: Tensor): Tensor {
    return this.finish(depthwiseConvolve(x, (this.#kernel as Variable).read(), this.sliding));
  }

  config() {
    return { depthMultiplier: this.#depthMultiplier, ...this.slidingConfig(), ...this.#terms.config() };
  }
}

export interface SeparableConvolutionOptions
  extends SlidingKernelOptions<Around>,
    WeightTerms<'depthwise' | 'pointwise' | 'bias'> {
  /** Kernels for each channel in the first part; 1 by default. */
  readonly depthMultiplier?: number;
}

class SeparableConvolution extends SlidingKernelLayer<Around> {
  readonly #filters: number;
  readonly #depthMultiplier: number;
  readonly #depthwiseTerms: Terms;
  readonly #pointwiseTerms: Terms;
  #depthwise: Variable | undefined;
  #pointwise: Variable | undefined;

  constructor(rank: number, filters: number, kernelSize: PerAxis, options: SeparableConvolutionOptions) {
    const name = `SeparableConv${rank}D`;
    super(name, rank, kernelSize, options, AROUND, 'valid');
    this.#filters = wholeNumber(name, 'filters', filters);
    this.#depthMultiplier = wholeNumber(name, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.#depthwiseTerms = termsOf('depthwise', options, 'glorotUniform');
    this.#pointwiseTerms = termsOf('pointwise', options, 'glorotUniform');
    this.refuseSparseWindows();
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    this.checkWindows(lengths, channels, this.sliding);
    const ones = this.kernelSize.map(() => 1);
    const deep = channels * this.#depthMultiplier;
    this.#depthwise = this.addWeight(
      'depthwise_kernel',
      [...this.kernelSize, channels, this.#depthMultiplier],
      this.#depthwiseTerms.weight,
    );
    this.#pointwise = this.addWeight(
      'pointwise_kernel',
      [...ones, deep, this.#filters],
      this.#pointwiseTerms.weight,
    );
    return this.addBias(this.#filters);
  }

  protected callSpatial(x: Tensor): Tensor {
    const deep = depthwiseConvolve(x, (this.#depthwise as Variable).read(), this.sliding);
    const ones = this.kernelSize.map(() => 1);
    const still = { strides: ones, dilations: ones, padding: 'valid' } as const;
    return this.finish(convolve(deep, (this.#pointwise as Variable).read(), still));
  }

  config() {
    return {
      filters: this.#filters,
      depthMultiplier: this.#depthMultiplier,
      ...this.slidingConfig(),
      ...this.#depthwiseTerms.config(),
      ...this.#pointwiseTerms.config(),
    };
  }
}

/**
 * A convolution along one axis in which each channel has kernels of its own.
 *
 * @param kernelSize how many places a kernel sees
 * @param options.depthMultiplier kernels for each channel; 1 by default
 * @param options.depthwiseInitializer of the kernels [kernelSize, channels, depthMultiplier]
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, new steps, channels · depthMultiplier].
 *
 * @see Keras `DepthwiseConv1D`
 */
export function depthwiseConv1D(kernelSize: PerAxis, options: DepthwiseConvolutionOptions = {}): Layer {
  return new DepthwiseConvolution(1, kernelSize, options);
}

/**
 * A convolution of pictures in which each channel has kernels of its own.
 *
 * @param kernelSize how many places a kernel sees
 * @param options.depthMultiplier kernels for each channel; 1 by default
 * @param options.depthwiseInitializer of the kernels […kernelSize, channels, depthMultiplier]
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, channels · depthMultiplier].
 *
 * @see Keras `DepthwiseConv2D`
 */
export function depthwiseConv2D(kernelSize: PerAxis, options: DepthwiseConvolutionOptions = {}): Layer {
  return new DepthwiseConvolution(2, kernelSize, options);
}

/**
 * A depthwise convolution along one axis, then a mixing of its channels place by place.
 *
 * @param filters the number of channels of the output
 * @param kernelSize how many places a depthwise kernel sees
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, new steps, filters].
 *
 * @see Keras `SeparableConv1D`
 */
export function separableConv1D(
  filters: number,
  kernelSize: PerAxis,
  options: SeparableConvolutionOptions = {},
): Layer {
  return new SeparableConvolution(1, filters, kernelSize, options);
}

/**
 * A depthwise convolution of pictures, then a mixing of its channels place by place: far fewer weights than a
 * convolution of the same reach.
 *
 * @param filters the number of channels of the output
 * @param kernelSize how many places a depthwise kernel sees
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, filters].
 *
 * @see Keras `SeparableConv2D`; Chollet, "Xception: deep learning with depthwise separable convolutions", 2017
 */
export function separableConv2D(
  filters: number,
  kernelSize: PerAxis,
  options: SeparableConvolutionOptions = {},
): Layer {
  return new SeparableConvolution(2, filters, kernelSize, options);
}
