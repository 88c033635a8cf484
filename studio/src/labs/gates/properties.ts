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
const BIPOLAR = CORNERS.map((value) => 2 * value - 1);
export const POINT_RANGE = { min: -5, max: 5 } as const;
export const MOST = 12;
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
  same(x, CORNERS) || same(x, BIPOLAR) ? GATES.find((gate) => same(targetsOf(gate), t)) : undefined;

export const isXor = ({ x, t, u }: Pick<GatesProperties, 'x' | 't' | 'u'>): boolean =>
  u.length === 0 && same(x, CORNERS) && gateOf(x, t) === 'xor';

/** The state of a gate from its beginning. */
export const gateState = (
  gate: GateName,
  bipolar = false,
): Pick<GatesProperties, 'x' | 't' | 'u' | 'order' | 'at'> => ({
  ...{ x: bipolar ? BIPOLAR : CORNERS, t: targetsOf(gate), u: [], order: ORDER, at: 0 },
});

type Points = Pick<GatesProperties, 'x' | 't' | 'u' | 'order'>;

/** Where a point is. */
export const placeOf = ({ x }: Points, number: number): readonly [x1: number, x2: number] => [
  x[2 * number - 2] ?? 0,
  x[2 * number - 1] ?? 0,
];

/** The points with one moved, in hundredths and within the plane. */
export function movedPoint({ x }: Points, number: number, to: readonly [number, number]): Pick<Points, 'x'> {
  const within = (value: number) =>
    Math.round(100 * Math.min(POINT_RANGE.max, Math.max(POINT_RANGE.min, value))) / 100;
  return { x: x.with(2 * number - 2, within(to[0])).with(2 * number - 1, within(to[1])) };
}

/** Targets, each given: one that is missing is −1. */
const filled = (targets: readonly number[], { x }: Pick<Points, 'x'>): number[] =>
  Array.from({ length: Math.floor(x.length / 2) }, (_, i) => (targets[i] === 1 ? 1 : -1));

/** A point with the other target of the first unit. */
export function withOtherSide(points: Points, number: number): Pick<Points, 't'> {
  const t = filled(points.t, points);
  return { t: t.with(number - 1, t[number - 1] === 1 ? -1 : 1) };
}

/** The points without one; the last one stays. The run begins anew. */
export function withoutPoint(points: Points, number: number): Points & { readonly at: 0 } {
  const { x, t, u, order } = points;
  if (x.length <= 2) return { ...points, at: 0 };
  const keep = <T>(of: readonly T[]) => of.filter((_, i) => i !== number - 1);
  return {
    x: x.filter((_, i) => Math.floor(i / 2) !== number - 1),
    t: keep(filled(t, points)),
    u: u.length > 0 ? keep(filled(u, points)) : [],
    order: order.filter((row) => row !== number).map((row) => (row > number ? row - 1 : row)),
    at: 0,
  };
}

/** The points with one more in the middle of the plane; the run begins anew. */
export function withPoint(points: Points): Omit<Points, 'order'> & { readonly at: 0 } {
  const { x, t, u } = points;
  if (x.length >= 2 * MOST) return { x, t, u, at: 0 };
  return {
    x: [...x, 0.5, 0.5],
    t: [...filled(t, points), -1],
    u: u.length > 0 ? [...filled(u, points), -1] : [],
    at: 0,
  };
}

/** Whether inputs are −1 and 1 where the gates' tables have 0 and 1. */
export const isBipolar = ({ x }: Pick<Points, 'x'>): boolean => x.includes(-1);

/** The same points with inputs −1 for 0, or 0 for −1. */
export const withInputs = (
  { x }: Pick<Points, 'x'>,
  bipolar: boolean,
): Pick<GatesProperties, 'x' | 'at'> => ({
  x: x.map((value) => (bipolar && value === 0 ? -1 : !bipolar && value === -1 ? 0 : value)),
  at: 0,
});
