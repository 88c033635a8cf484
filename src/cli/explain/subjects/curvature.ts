import { curvatureOf, dataConditionNumber } from '../../../explain/index.ts';
import { ndarray, randomNormal, tensor, Variable } from '../../../index.ts';
import { ALPHA, EIGENVALUES, STEPS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, shown, subject } from '../subject.ts';

interface CurvatureOptions extends ExplainOptions {
  readonly eigenvalues?: readonly number[];
  readonly alpha?: number;
  readonly steps?: number;
}

/** `pellucid explain curvature --eigenvalues 1,25 --alpha 0.1`: condition number, and when descent runs away. */
export const CURVATURE = subject<CurvatureOptions>({
  section: '1.6',
  description: 'condition number and λmax of a loss: gradient descent diverges iff α > 2/λmax',
  options: [EIGENVALUES, ALPHA, STEPS],
  show: ({ eigenvalues = [1, 25], alpha, steps = 100 }) => {
    const w = new Variable(tensor(eigenvalues.map(() => 1)));
    const loss = () => w.read().mul(w.read()).mul(tensor(eigenvalues)).sum().mul(0.5);
    const { greatest, least, conditionNumber } = curvatureOf(loss, [w], { steps: eigenvalues.length });
    const rates = alpha === undefined ? [1 / greatest, 1.9 / greatest, 2.1 / greatest] : [alpha];
    const runs = rates.map((rate) => {
      // From w = 1: gradient descent multiplies each coordinate by 1 − α·λ, step by step.
      const end = eigenvalues.map((λ) => (1 - rate * λ) ** steps);
      const product = rate * greatest;
      const lossAtEnd = 0.5 * end.reduce((sum, at, i) => sum + (eigenvalues[i] ?? 0) * at * at, 0);
      return { rate, product, lossAtEnd, diverges: product > 2 };
    });
    const lossAtStart = 0.5 * eigenvalues.reduce((sum, λ) => sum + λ, 0);
    const scaling = scalingExample();
    return {
      title: `A loss that curves by ${eigenvalues.map(shown).join(', ')} along its axes`,
      blocks: [
        paragraph(
          `By Lanczos with Hessian–vector products: λmax = ${shown(greatest)}, λmin = ${shown(least)}, condition number ${shown(conditionNumber)}. Descent is stable up to α = 2/λmax = ${shown(2 / greatest)}.`,
        ),
        grid(
          ['α', 'α·λmax', `loss after ${steps} steps`, ''],
          runs.map(({ rate, product, lossAtEnd, diverges }) => [
            rate,
            product,
            lossAtEnd,
            diverges ? '← runs away' : 'comes to rest',
          ]),
        ),
        paragraph(`The loss at the start is ${shown(lossAtStart)}.`),
        heading('What scaling does', 2),
        grid(
          ['inputs', 'condition number of XᵀX/n'],
          scaling.map(({ inputs, conditionNumber: number }) => [inputs, number]),
        ),
      ],
      json: {
        eigenvalues,
        greatest,
        least,
        conditionNumber,
        limit: 2 / greatest,
        lossAtStart,
        runs,
        scaling,
      },
    };
  },
});

/** The same table, and one column of it in millimetres. */
function scalingExample() {
  const x = randomNormal([500, 3], 0, 1, { seed: 1 }).value();
  const mixed = ndarray(
    x.data.map((value: number, i: number) => (i % 3 === 0 ? 1000 * value : value)),
    x.shape,
  );
  return [
    { inputs: 'three columns scaled alike', conditionNumber: dataConditionNumber(x) },
    { inputs: 'one of them in millimetres', conditionNumber: dataConditionNumber(mixed) },
  ];
}
