import { unwindow } from '../../graph/build.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import { matmul, mul, slice, sum } from '../functions.ts';
import { apply, type Tensor } from '../tensor.ts';
import { extentOf, type Padding, padWith, patches, type Sliding, windowingOf } from './windowing.ts';

/** How a kernel slides, all but its size. */
export type Stride = Omit<Sliding, 'size'>;

/**
 * The convolution (in truth, cross-correlation) of any number of spatial axes:
 * y[b, o, f] = Σ_k Σ_c x[b, o·stride + k·dilation, c] · kernel[k, c, f].
 *
 * One matrix product: the windows, each flattened to a row, by the kernel flattened to a column for each filter.
 *
 * @param x [batch, …spatial, channels]
 * @param kernel […size, channels / groups, filters]
 * @param groups channels and filters fall into so many parts, each filter seeing the channels of its own part
 * @returns [batch, …windows, filters]
 */
export function convolve(x: Tensor, kernel: Tensor, stride: Stride, groups = 1): Tensor {
  const [channels = 1, filters = 1] = kernel.shape.slice(-2);
  const size = kernel.shape.slice(0, -2);
  const seen = patches(x, { ...stride, size });
  const out = seen.shape.slice(0, 1 + size.length);
  const [rows, taps] = [sizeOf(out), sizeOf(size)];
  if (groups === 1) {
    // [batch·windows, size·channels] × [size·channels, filters]
    const product = matmul(seen.reshape([rows, taps * channels]), kernel.reshape([taps * channels, filters]));
    return product.reshape([...out, filters]);
  }
  const share = filters / groups;
  // [groups, batch·windows, size·channels] × [groups, size·channels, filters / groups]
  const parts = seen.reshape([rows, taps, groups, channels]).transpose([2, 0, 1, 3]);
  const kernels = kernel.reshape([taps * channels, groups, share]).transpose([1, 0, 2]);
  const products = matmul(parts.reshape([groups, rows, taps * channels]), kernels);
  return products.transpose([1, 0, 2]).reshape([...out, filters]);
}

/**
 * Each channel convolved by kernels of its own: y[b, o, c·m + j] = Σ_k x[b, o·stride + k·dilation, c] · kernel[k, c, j].
 *
 * @param x [batch, …spatial, channels]
 * @param kernel […size, channels, multiplier]
 * @returns [batch, …windows, channels·multiplier]
 */
export function depthwiseConvolve(x: Tensor, kernel: Tensor, stride: Stride): Tensor {
  const [channels = 1, multiplier = 1] = kernel.shape.slice(-2);
  const size = kernel.shape.slice(0, -2);
  const seen = patches(x, { ...stride, size });
  const taps = size.map((_, at) => at + 1 + size.length);
  if (multiplier === 1) return sum(mul(seen, kernel.reshape([...size, channels])), taps);
  const products = mul(seen.reshape([...seen.shape, 1]), kernel);
  const out = seen.shape.slice(0, 1 + size.length);
  return sum(products, taps).reshape([...out, channels * multiplier]);
}

/** How a transposed convolution spreads its inputs. */
export interface Spread extends Omit<Stride, 'padding'> {
  readonly padding: Exclude<Padding, 'causal'>;
  /** Places added to the output of each spatial axis; by default as many as make it stride times as long. */
  readonly outputPadding?: readonly number[];
}

/**
 * The transposed convolution, the adjoint of `convolve` in x: each input is spread over a window of the output,
 * weighted by the kernel, and what windows share adds up.
 *
 * @param x [batch, …spatial, channels]
 * @param kernel […size, filters, channels]
 * @returns [batch, …longer, filters]
 * @see Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4
 */
export function transposedConvolve(x: Tensor, kernel: Tensor, spread: Spread): Tensor {
  const [filters = 1, channels = 1] = kernel.shape.slice(-2);
  const size = kernel.shape.slice(0, -2);
  const places = x.shape.slice(1, -1);
  // [batch·spatial, channels] × [channels, size·filters]
  const kernels = kernel.reshape([-1, channels]).transpose();
  const shares = matmul(x.reshape([-1, channels]), kernels).reshape([
    ...x.shape.slice(0, -1),
    ...size,
    filters,
  ]);
  const ends = places.map((length, at) => trimOf(length, size[at] ?? 1, spread, at));
  const windowing = windowingOf({ ...spread, size });
  const whole = apply(
    (node) =>
      unwindow(
        node,
        windowing,
        ends.map(({ length }) => length),
      ),
    shares,
  );
  return trimmed(whole, ends);
}

/** The lengths of the outputs of a transposed convolution along each spatial axis. */
export function spreadShape(lengths: readonly number[], size: readonly number[], spread: Spread): number[] {
  return lengths.map((places, at) => {
    const { length, first, last } = trimOf(places, size[at] ?? 1, spread, at);
    return length - first - last;
  });
}

/** What is cut from the sum of all windows; less than nothing means zeros in addition. */
interface Trim {
  readonly length: number;
  readonly first: number;
  readonly last: number;
}

function trimOf(places: number, size: number, spread: Spread, at: number): Trim {
  const [stride, extent] = [spread.strides[at] ?? 1, extentOf(size, spread.dilations[at] ?? 1)];
  const length = (places - 1) * stride + extent;
  const extra = spread.outputPadding?.[at];
  if (spread.padding === 'valid') {
    return { length, first: 0, last: -(extra ?? Math.max(stride - extent, 0)) };
  }
  const around = extra === undefined ? stride + extent - 2 : extent + (extent % 2) - 2 + extra;
  const before = stride > extent - 1 ? extent - 1 : Math.ceil(around / 2);
  return { length, first: extent - 1 - before, last: extent - 1 - (around - before) };
}

function trimmed(x: Tensor, ends: readonly Trim[]): Tensor {
  const longer = ends.map(({ first, last }) => ({ before: Math.max(-first, 0), after: Math.max(-last, 0) }));
  const none = { before: 0, after: 0 };
  const grown = padWith(x, [none, ...longer, none]);
  const start = [0, ...ends.map(({ first }) => Math.max(first, 0)), 0];
  const cut = ends.map(({ length, first, last }) => length - first - last);
  return slice(grown, start, [x.shape[0] ?? 1, ...cut, x.shape.at(-1) ?? 1]);
}
