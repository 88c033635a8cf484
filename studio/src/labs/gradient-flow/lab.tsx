import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { FlowResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import { type FlowProperties, LIMITS, PROPERTIES, RATES } from './properties.ts';
import { Stage } from './Stage.tsx';
import { describeNetwork, receive } from './travel.ts';
import './gradient-flow.css';

export const lab = defineLab<FlowProperties, FlowResult>({
  id: 'gradient-flow',
  section: '1.6',
  title: 'Gradient flow',
  prose: Prose,
  question: QUESTION,
  properties: PROPERTIES,
  Controls,
  Stage,
  selfChecks: SELF_CHECKS,
  ahas: AHAS,
  position: 'at',
  opens: true,
  hasManyFormulas: true,
  describe,
  edit,
  async reseed(session, seed) {
    session.set({ seed, at: 0 });
  },
  network: ({ a }, { parts }) =>
    parts
      ? describeNetwork(parts, a)
      : 'Layers that are normalised, or have residual connections, have no place in the other labs.',
  receive,
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Σ/, 'a sum of its own, for another number'],
  [/^lg G_/, 'the power of ten of the length of its gradient'],
  [/^G_\d+,/, 'the length of the gradient by this unit’s weights and its bias'],
  [/^G_/, 'the length of the gradient by all weights and biases of the layer, ‖∂L/∂W‖'],
  [/^G$/, 'the length of all gradients together'],
  [/^m_\d+,/, 'the mean of this unit’s outputs over the examples'],
  [/^m_/, 'the mean of the layer’s outputs'],
  [/^v_\d+,/, 'the variance of this unit’s outputs over the examples'],
  [/^v_/, 'the variance of all outputs of the layer: those of its units, and how far their means lie apart'],
  [/^A_\d+,/, 'the length of the gradient by this unit’s outputs'],
  [/^A_/, 'the length of the gradient by all outputs of the layer, ‖∂L/∂a‖'],
  [/^d_/, 'the variance, about 0, of the gradients by the layer’s outputs'],
  [/^b_\d+,/, 'a bias of the layer'],
  [/^b_/, 'what the layer makes of the variance of gradients on their way back, as measured'],
  [
    /^k_/,
    'what it should make of it, were weights, slopes and gradients independent: units · E[w²] · E[f′²], and 1 more with a residual connection',
  ],
  [/^s_/, 'the share of its units that are dead, or of its outputs that are saturated, in percent'],
  [
    /^c_/,
    'for how many examples this unit is on, or saturated: at less than a hundredth of the greatest slope',
  ],
  [/^n_/, 'the number of units of the layer'],
  [/^ω_/, 'the mean of the squared weights of the layer'],
  [/^φ_/, 'the mean of f′² over all units and examples, each at its net input'],
  [/^z_/, 'a unit’s net input for one example: what reaches it, weighted and summed, and its bias'],
  [/^h_/, 'a unit’s net input for one example, normalised'],
  [/^f_/, 'what the activation makes of a unit’s net input, before the layer’s input is added'],
  [/^f′_/, 'the slope of the activation at a unit’s net input'],
  [/^δ_/, 'the gradient of the loss by a unit’s net input for one example'],
  [/^u_/, 'the gradient of the loss by a normalised net input'],
  [/^ū_/, 'the mean of u, over what is normalised together'],
  [/^p_/, 'the mean of u·h, over what is normalised together'],
  [/^μ_/, 'the mean of what is normalised together'],
  [/^q_/, 'the variance of what is normalised together'],
  [/^x_/, 'an input of one example, as the data have it'],
  [/^[wbg]⁻_/, 'what it was before the last step: undo the step, and it opens'],
  [/^factor⁻/, 'what gradients were multiplied by in the last step'],
  [/^a_/, 'a unit’s output for one example'],
  [/^e_/, 'the gradient of the loss by a unit’s output for one example'],
  [/^g_/, 'the gradient of the loss by a weight of this unit, or by its bias'],
  [/^w_/, 'a weight of the layer'],
  [/^ℓ/, 'the loss of one example'],
  [/^t[_[]/, 'what is wanted for one example'],
  [/^o\[/, 'what the network puts out for one example'],
  [/^L$/, 'the loss: the mean over the examples of theirs'],
  [/^R$/, 'how much arrives: the first layer’s ‖∂L/∂a‖ over the last’s'],
  [/^S$/, 'the deviation of the last hidden layer’s outputs over that of the first'],
  [/^factor$/, 'what all gradients are multiplied by, so that together they are no longer than the limit'],
  [/^limit$/, 'the clipping limit'],
  [/^α$/, 'the learning rate: how large a step is'],
];

function describe(name: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(name));
  return kind ? `${symbolText(name)}, ${kind[1]}` : symbolText(name);
}

function edit(name: string, { a, limit }: FlowProperties): Editing<FlowProperties> | undefined {
  if (name === 'α') {
    const change = (next: number) => ({ a: next, at: 0 });
    return { key: 'a', label: 'α', value: a, ...RATES, step: 0.005, change };
  }
  if (name === 'limit') {
    const change = (next: number) => ({ limit: next, at: 0 });
    return { key: 'limit', label: 'limit', value: limit, ...LIMITS, step: 0.1, change };
  }
  return undefined;
}
