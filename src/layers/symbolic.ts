import type { Dtype } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import { input as leaf } from '../graph/graph.ts';
import type { Shape } from '../graph/ndarray.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tracing } from '../tensor/trace.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Layer } from './layer.ts';

/** Arguments of a call that are no tensors: `{ training: false }`. */
export type CallSettings = Readonly<Record<string, boolean | number | string | null>>;

/** One call of a layer on symbolic tensors: an edge of a functional model. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** Under which name each input was given; '' for those given by position. */
  readonly inputNames: readonly string[];
  readonly settings: CallSettings;
  readonly outputs: readonly SymbolicTensor[];
  /** Which call of its layer this is, from 0. */
  readonly index: number;
}

/** Its axes for a batch of either size: what differs between the two depends on the batch. */
export type Lengths = readonly [small: Shape, large: Shape];

/** Two sizes of batches, which a shape that joins or parts examples is likely to divide. */
export const BATCHES: readonly [small: number, large: number] = [5040, 10_080];

/**
 * What a layer will return, before there are numbers: a shape, a dtype, and the calls it comes from. Layers called
 * on symbolic tensors build a graph, which `model({ inputs, outputs })` makes a model of.
 */
export class SymbolicTensor {
  readonly lengths: Lengths;
  readonly dtype: Dtype;
  /** The call it is a result of, and which of its results it is. */
  readonly history: { readonly call: LayerCall; readonly output: number };

  constructor(lengths: Lengths, dtype: Dtype, history: SymbolicTensor['history']) {
    this.lengths = lengths;
    this.dtype = dtype;
    this.history = history;
  }

  /** Shape with the batch as first axis, null where the number of examples decides. */
  get shape(): readonly (number | null)[] {
    const [small, large] = this.lengths;
    return small.map((length, axis) => (length === large[axis] ? length : null));
  }

  /** The number of examples in a batch, where it is fixed. */
  get batchSize(): number | null {
    return this.shape[0] ?? null;
  }

  /**
   * The lengths of one example's axes, without the batch.
   *
   * @throws ArgumentError for the result of an operation that has no axis for the batch, or more than one
   */
  get exampleShape(): Shape {
    const [, ...rest] = this.shape;
    const known = rest.filter((length) => length !== null);
    if (this.shape.length > 0 && known.length === rest.length) return known;
    throw new ArgumentError({
      asked: `a layer, or a model, with ${this}`,
      expected: 'the batch as its first axis, and as no other',
      fix: 'Go on with functions of ops until it is.',
    });
  }

  /** The layer it comes from. */
  get layer(): Layer {
    return this.history.call.layer;
  }

  get name(): string {
    return this.layer.name;
  }

  toString(): string {
    return `SymbolicTensor ${this.dtype}[${this.shape.map((n) => n ?? 'batch').join(', ')}] of ${this.name || this.layer.className}`;
  }
}

/** A tensor without numbers. */
export const standIn = (dtype: Dtype, shape: Shape): Tensor => new Tensor(leaf(dtype, shape, 'x'), true);

/** Runs what is to say its shapes alone: weights stay as they are. */
export function withoutNumbers<T>(body: () => T): T {
  return tracing({ nodeOf: (read: Variable) => read.node, assign: () => {}, known: new Map() }, body);
}

/** How long a batch of either size is along the first axis of inputs: those that fix it come first. */
export function batchesOf(inputs: readonly SymbolicTensor[]): readonly [number, number] {
  const from = inputs.find(({ batchSize }) => batchSize !== null) ?? inputs[0];
  const [small = BATCHES[0], large = BATCHES[1]] = from?.lengths.map(([first]) => first) ?? [];
  return [small, large];
}
