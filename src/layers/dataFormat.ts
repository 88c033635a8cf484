import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Whether channels come after the spatial axes or before them. */
export type DataFormat = 'channels_last' | 'channels_first';

export const DATA_FORMATS: readonly DataFormat[] = ['channels_last', 'channels_first'];

/** The shape of one example with its channels last. */
export function lastChannels(shape: Shape, format: DataFormat): Shape {
  return format === 'channels_last' ? shape : [...shape.slice(1), ...shape.slice(0, 1)];
}

/**
 * Applies `body` with the channels last. Orders of axes are views: the compiler packs through them, and nothing is
 * moved for the sake of a format.
 */
export function withChannelsLast(x: Tensor, format: DataFormat, body: (x: Tensor) => Tensor): Tensor {
  if (format === 'channels_last') return body(x);
  const last = x.shape.length - 1;
  const spatial = Array.from({ length: last - 1 }, (_, i) => i + 1);
  const result = body(x.transpose([0, ...spatial.map((axis) => axis + 1), 1]));
  return result.transpose([0, last, ...spatial]);
}
