import type { Node } from '../../../graph/ops.ts';
import type { LayerCall } from '../recording.ts';

/** A part of a node that stands by itself, as the forget gates of one moment. */
export interface NamedPart {
  /** `f2`: what its path ends in. */
  readonly key: string;
  readonly title: string;
  /** Its columns. */
  readonly offset: number;
  readonly count: number;
}

/** What a node of a recurrent layer is called. */
export interface NamedNode {
  readonly symbol: (column: number) => string;
  readonly parts: readonly NamedPart[];
}

/** In the order of the columns of an LSTM's kernels. */
const GATES = [
  ['i', 'input gate'],
  ['f', 'forget gate'],
  ['g', 'candidate'],
  ['o', 'output gate'],
] as const;

/**
 * The gates and states of an LSTM, moment by moment: net inputs i f g o, the cell state c and the hidden state h.
 * Nothing for other layers.
 *
 * @param nodes the layer's nodes, each after its inputs
 */
export function gateNames({ layer }: LayerCall, nodes: readonly Node[]): Map<Node, NamedNode> {
  const names = new Map<Node, NamedNode>();
  const recurrent = layer.weights.find(({ name }) => name === 'recurrent_kernel');
  const [units] = recurrent?.shape ?? [];
  if (layer.className !== 'LSTM' || !recurrent || units === undefined) return names;
  const wide = (node: Node, width: number) => node.shape.length === 2 && node.shape[1] === width;
  const ofStep = ({ op, inputs: [, second] }: Node) => op === 'matmul' && second === recurrent.node;
  const sums = nodes.filter((node) => node.op === 'add' && wide(node, 4 * units) && node.inputs.some(ofStep));
  // Each moment needs the one before: in the order of computation, the first is the first.
  for (const [t, node] of sums.entries()) names.set(node, gatesAt(t + 1, units));
  const states = (letter: string, title: string, is: (node: Node) => boolean) => {
    const found = nodes.filter((node) => wide(node, units) && is(node));
    for (const [t, node] of found.entries()) names.set(node, stateAt(t + 1, units, letter, title));
    return new Set(found);
  };
  const cells = states(
    'c',
    'cell state',
    ({ op, inputs }) => op === 'add' && inputs.every((input) => input.op === 'mul' && wide(input, units)),
  );
  const told = ({ op, inputs: [from] }: Node) => op === 'tanh' && from !== undefined && cells.has(from);
  states('h', 'hidden state', ({ op, inputs }) => op === 'mul' && inputs.some(told));
  return names;
}

function gatesAt(t: number, units: number): NamedNode {
  return {
    symbol: (column) => `${GATES[Math.floor(column / units)]?.[0]}_${(column % units) + 1}[${t}]`,
    parts: GATES.map(([letter, title], block) => ({
      key: `${letter}${t}`,
      title: `${title}, t = ${t}`,
      offset: block * units,
      count: units,
    })),
  };
}

function stateAt(t: number, units: number, letter: string, title: string): NamedNode {
  return {
    symbol: (column) => `${letter}_${column + 1}[${t}]`,
    parts: [{ key: `${letter}${t}`, title: `${title}, t = ${t}`, offset: 0, count: units }],
  };
}
