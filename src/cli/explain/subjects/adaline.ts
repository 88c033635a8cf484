import { trainAdaline } from '../../../units/index.ts';
import { truthTableOf } from '../gateOption.ts';
import { ALPHA, EPOCHS, GATE } from '../options.ts';
import type { PerceptronOptions } from '../perceptron.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

/** `pellucid explain adaline --gate and`: the delta rule corrects by how far the net input is off. */
export const ADALINE = subject<PerceptronOptions>({
  section: '1.3',
  description: 'the delta rule, which comes to the least squared error with or without a line',
  options: [GATE, ALPHA, EPOCHS],
  show: ({ gate = 'and', alpha = 0.01, epochs = 1000 }) => {
    const table = truthTableOf(gate, undefined);
    const inputs = table.inputs.map((row) => row.map((x) => 2 * x - 1));
    const targets = table.outputs.map((output) => 2 * output - 1);
    const result = trainAdaline(inputs, targets, { learningRate: alpha, epochs });
    const { weights, bias, errors, trace } = result;
    const every = Math.max(1, Math.floor(errors.length / 10));
    return {
      title: `Adaline learns ${table.name}, α = ${shown(alpha)}`,
      blocks: [
        paragraph('wᵢ += α·(t − y_in)·xᵢ, b += α·(t − y_in); inputs and targets ±1.'),
        grid(
          ['epoch', 'mean (t − y_in)²'],
          errors.flatMap((error, at) =>
            at % every === 0 || at === errors.length - 1 ? [[at + 1, error]] : [],
          ),
        ),
        paragraph(
          `w = ${point(weights)}, b = ${shown(bias)} after ${result.epochs} epochs${result.stopped ? ', at rest' : ''}.`,
        ),
        heading('The first example, step by step', 2),
        grid(
          ['step', 'formula'],
          trace.steps
            .filter(({ group }) => group.epoch === 1 && group.example === 1)
            .map(({ title, formula }) => [title, formula.toString()]),
        ),
      ],
      json: { gate: table.name, inputs, targets, weights, bias, errors, steps: trace.steps.map(stepRecord) },
    };
  },
});
