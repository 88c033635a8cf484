import { Option } from 'commander';
import {
  compute,
  grad,
  layers,
  optimizers,
  regularizers,
  type Tensor,
  tensor,
  tile,
  Variable,
} from '../../../index.ts';
import { ALPHA, positive, WEIGHTS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';

interface RegularisationOptions extends ExplainOptions {
  readonly weights?: readonly number[];
  readonly lambda?: number;
  readonly alpha?: number;
  readonly noise?: number;
}

/** Noisy copies of the one example that noise is shown on. */
const COPIES = 20_000;

/** The squared error of Σ wᵢxᵢ at x = (1, 1, …), t = 0, without noise on the inputs and with it. */
function noisyLoss(weights: readonly number[], deviation: number) {
  const ones = tile(tensor([weights.map(() => 1)]), [COPIES, 1]);
  const noisy = layers.gaussianNoise(deviation, { seed: 1 })(ones, { training: true });
  const error = (x: Tensor) => x.mul(tensor(weights)).sum(1);
  const [clean, measured] = compute([error(ones), error(noisy)].map((e) => e.mul(e).mean()));
  const penalty = deviation ** 2 * weights.reduce((sum, w) => sum + w * w, 0);
  return {
    deviation,
    clean: clean?.data[0] ?? Number.NaN,
    measured: measured?.data[0] ?? Number.NaN,
    penalty,
  };
}

/** `pellucid explain regularisation`: what L1, L2 and weight decay take off weights whose loss is flat. */
export const REGULARISATION = subject<RegularisationOptions>({
  section: '1.7',
  description: 'L1, L2, weight decay and noise: the penalty, its gradient, and the weights after a step',
  options: [
    WEIGHTS,
    ALPHA,
    new Option('--lambda <strength>', 'the strength λ (default: 0.1)').argParser(positive),
    new Option('--noise <deviation>', 'the deviation σ of noise on inputs (default: 0.5)').argParser(
      positive,
    ),
  ],
  show: ({ weights = [1, -0.5, 0.01], lambda = 0.1, alpha = 0.5, noise = 0.5 }) => {
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
    const robust = noisyLoss(weights, noise);
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
        heading('Noise on the inputs', 2),
        paragraph(
          `Inputs that are off by noise of deviation σ = ${shown(noise)} cost a linear unit σ²·Σw² more on average: to be right in the neighbourhood of an example, too, is to keep weights small.`,
        ),
        grid(
          [
            '(Σ wᵢxᵢ − t)² without noise',
            'σ²·Σw²',
            'together',
            `measured on ${COPIES.toLocaleString('en-GB')} noisy copies`,
          ],
          [[robust.clean, robust.penalty, robust.clean + robust.penalty, robust.measured]],
        ),
      ],
      json: { weights, lambda, alpha, penalties: rows, weightDecay: { after }, noise: robust },
    };
  },
});
