import { Option } from 'commander';
import { halfPrecisionDescent, PRECISIONS, round } from '../../../explain/index.ts';
import { positive } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, shown, subject } from '../subject.ts';

interface PrecisionOptions extends ExplainOptions {
  readonly lossScale?: number;
}

const SMALL = 1e-8;

/** `pellucid explain mixed-precision`: what float16 loses, and how master weights and a scaled loss keep it. */
export const MIXED_PRECISION = subject<PrecisionOptions>({
  section: '1.6',
  description: 'a run that fails in float16 and succeeds with master weights and loss scaling',
  options: [
    new Option('--loss-scale <factor>', 'what the loss is multiplied by (default: 4096)').argParser(positive),
  ],
  show: ({ lossScale = 4096 }) => {
    const runs = PRECISIONS.map((precision) => halfPrecisionDescent(precision, { lossScale }));
    const scaled = round(SMALL * lossScale, 'float16');
    return {
      title: 'Mixed precision',
      blocks: [
        grid(
          ['', 'in float16'],
          [
            [`a gradient of ${shown(SMALL)}`, round(SMALL, 'float16')],
            [`the same, of a loss times ${shown(lossScale)}`, scaled],
            ['that, divided again in float32', scaled / lossScale],
            ['a weight of 1, and a step of 1e-4', round(1 + 1e-4, 'float16')],
          ],
        ),
        heading('The same descent three ways', 2),
        paragraph(
          '½·s·(w − 1)², s = 10⁻⁶, from w = 0; the gradients are small, and so are the steps near the end.',
        ),
        grid(
          ['precision', 'weight after 400 steps', 'lost gradients', ''],
          runs.map(({ precision, weight, zeros }) => [
            precision,
            weight,
            zeros,
            Math.abs(weight - 1) < 0.01 ? 'arrives' : '← stands still',
          ]),
        ),
      ],
      json: { lossScale, small: SMALL, scaled, runs },
    };
  },
});
