import { checkpoint as end } from '../graph/build.ts';
import { isFloating } from '../graph/dtypes.ts';
import { input } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';
import { Tensor } from './tensor.ts';

/**
 * The same function, of whose values nothing is kept for the gradient but its results: what lies in between is computed
 * again when the gradient needs it. Less memory, for at most one more forward computation.
 *
 *     const block = checkpoint((x: Tensor) => tanh(x.matmul(w.read())).matmul(v.read()));
 *
 * @param fn a function of tensors; variables may be read in it. Each of several results is computed again by itself.
 * @see Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016; `torch.utils.checkpoint`
 */
export function checkpoint<A extends readonly Tensor[], R extends Tensor | readonly Tensor[]>(
  fn: (...args: A) => R,
): (...args: A) => R {
  return (...args) => {
    // What is older than this node has been computed before.
    const { id } = input('bool', []);
    const begins = new Set(args.map(({ node }) => node));
    const result: Tensor | readonly Tensor[] = fn(...args);
    const mark = (tensor: Tensor) => {
      const { node } = tensor;
      const from = beginsOf(node, begins, id);
      const isNew = node.id > id && isFloating(node.dtype) && from.length > 0;
      return isNew ? new Tensor(end(node, from, true), tensor.isTraced) : tensor;
    };
    return (result instanceof Tensor ? mark(result) : result.map(mark)) as R;
  };
}

/** Where what is newer than `id` begins: arguments, older values, and everything read. Constants are no values to keep. */
function beginsOf(output: Node, args: ReadonlySet<Node>, id: number): Node[] {
  const begins: Node[] = [];
  const seen = new Set<Node>();
  const pending = [output];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.op === 'constant') continue;
    if (args.has(node) || node.id <= id || node.op === 'input') begins.push(node);
    else pending.push(...node.inputs);
  }
  return begins;
}
