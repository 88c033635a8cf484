import { displayed } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { FlowResult } from './compute.ts';
import type { FlowProperties } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        A deep network is a long product. Forward, each layer multiplies the variance of the signals;{' '}
        <b>backward</b>, each multiplies the variance of the gradients, by about units · E[<i>w</i>²] · E[
        <i>f</i>′²]. A factor of a half is nothing in one layer. In twenty-four it is a sixteen-millionth, and
        the first layers stand still.
      </p>
      <p>
        Glorot’s start keeps the factor at 1 where the slope is 1, as for tanh near 0. A rectifier is off for
        half of its inputs, and He’s start makes up for that with twice the variance. Sigmoids cannot be
        helped so: their slope is a quarter at best.
      </p>
      <p>
        Normalisation sets the variance anew in every layer, residual connections give the gradient a way
        around, clipping keeps an explosion in bounds. Try each, then train a few steps and watch.
      </p>
      <p>
        Choose a layer to see its units. Every number opens with its formula; the verdicts are the library’s
        diagnosis.
      </p>
    </>
  );
}

/** A loss that has fallen by a tenth learns; one that has not after so many steps does not. */
const ENOUGH = { share: 0.9, steps: 60 } as const;

export const QUESTION: Question<FlowResult> = {
  ask: 'Will 60 steps of training make the loss a tenth smaller?',
  choices: ['Yes, it learns', 'No, it stalls'],
  answer({ losses }) {
    const first = losses[0] ?? Number.NaN;
    if (losses.some((loss) => loss < ENOUGH.share * first)) return 0;
    return losses.length > ENOUGH.steps ? 1 : undefined;
  },
  because: ({ losses, flow }) =>
    `After ${losses.length - 1} steps it is ${displayed(losses.at(-1) ?? Number.NaN).text}, from ${displayed(losses[0] ?? Number.NaN).text}; the first layer’s gradient is now ${displayed(flow).text} of the last’s.`,
};

export const SELF_CHECKS: readonly SelfCheck<FlowProperties, FlowResult>[] = [
  {
    task: 'Make 24 or more rectifier layers learn without normalisation and without residual connections.',
    done: ({ losses, carried }, { depth, f, norm, skip }) =>
      !carried &&
      depth >= 24 &&
      f === 'relu' &&
      norm === 'none' &&
      !skip &&
      QUESTION.answer({ losses } as FlowResult) === 0,
  },
  {
    task: 'Bring a gradient through 20 sigmoid layers: at least a thousandth of it.',
    done: ({ flow, carried }, { depth, f }) => !carried && depth >= 20 && f === 'sigmoid' && flow > 1e-3,
  },
  {
    task: 'Let one explode, and hold it by clipping: a factor below a thousandth.',
    done: ({ quantities }) => (quantities.factor ?? 1) < 1e-3,
  },
];

export const AHAS: readonly Aha<FlowProperties>[] = [
  {
    title: 'Glorot under ReLU',
    text: 'Half of the variance is lost in every layer: of the last layer’s gradient hardly a four-thousandth arrives.',
    properties: {
      depth: 24,
      width: 16,
      start: 'glorot',
      f: 'relu',
      norm: 'none',
      skip: false,
      at: 0,
      sizes: [],
    },
  },
  {
    title: 'He under ReLU',
    text: 'Twice the variance of the weights, and the factor is about 1: it arrives, and the loss falls.',
    properties: { depth: 24, width: 16, start: 'he', f: 'relu', norm: 'none', skip: false, at: 0, sizes: [] },
  },
  {
    title: 'Twenty sigmoids',
    text: 'A slope of a quarter, squared, in each layer: no start of the weights mends it. Batch normalisation does.',
    properties: {
      depth: 20,
      width: 16,
      start: 'glorot',
      f: 'sigmoid',
      norm: 'none',
      skip: false,
      at: 0,
      sizes: [],
    },
  },
  {
    title: 'An explosion',
    text: 'Weights of deviation 1 multiply the variance by about 8 in every layer. One step, and nothing is a number.',
    properties: {
      depth: 20,
      width: 16,
      start: 'large',
      f: 'relu',
      norm: 'none',
      skip: false,
      at: 0,
      sizes: [],
    },
  },
];
