import { describe, expect, test } from 'vitest';
import '../../src/index.ts';
import {
  bandit,
  cartPole,
  cliffWalking,
  epsilonGreedy,
  evaluateAgent,
  frozenLake,
  type GridWorld,
  gridWorld,
  qLearning,
  sarsa,
  type TabularAgent,
  upperConfidenceBound,
} from '../../src/reinforce/index.ts';

/** The oracle: the worth of every state under the best policy, by value iteration over the known model. */
function optimalValues(world: GridWorld, gamma: number): number[][] {
  const states = Array.from({ length: world.observationSpace.n }, (_, state) => state);
  const actions = [0, 1, 2, 3];
  let best = states.map(() => 0);
  const worth = (state: number, action: number) =>
    world
      .transitions(state, action)
      .reduce(
        (sum, { probability, state: next, reward, terminated }) =>
          sum + probability * (reward + (terminated ? 0 : gamma * (best[next] ?? 0))),
        0,
      );
  for (let sweep = 0; sweep < 2000; sweep++) {
    best = states.map((state) => Math.max(...actions.map((action) => worth(state, action))));
  }
  return states.map((state) => actions.map((action) => worth(state, action)));
}

function learnt(agent: TabularAgent, episodes: number): TabularAgent {
  for (let i = 0; i < episodes; i++) agent.learnEpisode();
  return agent;
}

/** The greatest distance from the optimum, over states on the way of the best policy from the start. */
function distanceOnTheWay(agent: TabularAgent, world: GridWorld, optimum: number[][]): number {
  let [state, distance] = [world.start, 0];
  for (let step = 0; step < 50 && !world.isFinal(state); step++) {
    const values = optimum[state] ?? [];
    const best = Math.max(...values);
    const action = agent.act(state);
    expect(values[action]).toBeCloseTo(best, 6);
    distance = Math.max(distance, Math.abs((agent.row(state)[action] ?? 0) - best));
    state = world.transitions(state, action)[0]?.state ?? state;
  }
  expect(world.isFinal(state)).toBe(true);
  return distance;
}

describe('on firm ground the tables reach the optimum', () => {
  const map = ['S..#', '.#..', '...G'];
  const make = () => gridWorld({ map, rewards: { step: -0.04 } });
  const optimum = optimalValues(make(), 0.9);

  test('by Q-learning', () => {
    const world = make();
    const agent = learnt(qLearning(world, { gamma: 0.9, alpha: 0.5, epsilon: 0.3, seed: 1 }), 1000);
    expect(distanceOnTheWay(agent, world, optimum)).toBeLessThan(1e-6);
  });

  test('by SARSA, as exploration dies out', () => {
    const world = make();
    const options = { gamma: 0.9, alpha: 0.2, epsilon: (episode: number) => 1 / (1 + episode / 50), seed: 1 };
    const agent = learnt(sarsa(world, options), 6000);
    expect(distanceOnTheWay(agent, world, optimum)).toBeLessThan(0.02);
  });
});

test('on ice Q-learning with falling step sizes comes to the values of value iteration', () => {
  const lake = frozenLake();
  const optimum = optimalValues(lake, 0.9);
  const agent = learnt(
    qLearning(lake, { gamma: 0.9, alpha: (visits) => visits ** -0.75, epsilon: 1, seed: 2 }),
    100_000,
  );
  for (const [state, values] of optimum.entries()) {
    if (lake.isFinal(state)) continue;
    values.forEach((value, action) => {
      expect(Math.abs((agent.row(state)[action] ?? Number.NaN) - value)).toBeLessThan(0.03);
    });
    // What it would do is as good as the best, as far as that can be told apart.
    expect(values[agent.act(state)]).toBeGreaterThan(Math.max(...values) - 0.01);
  }
});

test('along the cliff Q-learning learns the shortest way, and SARSA, which counts its own slips, a safer one', () => {
  const greedy = (make: typeof qLearning) => {
    const agent = learnt(make(cliffWalking(), { gamma: 1, alpha: 0.2, epsilon: 0.1, seed: 4 }), 3000);
    return evaluateAgent(agent, cliffWalking(), { episodes: 1 }).mean;
  };
  // −13 is the optimum (Sutton and Barto, example 6.6); the safe path along the top is worth −17.
  expect(greedy(qLearning)).toBe(-13);
  const careful = greedy(sarsa);
  expect(careful).toBeLessThanOrEqual(-15);
  expect(careful).toBeGreaterThanOrEqual(-17);
});

test('every update can be followed, with the numbers that it is made of', () => {
  const agent = sarsa(gridWorld({ map: ['S.G'], rewards: { step: -1 } }), {
    alpha: 0.5,
    gamma: 0.9,
    seed: 5,
  });
  const steps = [...agent.episode()];
  expect(steps.length).toBeGreaterThan(1);
  const table = new Map<string, number>();
  for (const [i, update] of steps.entries()) {
    const { state, action, reward, nextState, nextAction, alpha, before, target, after } = update;
    expect(before).toBe(table.get(`${state},${action}`) ?? 0);
    const future = nextAction === undefined ? 0 : (table.get(`${nextState},${nextAction}`) ?? 0);
    expect(target).toBeCloseTo(reward + 0.9 * future, 12);
    expect(after).toBeCloseTo(before + alpha * (target - before), 12);
    table.set(`${state},${action}`, after);
    // SARSA does what it counted on.
    if (steps[i + 1]) expect(steps[i + 1]).toMatchObject({ state: nextState, action: nextAction });
  }
  expect(steps.at(-1)).toMatchObject({ nextState: 2, nextAction: undefined, target: 1 });
});

test('a table needs states that can be counted', () => {
  // @ts-expect-error: a cart-pole has no numbered states, and the types say so too.
  expect(() => qLearning(cartPole())).toThrow('Use dqn');
});

describe('bandit agents', () => {
  const means = [0.2, -0.3, 1.5, 0.9];

  test('estimates are the means of what each arm has paid', () => {
    const agent = epsilonGreedy(bandit({ means }), { epsilon: 0.5, seed: 1 });
    const pulls = agent.run(500);
    for (const [arm, estimate] of agent.estimates.entries()) {
      const paid = pulls.filter(({ action }) => action === arm).map(({ reward }) => reward);
      expect(agent.counts[arm]).toBe(paid.length);
      expect(estimate).toBeCloseTo(paid.reduce((a, b) => a + b, 0) / paid.length, 10);
    }
  });

  test.each([
    ['ε-greedy', () => epsilonGreedy(bandit({ means }), { epsilon: 0.1, seed: 1 })],
    ['upper confidence bounds', () => upperConfidenceBound(bandit({ means }), { c: 1, seed: 1 })],
  ])('%s come to pull the best arm', (_, make) => {
    const late = make().run(2000).slice(1000);
    // ε-greedy pulls it with probability 1 − ε + ε/4 = 0.925 in the long run.
    expect(late.filter(({ optimal }) => optimal).length / late.length).toBeGreaterThan(0.88);
  });

  test('without exploration the first arm that pays is kept to; upper bounds try all', () => {
    const sure = { means: [1, 2], deviation: 0 };
    const greedy = epsilonGreedy(bandit(sure), { epsilon: 0, seed: 3 });
    expect(new Set(greedy.run(50).map(({ action }) => action)).size).toBe(1);
    const bounds = upperConfidenceBound(bandit(sure), { seed: 3 });
    expect(new Set(bounds.run(2).map(({ action }) => action))).toEqual(new Set([0, 1]));
  });
});
