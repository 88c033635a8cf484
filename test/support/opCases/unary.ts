import * as build from '../../../src/graph/build.ts';
import { type Dtype, isFloating } from '../../../src/graph/dtypes.ts';
import { GradientRule } from '../../../src/graph/gradientRule.ts';
import { input, scalar } from '../../../src/graph/graph.ts';
import { roundToHalf } from '../../../src/graph/halfFloats.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { mapped, type Plain } from '../plain.ts';
import {
  ALL,
  type Build,
  type CasesOf,
  FLOATS,
  INFINITY,
  move,
  NAN,
  NUMBERS,
  type OpCase,
  type Options,
  SHAPES,
  SPECIAL,
  shapeName,
} from './opCase.ts';

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

/** Operations on each number of an array. */
export const UNARY: CasesOf<
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'sin'
  | 'floor'
  | 'tanh'
  | 'erf'
  | 'log1p'
  | 'expm1'
  | 'cast'
  | 'detach'
  | 'checkpoint'
  | 'customGradient'
> = {
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
};

/** The same case, where central differences lose their digits. */
function atExtremes(one: OpCase): OpCase {
  const [low, high] = one.operands[0]?.range ?? [0, 0];
  return { ...one, name: `${one.name} from ${low} to ${high}`, smooth: false };
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
