import { displayed } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { PlaygroundResult } from './compute.ts';
import { AFRESH, type PlaygroundProperties } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A network is given points of the plane and told their classes. What does it make of all the points it
        was never told about?
      </p>
      <p>
        The left picture asks it everywhere at once. Each small picture below does the same for one{' '}
        <b>unit</b>: the first hidden layer draws soft lines, the next bends what the first has drawn, and the
        output mixes them into a boundary. Blue is positive, rust negative; the wider an edge, the larger its
        weight. <b>Biases</b> stand under their units.
      </p>
      <p>
        Part of the points is kept apart, as a <b>dev set</b>, with open marks. As long as its curve falls
        with that of the training set, the network learns something about the data; where they part, it learns
        the points by heart.
      </p>
      <p>
        Choose a point, and the table says number by number how its answer comes about. Draw points of your
        own, or open a CSV file: nothing of it leaves this browser.
      </p>
    </>
  );
}

const isSpiral = ({ data, classes }: Pick<PlaygroundProperties, 'data' | 'classes'>) =>
  data === 'spirals' && classes === 2;

export const QUESTION: Question<PlaygroundResult> = {
  ask: 'Two spirals, and no hidden layer: what will the network get right of them?',
  choices: ['Nearly all', 'A good half', 'It gets all, given time'],
  answer({ scene }) {
    if (scene?.sizes.length !== 2 || scene.kind !== 'binary') return undefined;
    const [last = 0] = scene.curve.steps.slice(-1);
    return last >= 200 && scene.accuracy !== undefined ? (scene.accuracy > 0.9 ? 0 : 1) : undefined;
  },
  because: ({ scene }) =>
    `Without hidden units there is one straight line, and it gets ${displayed(scene?.accuracy ?? 0).text} right. Two hidden layers bend it into a spiral.`,
};

export const SELF_CHECKS: readonly SelfCheck<PlaygroundProperties, PlaygroundResult>[] = [
  {
    task: 'Bend a line into a spiral: get more than 0.95 of two spirals right.',
    done: ({ scene }, properties) => isSpiral(properties) && (scene?.accuracy ?? 0) > 0.95,
  },
  {
    task: 'Separate circles without a hidden layer: give the network other features.',
    done: ({ scene }, { data }) =>
      data === 'circles' && scene?.sizes.length === 2 && (scene.accuracy ?? 0) > 0.95,
  },
  {
    task: 'Drive training to a number that is none, and undo it.',
    done: ({ trouble }) => trouble !== undefined,
  },
];

const spiral: Partial<PlaygroundProperties> = {
  ...AFRESH,
  ...{ data: 'spirals', n: 200, noise: 0.02, classes: 2, features: [0, 1], split: 0.3, loss: 'crossentropy' },
  ...{ opt: 'adam', a: 0.01, batch: 10, reg: 'none', drop: [], seed: 0 },
};

export const AHAS: readonly Aha<PlaygroundProperties>[] = [
  {
    title: 'One line',
    text: 'No hidden layer, two spirals: run it, and it stays a line.',
    properties: { ...spiral, layers: [], act: [] },
  },
  {
    title: 'Bend it into a spiral',
    text: 'The same points, two layers of eight. Run it fast, and watch the units divide the work.',
    properties: { ...spiral, layers: [8, 8], act: ['tanh', 'tanh'] },
  },
  {
    title: 'x² and y² make it easy',
    text: 'Circles need no hidden layer where the network is given squares.',
    properties: { ...spiral, data: 'circles', noise: 0.05, features: [2, 3], layers: [], act: [], a: 0.1 },
  },
  {
    title: 'A number that is none',
    text: 'ReLU, squared errors and α = 1000: the loss overflows, and training says where.',
    properties: {
      ...{ ...spiral, layers: [8, 8], act: ['relu', 'relu'], opt: 'sgd', a: 1000, loss: 'mse' },
      ...{ data: 'sine', features: [0], noise: 0.1 },
    },
  },
];
