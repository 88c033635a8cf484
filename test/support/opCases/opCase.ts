import type { Dtype } from '../../../src/graph/dtypes.ts';
import type { Shape } from '../../../src/graph/ndarray.ts';
import type { Node, Op } from '../../../src/graph/ops.ts';
import type { Plain } from '../plain.ts';

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

/** The cases of some primitives. */
export type CasesOf<O extends Op> = { readonly [P in O]: readonly OpCase[] };

export type Build = (...operands: Node[]) => Node;

export const FLOATS: readonly Dtype[] = ['float32', 'float64'];
export const NUMBERS: readonly Dtype[] = ['float32', 'float64', 'int32', 'uint32'];
export const ALL: readonly Dtype[] = [...NUMBERS, 'bool'];
/** Scalars, axes of length 1, and 1 to 3 elements past a multiple of 4, alone and in the last axis. */
export const SHAPES: readonly Shape[] = [[], [1], [4], [5], [1, 6], [2, 1, 3], [2, 3, 7], [3, 41]];
export const NAN = Number.NaN;
export const INFINITY = Number.POSITIVE_INFINITY;
export const SPECIAL = [0, -0, 1, -1, 0.5, INFINITY, -INFINITY, NAN];

export const shapeName = (shapes: readonly Shape[]) =>
  shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');

/** What cases of a kind may differ in. */
export interface Options {
  readonly dtypes?: readonly Dtype[];
  readonly range?: readonly [number, number];
  readonly rounding?: Rounding;
  readonly smooth?: boolean;
}

/** A rearrangement, which changes no number. */
export function move(
  name: string,
  shape: Shape,
  build: Build,
  expected: OpCase['expected'],
  dtypes: readonly Dtype[] = ALL,
): OpCase {
  return { name, operands: [{ shape }], dtypes, build, expected, rounding: 'exact', smooth: true };
}

/** Of listed numbers, such as infinities. */
export function withValues(
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
