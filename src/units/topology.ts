import { ArgumentError } from '../graph/errors.ts';

/** A connection from one node to another. */
export type Edge = readonly [from: string, to: string];

/** Signals only go forwards: there is an order in which every node comes after all that feed it. */
export interface Feedforward {
  readonly kind: 'feedforward';
  readonly order: readonly string[];
  /** Nodes by the longest way to them: the first layer holds those that nothing feeds. */
  readonly layers: readonly (readonly string[])[];
}

/** Signals come back: the output at one moment is an input of the next. */
export interface Feedback {
  readonly kind: 'feedback';
  /** The nodes of one loop in order; the last is the first again. */
  readonly cycle: readonly string[];
  /** Whether each node feeds every other, as in a Hopfield net. */
  readonly fullyRecurrent: boolean;
}

export type Topology = Feedforward | Feedback;

/**
 * Whether a network is feedforward, with a topological order, or feedback, with a loop as proof.
 *
 * @param edges The connections; nodes are named by them
 * @param nodes Further nodes, without connections
 * @see Kahn, "Topological sorting of large networks", 1962
 */
export function topology(edges: readonly Edge[], nodes: readonly string[] = []): Topology {
  const names = [...new Set([...nodes, ...edges.flat()])];
  const depth = new Map<string, number>();
  const waiting = new Map(names.map((name) => [name, 0]));
  for (const [, to] of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const order = names.filter((name) => waiting.get(name) === 0);
  for (const name of order) depth.set(name, 0);
  // The list grows while it is read: a node is ready when all that feed it are placed.
  for (const from of order) {
    for (const [source, to] of edges) {
      if (source !== from) continue;
      depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(from) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) order.push(to);
    }
  }
  if (order.length < names.length) {
    const placed = new Set(order);
    return {
      kind: 'feedback',
      cycle: cycleAmong(edges, new Set(names.filter((name) => !placed.has(name)))),
      fullyRecurrent: isFullyRecurrent(edges, names),
    };
  }
  const layers: string[][] = [];
  for (const name of order) {
    const at = depth.get(name) ?? 0;
    layers[at] = [...(layers[at] ?? []), name];
  }
  return { kind: 'feedforward', order, layers };
}

/** Each of these nodes has a predecessor among them: going back from any must come to a node seen before. */
function cycleAmong(edges: readonly Edge[], nodes: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let [name = ''] = nodes;
  while (!path.includes(name)) {
    path.push(name);
    name = edges.find(([from, to]) => to === name && nodes.has(from))?.[0] ?? name;
  }
  return [...path.slice(path.indexOf(name)), name].reverse();
}

function isFullyRecurrent(edges: readonly Edge[], names: readonly string[]): boolean {
  const known = new Set(edges.map(([from, to]) => JSON.stringify([from, to])));
  return names.every((from) => names.every((to) => from === to || known.has(JSON.stringify([from, to]))));
}

/**
 * A feedback network unrolled in time: a copy of each node for each moment, `h@2` for h at the second. Forward edges
 * stay within a moment; those that close a loop lead to the next, and so the result is feedforward.
 *
 * @param edges Found in the order given: of a loop, the edge that would close it is the one that takes time
 * @throws ArgumentError when the number of moments is not whole or below 1
 */
export function unroll(edges: readonly Edge[], moments: number): Edge[] {
  if (!Number.isInteger(moments) || moments < 1) {
    throw new ArgumentError({
      asked: 'a network unrolled in time',
      expected: 'at least 1 moment',
      received: String(moments),
    });
  }
  const forward: Edge[] = [];
  const delayed: Edge[] = [];
  for (const edge of edges) {
    const closes = topology([...forward, edge]).kind === 'feedback';
    (closes ? delayed : forward).push(edge);
  }
  const times = Array.from({ length: moments }, (_, t) => t + 1);
  return times.flatMap((t) => [
    ...forward.map(([from, to]): Edge => [`${from}@${t}`, `${to}@${t}`]),
    ...(t === moments ? [] : delayed.map(([from, to]): Edge => [`${from}@${t}`, `${to}@${t + 1}`])),
  ]);
}
