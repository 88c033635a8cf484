import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { ActivationResult } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS, SLIPS } from './lesson.tsx';
import { type ActivationProperties, PROPERTIES, Z_RANGE } from './properties.ts';
import { Stage } from './Stage.tsx';
import './activations.css';

export const lab = defineLab<ActivationProperties, ActivationResult>({
  id: 'activations',
  section: '1.2',
  title: 'Activations',
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
  const layers = /^g_(\d+)$/.exec(name)?.[1];
  if (layers === '0') return 'g₀, the gradient behind the last layer: 1, to be followed';
  if (layers !== undefined)
    return `${symbolText(name)}, what is left of the gradient ${layers} layers further back`;
  const place = /\[(.+)\]$/.exec(name)?.[1] ?? 'z';
  if (name === 'z') return 'z, a unit’s net input, here the same in every layer';
  if (name.startsWith('f′'))
    return `f′(${place}), the slope of f there: what a layer multiplies a gradient by`;
  return `f(${place}), the function there: what the unit puts out`;
}

function edit(name: string, { x }: ActivationProperties): Editing<ActivationProperties> | undefined {
  if (name !== 'z') return undefined;
  return { key: 'x', label: 'z', value: x, ...Z_RANGE, step: 0.05, change: (next) => ({ x: next }) };
}
