import type { Shape } from '../../graph/ndarray.ts';
import type { Windowing } from '../../graph/ops.ts';
import { full, pad, where, windows } from '../functions.ts';
import type { Tensor } from '../tensor.ts';

/**
 * What lies around the data where a window reaches over their edge: nothing (`valid`: it does not), zeros on both
 * sides such that there are ⌈length / stride⌉ windows (`same`; the odd zero comes last), or zeros before the data
 * such that no window sees what follows its last place (`causal`).
 */
export type Padding = 'valid' | 'same' | 'causal';

/** How windows slide along the spatial axes of [batch, …spatial, channels]; one number for each spatial axis. */
export interface Sliding {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: Padding;
}

/** How far a window reaches from its first place to its last, both counted. */
export const extentOf = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** Zeros before and after one axis of a length. */
export function marginsOf(
  length: number,
  { size, strides, dilations, padding }: Sliding,
  at: number,
): Margins {
  const [stride, extent] = [strides[at] ?? 1, extentOf(size[at] ?? 1, dilations[at] ?? 1)];
  if (padding === 'valid') return { before: 0, after: 0 };
  if (padding === 'causal') return { before: extent - 1, after: 0 };
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + extent - length, 0);
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

export interface Margins {
  readonly before: number;
  readonly after: number;
}

/** How many windows there are along each spatial axis; none or less where a window is longer than its axis. */
export function slidingShape(lengths: Shape, sliding: Sliding): number[] {
  return lengths.map((length, at) => {
    const { before, after } = marginsOf(length, sliding, at);
    const extent = extentOf(sliding.size[at] ?? 1, sliding.dilations[at] ?? 1);
    return Math.floor((before + length + after - extent) / (sliding.strides[at] ?? 1)) + 1;
  });
}

/** Windows over all spatial axes, which are those from 1. */
export function windowingOf({ size, strides, dilations }: Sliding): Windowing {
  return { axes: size.map((_, at) => at + 1), size, strides, dilations };
}

/** All windows of [batch, …spatial, channels], with zeros around: [batch, …windows, …size, channels]. */
export function patches(x: Tensor, sliding: Sliding): Tensor {
  return windows(padded(x, sliding), windowingOf(sliding));
}

/** x with the zeros that `sliding` asks for, or with `value` in their place. */
export function padded(x: Tensor, sliding: Sliding, value = 0): Tensor {
  const margins = x.shape.slice(1, -1).map((length, at) => marginsOf(length, sliding, at));
  return padWith(x, [NONE, ...margins, NONE], value);
}

const NONE: Margins = { before: 0, after: 0 };

/** `value` around: `margins[i]` along axis i. */
export function padWith(x: Tensor, margins: readonly Margins[], value = 0): Tensor {
  const [before, after] = [margins.map((margin) => margin.before), margins.map((margin) => margin.after)];
  const zeros = pad(x, before, after);
  if (value === 0 || [...before, ...after].every((count) => count === 0)) return zeros;
  return where(pad(full(x.shape, 1, 'bool'), before, after), zeros, value);
}
