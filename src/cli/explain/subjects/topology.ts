import { InvalidArgumentError, Option } from 'commander';
import type { Block } from '../../../explain/index.ts';
import { type Edge, type Topology, topology, unroll } from '../../../units/index.ts';
import { whole } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, subject } from '../subject.ts';

interface TopologyOptions extends ExplainOptions {
  readonly edges?: readonly Edge[];
  readonly moments?: number;
}

const DEFAULT: readonly Edge[] = [
  ['x', 'h'],
  ['h', 'y'],
  ['y', 'h'],
];

function edges(text: string): Edge[] {
  return text.split(',').map((part): Edge => {
    const [from, to, ...more] = part.split(/>|→/).map((name) => name.trim());
    if (!from || !to || more.length > 0)
      throw new InvalidArgumentError(`expected connections as x>h,h>y, found "${part}".`);
    return [from, to];
  });
}

/** `pellucid explain topology --edges "x>h,h>y,y>h"`: an order of all nodes, or the loop that creates time. */
export const TOPOLOGY = subject<TopologyOptions>({
  section: '1.1',
  description: 'feedforward or feedback: the order of the nodes, or a loop, unrolled in time',
  options: [
    new Option('--edges <list>', 'connections, as x>h,h>y,y>h').argParser(edges),
    new Option('--moments <count>', 'copies of a feedback network (default: 2)').argParser(whole),
  ],
  show: ({ edges: list = DEFAULT, moments = 2 }) => {
    const found = topology(list);
    const unrolled = found.kind === 'feedback' ? unroll(list, moments) : undefined;
    return {
      title: `${list.map((edge) => edge.join(' → ')).join(', ')}: a ${found.kind} network`,
      blocks: [...blocksOf(found), ...(unrolled ? unrolledBlocks(unrolled, moments) : [])],
      json: { edges: list, ...found, ...(unrolled && { moments, unrolled }) },
    };
  },
});

function blocksOf(found: Topology): Block[] {
  if (found.kind === 'feedforward') {
    return [
      paragraph(`Each node comes after all that feed it: ${found.order.join(', ')}.`),
      grid(
        ['layer', 'nodes'],
        found.layers.map((names, at) => [String(at), names.join(', ')]),
      ),
    ];
  }
  const all = found.fullyRecurrent ? ' Each node feeds every other, as in a Hopfield net.' : '';
  return [paragraph(`There is no such order, and this loop is why: ${found.cycle.join(' → ')}.${all}`)];
}

function unrolledBlocks(list: readonly Edge[], moments: number): Block[] {
  const { layers } = topology(list) as Extract<Topology, { kind: 'feedforward' }>;
  return [
    paragraph(
      `What comes back comes back later: a loop creates time. With a copy of each node for each of ${moments} moments the network is feedforward.`,
    ),
    grid(
      ['from', 'to'],
      list.map(([from, to]) => [from, to]),
    ),
    paragraph(`Its layers: ${layers.map((names) => names.join(' ')).join(' | ')}.`),
  ];
}
