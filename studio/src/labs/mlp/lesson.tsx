import { displayed, LECTURE_SLIPS, type Slip } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import { fallbacks } from '../../properties.ts';
import { type MlpProperties, PROPERTIES } from './properties.ts';
import type { MlpResult } from './result.ts';

export function Prose() {
  return (
    <>
      <p>
        A network of four inputs, two hidden units and one output answers 0.4174 where 1 is wanted. It has ten
        weights and three biases. Which of them are to blame, and by how much?
      </p>
      <p>
        <b>Forward</b>, each unit adds what reaches it, weighted, and its bias: that is its net input <i>I</i>
        . The sigmoid makes of it the output <i>O</i>. <b>Backward</b>, the output’s error is scaled by the
        slope <i>O</i>(1 − <i>O</i>), and each hidden unit is charged with its share: the errors above it,
        through the weights that led there. Then every weight moves by <i>α</i> · Error · <i>O</i>.
      </p>
      <p>
        Step through it. Blue and solid is positive, rust and dashed negative; the wider, the larger. Every
        number opens on the right with the formula it came from. Drag a weight, or type it, and all that
        follows from it follows at once.
      </p>
      <p>
        The lecture’s printed table differs in three places. Switch to <i>as printed</i> to compute with its
        slip kept.
      </p>
    </>
  );
}

export const QUESTION: Question<MlpResult> = {
  ask: 'After one correction, will what the network answers be nearer to its target?',
  choices: ['Nearer', 'Farther', 'The same'],
  answer({ errors }) {
    if (!errors) return undefined;
    const [first, second] = errors.map(Math.abs);
    return Number(second) < Number(first) ? 0 : Number(second) > Number(first) ? 1 : 2;
  },
  because({ errors }) {
    const [first = '', second = ''] = errors?.map((error) => displayed(error).text) ?? [];
    return `The error went from ${first} to ${second}. A step against the gradient lowers it, if α is not too large.`;
  },
};

export const SELF_CHECKS: readonly SelfCheck<MlpProperties, MlpResult>[] = [
  {
    task: 'Open a number: walk to where O₇ is known.',
    done: ({ quantities }) => quantities.O_7 !== undefined,
  },
  {
    task: 'Finish an iteration: every weight has its new value.',
    done: ({ quantities }) => quantities['θ_7.new'] !== undefined,
  },
  {
    task: 'Make I₆ come out at 1.2 with the right formula.',
    done: ({ quantities }, { printed }) =>
      !printed && quantities.I_6 !== undefined && Math.abs(quantities.I_6 - 1.2) < 1e-9,
  },
];

const at = PROPERTIES.at.fallback;
/** The lecture's network, whichever is on the stage. */
const LECTURE = (({ sizes, w, b, x, t, acts, out, loss, a }) => ({ sizes, w, b, x, t, acts, out, loss, a }))(
  fallbacks(PROPERTIES),
);
export const AHAS: readonly Aha<MlpProperties>[] = [
  {
    title: 'Meet the slide',
    text: 'With w₁₆ at 0.3 instead of 0.1, I₆ is 1.2: the number the lecture printed, by reading w₁₅ for w₁₆.',
    properties: { ...LECTURE, w: LECTURE.w.with(1, 0.3), printed: false, at: at + 6 },
  },
  {
    title: 'As it was printed',
    text: 'The slip kept: I₆ = 1.2, and everything computed from it is off with it.',
    properties: { ...LECTURE, printed: true, at: at + 6 },
  },
  {
    title: 'An input of 0 learns nothing',
    text: 'x₃ is 0, so w₃₅ and w₃₆ have no share in the output, and Δw is 0 for both.',
    properties: { ...LECTURE, at: at + 36 },
  },
];

export const SLIPS: readonly Slip[] = LECTURE_SLIPS.filter(({ where }) => where.includes('1.4'));
