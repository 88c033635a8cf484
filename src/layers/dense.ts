import type { Shape } from '../graph/ndarray.ts';
import { matmul } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { activationOf } from './activations.ts';
import { wholeNumber } from './arguments.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type ActivationLike, type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface DenseOptions extends LayerOptions, WeightTerms<'kernel' | 'bias'> {
  /** linear by default. */
  readonly activation?: ActivationLike;
  /** true by default. */
  readonly useBias?: boolean;
}

class Dense extends Layer {
  readonly className = 'Dense';
  override readonly supportsMasking = true;
  readonly #units: number;
  readonly #activation: ActivationLike;
  readonly #useBias: boolean;
  readonly #kernelTerms: Terms;
  readonly #biasTerms: Terms;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  constructor(units: number, options: DenseOptions) {
    super(options);
    this.#units = wholeNumber('dense layer', 'units', units);
    this.#activation = options.activation ?? 'linear';
    this.#useBias = options.useBias ?? true;
    this.#kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.#biasTerms = termsOf('bias', options, 'zeros');
    activationOf(this.#activation);
  }

  protected setUp(inputShape: Shape): Shape {
    const inputs = inputShape.at(-1);
    if (inputs === undefined) throw this.misfit('at least one axis besides the batch', inputShape);
    this.#kernel = this.addWeight('kernel', [inputs, this.#units], this.#kernelTerms.weight);
    if (this.#useBias) this.#bias = this.addWeight('bias', [this.#units], this.#biasTerms.weight);
    return [...inputShape.slice(0, -1), this.#units];
  }

  call(x: Tensor): Tensor {
    const inputs = this.inputShape.at(-1) ?? 1;
    if (x.shape.at(-1) !== inputs) {
      throw this.misfit(
        `inputs whose last axis is ${inputs}`,
        x.shape.slice(1),
        'Check the shape of the data.',
      );
    }
    // [batch, …, inputs] × [inputs, units]
    const rows = x.reshape([-1, inputs]);
    let sum = matmul(rows, (this.#kernel as Variable).read());
    if (this.#bias) sum = sum.add(this.#bias.read());
    return activationOf(this.#activation)(sum).reshape([...x.shape.slice(0, -1), this.#units]);
  }

  config() {
    return {
      units: this.#units,
      activation: this.#activation,
      useBias: this.#useBias,
      ...this.#kernelTerms.config(),
      ...this.#biasTerms.config(),
      activityRegularizer: this.activityRegularizer ?? null,
    };
  }
}

/**
 * A fully connected layer: y = activation(x·W + b).
 *
 * @param units the length of its output
 * @param options.activation linear by default
 * @param options.kernelInitializer of W [inputs, units]; glorotUniform by default
 * @param options.biasInitializer of b [units]; zeros by default
 *
 * Input shape: [batch, …, inputs]. Output shape: [batch, …, units].
 *
 * @see Keras `Dense`
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  return new Dense(units, options);
}
