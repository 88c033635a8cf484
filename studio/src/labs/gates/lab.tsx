import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { GatesResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS, SLIPS } from './lesson.tsx';
import { type GatesProperties, POINT_RANGE, PROPERTIES } from './properties.ts';
import { Stage } from './Stage.tsx';
import './gates.css';

export const lab = defineLab<GatesProperties, GatesResult>({
  id: 'gates',
  section: '1.3',
  title: 'Gates and the perceptron',
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
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Δ/, 'a correction: α times the target times the input; of the bias, α times the target'],
  [/^y_in/, 'the net input: the bias and the weighted inputs'],
  [/^y/, 'the output: 1 above θ, −1 below −θ, 0 between'],
  [/^t/, 'the output that is wanted'],
  [/^x_/, 'an input'],
  [/\[line/, 'of a line that separates, found by exact linear programming'],
  [/^w_/, 'a weight as it is now'],
  [/^b/, 'a bias as it is now'],
  [/^margin/, 'the distance from that line to the nearest point'],
  [/^λ_/, 'a row’s share in the proof, found by exact linear programming'],
  [/^p_/, 'a coordinate of the point that is a mixture of one side’s rows'],
  [/^h_/, 'the output of a hidden unit: 1 from its threshold on'],
  [/^net/, 'the weighted inputs less the threshold'],
  [/^Y/, 'the output above the hidden layer'],
  [/^α$/, 'the learning rate: how large a correction is'],
  [/^θ$/, 'half the width of the dead zone'],
];

function describe(name: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(name));
  return kind ? `${symbolText(name)}, ${kind[1]}` : symbolText(name);
}

/** α, θ, the points and their targets are given. */
function edit(name: string, properties: GatesProperties): Editing<GatesProperties> | undefined {
  const { a, theta, x, t } = properties;
  if (name === 'α')
    return {
      key: 'a',
      label: 'α',
      value: a,
      min: 0.01,
      max: 10,
      step: 0.1,
      change: (value) => ({ a: value }),
    };
  if (name === 'θ')
    return {
      key: 'theta',
      label: 'θ',
      value: theta,
      min: 0,
      max: 5,
      step: 0.1,
      change: (value) => ({ theta: value }),
    };
  const { kind, row } = /^(?<kind>x_1|x_2|t|t_1|t_2)\[row (?<row>\d+)\]$/.exec(name)?.groups ?? {};
  if (kind === undefined) return undefined;
  const label = symbolText(name);
  const at = Number(row) - 1;
  if (kind.startsWith('x')) {
    const place = 2 * at + Number(kind.slice(2)) - 1;
    return {
      ...{ key: 'x', label, value: x[place] ?? 0, ...POINT_RANGE, step: 0.1 },
      change: (value) => ({ x: x.with(place, value) }),
    };
  }
  const key = kind === 't_2' ? 'u' : 't';
  const targets = Array.from({ length: x.length / 2 }, (_, i) => (key === 'u' ? properties.u : t)[i] ?? -1);
  return {
    ...{ key, label, value: targets[at] ?? -1, min: -1, max: 1, step: 2 },
    change: (value) => ({ [key]: targets.with(at, value > 0 ? 1 : -1) }),
  };
}
