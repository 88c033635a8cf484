import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/graph/threefry.ts';
import { dense, sequential, setBackend, setSeed, wasmBackend } from '../../src/index.ts';
import {
  cartPole,
  dqn,
  type Environment,
  evaluateAgent,
  frozenLake,
  type GridWorld,
  gridWorld,
  linearDecay,
  ReplayBuffer,
  reaches,
  recentReturn,
  reinforce,
  trainAgent,
} from '../../src/reinforce/index.ts';

// The same numbers on every machine, whether or not it has a BLAS.
setBackend(wasmBackend({ deterministic: true }));

/** Episodes in which a learner must have got there; most need a fifth of them. */
const LIMIT = 3000;

describe('cart-pole is solved: a mean return of at least 475 over 100 episodes', () => {
  test('by REINFORCE with a baseline', async () => {
    setSeed(4);
    const agent = reinforce(cartPole(), { seed: 4 });
    const until = reaches(500, agent, cartPole());
    const history = await trainAgent(agent, { episodes: LIMIT, until });
    expect(history.length).toBeLessThan(LIMIT);
    const { mean, returns } = evaluateAgent(agent, cartPole(), { episodes: 100, seed: 1000 });
    expect(returns).toHaveLength(100);
    expect(mean).toBeGreaterThanOrEqual(475);
    // It learnt that: at first the pole fell over at once.
    expect(history[0]?.return).toBeLessThan(100);
  });

  test('by a double DQN', async () => {
    setSeed(4);
    const agent = dqn(cartPole(), { seed: 4 });
    const history = await trainAgent(agent, { episodes: LIMIT, until: reaches(500, agent, cartPole()) });
    expect(history.length).toBeLessThan(LIMIT);
    expect(evaluateAgent(agent, cartPole(), { episodes: 100, seed: 1000 }).mean).toBeGreaterThanOrEqual(475);
    expect(history.at(-1)?.epsilon).toBeLessThan(0.1);
    expect(Number.isFinite(history.at(-1)?.loss)).toBe(true);
  });
});

const CELLS = [0, 1, 2, 3].map((cell) => [0, 1, 2, 3].map((at) => Number(at === cell)));

/** A world of four cells as a network sees it: 1 at the place of the cell. */
function asVectors(world: GridWorld): Environment<readonly number[]> {
  return {
    name: world.name,
    actionSpace: world.actionSpace,
    observationSpace: { kind: 'box', shape: [4], low: [0, 0, 0, 0], high: [1, 1, 1, 1] },
    reset(seed) {
      const { observation, info } = world.reset(seed);
      return { observation: CELLS[observation] ?? [], info };
    },
    step(action) {
      const { observation, ...rest } = world.step(action);
      return { ...rest, observation: CELLS[observation] ?? [] };
    },
  };
}

describe('DQN', () => {
  test.each([true, false])('values actions by their discounted returns, double: %s', (double) => {
    const run = (episodes: number) => {
      setSeed(1);
      const agent = dqn(asVectors(gridWorld({ map: ['S..G'], maxSteps: 12 })), {
        gamma: 0.5,
        epsilon: 1,
        warmUp: 64,
        targetEvery: 20,
        batchSize: 32,
        double,
        seed: 2,
      });
      for (let i = 0; i < episodes; i++) agent.learnEpisode();
      return agent;
    };
    const values = run(300).network.predict(CELLS.slice(0, 3)).array();
    // A reward of 1 at the goal, so 1, ½ and ¼ for the way there from each cell; one step back, half as much again.
    const expected = [
      [0.125, 0.125, 0.25, 0.125],
      [0.125, 0.25, 0.5, 0.25],
      [0.25, 0.5, 1, 0.5],
    ];
    expect(values).toEqual(expected.map((row) => row.map((value) => expect.closeTo(value, 1))));
    expect(run(20).network.getWeights()).toEqual(run(20).network.getWeights());
  });

  test('copies its network to the target only when that is due', () => {
    setSeed(3);
    const agent = dqn(cartPole(), { warmUp: 64, targetEvery: 100_000, seed: 3 });
    const before = agent.target.getWeights().map(({ data }) => [...data]);
    expect(agent.network.getWeights().map(({ data }) => [...data])).toEqual(before);
    for (let i = 0; i < 10; i++) agent.learnEpisode();
    expect(agent.target.getWeights().map(({ data }) => [...data])).toEqual(before);
    expect(agent.network.getWeights().map(({ data }) => [...data])).not.toEqual(before);
  });

  test('refuses states without numbers to feed a network, and a network of the wrong width', () => {
    // @ts-expect-error: cells of a lake are no rows of numbers, and the types say so too.
    expect(() => dqn(frozenLake())).toThrow('use qLearning or sarsa');
    expect(() => dqn(cartPole(), { network: () => sequential([dense(3)]) })).toThrow('2 outputs');
  });
});

test('REINFORCE without a baseline still learns, and says the loss of each update', async () => {
  setSeed(6);
  const agent = reinforce(cartPole({ maxSteps: 200 }), { baseline: false, episodesPerUpdate: 4, seed: 6 });
  const first = Array.from({ length: 12 }, () => agent.learnEpisode());
  const goal = 2 * recentReturn(first, 12);
  const later = await trainAgent(agent, {
    episodes: 800,
    until: (_, history) => recentReturn(history, 40) > goal,
  });
  expect(recentReturn(later, 40)).toBeGreaterThan(goal);
  const history = [...first, ...later];
  expect(history.map(({ loss }) => loss !== undefined).indexOf(true)).toBe(3);
  expect(history.every(({ baselineLoss }) => baselineLoss === undefined)).toBe(true);
});

test('a replay buffer keeps the last steps and draws all of them alike', () => {
  const buffer = new ReplayBuffer(3, 1);
  for (let i = 0; i < 5; i++) {
    buffer.add({ observation: [i], action: i, reward: i / 2, next: [i + 1], terminated: i === 4 });
  }
  expect(buffer.size).toBe(3);
  const { observations, actions, rewards, next, continues } = buffer.sample(3000, new RandomStream(1));
  const counts = [0, 0, 0, 0, 0];
  for (const [i, action] of actions.data.entries()) {
    counts[action] = (counts[action] ?? 0) + 1;
    expect(observations.data[i]).toBe(action);
    expect(rewards.data[i]).toBe(action / 2);
    expect(next.data[i]).toBe(action + 1);
    expect(continues.data[i]).toBe(action === 4 ? 0 : 1);
  }
  expect(counts.slice(0, 2)).toEqual([0, 0]);
  for (const count of counts.slice(2)) expect(Math.abs(count - 1000)).toBeLessThan(130);
});

test('a schedule falls in a straight line, then stays', () => {
  const epsilon = linearDecay(1, 0.1, 9);
  expect([0, 3, 9, 50].map(epsilon)).toEqual([1, 0.7, 0.1, 0.1].map((x) => expect.closeTo(x, 12)));
});

test('an evaluation that would not end says so', () => {
  const world = gridWorld({ map: ['S.G'], maxSteps: Number.POSITIVE_INFINITY });
  expect(() => evaluateAgent({ act: () => 0 }, world, { maxSteps: 100 })).toThrow(
    'Give the environment a maxSteps',
  );
});
