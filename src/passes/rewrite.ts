import { rebuild, withInputs } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';

/** A local rule: what a node is replaced by, or undefined to leave it. */
export type Rule = (node: Node) => Node | undefined;

/** Applies a rule to every node, inputs first, to each replacement again until the rule is content. */
export function rewrite(outputs: readonly Node[], rule: Rule): Node[] {
  const rebuilt = rebuild(outputs, (node, inputs) => {
    let current = withInputs(node, inputs);
    for (let next = rule(current); next && next !== current; next = rule(current)) current = next;
    return current;
  });
  return outputs.map((node) => rebuilt.get(node) ?? node);
}
