import * as build from '../../../src/graph/build.ts';
import type { Shape } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { type Plain, padded, permuted, product, reshaped, sliced, stretchedTo } from '../plain.ts';
import { type CasesOf, FLOATS, type OpCase, shapeName } from './opCase.ts';

type Moved = readonly [shape: Shape, build?: (x: Node) => Node, expected?: (x: Plain) => Plain];

/** No matmul here adds more terms. */
const DEEPEST = 200;

/** A matmul of operands that reach it through rearrangements. */
function matmul(name: string, left: Moved, right: Moved, dtypes = FLOATS): OpCase {
  const same = <T>(x: T) => x;
  const [shapeA, buildA = same, expectedA = same] = left;
  const [shapeB, buildB = same, expectedB = same] = right;
  return {
    name,
    operands: [{ shape: shapeA }, { shape: shapeB }],
    dtypes,
    build: (...[a, b]) => build.matmul(buildA(a as Node), buildB(b as Node)),
    expected: (...[a, b]) => product(expectedA(a as Plain), expectedB(b as Plain)),
    rounding: { terms: DEEPEST },
    smooth: true,
  };
}

const plainMatmuls: readonly (readonly [Shape, Shape])[] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [1, 5],
    [5, 1],
  ],
  [
    [3, 4],
    [4, 5],
  ],
  [
    [5, 7],
    [7, 9],
  ],
  [
    [6, 1],
    [1, 7],
  ],
  [
    [13, 18],
    [18, 22],
  ],
  [
    [2, 3, 5],
    [5, 6],
  ],
  [
    [3, 5],
    [2, 5, 6],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 5],
  ],
];

const largeMatmuls: readonly (readonly [Shape, Shape])[] = [
  [
    [64, 64],
    [64, 64],
  ],
  [
    [65, 130],
    [130, 49],
  ],
  [
    [1, 200],
    [200, 35],
  ],
  [
    [77, 3],
    [3, 1],
  ],
  [
    [3, 34, 40],
    [3, 40, 34],
  ],
];

/** Products of matrices, as they lie and through rearrangements. */
export const MATMUL: CasesOf<'matmul'> = {
  matmul: [
    ...plainMatmuls.map(([a, b]) => matmul(shapeName([a, b]), [a], [b])),
    // Blocks, panels and what is left over of them; too many numbers for central differences.
    ...largeMatmuls.map(([a, b]) => ({ ...matmul(shapeName([a, b]), [a], [b]), smooth: false })),
    {
      ...matmul(
        'large sides transposed',
        [[90, 65], build.transpose, permuted([1, 0])],
        [[49, 90], build.transpose, permuted([1, 0])],
      ),
      smooth: false,
    },
    matmul('left side transposed', [[5, 3], build.transpose, permuted([1, 0])], [[5, 6]]),
    matmul('right side transposed', [[3, 7]], [[6, 7], build.transpose, permuted([1, 0])]),
    matmul(
      'both sides transposed, in batches',
      [[2, 5, 3], build.transpose, permuted([0, 2, 1])],
      [[2, 6, 5], build.transpose, permuted([0, 2, 1])],
    ),
    matmul(
      'batch axis from the middle',
      [[5, 2, 3], (x) => build.permute(x, [1, 0, 2]), permuted([1, 0, 2])],
      [[3, 2, 9], (x) => build.permute(x, [1, 0, 2]), permuted([1, 0, 2])],
    ),
    matmul(
      'slices of both sides',
      [[6, 9], (x) => build.slice(x, [1, 2], [4, 5]), sliced([1, 2], [4, 5])],
      [[8, 11], (x) => build.slice(x, [3, 1], [5, 9]), sliced([3, 1], [5, 9])],
    ),
    matmul(
      'padded sides',
      [[3, 4], (x) => build.pad(x, [1, 2], [1, 0]), padded([1, 2], [1, 0])],
      [[4, 5], (x) => build.pad(x, [0, 0], [2, 3]), padded([0, 0], [2, 3])],
    ),
    matmul(
      'broadcast sides',
      [[1, 4], (x) => build.broadcast(x, [3, 4]), stretchedTo([3, 4])],
      [[4, 1], (x) => build.broadcast(x, [2, 4, 5]), stretchedTo([2, 4, 5])],
    ),
    matmul(
      'reshaped sides',
      [[24], (x) => build.reshape(x, [4, 6]), reshaped([4, 6])],
      [[3, 2, 5], (x) => build.reshape(x, [6, 5]), reshaped([6, 5])],
    ),
    matmul(
      'the same batch for all rows of a transposed slice',
      [[2, 3, 4]],
      [
        [7, 6],
        (x) => build.transpose(build.slice(x, [1, 1], [5, 4])),
        (x) => permuted([1, 0])(sliced([1, 1], [5, 4])(x)),
      ],
    ),
  ],
};
