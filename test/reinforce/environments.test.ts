import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import '../../src/index.ts';
import {
  bandit,
  type CartPoleState,
  cartPole,
  cliffWalking,
  type Environment,
  frozenLake,
  gridWorld,
} from '../../src/reinforce/index.ts';

interface Episode {
  readonly start: CartPoleState;
  readonly actions: string;
  readonly observations: Readonly<Record<string, readonly number[]>>;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/reinforce/${name}.json`, import.meta.url), 'utf8'));

describe('cart-pole moves as in Gymnasium', () => {
  const { episodes } = fixture('cartPole') as { episodes: Episode[] };

  test.each(episodes.map((episode, i) => [i, episode] as const))('in episode %i', (_, episode) => {
    const environment = cartPole({ start: episode.start });
    environment.reset(0);
    let last = { terminated: false, truncated: false };
    for (const [i, action] of [...episode.actions].entries()) {
      const { observation, reward, terminated, truncated } = environment.step(Number(action));
      const expected = episode.observations[i];
      expected?.forEach((value, at) => {
        expect(Math.abs((observation[at] ?? Number.NaN) - value)).toBeLessThan(1e-6);
      });
      expect(reward).toBe(1);
      last = { terminated, truncated };
      expect(terminated || truncated).toBe(i === episode.actions.length - 1);
    }
    expect(last).toEqual({ terminated: episode.terminated, truncated: episode.truncated });
  });

  test('and begins within ±0.05, the same for the same seed', () => {
    const environment = cartPole();
    const first = environment.reset(7).observation;
    const second = environment.reset().observation;
    expect([...first, ...second].every((x) => Math.abs(x) <= 0.05)).toBe(true);
    expect(second).not.toEqual(first);
    expect(environment.reset(7).observation).toEqual(first);
    expect(environment.reset().observation).toEqual(second);
  });
});

describe('the frozen lake has the transitions of Gymnasium', () => {
  const lakes = fixture('frozenLake') as Record<string, [number, number, number, boolean][][][]>;

  test.each([
    ['slippery', true],
    ['firm', false],
  ])('when %s', (name, slippery) => {
    const lake = frozenLake({ slippery });
    for (const [state, actions] of (lakes[name] ?? []).entries()) {
      for (const [action, expected] of actions.entries()) {
        const ours = lake.transitions(state, action);
        const comparable = ours.map(({ state, reward, terminated }) => [state, reward, terminated]);
        // Gymnasium lists one outcome on ice for final states and three elsewhere, as here.
        expect(comparable).toEqual(expected.map(([, ...rest]) => rest));
        ours.forEach(({ probability }, i) => {
          expect(probability).toBeCloseTo(expected[i]?.[0] ?? Number.NaN, 12);
        });
      }
    }
  });

  test('and slips with the probabilities that they say', () => {
    const lake = frozenLake();
    const counts = new Map<number, number>();
    lake.reset(1);
    for (let i = 0; i < 3000; i++) {
      lake.reset();
      const { observation } = lake.step(2);
      counts.set(observation, (counts.get(observation) ?? 0) + 1);
    }
    // From the corner a step to the right leads down, right, or against the upper edge: a third each.
    expect([...counts.keys()].sort()).toEqual([0, 1, 4]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });
});

test('on the cliff the shortest way is worth −13, and a step over the edge −100 and a new start', () => {
  const cliff = cliffWalking();
  cliff.reset();
  const fall = cliff.step(2);
  expect(fall).toMatchObject({ observation: cliff.start, reward: -100, terminated: false });
  const path = [3, ...Array.from({ length: 11 }, () => 2), 1].map((action) => cliff.step(action));
  expect(path.reduce((sum, { reward }) => sum + reward, 0)).toBe(-13);
  expect(path.map(({ terminated }) => terminated).indexOf(true)).toBe(12);
});

test('walls are not entered', () => {
  const world = gridWorld({ map: ['S#G'] });
  world.reset();
  expect(world.step(2)).toMatchObject({ observation: 0, reward: 0, terminated: false });
});

test('a bandit pays what its arms promise', () => {
  const machine = bandit({ means: [1, -2], deviation: 0.5 });
  machine.reset(3);
  const rewards = Array.from({ length: 4000 }, () => machine.step(1).reward);
  const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length;
  const variance = rewards.reduce((a, b) => a + (b - mean) ** 2, 0) / rewards.length;
  // Five standard errors: 0.5/√4000 of the mean, and √(2/4000)·0.25 of the variance.
  expect(Math.abs(mean + 2)).toBeLessThan(0.04);
  expect(Math.abs(variance - 0.25)).toBeLessThan(0.028);
  expect(machine.step(0).info).toEqual({ optimal: true });
});

describe('all environments refuse what makes no sense', () => {
  const worlds: [string, () => Environment<number | Float32Array>][] = [
    ['cart-pole', () => cartPole({ maxSteps: 2 })],
    ['grid world', () => gridWorld({ map: ['S..'], maxSteps: 2 })],
    ['bandit', () => bandit({ arms: 2, maxSteps: 2 })],
  ];

  test.each(worlds)('%s', (_, make) => {
    const world = make();
    expect(() => world.step(0)).toThrow('Call reset first');
    world.reset(0);
    for (const action of [-1, 0.5, 99]) expect(() => world.step(action)).toThrow(`found ${action}`);
    expect(world.step(0).truncated).toBe(false);
    expect(world.step(0)).toMatchObject({ truncated: true, terminated: false });
    expect(() => world.step(0)).toThrow('an episode that is going on');
  });

  test('and maps with holes in their rows, no start or strange letters', () => {
    for (const map of [[], ['S.', '.'], ['..'], ['SS'], ['Sx']]) {
      expect(() => gridWorld({ map })).toThrow('rows of one length');
    }
  });
});
