/** How much a verdict matters: nothing to do, worth knowing, likely to hurt, hurting now. */
export type Severity = 'good' | 'note' | 'warning' | 'problem';

export type Topic =
  | 'numbers'
  | 'data'
  | 'gradient flow'
  | 'activations'
  | 'dead units'
  | 'saturation'
  | 'step size'
  | 'curvature'
  | 'bias and variance'
  | 'overfitting'
  | 'progress';

/** What was measured, against what, what it means, and what to try. */
export interface Verdict {
  readonly topic: Topic;
  readonly severity: Severity;
  readonly measured: Readonly<Record<string, number>>;
  /** What the measured numbers were held against, as a sentence would put it. */
  readonly threshold: string;
  readonly sentence: string;
  readonly remedies: readonly string[];
}

const ORDER: readonly Severity[] = ['problem', 'warning', 'note', 'good'];

/** The gravest first; of equals, in the order given. */
export function byGravity(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** A number as sentences show it: three significant digits, powers of ten for what is very large or small. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(3)));
}

/** A share as a percentage. */
export const percent = (share: number): string => `${shown(share * 100)} %`;
