/** The runs that stand side by side, by which their numbers are told apart. */
export const RUNS = ['teacher', 'alone', 'reward'] as const;
export type RunName = (typeof RUNS)[number];

/** `w_1` is `w_1[teacher]`, `Q_1[before]` is `Q_1[before, reward]`. */
export const marked = (name: string, run: RunName): string =>
  name.endsWith(']') ? `${name.slice(0, -1)}, ${run}]` : `${name}[${run}]`;

/** The name without the run's mark. */
export function unmarked(name: string): string {
  const run = RUNS.find((one) => name.endsWith(`[${one}]`) || name.endsWith(`, ${one}]`));
  if (!run) return name;
  const [whole, within] = [`[${run}]`, `, ${run}]`];
  return name.endsWith(whole) ? name.slice(0, -whole.length) : `${name.slice(0, -within.length)}]`;
}
