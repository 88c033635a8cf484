import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface ScaledNormalizationOptions extends LayerOptions, WeightTerms<'gamma' | 'beta'> {
  /** Added to the variance; 0.001 by default. */
  readonly epsilon?: number;
  /** Whether there is an offset β; true by default. */
  readonly center?: boolean;
  /** Whether there is a scale γ; true by default. */
  readonly scale?: boolean;
}

/** A layer that brings numbers to mean 0 and variance 1, and then to a mean β and a deviation γ that it learns. */
export abstract class ScaledNormalization extends Layer {
  override readonly supportsMasking = true;
  override readonly computesInFull = true;
  readonly epsilon: number;
  readonly #center: boolean;
  readonly #scale: boolean;
  readonly #gammaTerms: Terms;
  readonly #betaTerms: Terms;
  #gamma: Variable | undefined;
  #beta: Variable | undefined;

  constructor(options: ScaledNormalizationOptions) {
    super(options);
    const { epsilon = 1e-3, center = true, scale = true } = options;
    this.epsilon = epsilon;
    this.#center = center;
    this.#scale = scale;
    this.#gammaTerms = termsOf('gamma', options, 'ones');
    this.#betaTerms = termsOf('beta', options, 'zeros');
  }

  protected addScale(shape: Shape): void {
    if (this.#scale) this.#gamma = this.addWeight('gamma', shape, this.#gammaTerms.weight);
    if (this.#center) this.#beta = this.addWeight('beta', shape, this.#betaTerms.weight);
  }

  /** γ and β in a shape that broadcasts to the input's. */
  protected readScale(shape: Shape): { scale: Tensor | undefined; offset: Tensor | undefined } {
    return { scale: this.#gamma?.read().reshape(shape), offset: this.#beta?.read().reshape(shape) };
  }

  /** The length of an example along an axis, the batch being axis 0. */
  protected lengthAlong(axis: number, inputShape: Shape): number {
    const rank = inputShape.length + 1;
    const at = axis < 0 ? axis + rank : axis;
    const length = inputShape[at - 1];
    if (at >= 1 && length !== undefined) return length;
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}" along axis ${axis}`,
      expected: `an axis of its inputs other than the batch, 1 … ${rank - 1}`,
      received: `inputs of [${['batch', ...inputShape].join(', ')}]`,
    });
  }

  protected scaleConfig() {
    return {
      epsilon: this.epsilon,
      center: this.#center,
      scale: this.#scale,
      ...this.#gammaTerms.config(),
      ...this.#betaTerms.config(),
    };
  }
}

/** 1 but along some axes. */
export function broadcastShape({ shape }: Tensor, axes: readonly number[]): Shape {
  const places = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return shape.map((length, axis) => (places.includes(axis) ? length : 1));
}
