import type { Dtype } from './dtypes.ts';
import { encode } from './dtypes.ts';
import type { NDArray, Shape } from './ndarray.ts';
import type { Attributes, Node, NodeOf, Op } from './ops.ts';
import { SIGNATURES, type Signature, sameType } from './shapes.ts';

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
  /** Differs, as a rule, where inputs or attributes do. */
  readonly #hash: number;
  /** The last made of the nodes this is the youngest input of; from each one comes to the one before it. */
  #lastUse: MadeNode<Op> | undefined;
  #useBefore: MadeNode<Op> | undefined;
  #uses = 0;
  /** The same by their hashes, once there are too many to look through. */
  #usesByHash: Map<number, MadeNode<Op>> | undefined;
  #walk = 0;

  constructor(op: O, inputs: readonly Node[], attributes: Attributes[O], hash: number, type: Signature) {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = type.shape;
    this.dtype = type.dtype;
    this.id = created++;
    this.#hash = hash;
    Object.freeze(this);
  }

  /** The node of `op`, if there is one, among those that `holder` is the youngest input of. */
  static useOf<O extends Op>(
    holder: Node,
    op: O,
    inputs: readonly Node[],
    attributes: Attributes[O],
    hash: number,
  ): MadeNode<Op> | undefined {
    // A copy of a node, as tests make them, is nobody's input.
    if (!(#hash in holder)) return undefined;
    let use = holder.#usesByHash ? holder.#usesByHash.get(hash) : holder.#lastUse;
    while (use) {
      const isLike = use.#hash === hash && use.op === op;
      if (isLike && sameItems(use.inputs, inputs) && sameAttributes(use.attributes, attributes)) return use;
      use = use.#useBefore;
    }
    return undefined;
  }

  /** Keeps a node with its youngest input. */
  static hold(holder: Node, made: MadeNode<Op>): void {
    if (!(#hash in holder)) return;
    if (++holder.#uses === FEW_USES) {
      const byHash = new Map<number, MadeNode<Op>>();
      for (let use = holder.#lastUse; use; ) {
        const before: MadeNode<Op> | undefined = use.#useBefore;
        use.#useBefore = byHash.get(use.#hash);
        byHash.set(use.#hash, use);
        use = before;
      }
      holder.#usesByHash = byHash;
      holder.#lastUse = undefined;
    }
    const byHash = holder.#usesByHash;
    made.#useBefore = byHash ? byHash.get(made.#hash) : holder.#lastUse;
    if (byHash) byHash.set(made.#hash, made);
    else holder.#lastUse = made;
  }

  /** Whether a node is met for the first time in the present walk, which keeps account of copies itself. */
  static isFirst(node: Node, copies: Set<Node>): boolean {
    if (!(#walk in node)) {
      if (copies.has(node)) return false;
      copies.add(node);
      return true;
    }
    if (node.#walk === walks) return false;
    node.#walk = walks;
    return true;
  }
}

/** So many are looked through one by one. */
const FEW_USES = 32;

/** Walks begun. With the leaves below and how many nodes there were, the only state of this floor. */
let walks = 0;
const leaves = new Map<string, Node>();
/** Constants of one number, which graphs are full of: found without their numbers being stored or printed. */
const scalars = new Map<Dtype, Map<number, Node>>();

/** Leaves have no inputs to be held by: this many equal ones, the last made or asked for, are the same. */
const LEAF_LIMIT = 1024;
let created = 0;

/**
 * The node of `op` applied to `inputs`; the same node as before if there is one.
 *
 * @throws ShapeError, DtypeError, ArgumentError when the inputs do not fit the operation.
 */
export function make<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
  return made(op, inputs, attributes, undefined);
}

/** @param type of the node, where it is known already */
function made<O extends Op>(
  op: O,
  inputs: readonly Node[],
  attributes: Attributes[O],
  type: Signature | undefined,
): Node {
  const holder = youngest(inputs);
  if (!holder) return op === 'input' ? newNode(op, inputs, attributes, 0) : leaf(op, attributes);
  const hash = hashOf(inputs, attributes);
  const known = MadeNode.useOf(holder, op, inputs, attributes, hash);
  if (known) return known as NodeOf<Op> as Node;
  const node = new MadeNode(op, inputs, attributes, hash, type ?? SIGNATURES[op](inputs, attributes));
  MadeNode.hold(holder, node as MadeNode<Op>);
  return node as NodeOf<O> as Node;
}

/** The last made of some nodes; constants only if all are, for they outlive what is computed with them. */
function youngest(nodes: readonly Node[]): Node | undefined {
  let last = nodes[0];
  for (let at = 1; at < nodes.length; at++) {
    const node = nodes[at] as Node;
    const later =
      isLasting(node) === isLasting(last as Node) ? node.id > (last as Node).id : !isLasting(node);
    if (later) last = node;
  }
  return last;
}

const isLasting = ({ inputs, op }: Node): boolean => inputs.length === 0 && op !== 'input';

/** A leaf that is like others: moved to the end of the line, whose head is let go of. */
function leaf<O extends Op>(op: O, attributes: Attributes[O]): Node {
  const key = leafKey(op, attributes);
  const node = leaves.get(key) ?? newNode(op, [], attributes, 0);
  leaves.delete(key);
  leaves.set(key, node);
  if (leaves.size > LEAF_LIMIT) leaves.delete(leaves.keys().next().value ?? '');
  return node;
}

function newNode<O extends Op>(
  op: O,
  inputs: readonly Node[],
  attributes: Attributes[O],
  hash: number,
): Node {
  const type = SIGNATURES[op](inputs, attributes);
  return new MadeNode(op, inputs, attributes, hash, type) as NodeOf<O> as Node;
}

/** Numbers, names and lists of numbers, always in the same order. */
type Values = Readonly<Record<string, unknown>>;

function hashOf(inputs: readonly Node[], attributes: Attributes[Op]): number {
  let hash = 0;
  for (let at = 0; at < inputs.length; at++) hash = (Math.imul(hash, 31) + (inputs[at] as Node).id) | 0;
  const values = attributes as Values;
  for (const name in values) {
    const value = values[name];
    if (typeof value === 'number') hash = (Math.imul(hash, 31) + value) | 0;
    else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) hash = (Math.imul(hash, 31) + Number(value[at])) | 0;
    }
  }
  return hash;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function sameAttributes(a: Attributes[Op], b: Attributes[Op]): boolean {
  if (a === b) return true;
  const [values, others] = [a as Values, b as Values];
  for (const name in values) {
    const [value, other] = [values[name], others[name]];
    const isSame = Array.isArray(value) && Array.isArray(other) ? sameItems(value, other) : value === other;
    if (!isSame) return false;
  }
  return true;
}

function leafKey(op: Op, attributes: Attributes[Op]): string {
  if (op !== 'constant') return `${op};${Object.values(attributes).join(';')}`;
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
  const known = scalars.get(dtype) ?? new Map<number, Node>();
  scalars.set(dtype, known);
  // A map takes −0 for 0.
  const found = Object.is(value, -0) ? undefined : known.get(value);
  if (found) return found;
  const made = constant({ dtype, shape: [], data: encode([value], dtype) });
  if (known.size === LEAF_LIMIT) known.clear();
  if (!Object.is(value, -0)) known.set(value, made);
  return made;
}

export const isInput = (node: Node): node is NodeOf<'input'> => node.op === 'input';

/** All nodes that `outputs` need, each after its inputs; iterative, so that depth is no limit. */
export function inOrder(outputs: readonly Node[]): Node[] {
  walks++;
  const found: Node[] = [];
  const copies = new Set<Node>();
  const pending = outputs.slice();
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (!MadeNode.isFirst(node, copies)) continue;
    found.push(node);
    low = Math.min(low, node.id);
    high = Math.max(high, node.id);
    const { inputs } = node;
    for (let at = 0; at < inputs.length; at++) pending.push(inputs[at] as Node);
  }
  // Ids lie close together as a rule: then putting each in its place is many times faster than sorting.
  if (high - low >= SPARSE * found.length) return found.sort((a, b) => a.id - b.id);
  const places = new Array<Node | undefined>(high - low + 1).fill(undefined);
  for (let at = 0; at < found.length; at++) {
    const node = found[at] as Node;
    places[node.id - low] = node;
  }
  let next = 0;
  for (let at = 0; at < places.length; at++) {
    const node = places[at];
    if (node) found[next++] = node;
  }
  found.length = next;
  return found;
}

const SPARSE = 8;

/** The same operation on other inputs. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  if (sameItems(node.inputs, inputs)) return node;
  const isAlike = inputs.every((other, at) => sameType(other, node.inputs[at] as Node));
  return made(node.op, inputs, node.attributes, isAlike ? node : undefined);
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
