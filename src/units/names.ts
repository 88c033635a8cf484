/**
 * The names of the course's numbers, as formulas write them: a base, then a subscript after `_`. Two numbers are set
 * apart by a comma where digits alone could be read in two ways.
 */

/** x₁, x₂, … */
export const inputName = (i: number): string => `x_${i}`;

/** w₁ of a single unit; w₁₅ from node 1 to node 5; w₃,₁₂ where a number has two digits. */
export function weightName(from: number, to?: number): string {
  if (to === undefined) return `w_${from}`;
  return from > 9 || to > 9 ? `w_${from},${to}` : `w_${from}${to}`;
}

/** Numbers as state: `named(inputName, [1, 0])` is `{ x_1: 1, x_2: 0 }`. */
export function named(name: (i: number) => string, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, i) => [name(i + 1), value]));
}
