import { displayed } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { FloatResult } from './compute.ts';
import { type FloatProperties, STEPS } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A computer’s numbers are few. A float has a sign <i>S</i>, an exponent <i>E</i> and a fraction{' '}
        <i>F</i>, and stands for (1 − 2<i>S</i>)(1 + <i>F</i>/2<sup>f</sup>)·2
        <sup>E − bias</sup>. Between one power of two and the next lie equally many, so the gaps double with
        every power. Whatever is computed goes to the nearest one.
      </p>
      <p>
        That has consequences. A small number added to a large one can vanish: <b>absorption</b>. What is too
        large becomes ∞: <b>overflow</b>. What is too small becomes 0: <b>underflow</b>. And ∞/∞ or 0/0 is no
        number at all.
      </p>
      <p>
        The remedies are arithmetic, too. Softmax does not change when every logit is shifted by the same
        amount, so the greatest is taken off first. Gradients too small for float16 are kept alive by scaling
        the loss, and divided again in float32, where the weights are kept.
      </p>
      <p>Choose a format, type a number, flip its bits, and run the three descents.</p>
    </>
  );
}

const isAbsorbed = ({ quantities: { x, y, sum } }: FloatResult) =>
  sum === x && y !== 0 && Number.isFinite(sum ?? Number.NaN);
const isNaive = (result: FloatResult, finite: boolean) =>
  result.softmax.rows.every(({ naive }) => Number.isFinite(result.quantities[naive]) === finite);
const isStable = ({ softmax, quantities }: FloatResult) =>
  softmax.rows.every(({ stable }) => Number.isFinite(quantities[stable]));

export const QUESTION: Question<FloatResult> = {
  ask: 'In float16: what is 2048 + 1? Type 2048 as the number and add 1.',
  choices: ['2049', '2048', '2050', '∞'],
  answer({ format, quantities: { x, y, sum } }) {
    if (format !== 'float16' || x !== 2048 || y !== 1) return undefined;
    const found = [2049, 2048, 2050, Number.POSITIVE_INFINITY].indexOf(sum ?? Number.NaN);
    return found < 0 ? undefined : found;
  },
  because: ({ quantities: { x, u } }) =>
    `From ${displayed(x ?? 0).text} on the numbers of float16 lie ${displayed(u ?? 0).text} apart; 2049 is in the middle between two, and goes to the one whose last bit is 0.`,
};

export const SELF_CHECKS: readonly SelfCheck<FloatProperties, FloatResult>[] = [
  {
    task: 'Find a sum that is its first number, although what is added is not 0.',
    done: isAbsorbed,
  },
  {
    task: 'Make ∞, or no number, by flipping bits.',
    done: ({ kind }) => kind === 'infinite' || kind === 'not a number',
  },
  {
    task: 'Find logits for which the plain softmax gives no numbers, and the shifted one does.',
    done: (result) => !isNaive(result, true) && isStable(result),
  },
  {
    task: 'Let a gradient that would be 0 survive by scaling the loss.',
    done: ({ quantities }) => quantities['g[plain]'] === 0 && (quantities['g[unscaled]'] ?? 0) !== 0,
  },
];

export const AHAS: readonly Aha<FloatProperties>[] = [
  {
    title: '2048 + 1 = 2048',
    text: 'In float16 the next number after 2048 is 2050.',
    properties: { format: 'float16', n: 2048, m: 1 },
  },
  {
    title: '0.1 + 0.2 is not 0.3',
    text: 'Tenths have no finite binary digits, not even in float64.',
    properties: { format: 'float64', n: 0.1, m: 0.2 },
  },
  {
    title: 'Softmax of 1000, 1001, 1002',
    text: 'As it is defined: no numbers. Shifted: 0.0900, 0.2447, 0.6652.',
    properties: { format: 'float32', logits: [1000, 1001, 1002] },
  },
  {
    title: 'exp(12) is ∞ in float16',
    text: 'Its greatest number is 65504.',
    properties: { format: 'float16', logits: [12, 11, 10] },
  },
  {
    title: 'A gradient that survives',
    text: '1e-8 is 0 in float16; times 4096 it is not. The same decides three whole descents.',
    properties: { format: 'float16', g: 1e-8, p: 12, at: STEPS },
  },
];
