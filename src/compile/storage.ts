import { VerifyError } from '../graph/errors.ts';
import { sizeOf } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { isLeaf } from './fusion.ts';
import type { Buffer, Expression, Store } from './kernels.ts';
import { type Copy, ownPlace, type Place, type Places } from './places.ts';
import { isDense, isPadded, reshapeView, type View } from './views.ts';

/** What is read: a buffer through a view. */
export interface Operand {
  readonly buffer: Buffer;
  readonly view: View;
}

/** What has been computed so far, by which kernel, and where it lies. */
export class Storage {
  /** Where each stored node is computed, as the position of its kernel. */
  readonly home = new Map<Node, number>();
  readonly #buffers = new Map<Node, Buffer>();
  readonly #places: Places;
  /** Buffers that begin within others, by those and the place. */
  readonly #parts = new Map<Buffer, Map<number, Buffer>>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** The buffer of a node's own. */
  buffer(node: Node): Buffer {
    const known = this.#buffers.get(node);
    if (known) return known;
    const made = { node, dtype: node.dtype, elements: sizeOf(node.shape) };
    this.#buffers.set(node, made);
    return made;
  }

  /** The places that a node has been given; undefined where it lies in a buffer of its own alone. */
  given(node: Node): readonly Place[] | undefined {
    return this.#places.placed.get(node);
  }

  /** The places of a node's value. */
  placesOf(node: Node): readonly Place[] {
    return this.#places.placed.get(node) ?? [ownPlace(node)];
  }

  /** The place that readers read. */
  placeOf(node: Node): Place {
    return this.placesOf(node)[0] as Place;
  }

  /** What is left to copy for a concatenation. */
  copiesOf(node: Node): readonly Copy[] {
    return this.#places.copies.get(node) ?? [];
  }

  /** A result written to one of its places, from a kernel over `space`. */
  store(place: Place, space: readonly number[], value: Expression): Store {
    if (place.whole) return { buffer: this.buffer(place.root), value };
    const through = reshapeView(place.view, space);
    if (!through)
      throw new VerifyError({ asked: 'place of a part', expected: 'one its kernel can write to' });
    const { buffer, view } = this.within(place.root, through);
    return isDense(view) ? { buffer, value } : { buffer, value, view };
  }

  /** A view of a node's buffer, from where it begins: so what differs by the place alone is the same code. */
  within(root: Node, view: View): Operand {
    const buffer = this.buffer(root);
    const { offset } = view;
    if (offset <= 0 || isPadded(view)) return { buffer, view };
    const parts = this.#parts.get(buffer) ?? new Map<number, Buffer>();
    this.#parts.set(buffer, parts);
    const part = parts.get(offset) ?? rest(buffer, offset);
    parts.set(offset, part);
    const { shape, strides, valid } = view;
    return { buffer: part, view: { shape, strides, offset: 0, valid } };
  }

  /** Whether the node's value is there to be read. */
  isReadable(node: Node): boolean {
    return isLeaf(node) || this.home.has(node) || (node.op === 'constant' && sizeOf(node.shape) === 1);
  }

  /** The buffers of inputs and constants. */
  leaves(): Map<Node, Buffer> {
    const leaves = new Map<Node, Buffer>();
    for (const [node, buffer] of this.#buffers) {
      if (node.op === 'input' || node.op === 'constant') leaves.set(node, buffer);
    }
    return leaves;
  }
}

/** The part of a buffer that begins so many elements behind its start. */
function rest(buffer: Buffer, offset: number): Buffer {
  const { node, dtype, elements } = buffer;
  const within = { buffer, offset };
  return { node, dtype, elements: elements - offset, within };
}
