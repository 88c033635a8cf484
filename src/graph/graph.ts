import type { Dtype } from './dtypes.ts';
import { makeArray } from './dtypes.ts';
import type { NDArray, Shape } from './ndarray.ts';
import type { Attributes, Node, NodeOf, Op } from './ops.ts';
import { SIGNATURES } from './shapes.ts';

/**
 * Where to find the nodes made of given inputs: a tree with one level for each input, the nodes at the end by
 * operation and attributes. It holds its inputs weakly, so a node is findable exactly as long as all its inputs
 * live, and a graph nobody holds is collected — also in the middle of a synchronous loop, where a `WeakRef` would
 * keep everything it ever pointed to. With the leaves below, the only state of this floor, and invisible: it makes
 * equal nodes identical.
 */
interface Uses {
  readonly made: Map<string, Node>;
  readonly further: WeakMap<Node, Uses>;
}
const root: Uses = { made: new Map(), further: new WeakMap() };

/** Leaves have no inputs to be held by: this many equal ones, the last made or asked for, are the same. */
const LEAF_LIMIT = 4096;
let created = 0;

/**
 * The node of `op` applied to `inputs`; the same node as before if there is one.
 *
 * @throws ShapeError, DtypeError, ArgumentError when the inputs do not fit the operation.
 */
export function make<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
  // An input is unlike all others: nobody will look for it.
  if (op === 'input') return newNode(op, inputs, attributes);
  const { made } = usesOf(inputs);
  const key = `${op}${keyOfAttributes(op, attributes)}`;
  const node = made.get(key) ?? newNode(op, inputs, attributes);
  if (made === root.made) keepLeaf(key, node);
  else made.set(key, node);
  return node;
}

/** Moves a leaf to the end of the line, and lets go of the one at its head. */
function keepLeaf(key: string, node: Node): void {
  root.made.delete(key);
  root.made.set(key, node);
  if (root.made.size > LEAF_LIMIT) root.made.delete(root.made.keys().next().value ?? '');
}

function usesOf(inputs: readonly Node[]): Uses {
  let uses = root;
  for (const from of inputs) {
    let next = uses.further.get(from);
    if (!next) {
      next = { made: new Map(), further: new WeakMap() };
      uses.further.set(from, next);
    }
    uses = next;
  }
  return uses;
}

function newNode<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
  const { shape, dtype } = SIGNATURES[op](inputs, attributes);
  return Object.freeze({ op, inputs, attributes, shape, dtype, id: created++ }) as NodeOf<O> as Node;
}

function keyOfAttributes(op: Op, attributes: Attributes[Op]): string {
  if (op !== 'constant') return JSON.stringify(attributes);
  const { value } = attributes as Attributes['constant'];
  // Digits say a number exactly, and one NaN like another, whose bits may differ; only −0 they do not tell from 0.
  const digits = Array.from(value.data, (x) => (Object.is(x, -0) ? '-0' : x));
  return `${value.dtype}[${value.shape}]${digits}`;
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
  const data = makeArray(dtype, 1);
  data[0] = value;
  return constant({ dtype, shape: [], data });
}

export const isInput = (node: Node): node is NodeOf<'input'> => node.op === 'input';

/** All nodes that `outputs` need, each after its inputs; iterative, so that depth is no limit. */
export function inOrder(outputs: readonly Node[]): Node[] {
  const needed = new Set<Node>();
  const pending = [...outputs];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    pending.push(...node.inputs);
  }
  return [...needed].sort((a, b) => a.id - b.id);
}

/**
 * Rebuilds the graph of `outputs` from its leaves, each node replaced by what `replace` makes of it and its
 * already rebuilt inputs.
 */
export function rebuild(
  outputs: readonly Node[],
  replace: (node: Node, inputs: readonly Node[]) => Node,
): Map<Node, Node> {
  const rebuilt = new Map<Node, Node>();
  for (const node of inOrder(outputs)) {
    rebuilt.set(
      node,
      replace(
        node,
        node.inputs.map((from) => rebuilt.get(from) ?? from),
      ),
    );
  }
  return rebuilt;
}

/** The same operation on other inputs. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((other, i) => other === node.inputs[i]) ? node : make(node.op, inputs, node.attributes);
}

/** `outputs` with leaves (or any nodes) replaced. */
export function substitute(outputs: readonly Node[], replacement: ReadonlyMap<Node, Node>): Node[] {
  if (replacement.size === 0) return [...outputs];
  const rebuilt = rebuild(outputs, (node, inputs) => replacement.get(node) ?? withInputs(node, inputs));
  return outputs.map((node) => rebuilt.get(node) ?? node);
}
