import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { HillResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS, SLIPS } from './lesson.tsx';
import { type HillProperties, PROPERTIES, RATE_RANGE, surfaceOf } from './properties.ts';
import { Stage } from './Stage.tsx';
import './hill.css';

export const lab = defineLab<HillProperties, HillResult>({
  id: 'hill',
  section: '1.7',
  title: 'The optimizer hill',
  prose: Prose,
  question: QUESTION,
  properties: PROPERTIES,
  Controls,
  Stage,
  selfChecks: SELF_CHECKS,
  ahas: AHAS,
  slips: SLIPS,
  position: 'at',
  describe,
  edit,
  async reseed(session, seed) {
    session.set({ seed });
  },
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^[xy]_t−1/, 'where the method stood before this step'],
  [/^[xy]_t/, 'where the method stands'],
  [/^[xy]\[.*step/, 'where the method stood then: go back to that step, and it opens'],
  [/^f/, 'the height of the surface where the method stands'],
  [/^g_t/, 'the gradient that the step was taken by, where the method stood'],
  [/^n_t/, 'what the batch adds to the gradient: σ times the mean of its examples’ deviations'],
  [/^c_/, 'how one example’s gradient deviates from the mean, drawn from the seed'],
  [/^m_t−1/, 'the moving mean of the gradient before this step'],
  [/^m_t/, 'the moving mean of the gradient'],
  [/^v_t−1/, 'the velocity, or Adam’s moving mean of the squared gradient, before this step'],
  [/^v_t\[Adam/, 'the moving mean of the squared gradient'],
  [/^v_t/, 'the velocity: past moves, each counting β times less than the next'],
  [/^s_t/, 'the moving mean of the squared gradient'],
  [/^a_t/, 'the sum of all squared gradients; it begins with 0.1'],
  [/^Δ/, 'the move of this step'],
  [/^h_/, 'a second derivative where the method stands: an entry of the Hessian'],
  [/^λ_max/, 'the greatest eigenvalue of the Hessian: how the surface bends most'],
  [/^λ_min/, 'the least eigenvalue of the Hessian; below 0 the surface bends down that way'],
  [/^κ/, 'the condition number: how much more it bends one way than the other'],
  [/^α·λ/, 'the rate times the greatest curvature'],
  [/^limit/, 'what α·λmax must not exceed, or each step ends further away'],
  [/^α$/, 'the learning rate, as float32 holds it'],
  [/^β$/, 'how much of the velocity is kept'],
  [/^σ$/, 'how much the examples’ gradients differ'],
  [/^ε$/, 'what keeps a division from being by 0'],
  [/^[βρ]/, 'how much of a moving mean is kept'],
];

function describe(name: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(name));
  return kind ? `${symbolText(name)}, ${kind[1]}` : symbolText(name);
}

/** The settings are given, and the start. */
function edit(name: string, properties: HillProperties): Editing<HillProperties> | undefined {
  const { a, beta, noise, at, x, y } = properties;
  if (name === 'α')
    return {
      ...{ key: 'a', label: 'α', value: a, ...RATE_RANGE, step: 0.01 },
      change: (value) => ({ a: value }),
    };
  if (name === 'β')
    return {
      ...{ key: 'beta', label: 'β', value: beta, min: 0, max: 0.999, step: 0.01 },
      change: (value) => ({ beta: value }),
    };
  if (name === 'σ')
    return {
      ...{ key: 'noise', label: 'σ', value: noise, min: 0, max: 5, step: 0.1 },
      change: (value) => ({ noise: value }),
    };
  const axis = at === 0 ? /^([xy])_t\[/.exec(name)?.[1] : undefined;
  if (axis !== 'x' && axis !== 'y') return undefined;
  const [min, max] = surfaceOf(properties)[axis];
  return {
    ...{ key: axis, label: `start, ${axis}`, value: axis === 'x' ? x : y, min, max, step: 0.1 },
    change: (value) => ({ [axis]: value }),
  };
}
