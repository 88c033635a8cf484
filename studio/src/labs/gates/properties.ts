import { gateTable } from 'pellucid/units';
import { integer, integers, number, numbers, type PropertyTable } from '../../properties.ts';

/** A table of points with targets, how it is learned, and how far one has walked. */
export interface GatesProperties {
  /** x₁ and x₂ of each point in turn. */
  readonly x: readonly number[];
  /** −1 or 1 for each point. */
  readonly t: readonly number[];
  /** Targets of a second output unit; none where empty. */
  readonly u: readonly number[];
  /** In which order the points are learned, from 1; what is missing follows. */
  readonly order: readonly number[];
  /** α. */
  readonly a: number;
  /** θ: from −θ to θ the output is 0. */
  readonly theta: number;
  /** Steps taken. */
  readonly at: number;
}

export const GATES = ['and', 'or', 'nand', 'nor', 'xor'] as const;
export type GateName = (typeof GATES)[number];

/** A gate's targets: −1 where its table has 0. */
export const targetsOf = (gate: GateName): readonly number[] =>
  gateTable(gate).outputs.map((output) => (output === 1 ? 1 : -1));

const CORNERS = gateTable('and').inputs.flat();
export const POINT_RANGE = { min: -5, max: 5 } as const;
const MOST = 12;
/** The lecture's: 11, 10, 01, 00. */
const ORDER: readonly number[] = [4, 3, 2, 1];

export const PROPERTIES: PropertyTable<GatesProperties> = {
  x: numbers('points', CORNERS, POINT_RANGE, { least: 2, most: 2 * MOST }),
  t: integers('targets', targetsOf('and'), { min: -1, max: 1 }, { least: 1, most: MOST }),
  u: integers('second targets', [], { min: -1, max: 1 }, { most: MOST }),
  order: integers('order', ORDER, { min: 1, max: MOST }, { most: MOST }),
  a: number('learning rate α', 1, { min: 0.01, max: 10 }),
  theta: number('dead zone θ', 0.2, { min: 0, max: 5 }),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
};

/** Points by number, and their targets in as many columns as there are output units. */
export interface Rows {
  readonly numbers: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

/** The rows in the order in which they are learned; a target that is missing is −1. */
export function rowsOf({ x, t, u, order }: Omit<GatesProperties, 'a' | 'theta' | 'at'>): Rows {
  const all = Array.from({ length: Math.floor(x.length / 2) }, (_, i) => i + 1);
  const numbers = [...new Set([...order.filter((row) => row <= all.length), ...all])];
  const side = (target: number | undefined) => (target === 1 ? 1 : -1);
  return {
    numbers,
    inputs: numbers.map((row) => [x[2 * row - 2] ?? 0, x[2 * row - 1] ?? 0]),
    targets: numbers.map((row) => [side(t[row - 1]), ...(u.length > 0 ? [side(u[row - 1])] : [])]),
  };
}

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** The gate that the points and one column of targets are; undefined where they are none. */
export const gateOf = (x: readonly number[], t: readonly number[]): GateName | undefined =>
  same(x, CORNERS) ? GATES.find((gate) => same(targetsOf(gate), t)) : undefined;

export const isXor = ({ x, t, u }: Pick<GatesProperties, 'x' | 't' | 'u'>): boolean =>
  u.length === 0 && gateOf(x, t) === 'xor';

/** The state of a gate from its beginning. */
export const gateState = (gate: GateName): Pick<GatesProperties, 'x' | 't' | 'u' | 'order' | 'at'> => ({
  ...{ x: CORNERS, t: targetsOf(gate), u: [], order: ORDER, at: 0 },
});
