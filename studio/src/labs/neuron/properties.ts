import { integer, number, numbers, type PropertyTable } from '../../properties.ts';

export interface NeuronProperties {
  readonly w: readonly number[];
  readonly x: readonly number[];
  /** The threshold. */
  readonly T: number;
  /** 0 draws a cell, 1 a node. */
  readonly morph: number;
  /** Steps taken: weigh, then decide. */
  readonly at: number;
}

export const RANGE = { min: -10, max: 10 } as const;
export const MOST_INPUTS = 5;
const LENGTH = { least: 1, most: MOST_INPUTS } as const;

export const PROPERTIES: PropertyTable<NeuronProperties> = {
  w: numbers('weights', [0.5, 0.4, -0.3], RANGE, LENGTH),
  x: numbers('inputs', [1, 1, 0], RANGE, LENGTH),
  T: number('threshold T', 0.7, RANGE),
  morph: number('from cell to node', 0, { min: 0, max: 1 }),
  at: integer('steps taken', 0, { min: 0, max: 2 }),
};
