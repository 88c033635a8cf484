import { ndarray } from '../graph/ndarray.ts';
import { RandomStream } from '../graph/threefry.ts';
import type { Examples } from './examples.ts';
import { checkToy, type ToyOptions } from './toys.ts';

/** The output of each gate for the inputs 0, 1 of one, and 00, 01, 10, 11 of two. */
export const GATES = {
  and: [0, 0, 0, 1],
  or: [0, 1, 1, 1],
  nand: [1, 1, 1, 0],
  nor: [1, 0, 0, 0],
  xor: [0, 1, 1, 0],
  not: [1, 0],
} as const;

export type Gate = keyof typeof GATES;

/**
 * The truth table of a logic gate, as examples: inputs and output are 0 or 1.
 *
 * @param options.n The number of examples; the rows of the table take turns. The table once, when left out.
 * @param options.noise The standard deviation of noise added to the inputs; none when left out.
 */
export function gate(name: Gate, options: ToyOptions = {}): Examples {
  const outputs: readonly number[] = GATES[name];
  const { n = outputs.length, noise = 0, seed = 0 } = options;
  checkToy({ n, noise });
  const random = new RandomStream(seed);
  const inputs = Math.log2(outputs.length);
  const x = new Float32Array(n * inputs);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const row = i % outputs.length;
    y[i] = outputs[row] ?? 0;
    for (let input = 0; input < inputs; input++) {
      const bit = (row >> (inputs - 1 - input)) & 1;
      x[i * inputs + input] = bit + (noise === 0 ? 0 : noise * random.normal());
    }
  }
  return {
    x: ndarray(x, [n, inputs]),
    y: ndarray(y, [n, 1]),
    task: 'binary',
    classNames: ['0', '1'],
    featureNames: inputs === 1 ? ['a'] : ['a', 'b'],
  };
}
