import * as build from '../../../src/graph/build.ts';
import type { Shape } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { greatest, type Plain, reduced, total } from '../plain.ts';
import {
  type CasesOf,
  INFINITY,
  move,
  NAN,
  NUMBERS,
  type OpCase,
  type Rounding,
  shapeName,
  withValues,
} from './opCase.ts';

const subsets = (rank: number) =>
  Array.from({ length: 2 ** rank - 1 }, (_, bits) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => ((bits + 1) >> axis) & 1),
  );

function reductions(
  build: (x: Node, axes: readonly number[]) => Node,
  combine: (numbers: readonly number[]) => number,
  rounding: (terms: number) => Rounding,
): OpCase[] {
  const shapes: Shape[] = [[1], [7], [3, 5], [2, 3, 6], [3, 1, 9], [2, 3, 2, 5], [2, 70]];
  return shapes.flatMap((shape) =>
    subsets(shape.length).map((axes) => ({
      name: `axes [${axes.join(', ')}] of ${shapeName([shape])}`,
      operands: [{ shape }],
      dtypes: NUMBERS,
      build: (x: Node) => build(x, axes),
      expected: reduced(axes, combine) as OpCase['expected'],
      rounding: rounding(axes.reduce((terms, axis) => terms * (shape[axis] ?? 1), 1)),
      smooth: true,
    })),
  );
}

/** Operations that make one number of many. */
export const REDUCTIONS: CasesOf<'sum' | 'reduceMax'> = {
  sum: [
    ...reductions(build.sum, total, (terms) => ({ terms })),
    withValues(
      'NaN and infinities',
      [2, 4],
      [1, NAN, 2, 3, INFINITY, 1, 2, -3],
      (x) => build.sum(x, [1]),
      reduced([1], total),
    ),
    move(
      'no elements at all',
      [2, 0],
      (x) => build.sum(x as Node, [1]),
      (x) => reduced([1], total)(x as Plain),
      NUMBERS,
    ),
  ],
  reduceMax: [
    ...reductions(build.reduceMax, greatest, () => 'exact'),
    ...subsets(2).map((axes) =>
      withValues(
        `NaN and infinities over [${axes.join(', ')}]`,
        [3, 5],
        [1, NAN, 2, 3, 4, -INFINITY, -1, -2, -3, -4, -INFINITY, INFINITY, 1, 2, 3],
        (x) => build.reduceMax(x, axes),
        reduced(axes, greatest),
      ),
    ),
  ],
};
