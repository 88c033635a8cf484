import { displayed, symbolText } from 'pellucid/units';
import type { Aha, Question, SelfCheck } from '../../lab.ts';
import type { GraphResult } from './compute.ts';
import { type GraphProperties, PROPERTIES } from './properties.ts';

export function Prose() {
  return (
    <>
      <p>
        An expression is a graph: each operation is a node, each edge carries a number to where it is used. In{' '}
        <i>Y</i> = (<i>a</i> + <i>b</i>)(<i>b</i> − <i>c</i>) the sum is <i>d</i>, the difference <i>e</i>,
        and <i>b</i> is used twice.
      </p>
      <p>
        <b>Forward</b>, each node computes its value from its inputs. <b>Backward</b>, it begins with ∂
        <i>Y</i>/∂
        <i>Y</i> = 1 at the result. Each node takes what comes from <i>upstream</i>, multiplies it by its{' '}
        <i>local</i> derivative — how it answers to one input alone — and hands the product to that input.
      </p>
      <p>
        No node asks how its upstream came about. So ∂<i>Y</i>/∂<i>d</i> is computed once and serves both{' '}
        <i>a</i> and <i>b</i>: one walk back gives every derivative, however many inputs there are.
      </p>
      <p>
        Step through it, change a value, or type an expression of your own, with sin, cos, exp, ln, sqrt,
        tanh, sigmoid, relu, erf, max or min.
      </p>
    </>
  );
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

export const QUESTION: Question<GraphResult> = {
  ask: 'b reaches Y along two paths. What becomes of the two contributions to its derivative?',
  choices: ['They multiply', 'They add', 'The larger one counts'],
  answer({ meeting }) {
    if (!meeting) return undefined;
    const { total, contributions } = meeting;
    const results = [
      contributions.reduce((product, value) => product * value, 1),
      contributions.reduce((sum, value) => sum + value, 0),
      Math.max(...contributions),
    ];
    const borneOut = results.flatMap((value, choice) => (near(value, total) ? [choice] : []));
    return borneOut.length === 1 ? borneOut[0] : undefined;
  },
  because({ meeting }) {
    if (!meeting) return '';
    const texts = meeting.contributions.map((value) => displayed(value).text);
    return `The paths bring ${texts.join(' and ')}, and ${symbolText(meeting.name)} is ${displayed(meeting.total).text}. A change of it moves the result along every path at once.`;
  },
};

export const SELF_CHECKS: readonly SelfCheck<GraphProperties, GraphResult>[] = [
  {
    task: 'Walk forward until the result is known.',
    done: ({ quantities, result }) => result !== '' && result in quantities,
  },
  {
    task: 'Walk back to where two contributions have added up.',
    done: ({ meeting }) => meeting !== undefined,
  },
  {
    task: 'Choose values at which two contributions cancel: a derivative of 0 that no path has.',
    done: ({ meeting }) =>
      meeting?.contributions.every((value) => value !== 0) === true && Math.abs(meeting.total) < 1e-12,
  },
];

/** Past the end of any of these: everything is computed. */
const END = 1000;
const { expr, x } = { expr: PROPERTIES.expr.fallback, x: PROPERTIES.x.fallback };
export const AHAS: readonly Aha<GraphProperties>[] = [
  {
    title: 'Two paths add',
    text: 'Through d comes 2, through e comes 5: ∂Y/∂b is 7.',
    properties: { expr, x, at: END },
  },
  {
    title: 'They can cancel',
    text: 'At a = 2, b = −0.5, c = 1 both paths matter, and yet a small change of b changes nothing.',
    properties: { expr, x: [2, -0.5, 1], at: END },
  },
  {
    title: 'The sigmoid from its parts',
    text: 'Backward through 1/(1 + exp(−x)), four local derivatives multiply to y(1 − y).',
    properties: { expr: 'y = 1/(1+exp(-x))', x: [1], at: END },
  },
];
