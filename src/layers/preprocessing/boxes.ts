import { add, arange, greaterEqual, less, logicalAnd, mul } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Draws } from './imageLayer.ts';

/** One box a picture, its edges [batch, 1, 1, 1] in pixels. */
export interface Boxes {
  readonly left: Tensor;
  readonly right: Tensor;
  readonly top: Tensor;
  readonly bottom: Tensor;
}

/** Boxes of given shares of height and width, [batch, 1, 1, 1], at random places that hold them whole. */
export function placeBoxes(
  draws: Draws,
  { height, width }: { height: number; width: number },
  shares: { high: Tensor; wide: Tensor },
): Boxes {
  const place = (length: number, share: Tensor): [Tensor, Tensor] => {
    const extent = mul(share, length);
    const start = mul(draws.uniform(share.shape), mul(extent, -1).add(length));
    return [start, add(start, extent)];
  };
  const [left, right] = place(width, shares.wide);
  const [top, bottom] = place(height, shares.high);
  return { left, right, top, bottom };
}

/** Whether each pixel lies in the box of its picture: bool [batch, height, width, 1]. */
export function insideBoxes({ left, right, top, bottom }: Boxes, height: number, width: number): Tensor {
  const x = arange(width, 'float32').reshape([1, 1, width, 1]);
  const y = arange(height, 'float32').reshape([1, height, 1, 1]);
  const across = logicalAnd(greaterEqual(x, left), less(x, right));
  const down = logicalAnd(greaterEqual(y, top), less(y, bottom));
  return logicalAnd(across, down);
}
