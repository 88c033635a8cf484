import { VerifyError } from '../graph/errors.ts';
import { inOrder, withInputs } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';

/** A local rule: what a node is replaced by, or undefined to leave it. */
export type Rule = (node: Node) => Node | undefined;

export interface Pass {
  readonly name: string;
  readonly rule: Rule;
}

/** More replacements for one node than any rules need: beyond it they undo each other. */
const MOST_REPLACEMENTS = 1000;

/**
 * Applies rules to every node, inputs first, and to what they make of it, until all of them are content with it. One
 * walk does for all rules: on large graphs the walk is what takes time.
 *
 * @param onRewrite called for each replacement, for printing
 * @throws VerifyError naming the rule, when rules are never content
 */
export function rewrite(
  outputs: readonly Node[],
  passes: readonly Pass[],
  onRewrite?: (name: string, from: Node, to: Node) => void,
): Node[] {
  const settled = new Map<Node, Node>();
  let replacements = 0;

  const settle = (node: Node): Node => {
    const known = settled.get(node);
    if (known) return known;
    let current = withSettledInputs(node);
    for (let next = replaced(current); next; next = replaced(current)) current = withSettledInputs(next);
    settled.set(node, current);
    if (current !== node) settled.set(current, current);
    return current;
  };

  const withSettledInputs = (node: Node): Node => {
    const { inputs } = node;
    let others: Node[] | undefined;
    for (let at = 0; at < inputs.length; at++) {
      const from = inputs[at] as Node;
      const other = settle(from);
      if (other === from) continue;
      others ??= inputs.slice();
      others[at] = other;
    }
    return others ? withInputs(node, others) : node;
  };

  const replaced = (node: Node): Node | undefined => {
    for (let at = 0; at < passes.length; at++) {
      const { name, rule } = passes[at] as Pass;
      const next = rule(node);
      if (!next || next === node) continue;
      if (replacements++ === MOST_REPLACEMENTS) throw endless(name, node);
      onRewrite?.(name, node, next);
      return next;
    }
    return undefined;
  };

  for (const node of inOrder(outputs)) {
    replacements = 0;
    settle(node);
  }
  return outputs.map(settle);
}

function endless(name: string, { id, op }: Node): VerifyError {
  return new VerifyError({
    asked: `"${name}" of node %${id} ${op}`,
    expected: `an end after at most ${MOST_REPLACEMENTS} replacements`,
    received: 'rules that undo each other',
  });
}
