import { displayed, LECTURE_SLIPS, type Slip } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { ActivationResult } from './compute.ts';
import type { ActivationProperties } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A unit bends its net input <i>z</i> through an activation function <i>f</i>. Without the bend, any
        number of layers is one layer. With it, learning needs the slope: how much the output moves when{' '}
        <i>z</i> moves a little. That slope is <i>f</i>′, the steepness of the tangent.
      </p>
      <p>
        <b>Backwards</b>, a gradient is multiplied by <i>f</i>′ in every layer. Here the weights are all 1 and
        every layer meets the same <i>z</i>, so nothing but the function decides what is left of it. Step, and
        follow one factor after the other.
      </p>
      <p>
        Drag <i>z</i> outwards: where a curve lies flat, its unit is saturated and passes hardly anything on.
        Then change the function. A sigmoid’s slope is never more than a quarter, a rectifier’s is 1 or 0, and
        the threshold unit’s is 0 everywhere: it cannot learn from gradients at all.
      </p>
      <p>Every number opens with its formula.</p>
    </>
  );
}

export const QUESTION: Question<ActivationResult> = {
  ask: 'A gradient of 1 goes back through all layers. Will more than a thousandth of it arrive?',
  choices: ['More than a thousandth', 'A thousandth or less'],
  answer: ({ gradients, length, whole }) =>
    gradients.length < length ? undefined : Math.abs(whole) > 1e-3 ? 0 : 1,
  because: ({ whole, quantities, length }) =>
    `${displayed(quantities['f′'] ?? Number.NaN).text}, multiplied ${length} times, is ${displayed(whole).text}.`,
};

export const SELF_CHECKS: readonly SelfCheck<ActivationProperties, ActivationResult>[] = [
  {
    task: 'Find the z at which the sigmoid is steepest.',
    done: ({ quantities }, { f }) => f === 'sigmoid' && quantities['f′'] === 0.25,
  },
  {
    task: 'Bring a gradient of 1 through 20 layers unharmed, by a function that is not linear.',
    done: ({ gradients }, { f, at }) =>
      f !== 'linear' && at >= 20 && gradients.length >= 20 && gradients.every((gradient) => gradient === 1),
  },
  {
    task: 'Let it die in a single layer.',
    done: ({ gradients }) => gradients[0] === 0,
  },
];

export const AHAS: readonly Aha<ActivationProperties>[] = [
  {
    title: 'At its very best',
    text: 'The sigmoid is steepest at z = 0, with slope 0.25. Ten layers leave 0.25¹⁰ = 9.537×10⁻⁷, a millionth.',
    properties: { f: 'sigmoid', x: 0, depth: 10, at: 10 },
  },
  {
    title: 'The rectifier passes it on',
    text: 'Where it is open, the slope is 1, and so is the product of ten.',
    properties: { f: 'relu', x: 1, depth: 10, at: 10 },
  },
  {
    title: 'A dead unit',
    text: 'Below 0 a rectifier’s slope is 0: one such layer, and nothing arrives.',
    properties: { f: 'relu', x: -1, depth: 10, at: 10 },
  },
];

export const SLIPS: readonly Slip[] = LECTURE_SLIPS.filter(({ where }) => where.startsWith('1.2'));
