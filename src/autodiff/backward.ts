import { fullLike, sumTo } from '../graph/build.ts';
import { isFloating } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import { inOrder } from '../graph/graph.ts';
import { sizeOf } from '../graph/ndarray.ts';
import { applyRow, type Node } from '../graph/ops.ts';
import { typeText } from '../graph/shapes.ts';
import { accumulate } from './accumulate.ts';
import { GRADIENTS } from './gradients.ts';

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
  const order = inOrder([output]);
  const reached = dependents(order, new Set(wrt));
  const shares = new Map<Node, Node[]>([[output, [fullLike(output, 1)]]]);
  const cotangents = new Map<Node, Node>();
  for (const node of order.toReversed()) {
    const arrived = shares.get(node);
    if (!arrived || !reached.has(node)) continue;
    const g = accumulate(arrived);
    cotangents.set(node, g);
    applyRow(GRADIENTS, node, g).forEach((contribution, at) => {
      const from = node.inputs[at];
      if (!from || !contribution || !reached.has(from)) return;
      // Broadcasting is undone here, once, for every rule.
      const share = sumTo(contribution, from.shape);
      const known = shares.get(from);
      if (known) known.push(share);
      else shares.set(from, [share]);
    });
  }
  return wrt.map((leaf) => cotangents.get(leaf) ?? fullLike(leaf, 0));
}

/** The nodes of `order` that depend on one of `wrt`: only these need cotangents. */
function dependents(order: readonly Node[], wrt: ReadonlySet<Node>): Set<Node> {
  const reached = new Set<Node>();
  for (const node of order) {
    if (wrt.has(node) || node.inputs.some((from) => reached.has(from))) reached.add(node);
  }
  return reached;
}
