import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { einsum } from '../tensor/functions/einsum.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { activationOf } from './activations.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type ActivationLike, type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface EinsumDenseOptions extends LayerOptions, WeightTerms<'kernel' | 'bias'> {
  /** The lengths of the output's axes after the batch; null where the input says it. */
  readonly outputShape: number | readonly (number | null)[];
  /** linear by default. */
  readonly activation?: ActivationLike;
  /** The letters of the output's axes that have a bias; none by default. */
  readonly biasAxes?: string | null;
}

/** An equation's letters: those of the input, the kernel and the output, the batch among them. */
interface Letters {
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
}

export class EinsumDense extends Layer {
  readonly className = 'EinsumDense';
  override readonly supportsMasking = true;
  readonly #equation: string;
  readonly #outputShape: readonly (number | null)[];
  readonly #options: EinsumDenseOptions;
  readonly #activation: ActivationLike;
  readonly #kernelTerms: Terms;
  readonly #biasTerms: Terms;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  constructor(equation: string, options: EinsumDenseOptions) {
    super(options);
    const { outputShape, activation = 'linear' } = options;
    this.#equation = equation;
    this.#options = options;
    this.#outputShape = typeof outputShape === 'number' ? [outputShape] : outputShape;
    this.#activation = activation;
    this.#kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.#biasTerms = termsOf('bias', options, 'zeros');
    activationOf(activation);
  }

  protected setUp(inputShape: Shape): undefined {
    const letters = this.#lettersFor(inputShape.length + 1);
    const lengths = this.#lengthsOf(letters, inputShape);
    const kernel = letters.kernel.map((letter) => lengths.get(letter) ?? 0);
    if (kernel.includes(0)) {
      throw this.misfit(`inputs and an outputShape that say how long each axis of the kernel is`, inputShape);
    }
    this.#kernel = this.addWeight('kernel', kernel, this.#kernelTerms.weight);
    const biasAxes = [...(this.#options.biasAxes ?? '')];
    if (biasAxes.length === 0) return undefined;
    // From the first axis that has a bias; 1 along those that have none.
    const from = Math.min(...biasAxes.map((letter) => letters.output.indexOf(letter)));
    if (from < 1) throw this.#malformed(`biasAxes "${biasAxes.join('')}"`);
    const shape = letters.output
      .slice(from)
      .map((letter) => (biasAxes.includes(letter) ? lengths.get(letter) : 1));
    this.#bias = this.addWeight(
      'bias',
      shape.map((length) => length ?? 1),
      this.#biasTerms.weight,
    );
    return undefined;
  }

  /** Letters with those that `...` stands for, before or after the others. */
  #lettersFor(rank: number): Letters {
    const found = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(
      this.#equation,
    );
    const [, before, input = '', after, kernel = '', outBefore, output = '', outAfter] = found ?? [];
    if (!found || before !== outBefore || after !== outAfter || (before && after))
      throw this.#malformed('it');
    const more = Array.from({ length: rank - input.length }, (_, i) => `…${i}`);
    const spread = (letters: string) => [...(before ? more : []), ...letters, ...(after ? more : [])];
    const all = { input: spread(input), kernel: [...kernel], output: spread(output) };
    if (all.input.length !== rank) throw this.#malformed(`inputs of ${rank} axes`);
    return all;
  }

  #malformed(received: string): ArgumentError {
    return new ArgumentError({
      asked: `layer "${this.name || this.className}" with the equation "${this.#equation}"`,
      expected: 'an equation such as "abc,cd->abd" or "...x,xy->...y", and axes that fit it',
      received,
    });
  }

  /** How long each letter's axis is, from the input, else from the output. */
  #lengthsOf({ input, output }: Letters, inputShape: Shape): Map<string, number> {
    const lengths = new Map<string, number>();
    // Given lengths are those of the last axes.
    const given = this.#outputShape;
    for (const [i, length] of given.entries()) {
      const letter = output[output.length - given.length + i];
      if (letter !== undefined && length !== null) lengths.set(letter, length);
    }
    for (const [i, length] of inputShape.entries()) lengths.set(input[i + 1] ?? '', length);
    return lengths;
  }

  call(x: Tensor): Tensor {
    const sums = einsum(this.#equation, x, (this.#kernel as Variable).read());
    return activationOf(this.#activation)(this.#bias ? sums.add(this.#bias.read()) : sums);
  }

  config() {
    return {
      outputShape: [...this.#outputShape],
      equation: this.#equation,
      activation: this.#activation,
      biasAxes: this.#options.biasAxes ?? null,
      ...this.#kernelTerms.config(),
      ...this.#biasTerms.config(),
      activityRegularizer: this.activityRegularizer ?? null,
    };
  }
}

/**
 * A fully connected layer over any axes: y = activation(einsum(equation, x, W) + b).
 *
 * @param equation the letters of input, kernel and output, the batch among them: "abc,cd->abd", or "...x,xy->...y"
 * @param options.outputShape the lengths of the output's axes after the batch; null where the input says it
 * @param options.biasAxes the letters of the output's axes that have a bias; none by default
 *
 * Input shape: as the equation says. Output shape: as the equation and `outputShape` say.
 *
 * @throws ArgumentError when the equation cannot be read or does not fit the input
 * @see Keras `EinsumDense`
 */
export function einsumDense(equation: string, options: EinsumDenseOptions): Layer {
  return new EinsumDense(equation, options);
}
