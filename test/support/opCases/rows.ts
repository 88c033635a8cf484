import * as build from '../../../src/graph/build.ts';
import { type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { gathered, joined, mapped, type Plain, permuted, scattered } from '../plain.ts';
import { ALL, type CasesOf, FLOATS, NUMBERS, type OpCase, type OperandSpec } from './opCase.ts';

const index = (shape: Shape, values: readonly number[]): OperandSpec => ({ shape, values, dtype: 'int32' });

function gather(name: string, table: Shape, indices: OperandSpec): OpCase {
  return {
    name,
    operands: [{ shape: table }, indices],
    dtypes: ALL,
    build: (...[t, i]) => build.gather(t as Node, i as Node),
    expected: gathered as OpCase['expected'],
    rounding: 'exact',
    smooth: true,
  };
}

function concatenation(name: string, axis: number, shapes: readonly Shape[]): OpCase {
  return {
    name,
    operands: shapes.map((shape) => ({ shape })),
    dtypes: ALL,
    build: (...parts) => build.concat(parts, axis),
    expected: joined(axis),
    rounding: 'exact',
    smooth: true,
  };
}

function scatter(name: string, rows: number, indices: OperandSpec, updates: Shape): OpCase {
  return {
    name,
    operands: [indices, { shape: updates }],
    dtypes: NUMBERS,
    build: (...[i, u]) => build.scatterAdd(i as Node, u as Node, rows),
    expected: scattered(rows) as OpCase['expected'],
    rounding: { terms: sizeOf(indices.shape) },
    smooth: true,
  };
}

/** What puts arrays together, picks rows of them, and adds to rows. */
export const ROWS: CasesOf<'concat' | 'gather' | 'scatterAdd'> = {
  concat: [
    concatenation('whole arrays along the first axis', 0, [
      [2, 3],
      [1, 3],
      [4, 3],
    ]),
    concatenation('columns', 1, [
      [3, 2],
      [3, 1],
      [3, 6],
    ]),
    concatenation('along the middle', 1, [
      [2, 1, 5],
      [2, 3, 5],
    ]),
    concatenation('vectors that fill no register', 0, [[1], [5], [2], [9]]),
    concatenation('one empty part', 0, [[3], [0], [4]]),
    {
      ...concatenation('rearranged and repeated parts', 1, [
        [4, 3],
        [3, 4],
      ]),
      build: (...[a, b]) => {
        const turned = build.transpose(build.neg(a as Node));
        return build.concat([turned, b as Node, build.mul(b as Node, b as Node), turned], 1);
      },
      expected: (...[a, b]) => {
        const turned = permuted([1, 0])(mapped((x) => -x)(a as Plain));
        return joined(1)(turned, b as Plain, mapped((x) => x * x)(b as Plain), turned);
      },
      dtypes: FLOATS,
    },
  ],
  gather: [
    gather('rows of a matrix', [5, 3], index([4], [4, 0, 2, 2])),
    gather('numbers of a vector', [6], index([2, 3], [5, 0, 1, 1, 3, 2])),
    gather('blocks, by a matrix of indices', [3, 2, 5], index([2, 2], [0, 2, 1, 1])),
    gather('one row, by a scalar', [4, 7], index([], [3])),
    gather('indices out of range take the nearest row', [4, 6], index([5], [-1, -2147483648, 4, 99, 2])),
  ],
  scatterAdd: [
    scatter('rows of a matrix, some twice', 4, index([5], [3, 0, 3, 1, 3]), [5, 3]),
    scatter('numbers of a vector', 7, index([2, 3], [5, 0, 1, 1, 3, 5]), [2, 3]),
    scatter('blocks, by a matrix of indices', 3, index([2, 2], [0, 2, 2, 0]), [2, 2, 2, 5]),
    scatter('one row, by a scalar', 3, index([], [1]), [6]),
    scatter('indices out of range go to the nearest row', 3, index([5], [-7, 3, 1, 99, -1]), [5, 2]),
  ],
};
