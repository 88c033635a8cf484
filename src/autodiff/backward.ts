import { checkpoint, fullLike, sumTo } from '../graph/build.ts';
import { isFloating } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import { inOrder, substitute } from '../graph/graph.ts';
import { sizeOf } from '../graph/ndarray.ts';
import { applyRow, type Node, type NodeOf } from '../graph/ops.ts';
import { typeText } from '../graph/shapes.ts';
import { accumulate } from './accumulate.ts';
import { type Cotangents, GRADIENTS } from './gradients.ts';

/**
 * Reverse-mode differentiation: ∂`output`/∂w for each w of `wrt`, as graph.
 *
 * Nodes are visited after everything that uses them; where a value is used twice its cotangents add. A `wrt`
 * the output does not depend on gets zeros.
 *
 * @param output a node of one element (a loss)
 * @throws ArgumentError when the output is not a single floating-point number
 */
export function backward(output: Node, wrt: readonly Node[]): Node[] {
  if (sizeOf(output.shape) !== 1 || !isFloating(output.dtype)) {
    throw new ArgumentError({
      asked: 'gradient',
      expected: 'a single floating-point number to differentiate',
      received: typeText(output),
      fix: 'Reduce it first, with sum or mean.',
    });
  }
  return pullback(output, fullLike(output, 1), wrt).map((g, i) => g ?? fullLike(wrt[i] as Node, 0));
}

/** The cotangents of `wrt` that follow from that of `output`; undefined for those it does not depend on. */
function pullback(output: Node, cotangent: Node, wrt: readonly Node[]): (Node | undefined)[] {
  const order = inOrder([output]);
  const reached = dependents(order, new Set(wrt));
  const shares = new Map<Node, Node[]>([[output, [cotangent]]]);
  const cotangents = new Map<Node, Node>();
  for (let last = order.length - 1; last >= 0; last--) {
    const node = order[last] as Node;
    const arrived = shares.get(node);
    if (!arrived || !reached.has(node)) continue;
    const g = accumulate(arrived);
    cotangents.set(node, g);
    const contributions =
      node.op === 'checkpoint' && node.attributes.recomputed
        ? recomputed(node, g)
        : applyRow(GRADIENTS, node, g);
    for (let at = 0; at < contributions.length; at++) {
      const from = node.inputs[at];
      const contribution = contributions[at];
      if (!from || !contribution || !reached.has(from)) continue;
      // Broadcasting is undone here, once, for every rule.
      const share = sumTo(contribution, from.shape);
      const known = shares.get(from);
      if (known) known.push(share);
      else shares.set(from, [share]);
    }
    shares.delete(node);
  }
  return wrt.map((leaf) => cotangents.get(leaf));
}

/**
 * Computes the stretch of graph that ends at a checkpoint again, from the values it begins at, once the cotangent of
 * its end is known; so none of its values need be kept until then.
 *
 * @see Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 3.
 */
function recomputed(node: NodeOf<'checkpoint'>, g: Node): Cotangents {
  const [end, ...begins] = node.inputs as readonly [Node, ...Node[]];
  const again = begins.map((begin) => checkpoint(begin, [g]));
  const [copy] = substitute([end], new Map(begins.map((begin, i) => [begin, again[i] as Node])));
  return [undefined, ...pullback(copy as Node, g, again)];
}

/** The nodes of `order` that depend on one of `wrt`: only these need cotangents. */
function dependents(order: readonly Node[], wrt: ReadonlySet<Node>): Set<Node> {
  const reached = new Set<Node>();
  const isReached = (from: Node) => reached.has(from);
  for (let at = 0; at < order.length; at++) {
    const node = order[at] as Node;
    if (wrt.has(node) || node.inputs.some(isReached)) reached.add(node);
  }
  return reached;
}
