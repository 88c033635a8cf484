import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { MlpResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import {
  type MlpProperties,
  MOST_PARAMETERS,
  networkOf,
  PROPERTIES,
  placeOf,
  WEIGHT_RANGE,
} from './properties.ts';
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
  network(properties) {
    const { sizes, weights, biases, output } = networkOf(properties);
    return {
      sizes: [...sizes],
      weights: weights.map((layer) => layer.map((row) => [...row])),
      biases: biases.map((layer) => [...layer]),
      activations: biases.map((_, l) => (l === biases.length - 1 ? output : 'sigmoid')),
      input: [...properties.x],
      target: [...properties.t],
      learningRate: properties.a,
    };
  },
  receive({ sizes, weights, biases, activations, input, target, learningRate }) {
    const hidden = activations.slice(0, -1);
    const out = activations.at(-1);
    if (hidden.some((name) => name !== 'sigmoid')) {
      return 'This lab follows the lecture: hidden units must be sigmoid units.';
    }
    if (out !== 'sigmoid' && out !== 'softmax' && out !== 'linear') {
      return `This lab has no output units of the kind “${out}”.`;
    }
    const count = weights.flat(2).length + biases.flat().length;
    if (count > MOST_PARAMETERS || sizes.some((size) => size > 8) || sizes.length > 5) {
      return `A network of ${count} weights and biases has no place here: ${MOST_PARAMETERS} at most, in layers of 8.`;
    }
    return {
      ...{ sizes, out, at: 0, w: weights.flat(2), b: biases.flat() },
      x: input ?? sizes.slice(0, 1).flatMap((size) => Array.from({ length: size }, () => 1)),
      t: target ?? sizes.slice(-1).flatMap((size) => Array.from({ length: size }, () => 1)),
      ...(learningRate !== undefined && { a: learningRate }),
    };
  },
});

const KINDS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [
    /^Δ(.+)$/,
    (name) => `the change of ${name}: α times the error of the unit it leads to, times what it carries`,
  ],
  [/^I_/, (name) => `${name}, a unit’s net input: what reaches it, weighted and summed, and its bias`],
  [/^O_/, (name) => `${name}, a unit’s output: its net input through the activation function`],
  [/^Error_/, (name) => `${name}, what a unit has to answer for: −∂(½(t − O)²)/∂I`],
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
