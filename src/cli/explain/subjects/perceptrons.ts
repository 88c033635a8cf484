import { Option } from 'commander';
import { trainPerceptrons } from '../../../units/index.ts';
import { truthTableOf } from '../gateOption.ts';
import { ALPHA, EPOCHS } from '../options.ts';
import { INPUTS, type PerceptronOptions } from '../perceptron.ts';
import { grid, paragraph, point, shown, slipsAbout, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface PerceptronsOptions extends PerceptronOptions {
  readonly gates?: string;
}

/** `pellucid explain perceptrons --gates and,or`: each output unit has its own column, and only wrong ones change. */
/** Epochs whose examples are shown one by one. */
const SHOWN = 4;

export const PERCEPTRONS = subject<PerceptronsOptions>({
  section: '1.3',
  description: 'several output units: only the columns that were wrong are corrected',
  options: [new Option('--gates <names>', 'one gate for each output unit, as and,or'), ALPHA, EPOCHS, INPUTS],
  show: ({ gates = 'and,or', alpha = 1, epochs = 100, inputs: kind = '0/1' }) => {
    const tables = gates.split(',').map((gate) => truthTableOf(gate.trim(), undefined));
    const inputs = (tables[0]?.inputs ?? []).map((row) => (kind === '0/1' ? row : row.map((x) => 2 * x - 1)));
    const targets = inputs.map((_, row) => tables.map(({ outputs }) => 2 * (outputs[row] ?? 0) - 1));
    const result = trainPerceptrons(inputs, targets, { learningRate: alpha, epochs });
    const names = tables.map(({ name }) => name);
    return {
      title: `${names.join(', ')} by ${names.length} output units`,
      blocks: [
        paragraph('y_inⱼ = bⱼ + Σ xᵢwᵢⱼ; if yⱼ ≠ tⱼ: wᵢⱼ += α·tⱼ·xᵢ, bⱼ += α·tⱼ.'),
        grid(
          ['epoch', 'x', ...names.flatMap((name) => [`${name} y`, `${name} w`, `${name} b`, ''])],
          result.rows
            .slice(0, SHOWN * inputs.length)
            .map(({ epoch, x, output, weights, biases, corrected }) => [
              epoch,
              point(x),
              ...names.flatMap((_, j) => [
                output[j] ?? 0,
                point(weights[j] ?? []),
                biases[j] ?? 0,
                corrected[j] ? 'corrected' : '',
              ]),
            ]),
        ),
        ...(result.epochs > SHOWN ? [paragraph(`… and ${result.epochs - SHOWN} epochs more.`)] : []),
        paragraph(
          `${result.stopped ? `Stopped in epoch ${result.epochs}` : `Not stopped after ${result.epochs} epochs`}: ${names.map((name, j) => `${name} w = ${point(result.weights[j] ?? [])}, b = ${shown(result.biases[j] ?? 0)}`).join('; ')}.`,
        ),
        ...slipsAbout('several output units'),
      ],
      json: {
        gates: names,
        ...{ epochs: result.epochs, stopped: result.stopped, weights: result.weights, biases: result.biases },
        rows: result.rows,
        steps: result.trace.steps.map(stepRecord),
        stepsComplete: result.trace.complete,
      },
    };
  },
});
