import { VerifyError } from '../graph/errors.ts';
import { rebuild, withInputs } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';

/** A local rule: what a node is replaced by, or undefined to leave it. */
export type Rule = (node: Node) => Node | undefined;

/** More replacements of one node than any rules need: beyond it they undo each other. */
const MOST_REPLACEMENTS = 1000;

/**
 * Applies a rule to every node, inputs first, to each replacement again until the rule is content.
 *
 * @param name of the rule, for the error
 * @throws VerifyError when the rule is never content
 */
export function rewrite(outputs: readonly Node[], rule: Rule, name = 'rewriting'): Node[] {
  const rebuilt = rebuild(outputs, (node, inputs) => {
    let current = withInputs(node, inputs);
    let replacements = 0;
    for (let next = rule(current); next && next !== current; next = rule(current)) {
      if (replacements++ === MOST_REPLACEMENTS) throw endless(name, current);
      current = next;
    }
    return current;
  });
  return outputs.map((node) => rebuilt.get(node) ?? node);
}

function endless(name: string, { id, op }: Node): VerifyError {
  return new VerifyError({
    asked: `"${name}" of node %${id} ${op}`,
    expected: `an end after at most ${MOST_REPLACEMENTS} replacements`,
    received: 'rules that undo each other',
  });
}
