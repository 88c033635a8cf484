import type { Shape } from '../graph/ndarray.ts';
import { type Spread, spreadShape, transposedConvolve } from '../tensor/nn/convolution.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { perAxis, wholeNumber } from './arguments.ts';
import { type PerAxis, SlidingKernelLayer, type SlidingKernelOptions } from './convolution.ts';
import type { Layer } from './layer.ts';
import { type Terms, termsOf, type WeightTerms } from './terms.ts';

type Padding = Spread['padding'];

export interface TransposedConvolutionOptions
  extends SlidingKernelOptions<Padding>,
    WeightTerms<'kernel' | 'bias'> {
  /** Places added to each output axis; by default as many as make it stride times as long. */
  readonly outputPadding?: PerAxis;
}

class TransposedConvolution extends SlidingKernelLayer<Padding> {
  readonly #filters: number;
  readonly #outputPadding: readonly number[] | undefined;
  readonly #kernelTerms: Terms;
  #kernel: Variable | undefined;

  constructor(rank: number, filters: number, kernelSize: PerAxis, options: TransposedConvolutionOptions) {
    const name = `Conv${rank}DTranspose`;
    super(name, rank, kernelSize, options, ['valid', 'same'], 'valid');
    this.#filters = wholeNumber(name, 'filters', filters);
    if (options.outputPadding !== undefined) {
      this.#outputPadding = perAxis(name, 'outputPadding', options.outputPadding, rank, 0);
    }
    this.#kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.refuseSparseWindows();
  }

  get #spread(): Spread {
    const { strides, dilationRate: dilations, padding } = this;
    const outputPadding = this.#outputPadding;
    return { strides, dilations, padding, ...(outputPadding && { outputPadding }) };
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    if (spreadShape(lengths, this.kernelSize, this.#spread).some((length) => length < 1)) {
      throw this.misfit(
        'inputs that leave an output',
        this.exampleOf(lengths, channels),
        'Add outputPadding.',
      );
    }
    const shape = [...this.kernelSize, this.#filters, channels];
    this.#kernel = this.addWeight('kernel', shape, this.#kernelTerms.weight);
    return this.addBias(this.#filters);
  }

  protected callSpatial(x: Tensor): Tensor {
    return this.finish(transposedConvolve(x, (this.#kernel as Variable).read(), this.#spread));
  }

  config() {
    return {
      filters: this.#filters,
      outputPadding: this.#outputPadding ? [...this.#outputPadding] : null,
      ...this.slidingConfig(),
      ...this.#kernelTerms.config(),
    };
  }
}

/**
 * A transposed convolution along one axis: each place is spread over a window of a longer output.
 *
 * @param filters the number of channels of the output
 * @param kernelSize how many places of the output an input reaches
 * @param options.kernelInitializer of W [kernelSize, filters, channels]; glorotUniform by default
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, steps · stride (with padding same), filters].
 *
 * @see Keras `Conv1DTranspose`
 */
export function conv1DTranspose(
  filters: number,
  kernelSize: PerAxis,
  options: TransposedConvolutionOptions = {},
): Layer {
  return new TransposedConvolution(1, filters, kernelSize, options);
}

/**
 * A transposed convolution of pictures: each place is spread over a window of a larger output, as decoders and
 * generators need it.
 *
 * @param filters the number of channels of the output
 * @param kernelSize how many places of the output an input reaches
 * @param options.kernelInitializer of W […kernelSize, filters, channels]; glorotUniform by default
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, height · stride, width · stride, filters] with
 * padding same.
 *
 * @see Keras `Conv2DTranspose`
 */
export function conv2DTranspose(
  filters: number,
  kernelSize: PerAxis,
  options: TransposedConvolutionOptions = {},
): Layer {
  return new TransposedConvolution(2, filters, kernelSize, options);
}

/** The same with three spatial axes. @see conv2DTranspose, Keras `Conv3DTranspose` */
export function conv3DTranspose(
  filters: number,
  kernelSize: PerAxis,
  options: TransposedConvolutionOptions = {},
): Layer {
  return new TransposedConvolution(3, filters, kernelSize, options);
}
