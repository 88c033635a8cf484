import { InvalidArgumentError, Option } from 'commander';
import { optimizers, tensor, Variable } from '../../../index.ts';
import { symbolText } from '../../../units/formula.ts';
import { numbers, positive } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, point, shown, subject } from '../subject.ts';

interface ClippingOptions extends ExplainOptions {
  readonly gradients?: readonly (readonly number[])[];
  readonly limit?: number;
}

const gradients = (text: string): number[][] => {
  const list = text.split(';').map(numbers);
  if (list.length > 20) throw new InvalidArgumentError('expected at most 20 weights.');
  return list;
};

/** What an optimizer of rate 1 takes off weights of 0: the gradients as they were clipped. */
function clipped(given: readonly (readonly number[])[], clipping: optimizers.SGDOptions): number[][] {
  const weights = given.map((gradient) => new Variable(tensor(gradient.map(() => 0))));
  optimizers.sgd({ learningRate: 1, ...clipping }).apply(
    given.map((gradient) => tensor(gradient)),
    weights,
  );
  return weights.map((weight) => Array.from(weight.value().data, (value) => 0 - value));
}

const norm = (values: readonly number[]) => Math.hypot(...values);

/** `pellucid explain clipping --gradients "3,4;12" --limit 1`: by value, by norm, by the norm of all together. */
export const CLIPPING = subject<ClippingOptions>({
  section: '1.6',
  description: 'gradient clipping by value, by norm and by global norm',
  options: [
    new Option('--gradients <rows>', 'gradients of several weights, as 3,4;12').argParser(gradients),
    new Option('--limit <number>', 'what they are clipped to (default: 1)').argParser(positive),
  ],
  show: ({ gradients: given = [[3, 4], [12]], limit = 1 }) => {
    const ways = {
      'as it is': {},
      'by value': { clipvalue: limit },
      'by norm': { clipnorm: limit },
      'by global norm': { globalClipnorm: limit },
    };
    const rows = Object.entries(ways).map(([way, clipping]) => {
      const values = clipped(given, clipping);
      return { way, gradients: values, norms: values.map(norm), globalNorm: norm(values.flat()) };
    });
    return {
      title: `Gradients clipped to ${shown(limit)}`,
      blocks: [
        grid(
          ['', ...given.map((_, i) => symbolText(`∂L/∂w_${i + 1}`)), 'norms', 'global norm'],
          rows.map(({ way, gradients: values, norms, globalNorm }) => [
            way,
            ...values.map(point),
            norms.map(shown).join(', '),
            globalNorm,
          ]),
        ),
        paragraph(
          'By value bounds each number, by norm each weight; by global norm all, and keeps the direction.',
        ),
      ],
      json: { limit, rows },
    };
  },
});
