import type { Dtype } from '../graph/dtypes.ts';
import type { Shape } from '../graph/ndarray.ts';
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

/**
 * What a layer will return, before there are numbers: a shape, a dtype, and the calls it comes from. Layers called
 * on symbolic tensors build a graph, which `model({ inputs, outputs })` makes a model of.
 */
export class SymbolicTensor {
  /** The lengths of one example's axes, without the batch. */
  readonly exampleShape: Shape;
  /** The number of examples in a batch, where it is fixed. */
  readonly batchSize: number | null;
  readonly dtype: Dtype;
  /** The call it is a result of, and which of its results it is. */
  readonly history: { readonly call: LayerCall; readonly output: number };

  constructor(
    exampleShape: Shape,
    dtype: Dtype,
    history: SymbolicTensor['history'],
    batchSize: number | null = null,
  ) {
    this.exampleShape = exampleShape;
    this.dtype = dtype;
    this.history = history;
    this.batchSize = batchSize;
  }

  /** Shape with the batch as first axis, null where any number of examples will do. */
  get shape(): readonly (number | null)[] {
    return [this.batchSize, ...this.exampleShape];
  }

  /** The layer it comes from. */
  get layer(): Layer {
    return this.history.call.layer;
  }

  get name(): string {
    return this.layer.name;
  }

  toString(): string {
    return `SymbolicTensor ${this.dtype}[${this.shape.map((n) => n ?? 'batch').join(', ')}] of ${this.name}`;
  }
}
