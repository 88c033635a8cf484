import { sizeOf } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import type { Operand } from '../../units/formula.ts';
import type { UnitNames } from './names.ts';
import type { Quantity } from './quantity.ts';
import type { LayerCall, Recording } from './recording.ts';
import type { Update } from './update.ts';

/** A layer, or what stands before and after all of them: its quantities in the order they are computed. */
export interface Section {
  /** `layer1`: stable, and the first part of its numbers' paths. */
  readonly key: string;
  /** `dense`. */
  readonly name: string;
  readonly title: string;
  readonly quantities: readonly Quantity[];
  /** What the layer computes, in symbols, where one line can say it. */
  readonly rule?: string;
}

/** What a view of a layer is made from. */
export interface ViewContext {
  readonly key: string;
  readonly call: LayerCall;
  readonly recording: Recording;
  readonly examples: number;
  readonly names: UnitNames;
  /** The fully connected layers that use this one's output; none where others use it, too. */
  readonly next: readonly NamedCall[];
  /** Set where the layer's outputs are the model's. */
  readonly ending: Ending | undefined;
  readonly update: Update | undefined;
}

/** A layer at work, and what its numbers are called. */
export interface NamedCall {
  readonly call: LayerCall;
  readonly names: UnitNames;
}

/** How the model ends. */
export interface Ending {
  /** The loss's kind, as Keras names it. */
  readonly loss: string;
  /** How much the loss counts, where that is not once. */
  readonly weight: Operand | undefined;
  /** The target of a unit of an example: class labels count as 1 for their class and 0 for others. */
  readonly target: (flat: number, example: number) => number;
}

/** An element of a node whose first axis is the examples. */
export function elementOf(recording: Recording, node: Node, examples: number) {
  const width = sizeOf(node.shape) / Math.max(examples, 1);
  return (flat: number, example: number): number =>
    recording.value(node).data[example * width + flat] ?? Number.NaN;
}

/** The derivative of an example's loss by an element of such a node. */
export function gradientOf(recording: Recording, node: Node, examples: number) {
  const width = sizeOf(node.shape) / Math.max(examples, 1);
  return (flat: number, example: number): number | undefined =>
    recording.gradient(node)?.data[example * width + flat];
}
