import { sizeOf } from '../graph/ndarray.ts';
import { MOVEMENT, type Node, type NodeOf } from '../graph/ops.ts';
import { boxView, contiguous, permuteView, reshapeView, type View } from './views.ts';

/** Where a node's value lies: a view, of the node's shape, of the buffer of `root`. */
export interface Place {
  readonly root: Node;
  readonly view: View;
  /** A dense buffer of the node's own. */
  readonly whole?: boolean;
}

/** A part of a concatenation that nothing computes in place, and where it must be copied to. */
export interface Copy {
  readonly part: Node;
  readonly to: Place;
}

export interface Places {
  /** The places of nodes that are not (only) in a buffer of their own; readers read the first. */
  readonly placed: ReadonlyMap<Node, readonly Place[]>;
  /** What is left to copy for each concatenation. */
  readonly copies: ReadonlyMap<Node, readonly Copy[]>;
}

/**
 * Gives the parts of concatenations their places, so that what computes a part writes it where it belongs and
 * nothing is moved afterwards. Outer concatenations come first: a part that is one itself has no buffer of its own.
 *
 * @param order all nodes, inputs first
 * @param apart nodes that need a dense buffer of their own
 * @param isComputed whether a kernel can write the node's value wherever it is told to
 */
export function placeParts(
  order: readonly Node[],
  apart: (node: Node) => boolean,
  isComputed: (node: Node) => boolean,
): Places {
  const claimed = new Map<Node, Place[]>();
  const placed = new Map<Node, readonly Place[]>();
  const copies = new Map<Node, Copy[]>();
  for (const node of order.toReversed()) {
    const claims = claimed.get(node);
    if (claims) placed.set(node, apart(node) ? [ownPlace(node), ...claims] : claims);
    if (node.op !== 'concat') continue;
    const left: Copy[] = [];
    for (const { root, view } of placed.get(node) ?? [ownPlace(node)]) {
      for (const { part, box } of partsOf(node)) {
        if (sizeOf(part.shape) === 0) continue;
        const to = { root, view: boxView(view, box, part.shape) };
        const source = sourceOf(part, to.view);
        if (isComputed(source.node)) add(claimed, source.node, { root, view: source.view });
        else left.push({ part, to });
      }
    }
    copies.set(node, left);
  }
  return { placed, copies };
}

export function ownPlace(node: Node): Place {
  return { root: node, view: contiguous(node.shape), whole: true };
}

function add(claims: Map<Node, Place[]>, node: Node, place: Place): void {
  const known = claims.get(node);
  if (known) known.push(place);
  else claims.set(node, [place]);
}

/** Each part of a concatenation with where it begins. */
function partsOf({ inputs, attributes: { axis }, shape }: NodeOf<'concat'>) {
  const zeros = shape.map(() => 0);
  let from = 0;
  return inputs.map((part) => {
    const box = zeros.with(axis, from);
    from += part.shape[axis] ?? 0;
    return { part, box };
  });
}

/** What is seen through a part's rearrangements, and where its elements belong if the part's are to lie at `view`. */
function sourceOf(part: Node, view: View): { node: Node; view: View } {
  const [from] = part.inputs;
  if (!from || !MOVEMENT.has(part.op)) return { node: part, view };
  const before = part.op === 'permute' ? permuteView(view, inverse(part.attributes.order)) : undefined;
  const back = part.op === 'reshape' ? reshapeView(view, from.shape) : before;
  return back ? sourceOf(from, back) : { node: part, view };
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}
