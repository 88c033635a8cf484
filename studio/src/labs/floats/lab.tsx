import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { FloatResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import { type FloatProperties, GRADIENT_RANGE, LOGIT_RANGE, PROPERTIES, WHOLE_RANGE } from './properties.ts';
import { Stage } from './Stage.tsx';
import './floats.css';

export const lab = defineLab<FloatProperties, FloatResult>({
  id: 'floats',
  section: '1.6',
  title: 'The float bench',
  prose: Prose,
  question: QUESTION,
  properties: PROPERTIES,
  Controls,
  Stage,
  selfChecks: SELF_CHECKS,
  ahas: AHAS,
  position: 'at',
  describe,
  edit,
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^n$/, 'the number that was asked for'],
  [/^x\[bits/, 'what the bits stand for'],
  [/^x$/, 'the number that is stored: the nearest of the format'],
  [/^error/, 'how far the stored number is from the one asked for'],
  [/^S$/, 'the sign: 0 for plus, 1 for minus'],
  [/^E$/, 'the exponent’s bits as a whole number'],
  [/^F$/, 'the fraction’s bits as a whole number'],
  [/^u$/, 'the spacing: from the number to the next one away from 0'],
  [/^down/, 'the next lesser number of the format'],
  [/^up/, 'the next greater number of the format'],
  [/^m$/, 'the number to be added'],
  [/^y$/, 'the number added, as the format stores it'],
  [/^sum/, 'the sum, rounded to the format'],
  [/^lost/, 'what rounding the sum changed'],
  [/^z_max/, 'the greatest logit, which the shift takes off'],
  [/^z_/, 'a logit'],
  [/^d_/, 'a logit less the greatest'],
  [/^e_\d\[/, 'a power of e, rounded to the format'],
  [/^e_t/, 'w − 1 in float16'],
  [/^Σ/, 'the sum of the powers, rounded at each addition'],
  [/^p_/, 'a probability'],
  [/^LSE/, 'the logarithm of the sum of powers'],
  [/^g$/, 'a gradient as it should be'],
  [/^g\[plain/, 'the gradient as the format stores it'],
  [/^g\[scaled/, 'the gradient of the scaled loss as the format stores it'],
  [/^g\[unscaled/, 'the gradient after the scale is divided out again in float32'],
  [/^r_/, 'a square root of the slope, rounded: half of the way back through the layers'],
  [/^r\[/, 'the slope s after both products are rounded, times the scale'],
  [/^Δw/, 'how far the weight goes: the rate times the gradient, unscaled in float32'],
  [/^g_t/, 'the gradient, every product rounded to float16'],
  [/^w_t−1/, 'the weight before this step'],
  [/^w_t/, 'the weight after this step'],
  [/^w\[.*step/, 'the weight as it was then: go back to that step, and it opens'],
  [/^k$/, 'the loss scale'],
  [/^s$/, 'how flat the loss is'],
  [/^α$/, 'the learning rate of the descents: 0.02/s'],
];

function describe(name: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(name));
  return kind ? `${symbolText(name)}, ${kind[1]}` : symbolText(name);
}

/** The numbers typed in are given. */
function edit(name: string, properties: FloatProperties): Editing<FloatProperties> | undefined {
  const { n, m, g, logits } = properties;
  if (name === 'n')
    return {
      ...{ key: 'n', label: 'n', value: n, ...WHOLE_RANGE, step: 1 },
      change: (value) => ({ n: value }),
    };
  if (name === 'm')
    return {
      ...{ key: 'm', label: 'm', value: m, ...WHOLE_RANGE, step: 1 },
      change: (value) => ({ m: value }),
    };
  if (name === 'g')
    return {
      ...{ key: 'g', label: 'g', value: g, ...GRADIENT_RANGE, step: 1e-8 },
      change: (value) => ({ g: value }),
    };
  const at = Number(/^z_(\d)$/.exec(name)?.[1] ?? 0) - 1;
  const value = logits[at];
  if (value === undefined) return undefined;
  return {
    ...{ key: 'logits', label: symbolText(name), value, ...LOGIT_RANGE, step: 1 },
    change: (logit) => ({ logits: logits.with(at, logit) }),
  };
}
