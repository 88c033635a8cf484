import { type HebbianResult, hebbian, oja } from '../../../units/index.ts';
import { ALPHA, EPOCHS, POINTS, WEIGHTS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface HebbOptions extends ExplainOptions {
  readonly points?: readonly (readonly number[])[];
  readonly weights?: readonly number[];
  readonly alpha?: number;
  readonly epochs?: number;
}

/** Two directions: (2, 1), along which they vary most, and (1, −2) across. */
const CLOUD = [
  [2, 1],
  [-2, -1],
  [1, 0.5],
  [-1, -0.5],
  [0.2, -0.4],
  [-0.2, 0.4],
];

/** `pellucid explain hebb`, without a teacher: what is active together is tied together; and Oja's decay. */
export const HEBB = subject<HebbOptions>({
  section: '1.1',
  description: "Hebb's rule, which grows without end, and Oja's, which finds the main direction",
  options: [POINTS, WEIGHTS, ALPHA, EPOCHS],
  show: ({ points = CLOUD, weights, alpha = 0.05, epochs = 20 }) => {
    const first = weights ?? (points[0] ?? []).map((_, i) => (i === 0 ? 1 : 0));
    const options = { weights: first, learningRate: alpha, epochs };
    const rules = { Hebb: hebbian(points, options), Oja: oja(points, options) };
    const record = ({ weights: last, norms, trace }: HebbianResult) => ({
      ...{ weights: last, norms },
      steps: trace.steps.map(stepRecord),
      stepsComplete: trace.complete,
    });
    return {
      title: `Learning without a teacher: Hebb and Oja, α = ${shown(alpha)}`,
      blocks: [
        paragraph(`Examples: ${points.map(point).join(' ')}; weights from ${point(first)}.`),
        grid(
          ['epoch', 'Hebb ‖w‖', 'Oja ‖w‖'],
          rules.Hebb.norms.map((norm, at) => [at + 1, norm, rules.Oja.norms[at] ?? Number.NaN]),
        ),
        paragraph(
          `Oja's weights end at ${point(rules.Oja.weights)}, of length ${shown(rules.Oja.norms.at(-1) ?? 0)}: the direction in which the examples vary most. Hebb's only grow: ${point(rules.Hebb.weights)}.`,
        ),
        heading('The first example, step by step', 2),
        grid(
          ['rule', 'step', 'formula'],
          Object.entries(rules).flatMap(([rule, { trace }]) =>
            trace.steps
              .filter(({ group }) => group.epoch === 1 && group.example === 1)
              .map(({ title, formula }) => [rule, title, formula.toString()]),
          ),
        ),
      ],
      json: { points, alpha, hebb: record(rules.Hebb), oja: record(rules.Oja) },
    };
  },
});
