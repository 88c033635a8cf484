import * as build from '../../src/graph/build.ts';
import { type Dtype, isFloating, makeArray } from '../../src/graph/dtypes.ts';
import { GradientRule } from '../../src/graph/gradientRule.ts';
import { constant, input, scalar } from '../../src/graph/graph.ts';
import { roundToHalf } from '../../src/graph/halfFloats.ts';
import { type NDArray, type Shape, sizeOf } from '../../src/graph/ndarray.ts';
import type { Node, Op, Windowing } from '../../src/graph/ops.ts';
import { bitsToUniform, RandomStream, threefry2x32 } from '../../src/graph/threefry.ts';
import {
  arithmetic,
  flipped,
  gathered,
  greatest,
  joined,
  mapped,
  type Plain,
  padded,
  permuted,
  product,
  reduced,
  reshaped,
  scattered,
  sliced,
  stretchedTo,
  tabulate,
  total,
  unwindowed,
  windowed,
} from './plain.ts';

export interface OperandSpec {
  readonly shape: Shape;
  /** Numbers are drawn from low … high, unless they are listed. */
  readonly range?: readonly [low: number, high: number];
  readonly values?: readonly number[];
  /** Where it does not follow the dtype of the case: indices and conditions. */
  readonly dtype?: Dtype;
}

/**
 * How far a backend's number may be from the exact one: no bit (operations that IEEE 754 rounds exactly, and
 * integers); some units in the last place (elementary functions; their last digits in float64 are tested in
 * `wasm/elementary.test.ts`); or one rounding for each of so many terms
 * that are added (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, equation 3.5).
 */
export type Rounding = 'exact' | { readonly ulps: number } | { readonly terms: number };

/** One application of a primitive, with what should come of it. */
export interface OpCase {
  readonly name: string;
  readonly operands: readonly OperandSpec[];
  /** Dtypes to run it in. */
  readonly dtypes: readonly Dtype[];
  readonly build: (...operands: Node[]) => Node;
  readonly expected: (...operands: Plain[]) => Plain;
  readonly rounding: Rounding;
  /** False where central differences say nothing: at jumps, infinities and NaN. */
  readonly smooth: boolean;
}

type Build = (...operands: Node[]) => Node;

const FLOATS: readonly Dtype[] = ['float32', 'float64'];
const NUMBERS: readonly Dtype[] = ['float32', 'float64', 'int32', 'uint32'];
const ALL: readonly Dtype[] = [...NUMBERS, 'bool'];
/** Scalars, axes of length 1, and 1 to 3 elements past a multiple of 4, alone and in the last axis. */
const SHAPES: readonly Shape[] = [[], [1], [4], [5], [1, 6], [2, 1, 3], [2, 3, 7], [3, 41]];
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
const NAN = Number.NaN;
const INFINITY = Number.POSITIVE_INFINITY;
const SPECIAL = [0, -0, 1, -1, 0.5, INFINITY, -INFINITY, NAN];
const PAIRS = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));

const shapeName = (shapes: readonly Shape[]) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');

interface Options {
  readonly dtypes?: readonly Dtype[];
  readonly range?: readonly [number, number];
  readonly rounding?: Rounding;
  readonly smooth?: boolean;
}

function unary(
  build: Build,
  compute: (x: number) => number,
  { dtypes = FLOATS, range = [-2, 2], rounding = 'exact', smooth = true }: Options = {},
): OpCase[] {
  const common = { dtypes, build, expected: mapped(compute), rounding };
  return [
    ...SHAPES.map((shape) => ({ ...common, name: shapeName([shape]), operands: [{ shape, range }], smooth })),
    {
      ...common,
      dtypes: dtypes.filter(isFloating),
      name: 'zeros, infinities and NaN',
      operands: [{ shape: [SPECIAL.length], values: SPECIAL }],
      smooth: false,
    },
  ];
}

/** Elementary functions: a few units in the last place of what the exact function gives. */
const elementary = (build: Build, compute: (x: number) => number, range: readonly [number, number]) =>
  unary(build, compute, { range, rounding: { ulps: 4 } });

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

