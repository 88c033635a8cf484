import * as build from '../../../src/graph/build.ts';
import { constant } from '../../../src/graph/graph.ts';
import { sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { bitsToUniform, threefry2x32 } from '../../../src/graph/threefry.ts';
import { type Plain, tabulate } from '../plain.ts';
import { type CasesOf, move, NUMBERS, SHAPES, shapeName } from './opCase.ts';

const key = { shape: [2], dtype: 'uint32', values: [7, 0xdeadbeef] } as const;

/** What is computed from nothing. */
export const SOURCES: CasesOf<'input' | 'constant' | 'iota' | 'uniform'> = {
  input: SHAPES.map((shape) =>
    move(
      shapeName([shape]),
      shape,
      (x) => x as Node,
      (x) => x as Plain,
    ),
  ),
  constant: [[], [1], [7], [2, 3]].map((shape) => {
    const values = Array.from({ length: sizeOf(shape) }, (_, i) => 1.5 * i - 2);
    return {
      name: shapeName([shape]),
      operands: [],
      dtypes: ['float32'],
      build: () => constant({ dtype: 'float32', shape, data: Float32Array.from(values) }),
      expected: () => ({ dtype: 'float32', shape, data: values }),
      rounding: 'exact',
      smooth: false,
    };
  }),
  iota: [
    { shape: [1], axis: 0 },
    { shape: [7], axis: 0 },
    { shape: [3, 5], axis: 0 },
    { shape: [3, 5], axis: 1 },
    { shape: [2, 3, 6], axis: 1 },
  ].flatMap(({ shape, axis }) =>
    NUMBERS.map((dtype) => ({
      name: `axis ${axis} of ${shapeName([shape])}`,
      operands: [],
      dtypes: [dtype],
      build: () => build.iota(shape, axis, dtype),
      expected: () => tabulate(dtype, shape, (place) => place[axis] ?? 0),
      rounding: 'exact',
      smooth: false,
    })),
  ),
  uniform: [[], [5], [3, 7]].map((shape) => ({
    name: shapeName([shape]),
    operands: [key, { shape: [], dtype: 'uint32', values: [3] }],
    dtypes: ['float32'],
    build: (...[k, stream]) => build.uniform(k as Node, stream as Node, shape),
    expected: () => ({
      dtype: 'float32',
      shape,
      data: Array.from({ length: sizeOf(shape) }, (_, i) => {
        const [high, low] = threefry2x32(key.values, 3, i);
        return bitsToUniform(high ^ low);
      }),
    }),
    rounding: 'exact',
    smooth: false,
  })),
};
