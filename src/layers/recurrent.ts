import { ArgumentError } from '../graph/errors.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import { zeros } from '../tensor/functions.ts';
import { stackTimes, unroll } from '../tensor/nn/recurrent.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { untraced } from '../tensor/trace.ts';
import { Variable } from '../tensor/variable.ts';
import {
  type CallContext,
  type Layer,
  LayerOfSeveral,
  type LayerOptions,
  type LayerWithOutputs,
  type Mask,
} from './layer.ts';
import {
  type CellOptions,
  GRUCell,
  type GRUCellOptions,
  LSTMCell,
  type LSTMCellOptions,
  type RecurrentCell,
  SimpleRNNCell,
} from './recurrentCells.ts';
import type { SymbolicTensor } from './symbolic.ts';

export interface RecurrentOptions extends LayerOptions {
  /** Whether the output of every step is returned, or only that of the last; false by default. */
  readonly returnSequences?: boolean;
  /** Whether the last states are returned as well; false by default. */
  readonly returnState?: boolean;
  /** From the last step to the first; outputs come in the order they were computed. false by default. */
  readonly goBackwards?: boolean;
  /** Whether a batch begins with the states the batch before ended with; false by default. */
  readonly stateful?: boolean;
  /** Kept for Keras: steps are always unrolled in the graph, and share their code. */
  readonly unroll?: boolean;
  /** The output of a masked step: 0, or by default the output before it. */
  readonly zeroOutputForMask?: boolean;
}

/** Applies a cell step by step: [batch, time, features] → the last output, or all of them, and maybe the states. */
export abstract class Recurrent extends LayerOfSeveral {
  readonly className: string;
  readonly cell: RecurrentCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly #unroll: boolean;
  readonly #zeroOutputForMask: boolean;
  /** By the number of examples in a batch. */
  readonly #states = new Map<number, Variable[]>();

  constructor(className: string, cell: RecurrentCell, options: RecurrentOptions) {
    super(options);
    this.className = className;
    this.returnSequences = options.returnSequences ?? false;
    this.returnState = options.returnState ?? false;
    this.goBackwards = options.goBackwards ?? false;
    this.stateful = options.stateful ?? false;
    this.#unroll = options.unroll ?? false;
    this.#zeroOutputForMask = options.zeroOutputForMask ?? false;
    this.cell = this.addLayer('cell', cell);
  }

  /** The same layer with other options, and weights of its own. */
  abstract copy(changes: RecurrentOptions): Recurrent;

  protected setUpMany(inputShapes: readonly Shape[]): Shape[] {
    const [inputShape = [], ...states] = inputShapes;
    const [time, features, ...more] = inputShape;
    if (time === undefined || features === undefined || more.length > 0) {
      throw this.misfit(
        'inputs of [batch, steps, features]',
        inputShape,
        inputShape.length === 1 ? 'Add an axis for the features, of length 1 if there is one.' : undefined,
      );
    }
    const { units, stateCount } = this.cell;
    if (states.length > 0 && states.length !== stateCount) {
      throw new ArgumentError({
        asked: `layer "${this.name || this.className}"`,
        expected: `${stateCount} initial states, or none`,
        received: `${states.length}`,
      });
    }
    for (const state of states) {
      if (state.length !== 1 || state[0] !== units)
        throw this.misfit(`initial states of [batch, ${units}]`, state);
    }
    this.cell.buildMany([[features]]);
    const output = this.returnSequences ? [time, units] : [units];
    return this.returnState ? [output, ...Array.from({ length: stateCount }, () => [units])] : [output];
  }

  callMany([x, ...given]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const input = x as Tensor;
    const [batch = 1, time = 1] = input.shape;
    const held = this.stateful ? this.#statesFor(batch) : undefined;
    const zero = zeros([batch, this.cell.units]).cast(input.dtype);
    const start =
      held?.map((state) => state.read()) ?? Array.from({ length: this.cell.stateCount }, () => zero);
    const { outputs, states } = unroll(
      this.cell.project(input, context),
      given.length > 0 ? given : start,
      this.cell.step(batch, context),
      {
        goBackwards: this.goBackwards,
        // As in Keras 3, which passes no masks on to calls on several tensors.
        mask: given.length > 0 ? undefined : context.mask,
        zeroOutputForMask: this.#zeroOutputForMask,
      },
    );
    for (const [i, state] of (held ?? []).entries()) state.assign((states[i] as Tensor).cast(state.dtype));
    const last = this.returnSequences ? stackTimes(outputs) : (outputs[time - 1] as Tensor);
    return this.returnState ? [last, ...states] : [last];
  }

