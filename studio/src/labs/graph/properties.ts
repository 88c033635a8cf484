import { integer, numbers, type PropertyTable, text } from '../../properties.ts';

/** An expression, the values of its variables, and how far one has walked. */
export interface GraphProperties {
  readonly expr: string;
  /** Values of the variables, in the order in which the expression names them; one that is missing is 1. */
  readonly x: readonly number[];
  /** Steps taken. */
  readonly at: number;
}

export const VALUE_RANGE = { min: -1000, max: 1000 } as const;
/** More characters than this are no expression for a stage. */
export const LONGEST = 400;
export const MOST_VALUES = 40;
/** More steps than this have no place on the stage. */
export const MOST_STEPS = 54;

export const PROPERTIES: PropertyTable<GraphProperties> = {
  expr: text('expression', 'Y = (a+b)*(b-c)', LONGEST),
  x: numbers('values', [2, 3, 1], VALUE_RANGE, { most: MOST_VALUES }),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
};

/** The value of the variable at a place. */
export const valueAt = ({ x }: Pick<GraphProperties, 'x'>, at: number): number => x[at] ?? 1;

/** The values with one changed. */
export const withValue = ({ x }: Pick<GraphProperties, 'x'>, at: number, value: number): readonly number[] =>
  Array.from({ length: Math.max(x.length, at + 1) }, (_, i) => (i === at ? value : valueAt({ x }, i)));

/** From −5 to 5, or as far as the value itself has gone. */
export function sliderRange(value: number): { min: number; max: number } {
  const reach = Math.abs(value) <= 5 ? 5 : VALUE_RANGE.max;
  return { min: -reach, max: reach };
}
