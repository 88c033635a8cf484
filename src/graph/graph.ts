import type { Dtype } from './dtypes.ts';
import { encode } from './dtypes.ts';
import type { NDArray, Shape } from './ndarray.ts';
import type { Attributes, Node, NodeOf, Op } from './ops.ts';
import { SIGNATURES } from './shapes.ts';

/**
 * A node with what this floor keeps of it, invisible to all others: the nodes made of it, and whether a walk has come
 * by. Nodes are found through their youngest input, no longer-lived than the others as a rule, which holds them. So a
 * graph that is dropped is collected, also in the middle of a synchronous loop, where a `WeakRef` would keep
 * everything it ever pointed to.
 */
class MadeNode<O extends Op> implements NodeOf<O> {
  readonly op: O;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[O];
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly id: number;
  #uses: Map<string, Node> | undefined;
  #walk = 0;

  constructor(op: O, inputs: readonly Node[], attributes: Attributes[O]) {
    const { shape, dtype } = SIGNATURES[op](inputs, attributes);
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
    this.id = created++;
    Object.freeze(this);
  }

  /** The nodes that a node is the youngest input of, by their keys. */
  static usesOf(node: Node): Map<string, Node> {
    // A copy of a node, as tests make them, is nobody's input.
    if (!(#uses in node)) return new Map();
    node.#uses ??= new Map();
    return node.#uses;
  }

  /** Whether a node is met for the first time in the present walk; copies always are. */
  static isFirst(node: Node): boolean {
    if (!(#walk in node)) return true;
    if (node.#walk === walks) return false;
    node.#walk = walks;
    return true;
  }
}

/** Walks begun. With the leaves below and how many nodes there were, the only state of this floor. */
let walks = 0;
const leaves = new Map<string, Node>();

/** Leaves have no inputs to be held by: this many equal ones, the last made or asked for, are the same. */
const LEAF_LIMIT = 1024;
let created = 0;

/**
 * The node of `op` applied to `inputs`; the same node as before if there is one.
 *
 * @throws ShapeError, DtypeError, ArgumentError when the inputs do not fit the operation.
 */
export function make<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
  // An input is unlike all others: nobody will look for it.
  if (op === 'input') return newNode(op, inputs, attributes);
  const key = keyOf(op, inputs, attributes);
  const holder = youngest(inputs);
  if (!holder) {
    const leaf = leaves.get(key) ?? newNode(op, inputs, attributes);
    keepLeaf(key, leaf);
    return leaf;
  }
  const made = MadeNode.usesOf(holder);
  let node = made.get(key);
  if (!node) {
    node = newNode(op, inputs, attributes);
    made.set(key, node);
  }
  return node;
}

/** The last made of some nodes; constants only if all are, for they outlive what is computed with them. */
function youngest(nodes: readonly Node[]): Node | undefined {
  let last: Node | undefined;
  for (const node of nodes) {
    const later = !last || (isLasting(node) === isLasting(last) ? node.id > last.id : isLasting(last));
    if (later) last = node;
  }
  return last;
}

const isLasting = ({ inputs, op }: Node): boolean => inputs.length === 0 && op !== 'input';

/** Moves a leaf to the end of the line, and lets go of the one at its head. */
function keepLeaf(key: string, node: Node): void {
  leaves.delete(key);
  leaves.set(key, node);
  if (leaves.size > LEAF_LIMIT) leaves.delete(leaves.keys().next().value ?? '');
}

function newNode<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
  return new MadeNode(op, inputs, attributes) as NodeOf<O> as Node;
}

function keyOf(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): string {
  if (op !== 'constant') {
    let key: string = op;
    for (const { id } of inputs) key += ` ${id}`;
    // Numbers, names and lists of numbers, always in the same order: as text they differ where they differ.
    const values = attributes as Readonly<Record<string, unknown>>;
    for (const name in values) key += `;${values[name]}`;
    return key;
  }
  const { value } = attributes as Attributes['constant'];
  // Digits say a number exactly, and one NaN like another, whose bits may differ; only −0 they do not tell from 0.
  const digits = Array.from(value.data, (x) => (Object.is(x, -0) ? '-0' : x));
  return `constant ${value.dtype}[${value.shape}]${digits}`;
}

/** A new leaf, different from all others, whose value is bound when a program runs. */
export function input(dtype: Dtype, shape: Shape, name = 'input'): NodeOf<'input'> {
  return make('input', [], { shape: [...shape], dtype, name, serial: created }) as NodeOf<'input'>;
}

/** A constant of any shape. Meant for small ones: large data are inputs. */
export function constant(value: NDArray): Node {
  return make('constant', [], { value });
}

/** The constant `value` of shape []. */
export function scalar(value: number, dtype: Dtype): Node {
  return constant({ dtype, shape: [], data: encode([value], dtype) });
}

export const isInput = (node: Node): node is NodeOf<'input'> => node.op === 'input';

/** All nodes that `outputs` need, each after its inputs; iterative, so that depth is no limit. */
export function inOrder(outputs: readonly Node[]): Node[] {
  walks++;
  const found: Node[] = [];
  const pending = outputs.slice();
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (!MadeNode.isFirst(node)) continue;
    found.push(node);
    low = Math.min(low, node.id);
    high = Math.max(high, node.id);
    for (const from of node.inputs) pending.push(from);
  }
  // Ids lie close together as a rule: then putting each in its place is many times faster than sorting.
  if (high - low >= SPARSE * found.length) return found.sort((a, b) => a.id - b.id);
  const places = new Array<Node | undefined>(high - low + 1);
  for (const node of found) places[node.id - low] = node;
  return places.filter((node) => node !== undefined);
}

const SPARSE = 8;

/** The same operation on other inputs. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((other, i) => other === node.inputs[i]) ? node : make(node.op, inputs, node.attributes);
}

/** `outputs` with leaves (or any nodes) replaced. */
export function substitute(outputs: readonly Node[], replacement: ReadonlyMap<Node, Node>): Node[] {
  if (replacement.size === 0) return [...outputs];
  const rebuilt = new Map<Node, Node>();
  const replaced = (node: Node) => rebuilt.get(node) ?? node;
  // Most nodes stay: only those that differ are kept account of.
  for (const node of inOrder(outputs)) {
    const next = replacement.get(node) ?? withInputs(node, node.inputs.map(replaced));
    if (next !== node) rebuilt.set(node, next);
  }
  return outputs.map(replaced);
}
