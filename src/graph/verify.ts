import { PellucidError, VerifyError } from './errors.ts';
import { inOrder } from './graph.ts';
import type { Attributes, Node, Op } from './ops.ts';
import { SIGNATURES, sameShape, typeText } from './shapes.ts';

/**
 * Checks that a graph keeps its own rules: every node has the shape and dtype its operation gives to its inputs,
 * and comes after them. A pass that breaks a graph is found here, not three floors up.
 *
 * @throws VerifyError naming the node and what broke it.
 */
export function verify(outputs: readonly Node[], after = 'construction'): void {
  for (const node of inOrder(outputs)) {
    const asked = `node %${node.id} ${node.op} after ${after}`;
    if (node.inputs.some(({ id }) => id >= node.id)) {
      throw new VerifyError({ asked, expected: 'inputs that were made before it' });
    }
    const expected = signatureOf(node, asked);
    if (node.dtype !== expected.dtype || !sameShape(node.shape, expected.shape)) {
      throw new VerifyError({ asked, expected: typeText(expected), received: typeText(node) });
    }
  }
}

function signatureOf(node: Node, asked: string) {
  const rule = SIGNATURES[node.op] as (
    inputs: readonly Node[],
    attributes: Attributes[Op],
  ) => Pick<Node, 'shape' | 'dtype'>;
  try {
    return rule(node.inputs, node.attributes);
  } catch (cause) {
    if (!(cause instanceof PellucidError)) throw cause;
    throw new VerifyError({ asked, expected: 'inputs that fit', received: cause.message }, { cause });
  }
}
