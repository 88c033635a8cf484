import { compute, grad, randomNormal, relu, tensor } from '../../../index.ts';
import { SEED, UNITS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, subject } from '../subject.ts';

interface DyingOptions extends ExplainOptions {
  readonly units?: number;
  readonly seed?: number;
}

const EXAMPLES = 200;
const BIASES = [1, 0, -1, -2, -3, -4];

/** `pellucid explain dying-relu`: push the bias down, and units die one after the other. */
export const DYING_RELU = subject<DyingOptions>({
  section: '1.2',
  description: 'the share of dead ReLU units, as their bias is pushed below 0',
  options: [UNITS, SEED],
  show: ({ units = 50, seed = 1 }) => {
    const nets = randomNormal([EXAMPLES, units], 0, 1, { seed });
    const rows = BIASES.map((bias) => {
      const [outputs, slopes] = compute([
        relu(nets.add(bias)),
        grad((biases) => relu(nets.add(biases)).sum())(tensor(new Float32Array(units).fill(bias))),
      ]);
      const zeros = outputs?.data.filter((value) => value === 0).length ?? 0;
      const dead = slopes?.data.filter((slope) => slope === 0).length ?? 0;
      return { bias, zeros: zeros / (EXAMPLES * units), dead: dead / units };
    });
    return {
      title: `${units} ReLU units, ${EXAMPLES} examples`,
      blocks: [
        paragraph(
          'Every negative net input becomes 0. A unit for which that holds for all examples has slope 0 everywhere: no step will wake it.',
        ),
        grid(
          ['bias', 'share of zeros', 'share of dead units', ''],
          rows.map(({ bias, zeros, dead }) => [bias, zeros, dead, dead > 0 ? 'dead' : '']),
        ),
      ],
      json: { units, examples: EXAMPLES, rows },
    };
  },
});
