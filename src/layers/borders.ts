import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { pad, slice } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { wholeNumber, withFirst } from './arguments.ts';
import type { Layer } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

type Pair = readonly [before: number, after: number];

/**
 * How much before and after each spatial axis: one number for all sides, one for each axis (with two or more axes),
 * or [before, after] for each axis; with one axis, [before, after].
 */
export type Border = number | readonly number[] | readonly (readonly number[])[];

function pairsOf(asked: string, what: string, border: Border, rank: number): Pair[] {
  const list: readonly (number | readonly number[])[] =
    typeof border === 'number'
      ? Array.from({ length: rank }, () => border)
      : rank === 1
        ? onePair(border)
        : border;
  if (list.length !== rank) throw misnumbered(asked, what, border, rank);
  return list.map((entry) => {
    const [before, after, ...more] = typeof entry === 'number' ? [entry, entry] : entry;
    if (before === undefined || after === undefined || more.length > 0) {
      throw misnumbered(asked, what, border, rank);
    }
    return [wholeNumber(asked, what, before, 0), wholeNumber(asked, what, after, 0)];
  });
}

/** With one axis [before, after] needs no second pair of brackets. */
function onePair(border: readonly (number | readonly number[])[]): readonly (readonly number[])[] {
  const numbers = border.filter((entry): entry is number => typeof entry === 'number');
  return numbers.length > 0 ? [numbers] : border.filter((entry) => typeof entry !== 'number');
}

function misnumbered(asked: string, what: string, border: Border, rank: number): ArgumentError {
  return new ArgumentError({
    asked,
    expected:
      rank === 1
        ? `${what} to be a number or [before, after]`
        : `${what} to be a number, or ${rank} numbers or pairs [before, after]`,
    received: JSON.stringify(border),
  });
}

class ZeroPadding extends SpatialLayer {
  readonly #padding: readonly Pair[];

  constructor(rank: number, { padding = 1, ...options }: ZeroPaddingOptions) {
    super(`ZeroPadding${rank}D`, rank, options);
    this.#padding = pairsOf(this.className, 'padding', padding, rank);
  }

  protected callSpatial(x: Tensor): Tensor {
    const [before, after] = [this.#padding.map(([n]) => n), this.#padding.map(([, n]) => n)];
    return pad(x, [0, ...before, 0], [0, ...after, 0]);
  }

  config() {
    return { padding: written(this.#padding), ...formatOf(this) };
  }
}

class Cropping extends SpatialLayer {
  readonly #cropping: readonly Pair[];

  constructor(rank: number, { cropping = rank === 2 ? 0 : 1, ...options }: CroppingOptions) {
    super(`Cropping${rank}D`, rank, options);
    this.#cropping = pairsOf(this.className, 'cropping', cropping, rank);
  }

  protected override setUpSpatial(lengths: Shape, channels: number): undefined {
    const sums = this.#cropping.map(([before, after]) => before + after);
    if (lengths.every((length, at) => length > (sums[at] ?? 0))) return;
    throw this.misfit(
      `spatial axes longer than what is cut from them, [${sums.join(', ')}]`,
      this.exampleOf(lengths, channels),
      'Cut less.',
    );
  }

  protected callSpatial(x: Tensor): Tensor {
    const lengths = x.shape.slice(1, -1);
    const left = lengths.map((length, at) => {
      const [before, after] = this.#cropping[at] ?? [0, 0];
      return length - before - after;
    });
    return slice(x, [0, ...this.#cropping.map(([before]) => before), 0], [-1, ...left, -1]);
  }

  config() {
    return { cropping: written(this.#cropping), ...formatOf(this) };
  }
}

/** With one axis some versions of Keras know no data format. */
const formatOf = ({ rank, dataFormat }: SpatialLayer) =>
  rank === 1 && dataFormat === 'channels_last' ? {} : { dataFormat };

/** With one axis Keras writes one pair, else a list of them. */
const written = (pairs: readonly Pair[]): number[] | number[][] =>
  pairs.length === 1 ? [...(pairs[0] ?? [])] : pairs.map((pair) => [...pair]);

export interface ZeroPaddingOptions extends SpatialOptions {
  /** 1 by default. */
  readonly padding?: Border;
}

export interface CroppingOptions extends SpatialOptions {
  /** 1 by default, but 0 with two spatial axes, as Keras has it. */
  readonly cropping?: Border;
}

/**
 * Zeros before and after a sequence.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, before + steps + after, channels].
 *
 * @see Keras `ZeroPadding1D`
 */
export const zeroPadding1D = (
  padding: Border | ZeroPaddingOptions = {},
  options: ZeroPaddingOptions = {},
): Layer => new ZeroPadding(1, withFirst('padding', padding, options));

/**
 * Zeros around a picture.
 *
 * @param padding one number, [rows, columns], or [[top, bottom], [left, right]]; 1 by default
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, larger height, larger width, channels].
 *
 * @see Keras `ZeroPadding2D`
 */
export const zeroPadding2D = (
  padding: Border | ZeroPaddingOptions = {},
  options: ZeroPaddingOptions = {},
): Layer => new ZeroPadding(2, withFirst('padding', padding, options));

/** The same with three spatial axes. @see zeroPadding2D, Keras `ZeroPadding3D` */
export const zeroPadding3D = (
  padding: Border | ZeroPaddingOptions = {},
  options: ZeroPaddingOptions = {},
): Layer => new ZeroPadding(3, withFirst('padding', padding, options));

/**
 * A sequence without its first and last steps.
 *
 * Input shape: [batch, steps, channels]. Output shape: [batch, steps − before − after, channels].
 *
 * @throws ShapeError when nothing would be left
 * @see Keras `Cropping1D`
 */
export const cropping1D = (cropping: Border | CroppingOptions = {}, options: CroppingOptions = {}): Layer =>
  new Cropping(1, withFirst('cropping', cropping, options));

/**
 * A picture without its border.
 *
 * @param cropping one number, [rows, columns], or [[top, bottom], [left, right]]; 0 by default
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, smaller height, smaller width, channels].
 *
 * @throws ShapeError when nothing would be left
 * @see Keras `Cropping2D`
 */
export const cropping2D = (cropping: Border | CroppingOptions = {}, options: CroppingOptions = {}): Layer =>
  new Cropping(2, withFirst('cropping', cropping, options));

/** The same with three spatial axes. @see cropping2D, Keras `Cropping3D` */
export const cropping3D = (cropping: Border | CroppingOptions = {}, options: CroppingOptions = {}): Layer =>
  new Cropping(3, withFirst('cropping', cropping, options));
