/** Sign and size as the studio draws them: blue and solid for +, rust and dashed for −, width by the root. */
export function signed(
  value: number,
  limit: number,
): { class: string; width: number; dash: string | undefined } {
  const share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 0;
  return {
    class: value < 0 ? 'negative' : value > 0 ? 'positive' : 'zero',
    width: 1 + 5 * Math.sqrt(share),
    dash: value < 0 ? '7 5' : undefined,
  };
}

/** A limit that changes seldom: the next of 1, 2, 5, 10, … */
export function limitFor(values: readonly number[]): number {
  const most = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  if (most <= 0.5) return 0.5;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((limit) => limit >= most) ?? most;
}
