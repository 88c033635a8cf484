import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';

/** A length that may depend on the number of examples: perBatch · batch + fixed. */
export interface Dimension {
  readonly perBatch: number;
  readonly fixed: number;
}

/** The sizes of the batches that two recordings of one graph were made with; equal where the batch is fixed. */
export interface Batches {
  readonly first: number;
  readonly second: number;
}

export const isFixed = ({ perBatch }: Dimension): boolean => perBatch === 0;

/** `batch`, `2·batch + 1`. */
export function dimensionText({ perBatch, fixed }: Dimension): string {
  const factor = perBatch === 1 ? 'batch' : `${perBatch}*batch`;
  return fixed === 0 ? factor : `${factor}${fixed < 0 ? '' : '+'}${fixed}`;
}

/** Lengths as they depend on the batch, from what they are in two recordings. */
export function dimensionsOf(first: Shape, second: Shape, batches: Batches): Dimension[] {
  return first.map((length, axis) => {
    const other = second[axis] ?? length;
    if (length === other) return { perBatch: 0, fixed: length };
    const perBatch = (other - length) / (batches.second - batches.first);
    if (!Number.isInteger(perBatch)) throw batchMatters(`lengths ${length} and ${other}`);
    return { perBatch, fixed: length - perBatch * batches.first };
  });
}

/**
 * The node of the second recording for each of the first.
 *
 * @throws ArgumentError where the two differ by more than lengths
 */
export function pairNodes(first: readonly Node[], second: readonly Node[]): Map<Node, Node> {
  const pairs = new Map<Node, Node>();
  const pending = first.map((node, i) => [node, second[i]] as const);
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [node, other] = pair;
    const known = pairs.get(node);
    if (known && known === other) continue;
    if (!other || known || node.op !== other.op || node.inputs.length !== other.inputs.length) {
      throw batchMatters(node.op);
    }
    if (node.op === 'constant' && node !== other) throw batchMatters('a constant');
    pairs.set(node, other);
    for (const [i, from] of node.inputs.entries()) pending.push([from, other.inputs[i]]);
  }
  return pairs;
}

function batchMatters(received: string): ArgumentError {
  return new ArgumentError({
    asked: 'an ONNX graph for any number of examples',
    expected: 'the same operations whatever their number',
    received: `${received} that depend on it otherwise`,
    fix: 'Give a batchSize.',
  });
}
