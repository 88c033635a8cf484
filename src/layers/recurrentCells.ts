import type { Shape } from '../graph/ndarray.ts';
import { foldIn } from '../graph/threefry.ts';
import { concat, greaterEqual, matmul, mul, slice } from '../tensor/functions.ts';
import { gruStep, lstmStep, type Recurrence, type Step, simpleStep } from '../tensor/nn/recurrent.ts';
import { randomUniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { activationOf } from './activations.ts';
import { wholeNumber, within } from './arguments.ts';
import { type Initializer, initializerOf, ones } from './initializers.ts';
import { type CallContext, LayerOfSeveral, type LayerOptions } from './layer.ts';
import { SeedGenerator } from './seedGenerator.ts';
import { type ActivationLike, type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface CellOptions extends LayerOptions, WeightTerms<'kernel' | 'recurrent' | 'bias'> {
  /** tanh by default. */
  readonly activation?: ActivationLike;
  /** true by default. */
  readonly useBias?: boolean;
  /** The share of inputs dropped while training, the same at all steps; 0 by default. */
  readonly dropout?: number;
  /** The share of the state that does not meet the recurrent kernel while training; 0 by default. */
  readonly recurrentDropout?: number;
  readonly seed?: number;
}

export interface GatedCellOptions extends CellOptions {
  /** Of the gates; sigmoid by default. */
  readonly recurrentActivation?: ActivationLike;
}

/**
 * What a recurrent layer does at each step of time. All inputs are projected by the kernel at once, before the
 * first step, in one matrix product.
 */
export abstract class RecurrentCell extends LayerOfSeveral {
  readonly units: number;
  /** The arguments it was made with besides. */
  protected readonly options: CellOptions;
  /** How many states it keeps, each [batch, units]; the first is its output. */
  readonly stateCount: number = 1;
  protected readonly activation: ActivationLike;
  protected readonly useBias: boolean;
  /** Blocks of `units` columns in the kernels. */
  protected abstract readonly gates: number;
  protected readonly kernelTerms: Terms;
  protected readonly recurrentTerms: Terms;
  protected readonly biasTerms: Terms;
  readonly #dropout: number;
  readonly #recurrentDropout: number;
  readonly #generator: SeedGenerator;
  protected kernel: Variable | undefined;
  protected recurrentKernel: Variable | undefined;
  protected bias: Variable | undefined;

  constructor(asked: string, units: number, options: CellOptions) {
    super(options);
    const { activation = 'tanh', useBias = true, dropout = 0, recurrentDropout = 0 } = options;
    this.units = wholeNumber(asked, 'units', units);
    this.options = options;
    this.activation = activation;
    this.useBias = useBias;
    this.kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.recurrentTerms = termsOf('recurrent', options, 'orthogonal');
    this.biasTerms = termsOf('bias', options, 'zeros');
    this.#dropout = within(asked, 'dropout', dropout, 0, 1);
    this.#recurrentDropout = within(asked, 'recurrentDropout', recurrentDropout, 0, 1);
    this.#generator = new SeedGenerator(options.seed);
    activationOf(activation);
  }

  override get seedGenerators(): readonly SeedGenerator[] {
    return [this.#generator];
  }

  /** A cell like it, with weights of its own. */
  abstract copy(): RecurrentCell;

  protected setUpMany([inputShape = []]: readonly Shape[]): Shape[] {
    const features = inputShape.at(-1);
    if (features === undefined) throw this.misfit('inputs of [batch, features]', inputShape);
    const width = this.gates * this.units;
    this.#generator.begin();
    this.kernel = this.addWeight('kernel', [features, width], this.kernelTerms.weight);
    this.recurrentKernel = this.addWeight(
      'recurrent_kernel',
      [this.units, width],
      this.recurrentTerms.weight,
    );
    if (this.useBias) this.bias = this.addWeight('bias', this.biasShape(width), this.biasTerms.weight);
    return Array.from({ length: this.stateCount }, () => [this.units]);
  }

  protected biasShape(width: number): Shape {
    return [width];
  }

  /** What is added to the projected inputs. */
  protected inputBias(): Tensor | undefined {
    return this.bias?.read();
  }

  /** x·W + b for all steps at once: [batch, time, features] → [batch, time, gates·units]. */
  project(x: Tensor, context: CallContext): Tensor {
    const [batch = 1, time = 1, features = 1] = x.shape;
    this.#generator.next(context.drawn);
    const shown = this.#dropped(x, [batch, 1, features], this.#dropout, 0, context);
    const product = matmul(shown.reshape([batch * time, features]), (this.kernel as Variable).read());
    const bias = this.inputBias();
    return (bias ? product.add(bias) : product).reshape([batch, time, this.gates * this.units]);
  }

  /** What it does at one step, given the projected input and the states. */
  abstract step(batch: number, context: CallContext): Step;

  protected recurrence(batch: number, context: CallContext): Recurrence {
    const rate = this.#recurrentDropout;
    return {
      recurrentKernel: (this.recurrentKernel as Variable).read(),
      activation: activationOf(this.activation),
      drop: (state) => this.#dropped(state, [batch, this.units], rate, 1, context),
    };
  }

  /** Drops the same places at every step of time. */
  #dropped(x: Tensor, noise: Shape, rate: number, stream: number, context: CallContext): Tensor {
    const { training, step, drawn } = context;
    const key = this.#generator.current(drawn);
    if (!training || rate === 0 || !key) return x;
    const seed = foldIn(key, stream);
    const kept = greaterEqual(randomUniform(noise, 0, 1, { seed, ...(step && { stream: step }) }), rate);
    return mul(x, kept.cast(x.dtype).div(1 - rate));
  }

  /** One step: [batch, features] and the states before it → the states after it. */
  callMany([x, ...states]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const input = x as Tensor;
    const [batch = 1, features = 1] = input.shape;
    const projected = this.project(input.reshape([batch, 1, features]), context);
    return this.step(batch, context)(projected.reshape([batch, -1]), states);
  }

  config(): Record<string, unknown> {
    return {
      units: this.units,
      activation: this.activation,
      useBias: this.useBias,
      ...this.kernelTerms.config(),
      ...this.recurrentTerms.config(),
      ...this.biasTerms.config(),
      dropout: this.#dropout,
      recurrentDropout: this.#recurrentDropout,
      seed: this.#generator.seed ?? null,
    };
  }
}

export class SimpleRNNCell extends RecurrentCell {
  readonly className = 'SimpleRNNCell';
  protected readonly gates = 1;

  constructor(units: number, options: CellOptions) {
    super('SimpleRNN', units, options);
  }

  copy(): RecurrentCell {
    return new SimpleRNNCell(this.units, this.options);
  }

  step(batch: number, context: CallContext): Step {
    return simpleStep(this.recurrence(batch, context));
  }
}

export interface LSTMCellOptions extends GatedCellOptions {
  /** Whether the forget gate's bias starts at 1; true by default. */
  readonly unitForgetBias?: boolean;
}

export class LSTMCell extends RecurrentCell {
  readonly className = 'LSTMCell';
  override readonly stateCount = 2;
  protected readonly gates = 4;
  protected override readonly biasTerms: Terms;
  readonly #recurrentActivation: ActivationLike;
  readonly #unitForgetBias: boolean;

  constructor(units: number, options: LSTMCellOptions) {
    super('LSTM', units, options);
    this.#recurrentActivation = options.recurrentActivation ?? 'sigmoid';
    this.#unitForgetBias = options.unitForgetBias ?? true;
    activationOf(this.#recurrentActivation);
    const terms = termsOf('bias', options, 'zeros');
    const initializer = withForgetBias(terms.weight.initializer ?? 'zeros', units);
    this.biasTerms = this.#unitForgetBias ? { ...terms, weight: { ...terms.weight, initializer } } : terms;
  }

  copy(): RecurrentCell {
    return new LSTMCell(this.units, this.options);
  }

  step(batch: number, context: CallContext): Step {
    const recurrentActivation = activationOf(this.#recurrentActivation);
    return lstmStep({ ...this.recurrence(batch, context), recurrentActivation });
  }

  override config() {
    const { activation, ...rest } = super.config();
    return {
      ...rest,
      activation,
      recurrentActivation: this.#recurrentActivation,
      unitForgetBias: this.#unitForgetBias,
    };
  }
}

/** What the second of four gates adds starts at 1: at first nothing is forgotten. */
function withForgetBias(given: Initializer | string, units: number): Initializer {
  const start = initializerOf(given);
  return {
    ...start,
    make: (_, key) =>
      concat([start.make([units], key), ones().make([units], key), start.make([2 * units], key)]),
  };
}

export interface GRUCellOptions extends GatedCellOptions {
  /** Whether the reset gate acts after the product with the recurrent kernel; true by default. */
  readonly resetAfter?: boolean;
}

export class GRUCell extends RecurrentCell {
  readonly className = 'GRUCell';
  protected readonly gates = 3;
  readonly #recurrentActivation: ActivationLike;
  readonly #resetAfter: boolean;

  constructor(units: number, options: GRUCellOptions) {
    super('GRU', units, options);
    this.#recurrentActivation = options.recurrentActivation ?? 'sigmoid';
    this.#resetAfter = options.resetAfter ?? true;
    activationOf(this.#recurrentActivation);
  }

  /** Where the reset comes after the product, the product has a bias of its own. */
  protected override biasShape(width: number): Shape {
    return this.#resetAfter ? [2, width] : [width];
  }

  protected override inputBias(): Tensor | undefined {
    return this.#resetAfter ? this.#biasRow(0) : this.bias?.read();
  }

  #biasRow(row: number): Tensor | undefined {
    const width = this.gates * this.units;
    return this.bias && slice(this.bias.read(), [row, 0], [1, width]).reshape([width]);
  }

  copy(): RecurrentCell {
    return new GRUCell(this.units, this.options);
  }

  step(batch: number, context: CallContext): Step {
    const recurrentBias = this.#resetAfter ? this.#biasRow(1) : undefined;
    return gruStep({
      ...this.recurrence(batch, context),
      recurrentActivation: activationOf(this.#recurrentActivation),
      resetAfter: this.#resetAfter,
      ...(recurrentBias && { recurrentBias }),
    });
  }

  override config() {
    const { activation, ...rest } = super.config();
    return {
      ...rest,
      activation,
      recurrentActivation: this.#recurrentActivation,
      resetAfter: this.#resetAfter,
    };
  }
}

/**
 * One step of `simpleRNN`, as a layer and for `rnn`.
 *
 * Input shape: [batch, features], and the state [batch, units]. Output shape: the state, [batch, units], which is the
 * output.
 *
 * @see Keras `SimpleRNNCell`
 */
export function simpleRNNCell(units: number, options: CellOptions = {}): RecurrentCell {
  return new SimpleRNNCell(units, options);
}

/**
 * One step of `lstm`, as a layer and for `rnn`.
 *
 * Input shape: [batch, features], and the states h and c, [batch, units] each. Output shape: h and c; h is the output.
 *
 * @see Keras `LSTMCell`
 */
export function lstmCell(units: number, options: LSTMCellOptions = {}): RecurrentCell {
  return new LSTMCell(units, options);
}

/**
 * One step of `gru`, as a layer and for `rnn`.
 *
 * Input shape: [batch, features], and the state [batch, units]. Output shape: the state, [batch, units], which is the
 * output.
 *
 * @see Keras `GRUCell`
 */
export function gruCell(units: number, options: GRUCellOptions = {}): RecurrentCell {
  return new GRUCell(units, options);
}
