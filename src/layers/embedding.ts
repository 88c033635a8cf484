import type { Shape } from '../graph/ndarray.ts';
import { gather, notEqual, where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { wholeNumber } from './arguments.ts';
import { Layer, type LayerOptions, type Mask } from './layer.ts';
import { type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface EmbeddingOptions extends LayerOptions, WeightTerms<'embeddings'> {
  /** Whether the number 0 stands for no token, and is masked; false by default. */
  readonly maskZero?: boolean;
}

class Embedding extends Layer {
  readonly className = 'Embedding';
  override readonly takesAnyDtype = true;
  readonly #inputDim: number;
  readonly #outputDim: number;
  readonly #maskZero: boolean;
  readonly #terms: Terms;
  #embeddings: Variable | undefined;

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions) {
    super(options);
    this.#inputDim = wholeNumber('Embedding', 'inputDim', inputDim);
    this.#outputDim = wholeNumber('Embedding', 'outputDim', outputDim);
    this.#maskZero = options.maskZero ?? false;
    this.#terms = termsOf('embeddings', options, 'randomUniform');
  }

  protected setUp(inputShape: Shape): Shape {
    const shape = [this.#inputDim, this.#outputDim];
    this.#embeddings = this.addWeight('embeddings', shape, this.#terms.weight);
    return [...inputShape, this.#outputDim];
  }

  call(x: Tensor): Tensor {
    return gather((this.#embeddings as Variable).read(), x.cast('int32'));
  }

  protected override outputMasks([x]: readonly Tensor[]): Mask[] {
    return [this.#maskZero && x ? notEqual(x, 0) : undefined];
  }

  config() {
    return {
      inputDim: this.#inputDim,
      outputDim: this.#outputDim,
      ...this.#terms.config(),
      activityRegularizer: this.activityRegularizer ?? null,
      maskZero: this.#maskZero,
    };
  }
}

/**
 * A row of a table for each whole number, such as a vector for each word.
 *
 * @param inputDim how many rows the table has: numbers are 0 … inputDim − 1; others take the nearest row
 * @param outputDim the length of a row
 * @param options.maskZero whether the number 0 stands for no token; false by default
 * @param options.embeddingsInitializer of the table [inputDim, outputDim]; uniform in [−0.05, 0.05) by default
 *
 * Input shape: [batch, …] of whole numbers. Output shape: [batch, …, outputDim].
 *
 * @see Keras `Embedding`
 */
export function embedding(inputDim: number, outputDim: number, options: EmbeddingOptions = {}): Layer {
  return new Embedding(inputDim, outputDim, options);
}

class Masking extends Layer {
  readonly className = 'Masking';
  readonly #maskValue: number;

  constructor({ maskValue = 0, ...options }: LayerOptions & { maskValue?: number }) {
    super(options);
    this.#maskValue = maskValue;
  }

  protected setUp(inputShape: Shape): Shape {
    if (inputShape.length < 2) throw this.misfit('inputs of [batch, steps, features]', inputShape);
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return where(this.#counts(x, true), x, 0);
  }

  protected override outputMasks([x]: readonly Tensor[]): Mask[] {
    return [x && this.#counts(x, false)];
  }

  /** Whether any feature of a step is not the mask value: [batch, steps]. */
  #counts(x: Tensor, keepDims: boolean): Tensor {
    return notEqual(x, this.#maskValue).cast('float32').max(-1, keepDims).cast('bool');
  }

  config() {
    return { maskValue: this.#maskValue };
  }
}

/**
 * Masks the steps of which all features are `maskValue`, by default 0: recurrent layers pass over them.
 *
 * Input shape: [batch, steps, features]. Output shape: the same, masked steps 0.
 *
 * @see Keras `Masking`
 */
export function masking(options: LayerOptions & { readonly maskValue?: number } = {}): Layer {
  return new Masking(options);
}
