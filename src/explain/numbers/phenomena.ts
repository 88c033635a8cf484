import { type FloatName, limitsOf, round } from './formats.ts';

/** A computation in a format, with what it should have been. */
export interface Phenomenon {
  readonly kind: 'overflow' | 'underflow' | 'absorption' | 'cancellation' | 'rounding';
  readonly expression: string;
  readonly computed: number;
  readonly exact: number;
  /** Why. */
  readonly reason: string;
}

/** Arithmetic in a format: each operation's result is rounded to it. */
export function arithmetic(name: FloatName) {
  const to = (x: number) => round(x, name);
  return {
    to,
    add: (a: number, b: number) => to(to(a) + to(b)),
    subtract: (a: number, b: number) => to(to(a) - to(b)),
    multiply: (a: number, b: number) => to(to(a) * to(b)),
    divide: (a: number, b: number) => to(to(a) / to(b)),
    exp: (x: number) => to(Math.exp(to(x))),
    log: (x: number) => to(Math.log(to(x))),
  };
}

/** What goes wrong in a format, by examples: too large, too small, swallowed, cancelled. */
export function phenomena(name: FloatName): Phenomenon[] {
  const { to, add, subtract, multiply, exp } = arithmetic(name);
  const { epsilon, greatest, least } = limitsOf(name);
  const large = 2 / epsilon;
  const power = Math.floor(Math.log(greatest)) + 1;
  const near = 1 + 8 * epsilon;
  return [
    {
      kind: 'overflow',
      expression: `exp(${power})`,
      computed: exp(power),
      exact: Math.exp(power),
      reason: `the greatest number is ${greatest.toPrecision(6)}`,
    },
    {
      kind: 'underflow',
      expression: `${least.toPrecision(3)} / 2`,
      computed: multiply(least, 0.5),
      exact: least / 2,
      reason: `the least number above 0 is ${least.toPrecision(3)}`,
    },
    {
      kind: 'absorption',
      expression: `${large} + 1`,
      computed: add(large, 1),
      exact: large + 1,
      reason: `neighbours of ${large} lie 2 apart: what is smaller than half of that is swallowed`,
    },
    {
      kind: 'cancellation',
      expression: `${near} − 1, the first having been 0.3 of a step more`,
      computed: subtract(near + 0.3 * epsilon, 1),
      exact: 8.3 * epsilon,
      reason: 'the leading digits go, and what is left are digits that were rounded',
    },
    {
      kind: 'rounding',
      expression: '0.1 + 0.2',
      computed: add(0.1, 0.2),
      exact: 0.3,
      reason: `0.1 is ${to(0.1)} here: tenths have no finite binary digits`,
    },
  ];
}
