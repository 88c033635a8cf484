import { sizeOf } from '../graph/ndarray.ts';
import { COSTLY, ELEMENTWISE, MOVEMENT, type Node, type Op, REDUCTIONS } from '../graph/ops.ts';
import { constantOf } from '../passes/fold.ts';
import { isMovement, underMovement } from './views.ts';

/** Expressions of more operations than this are not computed again for a second reader. */
const RECOMPUTED_OPERATIONS = 2;

/** Operations that a costly one takes as long as. */
const COSTLY_WEIGHT = 10;

/** Inputs and arrays of constants are there before the first kernel runs. */
export function isLeaf(node: Node): boolean {
  return node.op === 'input' || (node.op === 'constant' && node.attributes.value.data.length !== 1);
}

/** By whom a node is read. */
interface Readers {
  last: Node;
  readers: number;
  /** Elements of the largest reader. */
  largest: number;
}

/** What needs loops of its own, besides reductions. */
const LOOPED: ReadonlySet<Op> = new Set<Op>(['matmul', 'scatterAdd', 'unwindow', 'concat']);
/** What reads its inputs at places that it works out itself. */
const INDIRECT: ReadonlySet<Op> = new Set<Op>(['gather', 'scatterAdd', 'uniform']);

/**
 * Decides which nodes are computed once, into memory or into a kernel's registers; all others are computed where
 * they are read. Stored are: results, what only a loop of its own can make, what matmul, gather and padding read,
 * and what would otherwise cost much more than once: a costly operation with two readers, or one reader that
 * repeats it by broadcasting.
 */
export function chooseStored(order: readonly Node[], results: readonly Node[], unfused: boolean): Set<Node> {
  const stored = new Set<Node>(results);
  const readings = new Map<Node, Readers>();
  // Counted loops, here and below: an iterator's results take a tenth of the time on large graphs.
  for (let at = 0; at < order.length; at++) {
    const node = order[at] as Node;
    const { inputs } = node;
    const size = sizeOf(node.shape);
    for (let i = 0; i < inputs.length; i++) {
      const from = inputs[i] as Node;
      const known = readings.get(from);
      if (!known) readings.set(from, { last: node, readers: 1, largest: size });
      else if (known.last !== node) {
        known.last = node;
        known.readers++;
        known.largest = Math.max(known.largest, size);
      }
    }
  }
  const operations = new Map<Node, number>();
  for (let at = 0; at < order.length; at++) {
    const node = order[at] as Node;
    if (isLeaf(node) || constantOf(node) !== undefined) continue;
    if (unfused || needsLoop(node)) stored.add(node);
    if (node.op === 'pad') storeThrough(node.inputs[0] as Node, stored);
    if (node.op === 'window') storePadding(node.inputs[0] as Node, stored);
    if (node.op === 'matmul') for (const side of node.inputs) storeThrough(side, stored);
    if (INDIRECT.has(node.op)) for (const from of node.inputs) stored.add(from);

    const weight = weightOf(node, operations, stored);
    if (weight > 0) operations.set(node, weight);
    if (weight <= RECOMPUTED_OPERATIONS || MOVEMENT.has(node.op)) continue;
    const read = readings.get(node);
    if (read && (read.readers > 1 || read.largest > sizeOf(node.shape))) stored.add(node);
  }
  return stored;
}

function needsLoop(node: Node): boolean {
  return REDUCTIONS.has(node.op) || LOOPED.has(node.op);
}

/** Whether a kernel can write the node's value through a view. */
export function isWritable(node: Node): boolean {
  const isSimple = isLeaf(node) || constantOf(node) !== undefined || MOVEMENT.has(node.op);
  return !isSimple && node.op !== 'scatterAdd' && node.op !== 'unwindow';
}

/** Nodes that are read, or returned, as a dense buffer of their own. */
export function needingBuffers(order: readonly Node[], results: readonly Node[]): Set<Node> {
  const needing = new Set(results);
  for (let at = 0; at < order.length; at++) {
    const { op, inputs } = order[at] as Node;
    if (INDIRECT.has(op)) for (const from of inputs) needing.add(from);
  }
  return needing;
}

/** Stores what lies under rearrangements. */
function storeThrough(node: Node, stored: Set<Node>): void {
  const under = underMovement(node);
  if (constantOf(under) === undefined) stored.add(under);
}

/** Stores padding that a window would read through. */
function storePadding(node: Node, stored: Set<Node>): void {
  if (node.op === 'pad') stored.add(node);
  else if (isMovement(node)) storePadding(node.inputs[0] as Node, stored);
}

/** Operations it takes to compute a node from what is stored. */
function weightOf(node: Node, operations: ReadonlyMap<Node, number>, stored: ReadonlySet<Node>): number {
  const own = COSTLY.has(node.op) ? COSTLY_WEIGHT : ELEMENTWISE.has(node.op) || node.op === 'gather' ? 1 : 0;
  const { inputs } = node;
  let total = own;
  for (let i = 0; i < inputs.length; i++) {
    const from = inputs[i] as Node;
    if (!stored.has(from)) total += operations.get(from) ?? 0;
  }
  return total;
}
