import { Option } from 'commander';
import { compute, grad, optimizers, regularizers, type Tensor, tensor, Variable } from '../../../index.ts';
import { ALPHA, positive, WEIGHTS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, point, shown, subject } from '../subject.ts';

interface RegularisationOptions extends ExplainOptions {
  readonly weights?: readonly number[];
  readonly lambda?: number;
  readonly alpha?: number;
}

/** `pellucid explain regularisation`: what L1, L2 and weight decay take off weights whose loss is flat. */
export const REGULARISATION = subject<RegularisationOptions>({
  section: '1.7',
  description: 'L1, L2 and weight decay: the penalty, its gradient, and the weights after a step',
  options: [
    WEIGHTS,
    ALPHA,
    new Option('--lambda <strength>', 'the strength λ (default: 0.1)').argParser(positive),
  ],
  show: ({ weights = [1, -0.5, 0.01], lambda = 0.1, alpha = 0.5 }) => {
    const penalties: Readonly<Record<string, (w: Tensor) => Tensor>> = {
      'L1, λ·Σ|w|': (w) => regularizers.l1({ l1: lambda }).call(w),
      'L2, λ·Σw²': (w) => regularizers.l2({ l2: lambda }).call(w),
    };
    const rows = Object.entries(penalties).map(([name, penalty]) => {
      const [value, gradient] = compute([penalty(tensor(weights)), grad(penalty)(tensor(weights))]);
      const gradients = Array.from(gradient?.data ?? []);
      return {
        name,
        penalty: value?.data[0] ?? Number.NaN,
        gradients,
        after: weights.map((w, i) => w - alpha * (gradients[i] ?? 0)),
      };
    });
    const decayed = new Variable(tensor(weights));
    optimizers
      .sgd({ learningRate: alpha, weightDecay: lambda })
      .apply([tensor(weights.map(() => 0))], [decayed]);
    const after = Array.from(decayed.value().data);
    return {
      title: `Weights ${point(weights)}, λ = ${shown(lambda)}, α = ${shown(alpha)}`,
      blocks: [
        grid(
          ['', 'penalty', 'gradient', 'after a step'],
          [
            ...rows.map((row) => [row.name, shown(row.penalty), point(row.gradients), point(row.after)]),
            ['weight decay, w·(1 − αλ)', '', '', point(after)],
          ],
        ),
        paragraph(
          'L2 and decay take a share off every weight: small weights stay small. L1 takes the same amount off all, which carries small ones to 0.',
        ),
      ],
      json: { weights, lambda, alpha, penalties: rows, weightDecay: { after } },
    };
  },
});
