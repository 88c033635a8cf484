import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import { AHAS, Prose, QUESTION, SELF_CHECKS, SLIPS } from './lesson.tsx';
import {
  activationsOf,
  fitted,
  lossFor,
  type MlpProperties,
  networkOf,
  PROPERTIES,
  placeOf,
  WEIGHT_RANGE,
} from './properties.ts';
import { receive } from './receive.ts';
import type { MlpResult } from './result.ts';
import { Stage } from './Stage.tsx';
import './mlp.css';

export const lab = defineLab<MlpProperties, MlpResult>({
  id: 'mlp',
  section: '1.4',
  title: 'The worked MLP',
  prose: Prose,
  question: QUESTION,
  properties: PROPERTIES,
  Controls,
  Stage,
  selfChecks: SELF_CHECKS,
  ahas: AHAS,
  slips: SLIPS,
  position: 'at',
  veiled: ({ blank }) => blank || undefined,
  describe,
  edit,
  async reseed(session, seed) {
    const { sizes, out } = session.properties.value;
    if (seed === 0) return session.set({ seed, sizes, w: PROPERTIES.w.fallback, b: PROPERTIES.b.fallback });
    const drawn = await session.call<Pick<MlpProperties, 'w' | 'b'>>('draw', { sizes, seed, out });
    session.set({ ...drawn, seed, at: 0 });
  },
  network(properties, { outputs }) {
    const { sizes, weights, biases } = networkOf(properties);
    return {
      sizes: [...sizes],
      weights: weights.map((layer) => layer.map((row) => [...row])),
      biases: biases.map((layer) => [...layer]),
      activations: activationsOf(properties),
      input: fitted(properties.x, sizes[0] ?? 0),
      target: fitted(properties.t, sizes.at(-1) ?? 0),
      outputs: outputs.map((layer) => [...layer]),
      loss: lossFor(properties),
      learningRate: properties.a,
    };
  },
  receive,
});

const KINDS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [
    /^Δ(.+)$/,
    (name) => `the change of ${name}: α times the error of the unit it leads to, times what it carries`,
  ],
  [/^I_max$/, () => 'the greatest of the net inputs: softmax takes it off first, so that nothing overflows'],
  [/^I_/, (name) => `${name}, a unit’s net input: what reaches it, weighted and summed, and its bias`],
  [/^O_/, (name) => `${name}, a unit’s output: its net input through the activation function`],
  [/^Error_/, (name) => `${name}, what a unit has to answer for: −∂L/∂I, the loss by its net input`],
  [/^∂L/, (name) => `${name}, how the loss answers to an output`],
  [/^L$/, () => 'L, the loss: what is made small'],
  [/^e_/, (name) => `${name}, the error: desired less estimated output`],
  [/^t_/, (name) => `${name}, the output that is wanted`],
  [/^x_/, (name) => `${name}, an input`],
  [/^w_/, (name) => `${name}, a weight`],
  [/^θ_/, (name) => `${name}, a bias`],
  [/^α$/, () => 'α, the learning rate: how large a step is'],
];

/** What a quantity is, in words. */
function describe(name: string, { iteration }: MlpResult): string {
  const [base = '', version] = name.split('.');
  const shown = symbolText(base.replace(/^Δ/, ''));
  const kind = KINDS.find(([pattern]) => pattern.test(base));
  const words = kind ? kind[1](shown) : shown;
  if (version === 'old') return `${words}, before iteration ${iteration}`;
  return version === 'new' ? `${words}, after iteration ${iteration}` : words;
}

/** The property behind a quantity, at its place in the list. */
function edit(name: string, properties: MlpProperties): Editing<MlpProperties> | undefined {
  const [base = ''] = name.split('.');
  if (base === 'α') {
    return {
      ...{ key: 'a', label: 'α', value: properties.a, min: 0, max: 10, step: 0.05 },
      change: (a) => ({ a }),
    };
  }
  const found = placeOf(base, properties);
  if (!found) return undefined;
  const { key, at } = found;
  const values = properties[key];
  const range = key === 'w' || key === 'b' ? WEIGHT_RANGE : { min: -100, max: 100 };
  return {
    ...{ key, label: `${symbolText(base)} ${key === 'w' || key === 'b' ? 'at the start' : ''}`.trim() },
    ...{ value: values[at] ?? 0, ...range, step: 0.1 },
    change: (value) => ({ [key]: values.with(at, value) }),
  };
}
