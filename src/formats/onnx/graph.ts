import type { NDArray } from '../../graph/ndarray.ts';
import { applyRow, type Node } from '../../graph/ops.ts';
import { type Batches, type Dimension, dimensionText, isFixed, pairNodes } from './dimensions.ts';
import { type Match, matchOf } from './patterns.ts';
import { OPERATORS } from './primitives.ts';
import type { ModelMessage, ValueMessage } from './schema.ts';
import { DATA_TYPES, GraphWriter } from './writer.ts';

/** The version of the file's layout, and of the set of operators. */
const IR_VERSION = 8;
const OPERATOR_SET = 18;

/** A node that has a name in the file. */
export interface Named {
  readonly name: string;
  readonly node: Node;
}

/** One graph recorded with two numbers of examples, or twice the same where their number is fixed. */
export interface Recordings {
  readonly name: string;
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  /** The inputs and then the outputs of the second recording. */
  readonly others: readonly Node[];
  readonly batches: Batches;
  /** The name and numbers of a leaf that is no input. */
  readonly stored: (leaf: Node) => { readonly name: string; readonly value: NDArray } | undefined;
  /** The layer a node belongs to. */
  readonly scopeOf: (node: Node) => string;
}

/** The graph as the message of an ONNX file. */
export function modelMessage(recordings: Recordings): ModelMessage {
  const { inputs, outputs, others, batches, name, stored, scopeOf } = recordings;
  const to = new GraphWriter(
    pairNodes(
      [...inputs, ...outputs].map(({ node }) => node),
      others,
    ),
    batches,
  );
  const given = inputs.map(({ node, name: wanted }) => {
    const unique = to.freshName(wanted);
    to.setName(node, unique);
    return described(unique, node, to.dimensions(node));
  });
  to.batchInput = given[0]?.name ?? '';
  // Names of outputs come before those of what is inside.
  const outputNames = outputs.map((output) => to.freshName(output.name));
  for (const { node, match } of planned(outputs.map((output) => output.node))) {
    const leaf = node.op === 'input' && to.nameOf(node) === '' ? stored(node) : undefined;
    if (leaf) to.setName(node, to.store(leaf.name, leaf.value));
    to.scope = scopeOf(node);
    to.setName(node, match ? match.write(to) : applyRow(OPERATORS, node, to));
  }
  to.scope = '';
  const results = outputs.map(({ node }, i) => {
    const unique = outputNames[i] ?? '';
    to.applyTo(unique, 'Identity', [to.nameOf(node)]);
    return described(unique, node, to.dimensions(node));
  });
  const { nodes, initializers } = to;
  return {
    irVersion: IR_VERSION,
    producer: 'pellucid',
    operators: [{ domain: '', version: OPERATOR_SET }],
    graph: { nodes, name, initializers, inputs: given, outputs: results },
  };
}

interface Planned {
  readonly node: Node;
  readonly match: Match | undefined;
}

/** What has to be written, each after what it needs. */
function planned(outputs: readonly Node[]): Planned[] {
  const found = new Map<Node, Planned>();
  const pending = [...outputs];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (found.has(node)) continue;
    const match = matchOf(node);
    found.set(node, { node, match });
    pending.push(...(match?.sources ?? node.inputs));
  }
  return [...found.values()].sort((a, b) => a.node.id - b.node.id);
}

function described(name: string, { dtype }: Node, dimensions: readonly Dimension[]): ValueMessage {
  const lengths = dimensions.map((dimension) =>
    isFixed(dimension) ? { value: dimension.fixed } : { parameter: dimensionText(dimension) },
  );
  return { name, type: { tensor: { elementType: DATA_TYPES[dtype], shape: { dimensions: lengths } } } };
}
