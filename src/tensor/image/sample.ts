import { ArgumentError } from '../../graph/errors.ts';
import {
  abs,
  add,
  arange,
  clip,
  div,
  floor,
  gather,
  less,
  lessEqual,
  logicalAnd,
  minimum,
  mul,
  sign,
  sub,
  where,
} from '../functions.ts';
import type { Tensor } from '../tensor.ts';
import { imageShape } from './resize.ts';

/** What stands beyond the edge of a picture. */
export type FillMode = 'reflect' | 'wrap' | 'constant' | 'nearest' | 'mirror';

/** How values between pixels are found. */
export type SampleInterpolation = 'nearest' | 'bilinear';

export interface SampleOptions {
  /** `bilinear` by default. */
  readonly interpolation?: SampleInterpolation;
  /**
   * `constant` by default. Of a row a b c d: reflect d c b a|a b c d|d c b a, mirror d c b|a b c d|c b a, wrap
   * a b c d|a b c d|a b c d, nearest a a a|a b c d|d d d, constant `fillValue` on both sides.
   */
  readonly fillMode?: FillMode;
  /** 0 by default. */
  readonly fillValue?: number;
}

/** The place inside of an axis that a place outside stands for. */
const PLACES: Readonly<Record<FillMode, (place: Tensor, length: number) => Tensor>> = {
  nearest: (place, length) => clip(place, 0, length - 1),
  constant: (place, length) => clip(place, 0, length - 1),
  wrap: (place, length) => modulo(place, length),
  reflect(place, length) {
    const folded = modulo(place, 2 * length);
    return minimum(folded, sub(2 * length - 1, folded));
  },
  mirror(place, length) {
    if (length === 1) return mul(place, 0);
    const folded = modulo(place, 2 * (length - 1));
    return minimum(folded, sub(2 * (length - 1), folded));
  },
};

const INTERPOLATIONS: readonly SampleInterpolation[] = ['nearest', 'bilinear'];

/** @throws ArgumentError when a fill mode or interpolation is unknown. */
export function checkSampling({ fillMode = 'constant', interpolation = 'bilinear' }: SampleOptions): void {
  const known = { fillMode: Object.keys(PLACES), interpolation: INTERPOLATIONS };
  for (const [name, value] of Object.entries({ fillMode, interpolation })) {
    const choices: readonly string[] = name === 'fillMode' ? known.fillMode : known.interpolation;
    if (!choices.includes(value)) {
      throw new ArgumentError({ asked: `${name} "${value}"`, expected: choices.join(', ') });
    }
  }
}

/**
 * Pictures looked at where told: pixel (i, j) of each result is what stands at (y, x) of the picture.
 *
 * @param images [batch, height, width, channels]
 * @param y, x places in pixels, [batch or 1, rows, columns]; 0 is the centre of the first pixel
 *
 * Output shape: [batch, rows, columns, channels].
 */
export function sampleImages(images: Tensor, y: Tensor, x: Tensor, options: SampleOptions = {}): Tensor {
  checkSampling(options);
  const { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0 } = options;
  const [batch, height, width, channels] = imageShape(images, 'sampleImages');
  const table = images.reshape([batch * height * width, channels]);
  // [batch, 1, 1]: where each picture begins in the table.
  const begins = mul(arange(batch, 'int32'), height * width).reshape([batch, 1, 1]);
  const pixel = (row: Tensor, column: Tensor): Tensor => {
    const [insideRow, insideColumn] = [PLACES[fillMode](row, height), PLACES[fillMode](column, width)];
    const index = add(add(mul(insideRow.cast('int32'), width), insideColumn.cast('int32')), begins);
    const found = gather(table, index);
    if (fillMode !== 'constant') return found;
    const inside = logicalAnd(isInside(row, height), isInside(column, width));
    return where(channelled(inside), found, fillValue);
  };
  if (interpolation === 'nearest') return pixel(rounded(y), rounded(x));
  const [top, left] = [floor(y), floor(x)];
  const [bottom, right] = [add(top, 1), add(left, 1)];
  const [down, across] = [channelled(sub(y, top)), channelled(sub(x, left))];
  const between = (a: Tensor, b: Tensor, share: Tensor) => add(mul(a, sub(1, share)), mul(b, share));
  return between(
    between(pixel(top, left), pixel(top, right), across),
    between(pixel(bottom, left), pixel(bottom, right), across),
    down,
  );
}

const channelled = (places: Tensor) => places.reshape([...places.shape, 1]);
const isInside = (place: Tensor, length: number) => logicalAnd(lessEqual(0, place), less(place, length));
/** To the nearest whole number, halves away from 0. */
const rounded = (x: Tensor) => mul(sign(x), floor(add(abs(x), 0.5)));
/** What is left of whole numbers, from 0 to `length` − 1. */
const modulo = (x: Tensor, length: number) => sub(x, mul(floor(div(x, length)), length));
