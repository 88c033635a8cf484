import { displayed, LECTURE_SLIPS, type Slip } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { NeuronResult } from './compute.ts';
import { gateUnit } from './gate.ts';
import { type NeuronProperties, PROPERTIES } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A nerve cell gathers signals on its dendrites. Some synapses excite it, others inhibit it, each with a
        strength of its own. If what has gathered reaches a threshold, a spike leaves along the axon; if not,
        nothing does.
      </p>
      <p>
        McCulloch and Pitts made of this, in 1943, a unit that can be calculated. Every input <i>x</i> is
        multiplied by its weight <i>w</i>, the products are summed, and the threshold <i>T</i> is taken away.
        From 0 upwards the output <i>Y</i> is 1, below it 0. That is all that is kept of the cell: no timing,
        no chemistry.
      </p>
      <p>
        Move the slider from cell to node and watch which part becomes which. Choose a number, and its part is
        marked in the picture and in the table. Then step: first the sum, then the decision. Inputs, weights
        and the threshold can all be changed; open one of them and type.
      </p>
    </>
  );
}

export const QUESTION: Question<NeuronResult> = {
  ask: 'With the numbers as they are now: will the unit fire?',
  choices: ['It fires', 'It stays silent'],
  answer: ({ fires }) => (fires === undefined ? undefined : fires ? 0 : 1),
  because: ({ quantities }) =>
    `The sum less the threshold is ${displayed(quantities.net ?? Number.NaN).text}; from 0 upwards the unit fires.`,
};

export const SELF_CHECKS: readonly SelfCheck<NeuronProperties, NeuronResult>[] = [
  {
    task: 'Walk to the decision.',
    done: ({ fires }) => fires !== undefined,
  },
  {
    task: 'Let the unit stay silent although an input with a positive weight is on.',
    done: ({ fires }, { w, x }) => fires === false && w.some((weight, i) => weight > 0 && (x[i] ?? 0) > 0),
  },
  {
    task: 'Bring the sum exactly to the threshold. Equality fires.',
    done: ({ fires, quantities }) => fires === true && quantities.net === 0,
  },
  {
    task: 'With two inputs, make of the unit a NOR without choosing it above.',
    done: ({ gate }, { w, T }) => gate?.name === 'nor' && T !== gateUnit('nor').T && w.length === 2,
  },
];

export const AHAS: readonly Aha<NeuronProperties>[] = [
  {
    title: 'Above the threshold',
    text: 'The sum is 0.9 and T is 0.7: the unit fires.',
    properties: { w: PROPERTIES.w.fallback, x: PROPERTIES.x.fallback, T: 0.7, at: 2 },
  },
  {
    title: 'Same sum, new T',
    text: 'Not an input, not a weight has changed, the sum is still 0.9. With T = 1 the same unit is silent.',
    properties: { w: PROPERTIES.w.fallback, x: PROPERTIES.x.fallback, T: 1, at: 2 },
  },
  {
    title: 'An inhibitor wins',
    text: 'The third input inhibits: switched on, it takes 0.3 from the sum, and 0.6 does not reach 0.7.',
    properties: { w: PROPERTIES.w.fallback, x: [1, 1, 1], T: 0.7, at: 2 },
  },
  {
    title: 'OR becomes AND',
    text: 'Weights 1 and 1: with T = 0.5 the unit is OR, with T anywhere above 1 and up to 2 it is AND.',
    properties: { w: [1, 1], x: [1, 0], T: 1.5, at: 2 },
  },
];

export const SLIPS: readonly Slip[] = LECTURE_SLIPS.filter(({ where }) => where.startsWith('1.1'));
