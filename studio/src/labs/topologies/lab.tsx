import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { TopologyResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import { unmarked } from './marks.ts';
import { MOMENTS, PROPERTIES, type TopologyProperties } from './properties.ts';
import { Stage } from './Stage.tsx';
import './topologies.css';

export const lab = defineLab<TopologyProperties, TopologyResult>({
  id: 'topologies',
  section: '1.1',
  title: 'Topologies and learning',
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
  async reseed(session, seed) {
    session.set({ seed });
  },
});

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^x\[t/, 'the input at a moment'],
  [/\[t=/, 'what a unit says at a moment'],
  [/^w$/, 'the weight of every connection'],
  [/^s_\d\[/, 'a unit’s value in a pattern that is remembered'],
  [/^s_/, 'the state of a unit: 1 or −1'],
  [/^h_/, 'the net input of a unit: its neighbours’ states, weighted'],
  [/^E$/, 'the energy: it never rises while units turn one at a time'],
  [/^w_/, 'a weight'],
  [/^b$/, 'the bias'],
  [/^t$/, 'the right answer, which the teacher gives'],
  [/^y/, 'what the unit makes of a row'],
  [/^d_/, 'the squared distance from the point to a unit'],
  [/^winner/, 'the number of the nearest unit'],
  [/^x_/, 'an input'],
  [/^Δ/, 'a correction'],
  [/^α$/, 'the learning rate'],
  [/^Q_\d\[before/, 'what the arm was thought to pay before this pull'],
  [/^Q_/, 'what an arm is thought to pay: the mean of what it has paid'],
  [/^N_\d\[before/, 'how often the arm had been pulled before'],
  [/^N_/, 'how often an arm has been pulled'],
  [/^R$/, 'what the last pull paid'],
];

function describe(name: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(unmarked(name)));
  return kind ? `${symbolText(name)}, ${kind[1]}` : symbolText(name);
}

/** The weight, the inputs and the rate are given. */
function edit(of: string, properties: TopologyProperties): Editing<TopologyProperties> | undefined {
  const name = unmarked(of);
  const { view, w, a, x } = properties;
  if (name === 'w' && view === 'connect')
    return {
      ...{ key: 'w', label: 'w', value: w, min: -2, max: 2, step: 0.1 },
      change: (value) => ({ w: value }),
    };
  if (name === 'α')
    return {
      ...{ key: 'a', label: 'α', value: a, min: 0.01, max: 1, step: 0.01 },
      change: (value) => ({ a: value }),
    };
  const moment = Number(/^x\[t=(\d)\]$/.exec(name)?.[1] ?? 0);
  if (moment === 0) return undefined;
  const all = Array.from({ length: MOMENTS }, (_, i) => x[i] ?? 0);
  return {
    ...{ key: 'x', label: symbolText(name), value: all[moment - 1] ?? 0, min: -5, max: 5, step: 0.5 },
    change: (value) => ({ x: all.with(moment - 1, value) }),
  };
}
