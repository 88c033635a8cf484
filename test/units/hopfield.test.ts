import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { hopfieldEnergy, hopfieldNet, recall } from '../../src/units/hopfield.ts';
import { checkTrace } from './checkTrace.ts';

const random = new RandomStream(1);
const sign = () => (random.integer(2) === 0 ? -1 : 1);
const randomPattern = (n: number) => Array.from({ length: n }, sign);
const flipped = (pattern: readonly number[], places: readonly number[]) =>
  pattern.map((value, i) => (places.includes(i) ? -value : value));

describe('a Hopfield net', () => {
  const patterns = [randomPattern(60), randomPattern(60), randomPattern(60)];
  const net = hopfieldNet(patterns);

  test('has symmetric weights and none from a unit to itself', () => {
    for (const [i, row] of net.weights.entries()) {
      expect(row[i]).toBe(0);
      for (const [j, weight] of row.entries()) expect(weight).toBe(net.weights[j]?.[i]);
    }
  });

  test.each([0, 1, 2])(
    'recalls pattern %d from a tenth of it wrong, and its negative from the negative',
    (at) => {
      const pattern = patterns[at] ?? [];
      const start = flipped(pattern, [3, 11, 22, 30, 41, 57]);
      const result = recall(net, start, { steps: 0 });
      expect(result).toMatchObject({ state: pattern, end: 'fixed point', period: 1 });
      const negative = recall(
        net,
        start.map((value) => -value),
        { steps: 0 },
      );
      expect(negative.state).toEqual(pattern.map((value) => -value));
      expect(recall(net, start, { mode: 'synchronous', steps: 0 }).state).toEqual(pattern);
    },
  );

  test('never raises its energy, whatever symmetric weights and start', () => {
    let turns = 0;
    for (let made = 0; made < 20; made++) {
      const some = hopfieldNet(Array.from({ length: 6 }, () => randomPattern(12)));
      const { trace, energies, end } = recall(some, randomPattern(12), { seed: made });
      expect(end).toBe('fixed point');
      const seen = [trace.initial.E ?? Number.NaN];
      for (const { changes } of trace.steps)
        for (const { name, after } of changes) if (name === 'E') seen.push(after ?? Number.NaN);
      expect(seen.at(-1)).toBeCloseTo(energies.at(-1) ?? Number.NaN, 12);
      for (const [step, energy] of seen.entries())
        if (step > 0) expect(energy).toBeLessThan(seen[step - 1] ?? Number.NaN);
      turns += seen.length - 1;
      checkTrace(trace);
    }
    expect(turns).toBeGreaterThan(40);
  });
});

test('the energy is −½ Σ w s s', () => {
  const state = [1, -1, 1, 1];
  const net = hopfieldNet([state]);
  expect(net.weights[0]).toEqual([0, -1, 1, 1]);
  const whole = net.weights.flatMap((row, i) => row.map((w, j) => w * (state[i] ?? 0) * (state[j] ?? 0)));
  expect(hopfieldEnergy(net, state)).toBeCloseTo(-0.5 * whole.reduce((sum, value) => sum + value, 0));
  expect(hopfieldEnergy(net, state)).toBe(-6);
});

test('all units at once can go to and fro for ever; one after another cannot', () => {
  const net = {
    weights: [
      [0, -1],
      [-1, 0],
    ],
  };
  const together = recall(net, [1, 1], { mode: 'synchronous' });
  expect(together).toMatchObject({ end: 'cycle', period: 2 });
  checkTrace(together.trace);
  expect(recall(net, [1, 1], { order: [0, 1] })).toMatchObject({ state: [-1, 1], end: 'fixed point' });
  expect(recall(net, [1, 1], { order: [1, 0] }).state).toEqual([1, -1]);
});

test('a unit whose net input is 0 stays as it was', () => {
  expect(
    recall(
      {
        weights: [
          [0, 0],
          [0, 0],
        ],
      },
      [1, -1],
    ).state,
  ).toEqual([1, -1]);
});

test.each([
  ['a 0 in a pattern', () => hopfieldNet([[1, 0]])],
  ['patterns of two lengths', () => hopfieldNet([[1], [1, 1]])],
  ['a state of another length', () => recall(hopfieldNet([[1, 1]]), [1])],
  ['an order that leaves a unit out', () => recall(hopfieldNet([[1, 1]]), [1, 1], { order: [0, 0] })],
])('refuses %s', (_, run) => {
  expect(run).toThrow(ArgumentError);
});
