import { div, full, max, sum, windows } from '../functions.ts';
import type { Tensor } from '../tensor.ts';
import { marginsOf, padded, patches, type Sliding, windowingOf } from './windowing.ts';

/** The axes of [batch, …windows, …size, channels] inside of a window. */
const inside = ({ size }: Sliding): number[] => size.map((_, at) => at + 1 + size.length);

/**
 * The greatest number of every window, channel by channel.
 *
 * @param x [batch, …spatial, channels]
 * @returns [batch, …windows, channels]
 */
export function maxPool(x: Tensor, sliding: Sliding): Tensor {
  const around = padded(x, sliding, Number.NEGATIVE_INFINITY);
  return max(windows(around, windowingOf(sliding)), inside(sliding));
}

/**
 * The mean of every window, channel by channel. Where a window reaches over the edge, the mean of what it sees of
 * the data.
 *
 * @param x [batch, …spatial, channels]
 * @returns [batch, …windows, channels]
 */
export function averagePool(x: Tensor, sliding: Sliding): Tensor {
  const totals = sum(patches(x, sliding), inside(sliding));
  const lengths = x.shape.slice(1, -1);
  const isPadded = lengths.some((length, at) => {
    const { before, after } = marginsOf(length, sliding, at);
    return before + after > 0;
  });
  const taps = sliding.size.reduce((product, length) => product * length, 1);
  if (!isPadded) return div(totals, taps);
  return div(totals, sum(patches(full([1, ...lengths, 1], 1, x.dtype), sliding), inside(sliding)));
}
