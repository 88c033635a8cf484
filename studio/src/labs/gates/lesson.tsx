import { LECTURE_SLIPS, type Slip } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { GatesResult } from './compute.ts';
import { type GatesProperties, gateState, isXor, targetsOf } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A unit with two inputs draws a line through the plane and answers 1 on one side and −1 on the other. A
        gate is four points with their answers. Which gates can one line be?
      </p>
      <p>
        The <b>perceptron rule</b> starts with weights of 0 and takes the rows in turn. From <i>y_in</i> ={' '}
        <i>b</i> + <i>x₁w₁</i> + <i>x₂w₂</i> follows <i>y</i>: 1 above <i>θ</i>, −1 below −<i>θ</i>, and 0
        between, which is never right. Is <i>y</i> as wanted, nothing happens. If not, each weight moves by{' '}
        <i>α</i> · <i>t</i> · <i>x</i>, and the bias by <i>α</i> · <i>t</i>. An epoch without a correction
        ends it.
      </p>
      <p>
        Whether a line exists does not depend on the rule. Beside the plane stands the proof: a line with its
        margin, or a point that both sides share, as mixtures of their rows. No line can have the same point
        on both of its sides.
      </p>
      <p>Step through AND first. Then choose XOR.</p>
    </>
  );
}

export const QUESTION: Question<GatesResult> = {
  ask: 'Choose XOR and run. Will the rule stop by itself?',
  choices: ['Yes, after some epochs', 'No, it goes round'],
  answer({ hidden, cycle, epoch }) {
    if (!hidden) return undefined;
    return cycle && epoch > cycle[1] ? 1 : undefined;
  },
  because: ({ cycle }) =>
    cycle
      ? `Epoch ${cycle[1]} ended with the weights of epoch ${cycle[0]}. The same weights meet the same rows: it repeats for ever.`
      : '',
};

export const SELF_CHECKS: readonly SelfCheck<GatesProperties, GatesResult>[] = [
  { task: 'Walk until the rule stops by itself.', done: ({ stopped }) => stopped },
  {
    task: 'Let two output units learn two gates, and both stop.',
    done: ({ stopped, units }) => stopped && units.length > 1,
  },
  {
    task: 'Find a table that no line separates, and walk until its weights repeat.',
    done: ({ cycle, epoch }) => cycle !== undefined && epoch > cycle[1],
  },
  {
    task: 'See XOR solved by one hidden layer.',
    done: ({ solved }, properties) => solved && isXor(properties),
  },
];

/** Past the end of any of these. */
const END = 100_000;
export const AHAS: readonly Aha<GatesProperties>[] = [
  {
    title: 'AND is learned',
    text: 'With α = 1 and θ = 0.2, until an epoch changes nothing.',
    properties: { ...gateState('and'), a: 1, theta: 0.2, at: END },
  },
  {
    title: 'XOR goes round, one hidden layer solves it',
    text: 'The same weights come again. Below, OR and NAND with AND above them have every row right.',
    properties: { ...gateState('xor'), a: 1, theta: 0.2, at: END },
  },
  {
    title: 'Two outputs, two lines',
    text: 'OR and NAND learned side by side: the hidden layer that XOR needs.',
    properties: { ...gateState('or'), u: targetsOf('nand'), a: 1, theta: 0.2, at: END },
  },
];

export const SLIPS: readonly Slip[] = LECTURE_SLIPS.filter(({ where }) => where.includes('1.3'));
