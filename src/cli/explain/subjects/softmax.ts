import { stability, stabilityBlocks } from '../../../explain/index.ts';
import { X } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { paragraph, subject } from '../subject.ts';

interface SoftmaxOptions extends ExplainOptions {
  readonly x?: readonly number[];
}

/** `pellucid explain softmax --x 1000,1001,1002`: as it is defined, and as it is computed. */
export const SOFTMAX = subject<SoftmaxOptions>({
  section: '1.6',
  description: 'softmax and log-sum-exp, naive and stable, in every float format',
  options: [X],
  show: ({ x = [1000, 1001, 1002] }) => ({
    title: 'Softmax, naive and stable',
    blocks: [
      paragraph(
        'exp(xᵢ)/Σ exp(xⱼ) overflows for large x. Softmax does not change when the same number is taken from all inputs; taking the greatest makes the largest power exp(0) = 1.',
      ),
      ...stabilityBlocks(x).filter(({ kind }) => kind === 'table'),
    ],
    json: { x, formats: stability(x) },
  }),
});
