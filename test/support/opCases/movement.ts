import * as build from '../../../src/graph/build.ts';
import { input } from '../../../src/graph/graph.ts';
import { type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node, Windowing } from '../../../src/graph/ops.ts';
import {
  flipped,
  type Plain,
  padded,
  permuted,
  reshaped,
  sliced,
  stretchedTo,
  unwindowed,
  windowed,
} from '../plain.ts';
import { type CasesOf, move, NUMBERS, shapeName } from './opCase.ts';

const windowing = (
  axes: readonly number[],
  size: Shape,
  strides: readonly number[] = size.map(() => 1),
  dilations: readonly number[] = size.map(() => 1),
): Windowing => ({ axes, size, strides, dilations });

/** Overlapping, touching and apart; with and without what is left at the end; dilated. */
const WINDOWS: readonly (readonly [Shape, Windowing])[] = [
  [[7], windowing([0], [3])],
  [[9], windowing([0], [3], [2], [2])],
  [[8, 3], windowing([0], [2], [2])],
  [[2, 7, 3], windowing([1], [2], [2])],
  [[2, 5, 6, 3], windowing([1, 2], [3, 2])],
  [[1, 7, 6, 5], windowing([1, 2], [2, 3], [2, 3])],
  [[2, 3, 6, 5], windowing([2, 3], [2, 2], [1, 3])],
  [[2, 6, 5, 4], windowing([1, 2], [2, 2], [2, 1], [3, 2])],
  [[2, 4, 3, 4, 2], windowing([1, 3], [2, 3])],
];

const windowName = (shape: Shape, { axes, size, strides, dilations }: Windowing) =>
  `[${size.join(', ')}] over [${axes.join(', ')}] of ${shapeName([shape])}, strides [${strides.join(', ')}], dilations [${dilations.join(', ')}]`;

/** Rearrangements, and what adds overlapping windows up. */
export const MOVEMENT: CasesOf<
  'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'flip' | 'window' | 'unwindow'
> = {
  reshape: [
    move(
      '[6] to [2, 3]',
      [6],
      (x) => build.reshape(x as Node, [2, 3]),
      (x) => reshaped([2, 3])(x as Plain),
    ),
    move(
      '[2, 3, 5] to [5, 6]',
      [2, 3, 5],
      (x) => build.reshape(x as Node, [5, 6]),
      (x) => reshaped([5, 6])(x as Plain),
    ),
    move(
      '[1] to []',
      [1],
      (x) => build.reshape(x as Node, []),
      (x) => reshaped([])(x as Plain),
    ),
    move(
      'a transposed array to one axis',
      [3, 5],
      (x) => build.reshape(build.transpose(x as Node), [15]),
      (x) => reshaped([15])(permuted([1, 0])(x as Plain)),
    ),
  ],
  permute: [
    [1, 0],
    [2, 0, 1],
    [0, 2, 1],
    [2, 1, 0],
    [3, 1, 0, 2],
  ].map((order) => {
    const shape = [2, 3, 5, 4].slice(0, order.length);
    return move(
      `[${order.join(', ')}] of ${shapeName([shape])}`,
      shape,
      (x) => build.permute(x as Node, order),
      (x) => permuted(order)(x as Plain),
    );
  }),
  broadcast: (
    [
      [[], [5]],
      [[1], [7]],
      [
        [3, 1],
        [3, 6],
      ],
      [
        [1, 5],
        [3, 5],
      ],
      [
        [3, 1],
        [2, 3, 5],
      ],
      [[5], [2, 2, 5]],
    ] as const
  ).map(([from, to]) =>
    move(
      shapeName([from, to]).replace('and', 'to'),
      from,
      (x) => build.broadcast(x as Node, to),
      (x) => stretchedTo(to)(x as Plain),
    ),
  ),
  slice: (
    [
      [[7], [2], [5]],
      [[7], [6], [1]],
      [
        [4, 6],
        [1, 0],
        [3, 6],
      ],
      [
        [4, 6],
        [0, 1],
        [4, 3],
      ],
      [
        [3, 4, 5],
        [1, 1, 1],
        [2, 2, 3],
      ],
    ] as const
  ).map(([shape, start, size]) =>
    move(
      `[${size.join(', ')}] at [${start.join(', ')}] of ${shapeName([shape])}`,
      shape,
      (x) => build.slice(x as Node, start, size),
      (x) => sliced(start, size)(x as Plain),
    ),
  ),
  pad: (
    [
      [[3], [1], [0]],
      [[3], [0], [2]],
      [
        [2, 5],
        [1, 2],
        [2, 1],
      ],
      [
        [2, 2, 3],
        [0, 1, 3],
        [1, 1, 0],
      ],
    ] as const
  ).map(([shape, before, after]) =>
    move(
      `[${before.join(', ')}] before and [${after.join(', ')}] after ${shapeName([shape])}`,
      shape,
      (x) => build.pad(x as Node, before, after),
      (x) => padded(before, after)(x as Plain),
    ),
  ),
  flip: (
    [
      [[7], [0]],
      [[4, 6], [1]],
      [
        [2, 3, 5],
        [0, 2],
      ],
    ] as const
  ).map(([shape, axes]) =>
    move(
      `axes [${axes.join(', ')}] of ${shapeName([shape])}`,
      shape,
      (x) => build.flip(x as Node, axes),
      (x) => flipped(axes)(x as Plain),
    ),
  ),
  window: WINDOWS.map(([shape, windowing]) =>
    move(
      windowName(shape, windowing),
      shape,
      (x) => build.window(x as Node, windowing),
      (x) => windowed(windowing)(x as Plain),
    ),
  ),
  unwindow: WINDOWS.map(([shape, windowing]) => ({
    name: windowName(shape, windowing),
    operands: [{ shape: build.window(input('float32', shape), windowing).shape, range: [-4, 4] as const }],
    dtypes: NUMBERS,
    build: (x) =>
      build.unwindow(
        x as Node,
        windowing,
        windowing.axes.map((axis) => shape[axis] ?? 1),
      ),
    expected: (x) => unwindowed(windowing, shape)(x as Plain),
    rounding: { terms: sizeOf(windowing.size) },
    smooth: true,
  })),
};
