import {
  choice,
  choices,
  flag,
  integer,
  integers,
  number,
  numbers,
  type PropertyTable,
} from '../../properties.ts';

/** What is looked at: a net to connect, one that remembers, three ways to learn side by side, or one of them. */
export const VIEWS = ['connect', 'recall', 'learning', 'teacher', 'alone', 'reward'] as const;
export type View = (typeof VIEWS)[number];

export const UNITS = ['x', 'h1', 'h2', 'y'] as const;
export type Unit = (typeof UNITS)[number];

/** `h_1[t=2]`: a unit at a moment. */
export const unitName = (unit: string, moment: number): string =>
  `${unit.replace(/(\d)$/, '_$1')}[t=${moment}]`;

/** h₁ for h1. */
export const unitText = (unit: string): string => unit.replace('1', '₁').replace('2', '₂');

/** Every connection there can be, as an address writes it: `h1-y`. Nothing leads into the input. */
export const CONNECTIONS = UNITS.flatMap((from) =>
  UNITS.filter((to) => to !== 'x').map((to) => `${from}-${to}` as const),
);
export type Connection = (typeof CONNECTIONS)[number];

/** Both ends of a connection. */
export function endsOf(connection: string): readonly [from: string, to: string] {
  const [from = '', to = ''] = connection.split('-');
  return [from, to];
}

export interface TopologyProperties {
  readonly view: View;
  readonly edges: readonly Connection[];
  /** Whether what closes a loop takes a moment. */
  readonly delay: boolean;
  /** The weight of every connection. */
  readonly w: number;
  /** x(1), x(2), … */
  readonly x: readonly number[];
  /** The state that recall begins with. */
  readonly s: readonly number[];
  /** α of perceptron and competition. */
  readonly a: number;
  /** ε of the bandit's agent. */
  readonly epsilon: number;
  readonly seed: number;
  readonly at: number;
}

export const MOMENTS = 4;
/** Sides of the square of units that remembers. */
export const SIDE = 3;
export const PATTERNS = {
  plus: [-1, 1, -1, 1, 1, 1, -1, 1, -1],
  corner: [1, -1, -1, 1, -1, -1, 1, 1, 1],
} as const;

export const START_EDGES: readonly Connection[] = ['x-h1', 'x-h2', 'h1-y', 'h2-y'];

/** The topologies of the course, as connections of these units. */
export const TOPOLOGIES: Readonly<
  Record<string, { readonly title: string; readonly edges: readonly Connection[] }>
> = {
  single: { title: 'Single layer', edges: ['x-y'] },
  multi: { title: 'Multi-layer', edges: START_EDGES },
  jordan: { title: 'Jordan', edges: [...START_EDGES, 'y-h1', 'y-h2'] },
  elman: { title: 'Elman', edges: [...START_EDGES, 'h1-h1', 'h1-h2', 'h2-h1', 'h2-h2'] },
  full: { title: 'Fully recurrent', edges: CONNECTIONS },
};

/** The course's topology that some connections are; undefined where they are none. */
export const topologyOf = (edges: readonly Connection[]): string | undefined =>
  Object.keys(TOPOLOGIES).find((name) => {
    const wanted = TOPOLOGIES[name]?.edges ?? [];
    return wanted.length === edges.length && wanted.every((edge) => edges.includes(edge));
  });

export const PROPERTIES: PropertyTable<TopologyProperties> = {
  view: choice('view', 'connect', VIEWS),
  edges: choices('connections', START_EDGES, CONNECTIONS, { most: CONNECTIONS.length }),
  delay: flag('loops take time', false),
  w: number('weight of every connection', 0.8, { min: -2, max: 2 }),
  x: numbers('input', [1, 0, 0, 0], { min: -5, max: 5 }, { least: 1, most: MOMENTS }),
  s: integers(
    'state',
    [1, 1, -1, 1, 1, 1, -1, -1, -1],
    { min: -1, max: 1 },
    { least: SIDE ** 2, most: SIDE ** 2 },
  ),
  a: number('learning rate α', 0.3, { min: 0.01, max: 1 }),
  epsilon: number('exploration ε', 0.2, { min: 0, max: 1 }),
  seed: integer('seed', 1, { min: 0, max: 1_000_000 }),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
};
