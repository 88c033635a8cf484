import { symbolText } from 'pellucid/units';
import { defineLab, type Editing } from '../../lab.ts';
import { Controls } from './Controls.tsx';
import type { GraphResult } from './compute.ts';
import { fromNetwork } from './fromNetwork.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import { type GraphProperties, PROPERTIES, sliderRange, valueAt, withValue } from './properties.ts';
import { Stage } from './Stage.tsx';
import './graph.css';

export const lab = defineLab<GraphProperties, GraphResult>({
  id: 'graph',
  section: '1.5',
  title: 'The computational graph',
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
  receive: fromNetwork,
});

/** What a quantity is, in words. */
function describe(name: string, { columns, edges }: GraphResult): string {
  const shown = symbolText(name);
  const edge = edges.find(({ back }) => back?.local === name || back?.contribution === name);
  if (edge) {
    const [from, to] = [symbolText(edge.from), symbolText(edge.to)];
    return edge.back?.local === name
      ? `${shown}, the local derivative: how ${to} answers to ${from} alone`
      : `${shown}, what flows back from ${to} to ${from}: upstream times local`;
  }
  const node = columns.flat().find(({ value, gradient }) => value === name || gradient === name);
  if (node?.gradient === name) return `${shown}, the sum of all that flows back to ${symbolText(node.value)}`;
  if (node?.kind === 'variable') return `${shown}, a variable`;
  return node?.kind === 'number' ? `${shown}, a number of the expression` : `${shown}, the value of a node`;
}

/** A variable's value is given. */
function edit(
  name: string,
  properties: GraphProperties,
  { variables }: GraphResult,
): Editing<GraphProperties> | undefined {
  const at = variables.indexOf(name);
  if (at < 0) return undefined;
  const value = valueAt(properties, at);
  return {
    ...{ key: 'x', label: symbolText(name), value, ...sliderRange(value), step: 0.1 },
    change: (changed) => ({ x: withValue(properties, at, changed) }),
  };
}
