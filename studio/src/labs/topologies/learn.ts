import { bandit, epsilonGreedy } from 'pellucid/reinforce';
import {
  add,
  competitiveLearning,
  divide,
  gateTable,
  operand,
  subtract,
  symbolText,
  trainPerceptron,
} from 'pellucid/units';
import type { TopologyProperties } from './properties.ts';
import { putTrace, type Sheet } from './sheet.ts';

type Point = readonly [number, number];

/** A way of learning: who says what is right, and a picture of it. */
export interface Learning {
  readonly title: string;
  /** Who gives the signal. */
  readonly signal: string;
  /** Names of what is learned. */
  readonly names: readonly string[];
  readonly points: readonly { readonly at: Point; readonly kind: string; readonly here: boolean }[];
  /** w₁x₁ + w₂x₂ + b = 0. */
  readonly line?: readonly [w1: number, w2: number, b: number];
  /** Where units stand. */
  readonly units?: readonly Point[];
  /** What each arm is thought to pay. */
  readonly bars?: readonly { readonly name: string; readonly value: number; readonly here: boolean }[];
}

interface Outcome {
  readonly learning: Learning;
  readonly length: number;
  readonly focus?: string;
  readonly said: string;
}

const pair = ([a = 0, b = 0]: readonly number[]): Point => [a, b];

/** Supervised: a perceptron is told the right answer for every row of OR. */
export function withTeacher(sheet: Sheet, { a, at }: TopologyProperties): Outcome {
  const { inputs, outputs } = gateTable('or');
  const targets = outputs.map((output) => (output === 1 ? 1 : -1));
  const { trace } = trainPerceptron(inputs, targets, { learningRate: a, theta: 0, epochs: 20 });
  const position = Math.min(at, trace.length);
  const last = putTrace(sheet, trace, position);
  const here = Number(last?.group.example ?? 0);
  const state = trace.at(position);
  return {
    learning: {
      title: 'With a teacher',
      signal: 'A teacher: for each row the right answer t is given, and the error t is known at once.',
      names: ['w_1', 'w_2', 'b', 'α', ...(here > 0 ? ['x_1', 'x_2', 't', 'y_in', 'y'] : [])],
      points: inputs.map((at, i) => ({
        ...{ at: pair(at), kind: targets[i] === 1 ? '+' : '−', here: i + 1 === here },
      })),
      line: [state.w_1 ?? 0, state.w_2 ?? 0, state.b ?? 0],
    },
    length: trace.length,
    ...(last && { focus: last.formula.result.symbol }),
    said: last
      ? `Epoch ${last.group.epoch}, row ${here}: ${last.title}, ${symbolText(last.formula.result.symbol)}.`
      : 'A perceptron, before it has seen anything of OR.',
  };
}

/** Two heaps of points. */
const HEAPS: readonly Point[] = [
  [0.1, 0.2],
  [0.9, 0.8],
  [0.25, 0.1],
  [0.75, 0.95],
  [0.2, 0.3],
  [0.85, 0.7],
];
const FIRST: readonly Point[] = [
  [0.5, 0.4],
  [0.55, 0.6],
];

/** Unsupervised: of two units the nearer one moves, and nobody says which should. */
export function alone(sheet: Sheet, { a, at }: TopologyProperties): Outcome {
  const { trace } = competitiveLearning(
    HEAPS.map((point) => [...point]),
    { weights: FIRST.map((point) => [...point]), learningRate: a, epochs: 3 },
  );
  const position = Math.min(at, trace.length);
  const last = putTrace(sheet, trace, position);
  const here = Number(last?.group.example ?? 0);
  const state = trace.at(position);
  const weights = ['w_11', 'w_21', 'w_12', 'w_22'];
  return {
    learning: {
      title: 'Alone',
      signal: 'Nobody: there are inputs and no answers. The nearer unit wins, and moves towards what it saw.',
      names: [...weights, 'α', ...(here > 0 ? ['x_1', 'x_2', 'd_1', 'd_2', 'winner'] : [])],
      points: HEAPS.map((point, i) => ({ at: point, kind: '·', here: i + 1 === here })),
      units: [1, 2].map((j) => [state[`w_1${j}`] ?? 0, state[`w_2${j}`] ?? 0]),
    },
    length: trace.length,
    ...(last && { focus: last.formula.result.symbol }),
    said: last
      ? `Epoch ${last.group.epoch}, point ${here}: ${last.title}.`
      : 'Two units stand between two heaps of points.',
  };
}

export const PULLS = 60;
/** What the arms pay on average; the agent is not told. */
const MEANS = [0.2, 0.5, 1];

/** Reinforcement: a reward for what was done, and nothing about what would have been better. */
export function withReward(sheet: Sheet, { epsilon, seed, at }: TopologyProperties): Outcome {
  const world = bandit({ means: MEANS, deviation: 0.5 });
  const agent = epsilonGreedy(world, { epsilon, seed });
  const position = Math.min(at, PULLS);
  const arms = MEANS.map((_, arm) => arm);
  for (const arm of arms) {
    sheet.put(`Q_${arm + 1}`, agent.estimates[arm] ?? 0);
    sheet.put(`N_${arm + 1}`, 0);
  }
  const pulls = agent.run(position);
  for (const { action, reward, before, after, count, step } of pulls) {
    const [Q, N] = [`Q_${action + 1}`, `N_${action + 1}`];
    const old = operand(`Q_${action + 1}[before]`, before);
    const counted = sheet.put(N, count, add(operand(`N_${action + 1}[before]`, count - 1), 1));
    const paid = operand('R', reward);
    const change = divide(subtract(paid, old), counted);
    sheet.put(Q, after, add(old, change));
    if (step !== position) continue;
    sheet.put('R', reward);
    sheet.put(old.symbol, before);
    sheet.put(`N_${action + 1}[before]`, count - 1);
  }
  const last = pulls.at(-1);
  const pulled = last && last.action + 1;
  return {
    learning: {
      title: 'By reward',
      signal:
        'The world: after each pull it pays a reward R. It never says which arm would have paid more; that has to be tried.',
      names: [
        ...arms.flatMap((arm) => [`Q_${arm + 1}`, `N_${arm + 1}`]),
        ...(pulled ? ['R', `Q_${pulled}[before]`, `N_${pulled}[before]`] : []),
      ],
      points: [],
      bars: arms.map((arm) => ({
        ...{ name: `Q_${arm + 1}`, value: sheet.quantities[`Q_${arm + 1}`] ?? 0 },
        here: arm === last?.action,
      })),
    },
    length: PULLS,
    ...(pulled && { focus: `Q_${pulled}` }),
    said: last
      ? `Pull ${last.step}: arm ${pulled}, ${last.explored ? 'to try it out' : 'thought the best'}.`
      : 'Three arms; what they pay is unknown.',
  };
}
