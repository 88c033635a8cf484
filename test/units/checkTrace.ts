import { expect } from 'vitest';
import type { State, Trace } from '../../src/units/trace.ts';

/**
 * Every trace must keep these promises: its formulas compute the numbers it shows, from the operands as they are and
 * as they are displayed; and walking back restores every state to the bit.
 */
export function checkTrace(trace: Trace): void {
  const walk = trace.walk();
  const states: State[] = [walk.state];
  for (let step = walk.next(); step; step = walk.next()) {
    const { value, symbol } = step.formula.result;
    const sameAsState = walk.state[symbol];
    // −0 and 0 are one result.
    if (value !== sameAsState) throw new Error(`${step.title}: ${symbol} is ${sameAsState}, not ${value}`);
    const computed = step.formula.evaluate();
    if (computed !== value) throw new Error(`${step.formula}: comes to ${computed}, not ${value}`);
    if (!step.formula.holds()) throw new Error(`${step.formula}: does not follow from what is shown`);
    states.push(walk.state);
  }
  expect(states.length).toBe(trace.length + 1);
  for (let at = trace.length; at > 0; at--) {
    expectSame(walk.state, states[at]);
    walk.previous();
  }
  expectSame(walk.state, trace.initial);
  expect(walk.previous()).toBeUndefined();
}

/** Equal to the bit: 0 and −0 are different, NaN is itself. Faster than `toEqual` over thousands of states. */
function expectSame(state: State, wanted: State = {}): void {
  const names = Object.keys(wanted);
  const same =
    names.length === Object.keys(state).length && names.every((name) => Object.is(state[name], wanted[name]));
  if (!same) expect(state).toStrictEqual(wanted);
}
