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

/** Nodes of a width, each after its inputs, and how many units the layer has. */
interface Unrolled {
  readonly nodes: readonly Node[];
  readonly recurrent: Node;
  readonly units: number;
}

/** In the order of the columns of an LSTM's kernels. */
const GATES = [
  ['i', 'input gate'],
  ['f', 'forget gate'],
  ['g', 'candidate'],
  ['o', 'output gate'],
] as const;

/**
 * The gates and states of an LSTM or GRU, moment by moment. Nothing for other layers.
 *
 * @param nodes the layer's nodes, each after its inputs
 */
export function gateNames({ layer }: LayerCall, nodes: readonly Node[]): Map<Node, NamedNode> {
  const recurrent = layer.weights.find(({ name }) => name === 'recurrent_kernel');
  const [units] = recurrent?.shape ?? [];
  if (!recurrent || units === undefined) return new Map();
  const unrolled = { nodes, recurrent: recurrent.node, units };
  if (layer.className === 'LSTM') return lstmNames(unrolled);
  return layer.className === 'GRU' ? gruNames(unrolled) : new Map();
}

const isWide = (node: Node, width: number) => node.shape.length === 2 && node.shape[1] === width;

/** Net inputs i f g o, the cell state c and the hidden state h. Each moment needs the one before: they are in order. */
function lstmNames({ nodes, recurrent, units }: Unrolled): Map<Node, NamedNode> {
  const names = new Map<Node, NamedNode>();
  const ofStep = ({ op, inputs: [, second] }: Node) => op === 'matmul' && second === recurrent;
  const sums = nodes.filter(
    (node) => node.op === 'add' && isWide(node, 4 * units) && node.inputs.some(ofStep),
  );
  for (const [t, node] of sums.entries()) names.set(node, gatesAt(t + 1, units));
  const states = (letter: string, title: string, is: (node: Node) => boolean) => {
    const found = nodes.filter((node) => isWide(node, units) && is(node));
    for (const [t, node] of found.entries()) names.set(node, stateAt(t + 1, units, letter, title));
    return new Set(found);
  };
  const cells = states(
    'c',
    'cell state',
    ({ op, inputs }) => op === 'add' && inputs.every((input) => input.op === 'mul' && isWide(input, units)),
  );
  const told = ({ op, inputs: [from] }: Node) => op === 'tanh' && from !== undefined && cells.has(from);
  states('h', 'hidden state', ({ op, inputs }) => op === 'mul' && inputs.some(told));
  return names;
}

/** The gates u (update) and r (reset), the net input g of the candidate, and the state h = u·h + (1 − u)·tanh(g). */
function gruNames({ nodes, units }: Unrolled): Map<Node, NamedNode> {
  const names = new Map<Node, NamedNode>();
  let t = 0;
  for (const node of nodes) {
    const found = isWide(node, units) ? gruParts(node) : undefined;
    if (!found) continue;
    t++;
    const name = (of: Node | undefined, letter: string, title: string) =>
      of && names.set(of, stateAt(t, units, letter, title));
    name(found.update, 'u', 'update gate');
    name(found.reset, 'r', 'reset gate');
    name(found.candidate, 'g', 'candidate');
    name(node, 'h', 'hidden state');
  }
  return names;
}

/** Of update·h + (1 − update)·tanh(candidate), candidate = x + reset·(h·U) or x + (reset·h)·U: its parts. */
function gruParts(state: Node): { update: Node; candidate: Node; reset: Node | undefined } | undefined {
  const [kept, fresh] = state.inputs;
  if (state.op !== 'add' || kept?.op !== 'mul' || fresh?.op !== 'mul') return undefined;
  const [[update], [rest, told]] = [kept.inputs, fresh.inputs];
  const [, turned] = rest?.op === 'add' ? rest.inputs : [];
  const [candidate] = told?.inputs ?? [];
  if (!update || turned?.op !== 'neg' || turned.inputs[0] !== update) return undefined;
  if (told?.op !== 'tanh' || candidate?.op !== 'add') return undefined;
  const recalled = candidate.inputs.find(({ op }) => op === 'mul' || op === 'matmul');
  const product = recalled?.op === 'matmul' ? recalled.inputs[0] : recalled;
  return { update, candidate, reset: product?.op === 'mul' ? product.inputs[0] : undefined };
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
