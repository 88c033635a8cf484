import { expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import { add, Formula, operand } from '../../src/units/formula.ts';
import { Recorder } from '../../src/units/trace.ts';
import { checkTrace } from './checkTrace.ts';

function counting(steps: number, limit?: number) {
  const recorder = new Recorder({ n: 0 }, limit);
  for (let n = 1; n <= steps; n++) {
    const formula = () => new Formula(operand('n', n), add(operand('n', n - 1), operand('one', 1)));
    recorder.step({ epoch: Math.ceil(n / 2) }, 'count', 'n', n, formula, { one: 1 });
  }
  return recorder.finish();
}

test('a trace walks forwards and backwards', () => {
  const trace = counting(4);
  checkTrace(trace);
  const walk = trace.walk();
  expect(walk.state).toEqual({ n: 0 });
  expect(walk.next()?.group).toEqual({ epoch: 1 });
  expect(walk.state).toEqual({ n: 1, one: 1 });
  expect(walk.goTo(3).state.n).toBe(3);
  expect(walk.previous()?.changes).toEqual([
    { name: 'one', before: 1, after: 1 },
    { name: 'n', before: 2, after: 3 },
  ]);
  expect(walk.position).toBe(2);
  // What did not exist before a step does not exist after it is undone.
  expect(walk.goTo(0).state).toStrictEqual({ n: 0 });
  expect(trace.at(4).n).toBe(4);
  expect(trace.walk(4).next()).toBeUndefined();
});

test('two walks of one trace go their own ways', () => {
  const trace = counting(2);
  const [a, b] = [trace.walk(), trace.walk(2)];
  a.next();
  expect([a.state.n, b.state.n]).toEqual([1, 2]);
});

test('NaN, infinities and −0 come back as they were', () => {
  const recorder = new Recorder({ x: -0 });
  const shown = (value: number) => () => new Formula(operand('x', value), operand('x', value));
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, 0])
    recorder.step({}, 'set', 'x', value, shown(value));
  const walk = recorder.finish().walk(3);
  const seen = [];
  do seen.push(walk.state.x);
  while (walk.previous());
  expect(seen).toStrictEqual([0, Number.NEGATIVE_INFINITY, Number.NaN, -0]);
});

test('a recorder stops at its limit and says so', () => {
  expect(counting(10, 4)).toMatchObject({ length: 4, complete: false });
  expect(counting(4, 4)).toMatchObject({ length: 4, complete: true });
});

test.each([-1, 1.5, 5, Number.NaN])('refuses the place %d of 4', (place) => {
  expect(() => counting(4).at(place)).toThrow(ArgumentError);
});