function move(
  name: string,
  shape: Shape,
  build: Build,
  expected: OpCase['expected'],
  dtypes: readonly Dtype[] = ALL,
): OpCase {
  return { name, operands: [{ shape }], dtypes, build, expected, rounding: 'exact', smooth: true };
}

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

function casts(to: Dtype): OpCase[] {
  const truncated = (low: number, high: number) => (x: number, from: Dtype) =>
    !isFloating(from) ? x : Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high);
  const convert: Readonly<Record<Dtype, (x: number, from: Dtype) => number>> = {
    float32: (x) => x,
    float64: (x) => x,
    float16: (x) => roundToHalf(x, 'float16'),
    bfloat16: (x) => roundToHalf(x, 'bfloat16'),
    int32: truncated(-(2 ** 31), 2 ** 31 - 1),
    uint32: truncated(0, 2 ** 32 - 1),
    bool: (x) => Number(x !== 0),
  };
  const cast = (name: string, values: readonly number[], dtypes = ALL): OpCase => ({
    name: `${name} to ${to}`,
    operands: [{ shape: [values.length], values }],
    dtypes: dtypes.filter((dtype) => dtype !== to),
    build: (...[x]) => build.cast(x as Node, to),
    expected: (...[x]) => {
      const { dtype, shape, data } = x as Plain;
      return { dtype: to, shape, data: data.map((value) => convert[to](value, dtype)) };
    },
    rounding: 'exact',
    smooth: false,
  });
  return [
    cast('small numbers', [0, 1, -1, 2.5, -2.5, 0.99, -0.99, 100, 3]),
    cast('whole numbers a float32 rounds', [2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 123456789]),
    cast('NaN, infinities and what is out of range', [NAN, INFINITY, -INFINITY, 3e9, -3e9, 5e9, -0], FLOATS),
  ];
}

const conditions = (shape: Shape): OperandSpec => ({
  shape,
  dtype: 'bool',
  values: Array.from({ length: sizeOf(shape) }, (_, i) => Number(i % 3 !== 1)),
});

const key = { shape: [2], dtype: 'uint32', values: [7, 0xdeadbeef] } as const;

/** The cases of every primitive: the compiler asks for a row for each. */
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

