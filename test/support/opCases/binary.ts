import * as build from '../../../src/graph/build.ts';
import { isFloating } from '../../../src/graph/dtypes.ts';
import { type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { arithmetic, mapped } from '../plain.ts';
import {
  ALL,
  type Build,
  type CasesOf,
  FLOATS,
  INFINITY,
  NAN,
  NUMBERS,
  type OpCase,
  type OperandSpec,
  type Options,
  SPECIAL,
  shapeName,
} from './opCase.ts';

const BROADCASTS: readonly (readonly [Shape, Shape])[] = [
  [[6], []],
  [[], [5]],
  [
    [3, 5],
    [3, 5],
  ],
  [
    [4, 1],
    [1, 7],
  ],
  [
    [2, 3, 5],
    [3, 1],
  ],
  [[1], [2, 2, 4]],
  [
    [5, 1, 35],
    [3, 1],
  ],
];
const PAIRS = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));

function binary(
  build: Build,
  expected: OpCase['expected'],
  { dtypes = NUMBERS, range = [-3, 3], rounding = 'exact', smooth = true }: Options = {},
): OpCase[] {
  const common = { build, expected, rounding };
  return [
    ...BROADCASTS.map((shapes) => ({
      ...common,
      name: shapeName(shapes),
      operands: shapes.map((shape) => ({ shape, range })),
      dtypes,
      smooth,
    })),
    {
      ...common,
      name: 'zeros, infinities and NaN',
      operands: [0, 1].map((side) => ({
        shape: [PAIRS.length],
        values: PAIRS.map((pair) => pair[side as 0 | 1]),
      })),
      dtypes: dtypes.filter(isFloating),
      smooth: false,
    },
    {
      ...common,
      name: 'integers at their limits',
      operands: [
        { shape: [8], values: [7, -7, 7, -7, -(2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1, -(2 ** 31)] },
        { shape: [8], values: [2, 2, -2, 0, -1, 2 ** 31 - 1, 2 ** 32 - 1, 0] },
      ],
      dtypes: dtypes.filter((dtype) => dtype === 'int32' || dtype === 'uint32'),
      smooth: false,
    },
  ];
}

const conditions = (shape: Shape): OperandSpec => ({
  shape,
  dtype: 'bool',
  values: Array.from({ length: sizeOf(shape) }, (_, i) => Number(i % 3 !== 1)),
});

/** Operations on numbers of several arrays, which are broadcast. */
export const BINARY: CasesOf<'add' | 'mul' | 'div' | 'max' | 'less' | 'equal' | 'where'> = {
  add: binary(
    (a, b) => build.add(a as Node, b as Node),
    arithmetic(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ),
  mul: binary(
    (a, b) => build.mul(a as Node, b as Node),
    arithmetic(
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ),
  div: [
    ...binary(
      (a, b) => build.div(a as Node, b as Node),
      arithmetic(
        (a, b) => a / b,
        (a, b) => (b === 0n ? 0n : a / b),
      ),
      { range: [0.5, 3] },
    ),
    ...binary(
      (a, b) => build.div(a as Node, b as Node),
      arithmetic(
        (a, b) => a / b,
        (a, b) => (b === 0n ? 0n : a / b),
      ),
      { range: [-90, 90], dtypes: ['int32', 'uint32'] },
    ),
  ],
  max: binary(
    (a, b) => build.max(a as Node, b as Node),
    mapped((a, b) => Math.max(a, b)),
  ),
  less: binary(
    (a, b) => build.less(a as Node, b as Node),
    mapped((a, b) => Number(a < b), 'bool'),
    {
      smooth: false,
    },
  ),
  equal: binary(
    (a, b) => build.equal(a as Node, b as Node),
    mapped((a, b) => Number(a === b), 'bool'),
    {
      dtypes: ALL,
      range: [-2, 2],
      smooth: false,
    },
  ),
  where: [
    ...[
      ...BROADCASTS,
      [
        [3, 1],
        [2, 3, 6],
      ] as const,
    ].map(
      ([a, b]): OpCase => ({
        name: `condition ${shapeName([a])} of ${shapeName([b, a])}`,
        operands: [conditions(a), { shape: b }, { shape: a }],
        dtypes: ALL,
        build: (...[c, x, y]) => build.where(c as Node, x as Node, y as Node),
        expected: mapped((c, x, y) => (c === 0 ? y : x)),
        rounding: 'exact',
        smooth: true,
      }),
    ),
    {
      name: 'NaN and infinities on the side not chosen',
      operands: [
        { shape: [6], dtype: 'bool', values: [1, 0, 1, 0, 1, 0] },
        { shape: [6], values: [1, NAN, 2, INFINITY, NAN, -INFINITY] },
        { shape: [6], values: [NAN, 3, -INFINITY, -0, 5, NAN] },
      ],
      dtypes: FLOATS,
      build: (...[c, x, y]) => build.where(c as Node, x as Node, y as Node),
      expected: mapped((c, x, y) => (c === 0 ? y : x)),
      rounding: 'exact',
      smooth: false,
    },
  ],
};
