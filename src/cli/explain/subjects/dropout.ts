import { thinnedNetworks } from '../../../units/index.ts';
import { RATE, WEIGHTS, X } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, point, shown, subject } from '../subject.ts';

interface DropoutOptions extends ExplainOptions {
  readonly weights?: readonly number[];
  readonly x?: readonly number[];
  readonly rate?: number;
}

/** Thinned networks that are shown. */
const MOST = 16;

/** `pellucid explain dropout`: all 2ⁿ thinned networks, and the whole one that stands for their average. */
export const DROPOUT = subject<DropoutOptions>({
  section: '1.7',
  description: 'all 2ⁿ thinned networks, and the scaled network that is their average',
  options: [WEIGHTS, X, RATE],
  show: ({ weights = [0.6, -0.4, 0.8], x, rate = 0.5 }) => {
    const inputs = x ?? weights.map(() => 1);
    const linear = thinnedNetworks({ weights }, inputs, { rate });
    const sigmoid = thinnedNetworks({ weights }, inputs, { rate, activation: 'sigmoid' });
    return {
      title: `${weights.length} units with dropout ${shown(rate)}: ${linear.networks.length} thinned networks`,
      blocks: [
        paragraph(
          `Weights ${point(weights)}, outputs of the units ${point(inputs)}; those that stay count 1/(1 − rate) = ${shown(1 / (1 - rate))}.`,
        ),
        grid(
          ['units that stay', 'probability', 'net input', 'σ(net input)'],
          linear.networks
            .slice(0, MOST)
            .map(({ mask, probability, net }, at) => [
              mask.join(' '),
              probability,
              net,
              sigmoid.networks[at]?.output ?? Number.NaN,
            ]),
        ),
        grid(
          ['output unit', 'average of all', 'whole network', 'geometric mean'],
          [
            ['linear', linear.average, linear.whole, ''],
            ['sigmoid', sigmoid.average, sigmoid.whole, shown(sigmoid.geometric)],
          ],
        ),
        paragraph(
          'A linear unit of the whole network is their average exactly; a sigmoid nearly, and their geometric mean exactly.',
        ),
      ],
      json: { weights, x: inputs, rate, linear, sigmoid },
    };
  },
});