export const OP_CASES: { readonly [O in Op]: readonly OpCase[] } = {
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

  neg: unary(
    (x) => build.neg(x as Node),
    (x) => -x,
    { dtypes: NUMBERS },
  ),
  exp: [
    ...elementary((x) => build.exp(x as Node), Math.exp, [-4, 4]),
    ...elementary((x) => build.exp(x as Node), Math.exp, [-80, 80]).map(atExtremes),
  ],
  log: [
    ...elementary((x) => build.log(x as Node), Math.log, [0.1, 5]),
    ...elementary((x) => build.log(x as Node), Math.log, [1e-30, 1e-20]).map(atExtremes),
  ],
  sqrt: unary((x) => build.sqrt(x as Node), Math.sqrt, { range: [0.1, 4] }),
  sin: elementary((x) => build.sin(x as Node), Math.sin, [-6, 6]),
  floor: unary((x) => build.floor(x as Node), Math.floor, { range: [-5, 5], smooth: false }),
  tanh: [
    ...elementary((x) => build.tanh(x as Node), Math.tanh, [-3, 3]),
    ...elementary((x) => build.tanh(x as Node), Math.tanh, [-1e-4, 1e-4]).map(atExtremes),
  ],
  erf: elementary((x) => build.erf(x as Node), erfByIntegration, [-2, 2]),
  log1p: [
    ...elementary((x) => build.log1p(x as Node), Math.log1p, [-0.9, 4]),
    ...elementary((x) => build.log1p(x as Node), Math.log1p, [-1e-5, 1e-5]).map(atExtremes),
  ],
  expm1: [
    ...elementary((x) => build.expm1(x as Node), Math.expm1, [-4, 4]),
    ...elementary((x) => build.expm1(x as Node), Math.expm1, [-1e-5, 1e-5]).map(atExtremes),
  ],
  cast: ALL.flatMap(casts),
  detach: SHAPES.map((shape) => ({
    ...move(
      shapeName([shape]),
      shape,
      (x) => build.detach(x as Node),
      (x) => x as Plain,
    ),
    smooth: false,
  })),
  checkpoint: SHAPES.map((shape) =>
    move(
      shapeName([shape]),
      shape,
      (x) => build.checkpoint(x as Node, [scalar(2, 'float32')]),
      (x) => x as Plain,
    ),
  ),
  customGradient: SHAPES.map((shape) => ({
    ...move(
      shapeName([shape]),
      shape,
      (x) => build.customGradient(x as Node, [], [], new GradientRule(input('float32', shape), [], [])),
      (x) => x as Plain,
    ),
    smooth: false,
  })),

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

/** The same case, where central differences lose their digits. */
function atExtremes(one: OpCase): OpCase {
  const [low, high] = one.operands[0]?.range ?? [0, 0];
  return { ...one, name: `${one.name} from ${low} to ${high}`, smooth: false };
}

function withValues(
  name: string,
  shape: Shape,
  values: readonly number[],
  build: (x: Node) => Node,
  expected: (x: Plain) => Plain,
): OpCase {
  return {
    name,
    operands: [{ shape, values }],
    dtypes: FLOATS,
    build: (...[x]) => build(x as Node),
    expected: (...[x]) => expected(x as Plain),
    rounding: 'exact',
    smooth: false,
  };
}

/** erf by Simpson's rule on 2/√π e^(−t²): slow and plainly right. */
function erfByIntegration(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  const steps = 2000;
  const width = x / steps;
  let area = 1 + Math.exp(-x * x);
  for (let i = 1; i < steps; i++) area += (i % 2 === 1 ? 4 : 2) * Math.exp(-((i * width) ** 2));
  return (2 / Math.sqrt(Math.PI)) * (width / 3) * area;
}

/** A case in one dtype: its operands with numbers in them, as leaves, and its node. */
export interface Instance {
  readonly node: Node;
  readonly leaves: readonly Node[];
  readonly values: readonly NDArray[];
  readonly expected: Plain;
  /** What the sums of absolute values would be: what rounding errors are relative to. */
  readonly magnitude: Plain;
}

/** Draws the operands of a case, the same each time. */
export function instantiate(opCase: OpCase, dtype: Dtype): Instance {
  const random = new RandomStream(sizeOf(opCase.operands.map(({ shape }) => sizeOf(shape) + 1)));
  const values = opCase.operands.map((spec) => draw(spec, dtype, random));
  const leaves = values.map((value, i) => input(value.dtype, value.shape, `operand${i}`));
  const plains = values.map(({ data, ...rest }): Plain => ({ ...rest, data: [...data] }));
  const absolute = plains.map((operand) =>
    isFloating(operand.dtype) ? { ...operand, data: operand.data.map(Math.abs) } : operand,
  );
  return {
    node: opCase.build(...leaves),
    leaves,
    values,
    expected: opCase.expected(...plains),
    magnitude: opCase.expected(...absolute),
  };
}

function draw(spec: OperandSpec, dtype: Dtype, random: RandomStream): NDArray {
  const { shape, range = [-2, 2], values } = spec;
  const own = spec.dtype ?? dtype;
  const data = makeArray(own, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const drawn = values?.[i] ?? (own === 'bool' ? random.integer(2) : random.uniform(...range));
    data[i] = own === 'bool' ? Number(drawn !== 0) : drawn;
  }
  return { dtype: own, shape, data };
}

/** Every case in every dtype, as rows for `test.each`. */
export function casesOf(op: Op): { label: string; opCase: OpCase; dtype: Dtype }[] {
  return OP_CASES[op].flatMap((opCase) =>
    opCase.dtypes.map((dtype) => ({ label: `${opCase.name}, ${dtype}`, opCase, dtype })),
  );
}

export const OPS = Object.keys(OP_CASES) as Op[];
