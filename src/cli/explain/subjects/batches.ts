import { dense, input, optimizers, sequential, tensor } from '../../../index.ts';
import { ALPHA, EPOCHS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, shown, slipsAbout, subject } from '../subject.ts';

interface BatchOptions extends ExplainOptions {
  readonly alpha?: number;
  readonly epochs?: number;
}

/** Points near the line y = 2x − 1. */
const X = [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5];
const Y = [-3.1, -1.9, -1, 0.2, 0.9, 2.1, 2.8, 4.2];

interface Line {
  readonly w: number;
  readonly b: number;
}

/** Descent by hand, in plain numbers: a step for every K examples, by the mean of their gradients. */
function byHand(k: number, alpha: number, epochs: number): Line {
  let [w, b] = [0, 0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from < X.length; from += k) {
      const batch = X.slice(from, from + k).map((x, i) => ({ x, error: w * x + b - (Y[from + i] ?? 0) }));
      const mean = (of: (one: { x: number; error: number }) => number) =>
        batch.reduce((sum, one) => sum + of(one), 0) / batch.length;
      const [dw, db] = [mean(({ x, error }) => 2 * error * x), mean(({ error }) => 2 * error)];
      [w, b] = [w - alpha * dw, b - alpha * db];
    }
  }
  return { w, b };
}

/** The same by `fit`. */
async function byFit(k: number, alpha: number, epochs: number): Promise<Line> {
  const model = sequential([input([1]), dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: alpha }), loss: 'meanSquaredError' });
  const column = (values: readonly number[]) => tensor(values, { shape: [values.length, 1] });
  await model.fit(column(X), column(Y), { batchSize: k, epochs, shuffle: false });
  const [kernel, bias] = model.getWeights();
  return { w: kernel?.data[0] ?? Number.NaN, b: bias?.data[0] ?? Number.NaN };
}

/** `pellucid explain batches`: K = N is gradient descent, K = 1 is stochastic gradient descent. */
export const BATCHES = subject<BatchOptions>({
  section: '1.7',
  description: 'batches of K examples: K = N is gradient descent, K = 1 stochastic',
  options: [ALPHA, EPOCHS],
  show: async ({ alpha = 0.05, epochs = 5 }) => {
    const names: Readonly<Record<number, string>> = { 1: 'stochastic', [X.length]: 'gradient descent' };
    const rows = [];
    for (const k of [1, 2, 4, X.length]) {
      const [fit, hand] = [await byFit(k, alpha, epochs), byHand(k, alpha, epochs)];
      const steps = (epochs * X.length) / k;
      const apart = Math.max(Math.abs(fit.w - hand.w), Math.abs(fit.b - hand.b));
      rows.push({ k, name: names[k] ?? 'mini-batch', steps, fit, hand, apart });
    }
    return {
      title: `${X.length} points near y = 2x − 1, ${epochs} epochs, α = ${shown(alpha)}`,
      blocks: [
        grid(
          ['K', '', 'steps', 'w by fit', 'b by fit', 'w by hand', 'b by hand', 'apart'],
          rows.map(({ k, name, steps, fit, hand, apart }) => [
            k,
            name,
            steps,
            fit.w,
            fit.b,
            hand.w,
            hand.b,
            apart,
          ]),
        ),
        paragraph(
          'By hand, K = N moves once an epoch along the gradient of all examples, K = 1 once an example. The batch size of fit is the only difference between the two.',
        ),
        ...slipsAbout('gradient descent'),
      ],
      json: { alpha, epochs, x: X, y: Y, rows },
    };
  },
});
