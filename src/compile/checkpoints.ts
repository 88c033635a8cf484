import { inOrder } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';

/** A graph whose checkpoints have been seen through. */
export interface SeenThrough {
  readonly results: readonly Node[];
  /** What a node must not be computed sooner than, besides its inputs. */
  readonly notBefore: ReadonlyMap<Node, readonly Node[]>;
}

/**
 * The graph of `results` without its checkpoints. What is computed from them stays apart from what is computed from
 * the values themselves: its nodes are copies that keep their place in the order, and are not interned, by which they
 * would become what has been computed before.
 */
export function seeThroughCheckpoints(results: readonly Node[]): SeenThrough {
  const order = inOrder(results);
  const notBefore = new Map<Node, readonly Node[]>();
  if (!order.some(({ op }) => op === 'checkpoint')) return { results, notBefore };
  const seen = new Map<Node, Node>();
  const under = (node: Node): Node => seen.get(node) ?? node;
  const others = (node: Node): Node[] => {
    if (node.op !== 'checkpoint') return [];
    const [x, ...rest] = node.inputs as readonly [Node, ...Node[]];
    return [...rest.map(under), ...others(x)];
  };
  for (const node of order) {
    if (node.op === 'checkpoint') {
      seen.set(node, under(node.inputs[0] as Node));
      continue;
    }
    const inputs = node.inputs.map(under);
    if (inputs.every((from, i) => from === node.inputs[i])) continue;
    const copy: Node = Object.freeze({ ...node, inputs });
    seen.set(node, copy);
    const waited = node.inputs.flatMap(others);
    if (waited.length > 0) notBefore.set(copy, waited);
  }
  return { results: results.map(under), notBefore };
}
