import { compile, type Optimizer, optimizers, tensor, Variable, valueAndGrad } from '../../../index.ts';
import { ALPHA, EIGENVALUES, STEPS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, point, shown, subject } from '../subject.ts';

interface OptimizersOptions extends ExplainOptions {
  readonly eigenvalues?: readonly number[];
  readonly steps?: number;
  readonly alpha?: number;
}

/** Each with a rate that suits a valley of steepness λmax, unless one is given. */
const OPTIMIZERS: Readonly<Record<string, (steepest: number, alpha?: number) => Optimizer>> = {
  'gradient descent': (steepest, alpha = 1.8 / steepest) => optimizers.sgd({ learningRate: alpha }),
  momentum: (steepest, alpha = 1.8 / steepest) => optimizers.sgd({ learningRate: alpha, momentum: 0.8 }),
  'Nesterov momentum': (steepest, alpha = 0.9 / steepest) =>
    optimizers.sgd({ learningRate: alpha, momentum: 0.8, nesterov: true }),
  Adagrad: (_, alpha = 0.2) => optimizers.adagrad({ learningRate: alpha }),
  RMSprop: (_, alpha = 0.02) => optimizers.rmsprop({ learningRate: alpha }),
  Adam: (_, alpha = 0.1) => optimizers.adam({ learningRate: alpha }),
  AdamW: (_, alpha = 0.1) => optimizers.adamW({ learningRate: alpha }),
  Adamax: (_, alpha = 0.1) => optimizers.adamax({ learningRate: alpha }),
  Nadam: (_, alpha = 0.1) => optimizers.nadam({ learningRate: alpha }),
  Adadelta: (_, alpha = 1) => optimizers.adadelta({ learningRate: alpha }),
  Lion: (_, alpha = 0.02) => optimizers.lion({ learningRate: alpha }),
  Ftrl: (_, alpha = 0.2) => optimizers.ftrl({ learningRate: alpha }),
  Lamb: (_, alpha = 0.1) => optimizers.lamb({ learningRate: alpha }),
  Adafactor: (_, alpha = 0.1) => optimizers.adafactor({ learningRate: alpha }),
};

/** Positions along the way that are shown. */
const PLACES = [1, 2, 5, 10, 20, 50, 100, 200, 500];

function run(optimizer: Optimizer, eigenvalues: readonly number[], steps: number) {
  const w = new Variable(tensor(eigenvalues.map(() => 1)));
  const step = compile(() => {
    const [loss, gradients] = valueAndGrad(
      () => w.read().mul(w.read()).mul(tensor(eigenvalues)).sum().mul(0.5),
      [w],
    )();
    optimizer.apply(gradients, [w]);
    return loss;
  });
  return Array.from({ length: steps }, () => {
    step();
    return Array.from(w.value().data);
  });
}

const lossAt = (eigenvalues: readonly number[], w: readonly number[] = []) =>
  0.5 * eigenvalues.reduce((sum, λ, i) => sum + λ * (w[i] ?? 0) ** 2, 0);

/** `pellucid explain optimizers --eigenvalues 1,100`: the same valley, down which each goes its own way. */
export const OPTIMIZER_SUBJECT = subject<OptimizersOptions>({
  section: '1.7',
  description: 'gradient descent, momentum, Adagrad, RMSprop, Adam … down one valley; the first step of each',
  options: [EIGENVALUES, STEPS, ALPHA],
  show: ({ eigenvalues = [1, 100], steps = 50, alpha }) => {
    const steepest = Math.max(...eigenvalues);
    const rows = Object.entries(OPTIMIZERS).map(([name, make]) => {
      const optimizer = make(steepest, alpha);
      const rate = optimizer.learningRate.read().item();
      const path = run(optimizer, eigenvalues, steps);
      const firstStep = (path[0] ?? []).map((value) => value - 1);
      return { name, rate, firstStep, path, losses: path.map((w) => lossAt(eigenvalues, w)) };
    });
    const places = PLACES.filter((place) => place <= steps);
    return {
      title: `½·Σ λᵢwᵢ² with λ = ${eigenvalues.map(shown).join(', ')}, from w = ${point(eigenvalues.map(() => 1))}`,
      blocks: [
        grid(
          ['optimizer', 'α', 'first step', ...places.map((place) => `loss, step ${place}`)],
          rows.map(({ name, rate, firstStep, losses }) => [
            name,
            rate,
            point(firstStep),
            ...places.map((place) => losses[place - 1] ?? Number.NaN),
          ]),
        ),
        paragraph(
          "Adam's first step is α·sign(g) in every direction, however steep. Every number of an optimizer's step on a model: pellucid explain model.keras data.csv.",
        ),
      ],
      json: { eigenvalues, steps, optimizers: rows },
    };
  },
});
