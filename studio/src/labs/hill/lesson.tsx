import { displayed, LECTURE_SLIPS, type Slip } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { HillResult, Way } from './compute.ts';
import { type HillProperties, STEPS, SURFACES, surfaceState } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A loss is a hill, seen here from above: each thin line joins points of equal height. A method stands
        somewhere, is told the gradient there, and moves. All of these are the library’s own optimizers.
      </p>
      <p>
        <b>Gradient descent</b> goes <i>α</i> times the gradient downhill. How large <i>α</i> may be, the
        surface says: along the direction in which it bends most, by <i>λ</i>max, a step multiplies the
        distance by 1 − <i>α</i>·<i>λ</i>max. Past <i>α</i> = 2/<i>λ</i>max that is below −1, and every step
        ends further away. The flattest direction is then the slow one; <i>κ</i> = <i>λ</i>max/<i>λ</i>min
        says how far the two are apart.
      </p>
      <p>
        <b>Momentum</b> keeps a velocity. <b>Adagrad</b> and <b>RMSprop</b> divide by the size of past
        gradients. <b>Adam</b> does both. With noise, sixteen examples pull in ways of their own: SGD asks one
        of them, a mini-batch <i>K</i>, GD all.
      </p>
      <p>Drag the start, choose up to four methods, and run.</p>
    </>
  );
}

const gdOf = ({ ways }: HillResult): Way | undefined => ways.find(({ method }) => method === 'gd');
const steps = ({ places }: Way) => places.length - 1;
/** Whether it stands lower than where it began; a height that is no number is none. */
const isLower = ({ heights: [start, now] }: Way) => now < start;

export const QUESTION: Question<HillResult> = {
  ask: 'On the bowl λmax is 10, so 2/λmax is 0.2. Set α to 0.21 and run. What does gradient descent (GD) do?',
  choices: ['It comes down, only faster', 'It swings to and fro at the same distance', 'It runs away'],
  answer(result) {
    const gd = gdOf(result);
    if (!gd?.product || steps(gd) < 30 || !(gd.product > 2 && gd.product < 2.4)) return undefined;
    const [start, now] = gd.heights;
    return isLower(gd) ? 0 : now > 2 * start ? 2 : 1;
  },
  because(result) {
    const gd = gdOf(result);
    if (!gd?.product) return '';
    const factor = displayed(1 - gd.product).text;
    return `α·λmax is ${displayed(gd.product).text}: each step multiplies the distance in the steep direction by ${factor}.`;
  },
};

export const SELF_CHECKS: readonly SelfCheck<HillProperties, HillResult>[] = [
  {
    task: `Find an α with α·λmax above 1.8 at which GD still comes down, and walk all ${STEPS} steps.`,
    done(result) {
      const gd = gdOf(result);
      return gd !== undefined && (gd.product ?? 0) > 1.8 && steps(gd) === STEPS && isLower(gd);
    },
  },
  {
    task: 'Let a method run away, and read why.',
    done: ({ ways }) => ways.some(({ lost, verdict }) => lost !== undefined && verdict !== undefined),
  },
  {
    task: 'From one start, let two methods end in different valleys of Himmelblau’s surface.',
    done({ ways }, { surface }) {
      const ends = ways.filter((way) => steps(way) === STEPS && way.heights[1] < 1);
      return (
        surface === 'himmelblau' &&
        ends.some(({ places }) =>
          ends.some(({ places: other }) => {
            const [a, b] = [places.at(-1), other.at(-1)];
            return a !== undefined && b !== undefined && Math.hypot(a[0] - b[0], a[1] - b[1]) > 2;
          }),
        )
      );
    },
  },
];

const { start } = SURFACES.bowl;

export const AHAS: readonly Aha<HillProperties>[] = [
  {
    title: 'Just below 2/λmax',
    text: 'α = 0.19: GD overshoots at every step, but by a little less each time.',
    properties: { ...surfaceState('bowl'), methods: ['gd'], noise: 0, a: 0.19, at: STEPS },
  },
  {
    title: 'Just past 2/λmax it explodes',
    text: 'α = 0.21, a tenth more: by a little more each time.',
    properties: { ...surfaceState('bowl'), methods: ['gd'], noise: 0, a: 0.21, at: STEPS },
  },
  {
    title: 'Momentum along a narrow valley',
    text: 'κ = 100: what is safe for the steep direction crawls along the flat one. A velocity adds up there.',
    properties: {
      ...{ surface: 'bowl', ...start, k: 100, a: 0.01, beta: 0.9, noise: 0, at: STEPS },
      methods: ['gd', 'momentum', 'nesterov'],
    },
  },
  {
    title: 'Adam’s first step',
    text: 'It is α in every direction, however steep: only the sign of the gradient counts.',
    properties: { ...surfaceState('bowl'), methods: ['gd', 'adam'], noise: 0, a: 0.15, at: 1 },
  },
  {
    title: 'One example, four, all',
    text: 'SGD wanders about the bottom, a mini-batch less, and gradient descent does not.',
    properties: {
      ...{ ...surfaceState('bowl'), a: 0.05, noise: 2, batch: '4', at: STEPS },
      methods: ['gd', 'sgd', 'batch'],
    },
  },
];

export const SLIPS: readonly Slip[] = LECTURE_SLIPS.filter(({ where }) => /gradient descent/.test(where));
