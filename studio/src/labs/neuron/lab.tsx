import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { NeuronResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS, SLIPS } from './lesson.tsx';
import { type NeuronProperties, PROPERTIES, RANGE } from './properties.ts';
import { Stage } from './Stage.tsx';
import './neuron.css';

export const lab = defineLab<NeuronProperties, NeuronResult>({
  id: 'neuron',
  section: '1.1',
  title: 'The neuron',
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

function describe(name: string): string {
  const row = /^(net|Y)\[x=(\d+)\]$/.exec(name);
  if (row?.[1] === 'net')
    return `The weighted sum less the threshold, for the inputs ${row[2]?.split('').join(', ')}`;
  if (row) return `What the unit answers to the inputs ${row[2]?.split('').join(', ')}`;
  if (name === 'Σ') return 'Σ, the weighted sum: what has gathered in the cell body';
  if (name === 'net') return 'net, the weighted sum less the threshold: from 0 upwards the unit fires';
  if (name === 'T') return 'T, the threshold: what the sum has to reach';
  if (name === 'Y') return 'Y, the output: 1 for a spike, 0 for none';
  if (name.startsWith('w')) return `${symbolText(name)}, a weight: the strength of a synapse`;
  return `${symbolText(name)}, an input: the signal on a dendrite`;
}

function edit(name: string, properties: NeuronProperties): Editing<NeuronProperties> | undefined {
  if (name === 'T') {
    return { key: 'T', label: 'T', value: properties.T, ...RANGE, step: 0.1, change: (T) => ({ T }) };
  }
  const found = /^(?<key>[wx])_(?<number>\d)$/.exec(name)?.groups;
  if (!found) return undefined;
  const key = found.key === 'w' ? 'w' : 'x';
  const at = Number(found.number) - 1;
  const values = properties.w.map((_, i) => properties[key][i] ?? 0);
  return {
    ...{ key, label: symbolText(name), value: values[at] ?? 0, ...RANGE, step: 0.1 },
    change: (value) => ({ [key]: values.with(at, value) }),
  };
}
