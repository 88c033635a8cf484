/** Rows of a table of a series: the first, every so many, and the last always. */
const ROWS = 8;

/** Which steps of a series its table lists. */
export function listedSteps(steps: readonly number[]): number[] {
  const every = Math.ceil(steps.length / ROWS);
  return steps.filter((_, i) => i % every === 0 || i === steps.length - 1);
}
