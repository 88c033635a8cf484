import { compute, layers, optimizers, sequential, setSeed, tensor } from '../../../index.ts';
import { EPOCHS, SEED, UNITS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';

interface AutoencoderOptions extends ExplainOptions {
  readonly units?: number;
  readonly epochs?: number;
  readonly seed?: number;
}

/** Inputs, one of which is 1. */
const WORDS = 8;

/**
 * `pellucid explain autoencoder --units 3`: eight inputs through a narrow layer and out again.
 *
 * @see Rumelhart, Hinton, Williams, "Learning internal representations by error propagation", 1986, "the encoding problem"
 */
export const AUTOENCODER = subject<AutoencoderOptions>({
  section: '1.1',
  description: 'a network that must say its own input through a narrow layer: a code nobody gave it',
  options: [UNITS, EPOCHS, SEED],
  show: async ({ units = 3, epochs = 600, seed = 1 }) => {
    setSeed(seed);
    const x = tensor(
      Array.from({ length: WORDS }, (_, i) => Array.from({ length: WORDS }, (_, j) => Number(i === j))),
    );
    const encoder = sequential([layers.input([WORDS]), layers.dense(units, { activation: 'sigmoid' })]);
    const decoder = sequential([layers.input([units]), layers.dense(WORDS, { activation: 'softmax' })]);
    const model = sequential([layers.input([WORDS]), encoder, decoder]);
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'categoricalCrossentropy' });
    const { history } = await model.fit(x, x, { epochs, batchSize: WORDS });
    const errors = Array.from(history.loss ?? [], Number);
    const [codes, outputs] = compute([encoder.predict(x), model.predict(x)]);
    const part = (data: ArrayLike<number> = [], width: number, row: number) =>
      Array.from(data).slice(row * width, (row + 1) * width);
    const rows = Array.from({ length: WORDS }, (_, i) => ({
      input: Array.from({ length: WORDS }, (_, j) => Number(i === j)),
      code: part(codes?.data, units, i),
      output: part(outputs?.data, WORDS, i),
    }));
    const last = errors.at(-1) ?? Number.NaN;
    return {
      title: `An autoencoder: ${WORDS} inputs through ${units} units, and out again`,
      blocks: [
        paragraph(
          'Its target is its own input: nobody names anything. To get through the narrow layer, inputs must be told apart there.',
        ),
        grid(
          ['input', 'its code', 'its own share of the output'],
          rows.map(({ input, code, output }) => [
            input.join(' '),
            point(code.map((value) => Number(value.toFixed(2)))),
            output[input.indexOf(1)] ?? Number.NaN,
          ]),
        ),
        heading('Training', 2),
        paragraph(`Cross-entropy ${shown(errors[0] ?? Number.NaN)} → ${shown(last)} in ${epochs} epochs.`),
      ],
      json: { code: units, epochs, seed, errors, rows },
    };
  },
});
