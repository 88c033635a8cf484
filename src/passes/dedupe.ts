import { withInputs } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';
import { uniformOf } from './fold.ts';
import type { Rule } from './rewrite.ts';

/**
 * Makes equal what is equal up to the order of operands: a + b and b + a, ab and ba. Interning does the rest:
 * after it the two are one node, computed once. A constant goes last, where the other passes look for it.
 */
export const dedupe: Rule = (node) => {
  if (node.op !== 'add' && node.op !== 'mul') return undefined;
  const a = node.inputs[0] as Node;
  const b = node.inputs[1] as Node;
  return rank(a) > rank(b) ? withInputs(node, [b, a]) : undefined;
};

function rank(node: Node): number {
  return uniformOf(node) !== undefined ? Number.POSITIVE_INFINITY : node.id;
}
