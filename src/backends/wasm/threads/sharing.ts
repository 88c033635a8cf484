import { type Expression, eachExpression } from '../../../compile/kernels.ts';
import { COSTLY } from '../../../graph/ops.ts';

/** More threads than this are never used: a step's kernels are too small to feed them. */
export const MOST_THREADS = 16;

/** From how much work on, in operations on one number, other threads are worth waking. */
export interface Thresholds {
  /** In one phase of a kernel: some microseconds of vector code. */
  readonly phase: number;
  /** The same in a program with a BLAS, which is done with its products many times sooner. */
  readonly native: number;
  /** In one run that only threads share that are awake: some ten microseconds. */
  readonly short: number;
  /** In one run for which others are woken, or hired. */
  readonly long: number;
}

export const WORTH_SHARING: Thresholds = {
  phase: 60_000,
  native: 3_000_000,
  short: 500_000,
  long: 8_000_000,
};
/** Whatever can be shared is, however small: slow, and what finds parts that depend on each other. */
export const SHARING_EVERYTHING: Thresholds = { phase: 0, native: 0, short: 0, long: 0 };

/** Operations that take about as long as reading an element takes at least. */
const READING = 2;
const COSTLY_OPERATION = 10;
const RANDOM_NUMBER = 40;

/** About how many simple operations an element costs. */
export function costOf(expressions: readonly Expression[]): number {
  let cost = READING;
  eachExpression(expressions, (expression) => {
    if (expression.kind === 'apply') cost += COSTLY.has(expression.op) ? COSTLY_OPERATION : 1;
    else if (expression.kind === 'random') cost += RANDOM_NUMBER;
    else if (expression.kind !== 'constant') cost++;
  });
  return cost;
}
