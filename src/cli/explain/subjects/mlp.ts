import { Option } from 'commander';
import {
  countParameters,
  forward,
  initialPerceptron,
  type OutputActivation,
  parameters,
  symbolText,
  trainMultilayer,
} from '../../../units/index.ts';
import { truthTableOf } from '../gateOption.ts';
import { ALPHA, EPOCHS, GATE, positive, SEED, SIZES } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, slipsAbout, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface MlpOptions extends ExplainOptions {
  readonly sizes?: readonly number[];
  readonly task?: 'binary' | 'classes' | 'regression';
  readonly gate?: string;
  readonly alpha?: number;
  readonly epochs?: number;
  readonly errorThreshold?: number;
  readonly seed?: number;
}

const OUTPUTS: Readonly<Record<NonNullable<MlpOptions['task']>, OutputActivation>> = {
  binary: 'sigmoid',
  classes: 'softmax',
  regression: 'linear',
};

/** Weights that are shown. */
const MOST = 40;

/** `pellucid explain mlp --sizes 4,2,1`: layers, parameters, first weights. */
export const MLP = subject<MlpOptions>({
  section: '1.4',
  description: "a multi-layer perceptron's anatomy, its first weights, and its output by task",
  options: [
    SIZES,
    new Option('--task <task>', 'what the output layer is for').choices(Object.keys(OUTPUTS)),
    SEED,
  ],
  show: ({ sizes = [4, 2, 1], task = 'binary', seed = 0 }) => {
    const network = initialPerceptron(sizes, { seed, output: OUTPUTS[task] });
    const count = countParameters(sizes);
    const all = parameters(network);
    const values = Object.values(all);
    const kind = (layer: number) =>
      layer === 0 ? 'input' : layer === sizes.length - 1 ? 'output' : 'hidden';
    return {
      title: `A ${sizes.join('-')} network: ${count.weights} weights, ${count.biases} biases`,
      blocks: [
        grid(
          ['layer', 'units', 'weights', 'biases', 'activation'],
          sizes.map((size, l) => [
            kind(l),
            size,
            l === 0 ? 0 : size * (sizes[l - 1] ?? 0),
            l === 0 ? 0 : size,
            l === 0 ? 'passes inputs on' : l === sizes.length - 1 ? OUTPUTS[task] : 'sigmoid',
          ]),
        ),
        paragraph(
          `The output layer follows the task: ${Object.entries(OUTPUTS)
            .map(([name, activation]) => `${activation} for ${name}`)
            .join(', ')}.`,
        ),
        heading(`Weights and biases, uniform in [−0.5, 0.5], seed ${seed}`, 2),
        grid(
          ['', 'value'],
          Object.entries(all)
            .slice(0, MOST)
            .map(([name, value]) => [symbolText(name), value]),
        ),
        paragraph(
          `${values.length > MOST ? `… and ${values.length - MOST} more. ` : ''}They lie between ${shown(Math.min(...values))} and ${shown(Math.max(...values))}.`,
        ),
        ...slipsAbout('1.4'),
      ],
      json: { sizes, task, output: OUTPUTS[task], ...count, seed, network },
    };
  },
});

/** `pellucid explain back-propagation --gate xor`: the lecture's training, one example after another. */
export const BACK_PROPAGATION = subject<MlpOptions>({
  section: '1.4',
  description: 'training example by example, until the epochs are over or the error is small',
  options: [
    GATE,
    SIZES,
    ALPHA,
    EPOCHS,
    new Option(
      '--error-threshold <error>',
      'the mean squared error that is small enough (default: 0.01)',
    ).argParser(positive),
    SEED,
  ],
  show: ({ gate = 'xor', sizes, alpha = 0.8, epochs = 5000, errorThreshold = 0.01, seed = 1 }) => {
    const table = truthTableOf(gate, undefined);
    const width = table.inputs[0]?.length ?? 0;
    const start = initialPerceptron(sizes ?? [width, 3, 1], { seed });
    const targets = table.outputs.map((output) => [output]);
    const result = trainMultilayer(start, table.inputs, targets, {
      ...{ learningRate: alpha, epochs, errorThreshold },
    });
    const { errors, network, trace } = result;
    const every = Math.max(1, Math.floor(errors.length / 10));
    const outputs = table.inputs.map((x) => forward(network, x).outputs.at(-1)?.[0] ?? Number.NaN);
    return {
      title: `A ${start.sizes.join('-')} network learns ${table.name}, α = ${shown(alpha)}`,
      blocks: [
        heading('The first example, step by step', 2),
        grid(
          ['step', 'formula'],
          trace.steps
            .filter(({ group }) => group.epoch === 1 && group.example === 1)
            .map(({ title, formula }) => [title, formula.toString()]),
        ),
        heading('The error, epoch by epoch', 2),
        grid(
          ['epoch', 'mean (t − O)²'],
          errors.flatMap((error, at) =>
            at % every === 0 || at === errors.length - 1 ? [[at + 1, error]] : [],
          ),
        ),
        paragraph(
          result.stoppedBy === 'threshold'
            ? `Stopped after ${result.epochs} epochs: the error is below ${shown(errorThreshold)}.`
            : `Stopped after ${result.epochs} epochs, the error still above ${shown(errorThreshold)}.`,
        ),
        grid(
          ['x', 'target', 'output'],
          table.inputs.map((x, row) => [point(x), table.outputs[row] ?? 0, outputs[row] ?? Number.NaN]),
        ),
      ],
      json: {
        gate: table.name,
        ...{ epochs: result.epochs, stoppedBy: result.stoppedBy, errors, outputs, start, network },
        steps: trace.steps.map(stepRecord),
        stepsComplete: trace.complete,
      },
    };
  },
});
