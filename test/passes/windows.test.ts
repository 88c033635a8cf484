import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import * as build from '../../src/graph/build.ts';
import { inOrder, input } from '../../src/graph/graph.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { sizeOf } from '../../src/graph/ndarray.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { optimise } from '../../src/passes/pipeline.ts';

interface Spread {
  readonly name: string;
  readonly counts: readonly number[];
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Numbers spread over windows by a product, and added up: the gradient of a convolution's image. */
function spreadOut({ counts, size, strides, dilations }: Spread) {
  const [batch, filters, channels] = [2, 3, 4];
  const axes = counts.map((_, i) => i + 1);
  const lengths = counts.map(
    (count, i) => (count - 1) * (strides[i] ?? 1) + ((size[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1,
  );
  const image = input('float64', [batch * sizeOf(counts), filters]);
  const kernel = input('float64', [sizeOf(size) * channels, filters]);
  const product = build.matmul(image, build.transpose(kernel));
  const windows = build.reshape(product, [batch, ...counts, ...size, channels]);
  return { image, kernel, sum: build.unwindow(windows, { axes, size, strides, dilations }, lengths) };
}

const SPREADS: readonly Spread[] = [
  { name: 'one axis', counts: [5], size: [3], strides: [1], dilations: [1] },
  { name: 'two axes', counts: [4, 5], size: [3, 2], strides: [1, 1], dilations: [1, 1] },
  { name: 'dilated', counts: [4, 3], size: [2, 3], strides: [1, 1], dilations: [2, 3] },
  { name: 'three axes', counts: [3, 2, 4], size: [2, 2, 3], strides: [1, 1, 1], dilations: [1, 1, 1] },
];

describe('windows of a product that are added up', () => {
  test.each(SPREADS)('are products of windows: $name', (spread) => {
    const { image, kernel, sum } = spreadOut(spread);
    const random = new RandomStream(3);
    const values = new Map(
      [image, kernel].map((node): [typeof node, NDArray] => [
        node,
        {
          dtype: 'float64',
          shape: node.shape,
          data: Float64Array.from({ length: sizeOf(node.shape) }, () => random.uniform(-1, 1)),
        },
      ]),
    );
    const [rewritten] = optimise([sum], { verify: true });
    if (!rewritten) throw new Error('the passes lost the graph');
    expect(inOrder([rewritten]).some(({ op }) => op === 'unwindow')).toBe(false);
    const [wanted, found] = [evaluate([sum], values)[0], evaluate([rewritten], values)[0]];
    expect(found?.data.length).toBe(wanted?.data.length);
    wanted?.data.forEach((value, i) => {
      expect(found?.data[i]).toBeCloseTo(value, 12);
    });
  });

  test('stay as they are where windows are further apart', () => {
    const { sum } = spreadOut({ name: '', counts: [4], size: [3], strides: [2], dilations: [1] });
    expect(inOrder(optimise([sum])).some(({ op }) => op === 'unwindow')).toBe(true);
  });
});
