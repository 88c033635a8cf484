import { displayed } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { TopologyResult } from './compute.ts';
import { START_EDGES, type TopologyProperties, unitName } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        How units are connected decides what a net can be. If signals only go forwards, there is an{' '}
        <b>order</b>: each unit comes after all that feed it, and one pass computes everything.
      </p>
      <p>
        One edge back, and there is none: in a <b>loop</b> each would have to be known before the other. The
        way out is time. What closes the loop takes a moment, so a unit hears what was said a moment ago, and
        the net has a memory. Unrolled, it is feedforward again. Jordan’s and Elman’s nets are such, and in
        Hopfield’s every unit feeds every other.
      </p>
      <p>
        How weights come about is another matter: <b>who gives the signal?</b> A teacher who knows each right
        answer; nobody, when only the inputs themselves are ordered; or a world that rewards what was done and
        does not say what would have been better.
      </p>
      <p>
        Choose <i>y</i> and then <i>h</i>₁ to add an edge back. Then look at the others, and step.
      </p>
    </>
  );
}

/** What y says at each moment, as far as it is known. */
const outputsOf = ({ quantities }: TopologyResult) =>
  [1, 2, 3, 4].map((moment) => quantities[unitName('y', moment)]);

export const QUESTION: Question<TopologyResult> = {
  ask: 'The input is 1 at the first moment and 0 afterwards. Add an edge from y back to h₁, with a delay. What will y be at t = 2?',
  choices: ['0: the input is gone', 'Not 0: it hears itself', 'It cannot be computed'],
  answer(result) {
    const { connected } = result;
    const y = outputsOf(result)[1];
    if (!connected?.unrolled || y === undefined) return undefined;
    const back = connected.edges.some(({ ends }) => ends[0] === 'y' && ends[1] === 'h1');
    return back ? (y === 0 ? 0 : 1) : undefined;
  },
  because: (result) =>
    `y(2) is ${displayed(outputsOf(result)[1] ?? Number.NaN).text}: h₁ heard y(1), a moment ago.`,
};

export const SELF_CHECKS: readonly SelfCheck<TopologyProperties, TopologyResult>[] = [
  {
    task: 'Make a loop, and see which units it goes through.',
    done: ({ connected }) => connected?.cycle !== undefined,
  },
  {
    task: 'Give it a delay, and walk until an output outlives its input.',
    done: (result, { x }) => {
      const [, second, , last] = outputsOf(result);
      return (
        [second, last].some((y) => y !== undefined && y !== 0) && !x.slice(1).some((value) => value !== 0)
      );
    },
  },
  {
    task: 'Let the net that remembers come to rest in a pattern from another start.',
    done: ({ recalled }, { s }) =>
      recalled?.rest !== undefined && recalled.energies.length > 1 && s.some((value) => value > 0),
  },
  {
    task: 'Let the reward find the arm that pays most.',
    done: ({ learning, quantities }) =>
      learning?.bars !== undefined &&
      (quantities.N_3 ?? 0) > Math.max(quantities.N_1 ?? 0, quantities.N_2 ?? 0),
  },
];

/** Past the end of any of these. */
const END = 100_000;
export const AHAS: readonly Aha<TopologyProperties>[] = [
  {
    title: 'A back edge has no order',
    text: 'From y back to h₁: the loop is named, and nothing can be computed.',
    properties: { view: 'connect', edges: [...START_EDGES, 'y-h1'], delay: false, x: [1, 0, 0, 0], at: 0 },
  },
  {
    title: 'A back edge creates time',
    text: 'With a delay y goes on after the input has gone: each moment hears the one before.',
    properties: { view: 'connect', edges: [...START_EDGES, 'y-h1'], delay: true, x: [1, 0, 0, 0], at: END },
  },
  {
    title: 'A damaged pattern is mended',
    text: 'Two units are wrong; one after another takes the sign of its net input, and the energy only falls.',
    properties: { view: 'recall', s: [1, 1, -1, 1, 1, 1, -1, -1, -1], at: END },
  },
  {
    title: 'Three runs side by side',
    text: 'Told the answer, told nothing, told a reward: the same number of steps of each.',
    properties: { view: 'learning', a: 0.3, epsilon: 0.2, seed: 1, at: 60 },
  },
  {
    title: 'Nobody says what is right',
    text: 'No answers are given, and the two units still find the two heaps.',
    properties: { view: 'alone', a: 0.3, at: END },
  },
];
