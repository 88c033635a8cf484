import { sizeOf } from '../graph/ndarray.ts';
import { COSTLY, ELEMENTWISE, MOVEMENT, type Node, REDUCTIONS } from '../graph/ops.ts';
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

/**
 * Decides which nodes are computed once, into memory or into a kernel's registers; all others are computed where
 * they are read. Stored are: results, what only a loop of its own can make, what matmul, gather and padding read,
 * and what would otherwise cost much more than once: a costly operation with two readers, or one reader that
 * repeats it by broadcasting.
 */
export function chooseStored(order: readonly Node[], results: readonly Node[], unfused: boolean): Set<Node> {
  const stored = new Set<Node>(results);
  const readings = new Map<Node, Readers>();
  for (const node of order) {
    const size = sizeOf(node.shape);
    for (const from of node.inputs) {
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
  for (const node of order) {
    if (isLeaf(node) || constantOf(node) !== undefined) continue;
    if (unfused || needsLoop(node)) stored.add(node);
    if (node.op === 'pad') storeThrough(node.inputs[0] as Node, stored);
    if (node.op === 'window') storePadding(node.inputs[0] as Node, stored);
    if (node.op === 'matmul') for (const side of node.inputs) storeThrough(side, stored);
    if (node.op === 'gather' || node.op === 'scatterAdd' || node.op === 'uniform')
      for (const from of node.inputs) stored.add(from);

    const weight = weightOf(node, operations, stored);
    operations.set(node, weight);
    if (weight <= RECOMPUTED_OPERATIONS || MOVEMENT.has(node.op)) continue;
    const { readers = 0, largest = 0 } = readings.get(node) ?? {};
    if (readers > 1 || largest > sizeOf(node.shape)) stored.add(node);
  }
  return stored;
}

function needsLoop(node: Node): boolean {
  return REDUCTIONS.has(node.op) || ['matmul', 'scatterAdd', 'unwindow', 'concat'].includes(node.op);
}

/** Whether a kernel can write the node's value through a view. */
export function isWritable(node: Node): boolean {
  const isSimple = isLeaf(node) || constantOf(node) !== undefined || MOVEMENT.has(node.op);
  return !isSimple && node.op !== 'scatterAdd' && node.op !== 'unwindow';
}

/** Nodes that are read, or returned, as a dense buffer of their own. */
export function needingBuffers(order: readonly Node[], results: readonly Node[]): Set<Node> {
  const needing = new Set(results);
  for (const node of order) {
    const isIndirect = node.op === 'gather' || node.op === 'scatterAdd' || node.op === 'uniform';
    if (isIndirect) for (const from of node.inputs) needing.add(from);
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
  let total = own;
  for (const from of node.inputs) if (!stored.has(from)) total += operations.get(from) ?? 0;
  return total;
}
