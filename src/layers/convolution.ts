import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { convolve } from '../tensor/nn/convolution.ts';
import type { Padding, Sliding } from '../tensor/nn/windowing.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { activationOf } from './activations.ts';
import { oneOf, perAxis, wholeNumber } from './arguments.ts';
import type { Layer } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';
import { type ActivationLike, type Terms, termsOf, type WeightTerms } from './terms.ts';

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/** What every layer with kernels that slide has. */
export interface SlidingKernelOptions<P extends Padding = Padding> extends SpatialOptions {
  /** How far apart windows stand; 1 by default. */
  readonly strides?: PerAxis;
  /** valid by default. */
  readonly padding?: P;
  /** How far apart the places are that a kernel sees; 1 by default. */
  readonly dilationRate?: PerAxis;
  /** linear by default. */
  readonly activation?: ActivationLike;
  /** Whether a bias is added to each filter; true by default. */
  readonly useBias?: boolean;
}

/** A layer with kernels that slide along spatial axes, a bias and an activation. */
export abstract class SlidingKernelLayer<P extends Padding = Padding> extends SpatialLayer {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: P;
  readonly useBias: boolean;
  readonly #activation: ActivationLike;
  readonly #biasTerms: Terms;
  #bias: Variable | undefined;

  constructor(
    className: string,
    rank: number,
    kernelSize: PerAxis,
    options: SlidingKernelOptions<P> & WeightTerms<'bias'>,
    paddings: readonly P[],
    padding: P,
  ) {
    super(className, rank, options);
    const { strides = 1, dilationRate = 1, activation = 'linear', useBias = true } = options;
    this.kernelSize = perAxis(className, 'kernelSize', kernelSize, rank);
    this.strides = perAxis(className, 'strides', strides, rank);
    this.dilationRate = perAxis(className, 'dilationRate', dilationRate, rank);
    this.padding = oneOf(className, 'padding', options.padding ?? padding, paddings);
    this.useBias = useBias;
    this.#activation = activation;
    this.#biasTerms = termsOf('bias', options, 'zeros');
    activationOf(activation);
  }

  protected get sliding(): Sliding {
    const { kernelSize: size, strides, dilationRate: dilations, padding } = this;
    return { size, strides, dilations, padding };
  }

  /** Makes the bias; called after the kernels are made, as it comes last. */
  protected addBias(filters: number): undefined {
    if (this.useBias) this.#bias = this.addWeight('bias', [filters], this.#biasTerms.weight);
    return undefined;
  }

  /** Adds the bias, and activates. */
  protected finish(sums: Tensor): Tensor {
    const biased = this.#bias ? sums.add(this.#bias.read()) : sums;
    return activationOf(this.#activation)(biased);
  }

  protected slidingConfig() {
    return {
      kernelSize: [...this.kernelSize],
      strides: [...this.strides],
      padding: this.padding,
      dataFormat: this.dataFormat,
      dilationRate: [...this.dilationRate],
      activation: this.#activation,
      useBias: this.useBias,
      activityRegularizer: this.activityRegularizer ?? null,
      ...this.#biasTerms.config(),
    };
  }

  /** Strides and dilations both above 1 would leave places that no window sees. */
  protected refuseSparseWindows(): void {
    const [strided, dilated] = [this.strides, this.dilationRate].map((list) => list.some((n) => n > 1));
    if (!strided || !dilated) return;
    throw new ArgumentError({
      asked: this.className,
      expected: 'strides of 1 or a dilationRate of 1',
      received: `strides [${this.strides.join(', ')}] and dilationRate [${this.dilationRate.join(', ')}]`,
    });
  }
}

export interface ConvolutionOptions extends SlidingKernelOptions, WeightTerms<'kernel' | 'bias'> {
  /** Parts into which channels and filters fall, each filter seeing the channels of its part; 1 by default. */
  readonly groups?: number;
}

class Convolution extends SlidingKernelLayer {
  readonly #filters: number;
  readonly #groups: number;
  readonly #kernelTerms: Terms;
  #kernel: Variable | undefined;

  constructor(rank: number, filters: number, kernelSize: PerAxis, options: ConvolutionOptions) {
    const name = `Conv${rank}D`;
    const paddings: Padding[] = rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'];
    super(name, rank, kernelSize, options, paddings, 'valid');
    this.#filters = wholeNumber(name, 'filters', filters);
    this.#groups = wholeNumber(name, 'groups', options.groups ?? 1);
    this.#kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.refuseSparseWindows();
    if (this.#filters % this.#groups !== 0) {
      throw new ArgumentError({
        asked: name,
        expected: `a number of filters that ${groupsText(this.#groups)} divide`,
        received: `${filters}`,
      });
    }
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    if (channels % this.#groups !== 0) {
      throw this.misfit(
        `a number of channels that ${groupsText(this.#groups)} divide`,
        this.exampleOf(lengths, channels),
      );
    }
    this.checkWindows(lengths, channels, this.sliding);
    const shape = [...this.kernelSize, channels / this.#groups, this.#filters];
    this.#kernel = this.addWeight('kernel', shape, this.#kernelTerms.weight);
    return this.addBias(this.#filters);
  }

  protected callSpatial(x: Tensor): Tensor {
    const kernel = (this.#kernel as Variable).read();
    return this.finish(convolve(x, kernel, this.sliding, this.#groups));
  }

  config() {
    return {
      filters: this.#filters,
      groups: this.#groups,
      ...this.slidingConfig(),
      ...this.#kernelTerms.config(),
    };
  }
}

const groupsText = (groups: number) => `${groups} groups`;

/**
 * A convolution along one axis, such as time: y = activation(x ∗ W + b), W slid over all places.
 *
 * @param filters the number of kernels, and of channels of the output
 * @param kernelSize how many places a kernel sees
 * @param options.padding valid by default; causal lets no output see what comes after it
 * @param options.kernelInitializer of W […kernelSize, channels / groups, filters]; glorotUniform by default
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, new steps, filters].
 *
 * @throws ShapeError when the input has other axes, or no window fits
 * @see Keras `Conv1D`
 */
export function conv1D(filters: number, kernelSize: PerAxis, options: ConvolutionOptions = {}): Layer {
  return new Convolution(1, filters, kernelSize, options);
}

/**
 * A convolution of pictures: y = activation(x ∗ W + b), W slid over all places.
 *
 * @param filters the number of kernels, and of channels of the output
 * @param kernelSize how many places a kernel sees: one number, or [height, width]
 * @param options.padding valid by default, same keeps ⌈length / stride⌉ places
 * @param options.kernelInitializer of W […kernelSize, channels / groups, filters]; glorotUniform by default
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, new height, new width, filters].
 *
 * @throws ShapeError when the input has other axes, or no window fits
 * @see Keras `Conv2D`; LeCun et al., "Gradient-based learning applied to document recognition", 1998
 */
export function conv2D(filters: number, kernelSize: PerAxis, options: ConvolutionOptions = {}): Layer {
  return new Convolution(2, filters, kernelSize, options);
}

/**
 * A convolution of volumes, or of pictures in time.
 *
 * @param filters the number of kernels, and of channels of the output
 * @param kernelSize how many places a kernel sees: one number, or three
 *
 * Input shape: [batch, depth, height, width, channels]. Output shape: [batch, …new lengths, filters].
 *
 * @throws ShapeError when the input has other axes, or no window fits
 * @see Keras `Conv3D`
 */
export function conv3D(filters: number, kernelSize: PerAxis, options: ConvolutionOptions = {}): Layer {
  return new Convolution(3, filters, kernelSize, options);
}