  protected override outputMasks(
    _: readonly Tensor[],
    outputs: readonly Tensor[],
    { mask }: CallContext,
  ): readonly Mask[] {
    return outputs.map((__, i) => (i === 0 && this.returnSequences ? mask : undefined));
  }

  #statesFor(batch: number): Variable[] {
    const known = this.#states.get(batch);
    if (known) return known;
    const made = untraced(() =>
      Array.from({ length: this.cell.stateCount }, (_, i) => {
        return new Variable(zeros([batch, this.cell.units]), { name: `state ${i}`, trainable: false });
      }),
    );
    this.#states.set(batch, made);
    return made;
  }

  /** Of each size of batch its last states. */
  override carried(): NDArray[][] {
    if (!this.stateful) return [];
    return [[...this.#states.values()].flat().map((state) => state.value())];
  }

  override carryOn(lists: (readonly NDArray[])[]): void {
    const { units, stateCount } = this.cell;
    const values = (this.stateful && lists.shift()) || [];
    for (const [i, value] of values.entries()) {
      const { shape } = value;
      if (shape.length !== 2 || shape[1] !== units)
        throw this.misfit(`states of [batch, ${units}]`, shape.slice(1));
      this.#statesFor(shape[0] ?? 1)[i % stateCount]?.assign(value);
    }
  }

  /** Forgets what a stateful layer has kept. */
  override resetState(): void {
    for (const states of this.#states.values()) for (const state of states) state.assign(zeros(state.shape));
  }

  config() {
    return {
      ...this.cell.config(),
      activityRegularizer: this.activityRegularizer ?? null,
      returnSequences: this.returnSequences,
      returnState: this.returnState,
      goBackwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.#unroll,
      zeroOutputForMask: this.#zeroOutputForMask,
    };
  }
}

/** What belongs to the layer around a cell, not to the cell. */
function cellOptions<O extends LayerOptions>({ name, activityRegularizer, ...options }: O) {
  return options;
}

export interface SimpleRNNOptions extends RecurrentOptions, CellOptions {}
export interface LSTMOptions extends RecurrentOptions, LSTMCellOptions {}
export interface GRUOptions extends RecurrentOptions, GRUCellOptions {}

class SimpleRNN extends Recurrent {
  readonly #options: SimpleRNNOptions;

  constructor(units: number, options: SimpleRNNOptions) {
    super('SimpleRNN', new SimpleRNNCell(units, cellOptions(options)), options);
    this.#options = options;
  }

  copy(changes: RecurrentOptions): Recurrent {
    return new SimpleRNN(this.cell.units, { ...this.#options, ...changes });
  }
}

class LSTM extends Recurrent {
  readonly #options: LSTMOptions;

  constructor(units: number, options: LSTMOptions) {
    super('LSTM', new LSTMCell(units, cellOptions(options)), options);
    this.#options = options;
  }

  copy(changes: RecurrentOptions): Recurrent {
    return new LSTM(this.cell.units, { ...this.#options, ...changes });
  }
}

class GRU extends Recurrent {
  readonly #options: GRUOptions;

  constructor(units: number, options: GRUOptions) {
    super('GRU', new GRUCell(units, cellOptions(options)), options);
    this.#options = options;
  }

  copy(changes: RecurrentOptions): Recurrent {
    return new GRU(this.cell.units, { ...this.#options, ...changes });
  }
}

class RNN extends Recurrent {
  readonly #options: RecurrentOptions;

  constructor(cell: RecurrentCell, options: RecurrentOptions) {
    super('RNN', cell, options);
    this.#options = options;
  }

  copy(changes: RecurrentOptions): Recurrent {
    return new RNN(this.cell.copy(), { ...this.#options, ...changes });
  }
}

type Two = [SymbolicTensor, SymbolicTensor];
/** With `returnState`, a call returns a list: the output, then the states. */
type Stateful<O> = O & { readonly returnState: true };

/**
 * A recurrent layer: h′ = activation(x·W + b + h·U), step by step.
 *
 * @param units the length of its state, which is its output
 * @param options.activation tanh by default
 * @param options.recurrentInitializer of U [units, units]; orthogonal by default
 * @param options.returnSequences whether the outputs of all steps are returned; false by default
 *
 * Input shape: [batch, steps, features], and maybe an initial state [batch, units]. Output shape: [batch, units], or
 * [batch, steps, units] with `returnSequences`; with `returnState`, the last state after it.
 *
 * @see Elman, "Finding structure in time", 1990; Keras `SimpleRNN`
 */
export function simpleRNN(units: number, options: Stateful<SimpleRNNOptions>): LayerWithOutputs<Two>;
export function simpleRNN(units: number, options?: SimpleRNNOptions): Layer;
export function simpleRNN(units: number, options: SimpleRNNOptions = {}): Layer {
  return new SimpleRNN(units, options);
}

/**
 * A long short-term memory: what its gates let in is kept until they let it go.
 * c′ = σ(f)·c + σ(i)·tanh(c̃), h′ = σ(o)·tanh(c′), where i f c̃ o = x·W + b + h·U.
 *
 * @param units the length of its states, h and c; h is its output
 * @param options.activation of c̃ and c′; tanh by default
 * @param options.recurrentActivation of the gates; sigmoid by default
 * @param options.unitForgetBias whether the bias of f starts at 1; true by default
 * @param options.returnSequences whether the outputs of all steps are returned; false by default
 *
 * Input shape: [batch, steps, features], and maybe initial states h and c, [batch, units] each. Output shape:
 * [batch, units], or [batch, steps, units] with `returnSequences`; with `returnState`, the last h and c after it.
 *
 * @see Hochreiter and Schmidhuber, "Long short-term memory", 1997; Keras `LSTM`
 */
export function lstm(
  units: number,
  options: Stateful<LSTMOptions>,
): LayerWithOutputs<[...Two, SymbolicTensor]>;
export function lstm(units: number, options?: LSTMOptions): Layer;
export function lstm(units: number, options: LSTMOptions = {}): Layer {
  return new LSTM(units, options);
}

/**
 * A gated recurrent unit: h′ = σ(z)·h + (1 − σ(z))·tanh(h̃).
 *
 * @param units the length of its state, which is its output
 * @param options.resetAfter whether the reset gate acts on h·U or, as first published, on h; true by default
 * @param options.returnSequences whether the outputs of all steps are returned; false by default
 *
 * Input shape: [batch, steps, features], and maybe an initial state [batch, units]. Output shape: [batch, units], or
 * [batch, steps, units] with `returnSequences`; with `returnState`, the last state after it.
 *
 * @see Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014; Keras `GRU`
 */
export function gru(units: number, options: Stateful<GRUOptions>): LayerWithOutputs<Two>;
export function gru(units: number, options?: GRUOptions): Layer;
export function gru(units: number, options: GRUOptions = {}): Layer {
  return new GRU(units, options);
}

/**
 * A recurrent layer of any cell: `rnn(lstmCell(8))` computes what `lstm(8)` does.
 *
 * @param cell what it does at each step; its weights become the layer's
 * @param options.returnSequences whether the outputs of all steps are returned; false by default
 *
 * Input shape: [batch, steps, features], and maybe initial states, [batch, units] each. Output shape: [batch, units],
 * or [batch, steps, units] with `returnSequences`; with `returnState`, the last states after it.
 *
 * @see Keras `RNN`
 */
export function rnn(
  cell: RecurrentCell,
  options: Stateful<RecurrentOptions>,
): LayerWithOutputs<readonly SymbolicTensor[]>;
export function rnn(cell: RecurrentCell, options?: RecurrentOptions): Layer;
export function rnn(cell: RecurrentCell, options: RecurrentOptions = {}): Layer {
  return new RNN(cell, options);
}
