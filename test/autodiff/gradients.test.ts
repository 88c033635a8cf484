import { describe, expect, test } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import type { Backend } from '../../src/compile/backend.ts';
import * as build from '../../src/graph/build.ts';
import { ArgumentError } from '../../src/graph/errors.ts';
import { constant, input, scalar } from '../../src/graph/graph.ts';
import { type NDArray, sizeOf } from '../../src/graph/ndarray.ts';
import type { Node, Op } from '../../src/graph/ops.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { BACKENDS, evaluator } from '../support/evaluateOn.ts';
import { instantiate, OP_CASES, OPS, type OpCase } from '../support/opCases.ts';

/**
 * `smooth`: central differences tell its gradient. `flat`: its gradient is zero, or taken for zero.
 * `leaf`: has no inputs to differentiate. `linear` in another dtype: tested on its own below.
 */
const KINDS: { readonly [O in Op]: 'smooth' | 'flat' | 'leaf' | 'own test' } = {
  input: 'smooth',
  constant: 'leaf',
  iota: 'leaf',
  uniform: 'leaf',
  neg: 'smooth',
  exp: 'smooth',
  log: 'smooth',
  sqrt: 'smooth',
  sin: 'smooth',
  floor: 'flat',
  tanh: 'smooth',
  erf: 'smooth',
  log1p: 'smooth',
  expm1: 'smooth',
  cast: 'own test',
  detach: 'flat',
  checkpoint: 'smooth',
  customGradient: 'own test',
  add: 'smooth',
  mul: 'smooth',
  div: 'smooth',
  max: 'smooth',
  less: 'own test',
  equal: 'own test',
  where: 'smooth',
  sum: 'smooth',
  reduceMax: 'smooth',
  matmul: 'smooth',
  reshape: 'smooth',
  permute: 'smooth',
  broadcast: 'smooth',
  slice: 'smooth',
  pad: 'smooth',
  concat: 'smooth',
  flip: 'smooth',
  window: 'smooth',
  unwindow: 'smooth',
  gather: 'smooth',
  scatterAdd: 'smooth',
};

/**
 * Central differences at ±h are off by h²/6 of the third derivative and by rounding of about ε/h: with h = 10⁻⁵
 * both are near 10⁻¹⁰ of the numbers involved, which here are sums of up to a few hundred.
 */
const STEP = 1e-5;
const TOLERANCE = 2e-7;

const random = (seed: number, shape: readonly number[]): NDArray => {
  const stream = new RandomStream(seed);
  return {
    dtype: 'float64',
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, () => stream.uniform(-1, 1)),
  };
};

/** A weighted sum with random weights: wrong anywhere is wrong in it. */
const project = (node: Node, seed: number): Node =>
  build.sum(
    build.mul(node, constant(random(seed, node.shape))),
    node.shape.map((_, axis) => axis),
  );

const moved = (at: NDArray, by: NDArray, step: number): NDArray => ({
  ...at,
  data: Float64Array.from(at.data, (x, i) => x + step * (by.data[i] ?? 0)),
});

const inner = (a: NDArray, b: NDArray): number =>
  [...a.data].reduce((sum, x, i) => sum + x * (b.data[i] ?? 0), 0);

/** Compares ∂`scalarNode`/∂leaf along a random direction with a central difference, for every floating leaf. */
function check(
  backend: Backend,
  scalarNode: Node,
  leaves: readonly Node[],
  values: readonly NDArray[],
): void {
  const wrt = leaves.filter(({ dtype }) => dtype === 'float64');
  const gradients = backward(scalarNode, wrt);
  const value = evaluator(backend, leaves, [scalarNode]);
  const found = evaluator(backend, leaves, gradients)(values);
  for (const [i, leaf] of wrt.entries()) {
    const at = leaves.indexOf(leaf);
    const direction = random(100 + i, leaf.shape);
    const along = (step: number) => {
      const [result] = value(values.with(at, moved(values[at] as NDArray, direction, step)));
      return result?.data[0] ?? Number.NaN;
    };
    const difference = (along(STEP) - along(-STEP)) / (2 * STEP);
    const gradient = found[i] as NDArray;
    expect(gradient.shape).toEqual(leaf.shape);
    const slope = inner(gradient, direction);
    expect(Math.abs(slope - difference), `${slope} against ${difference}`).toBeLessThan(
      TOLERANCE * Math.max(1, Math.abs(difference)),
    );
  }
}

const smoothCases = (op: Op): OpCase[] =>
  OP_CASES[op].filter(({ smooth, dtypes }) => smooth && dtypes.includes('float64'));

describe.each(BACKENDS)('on the $name backend, in float64', ({ backend }) => {
  describe.each(OPS.filter((op) => KINDS[op] === 'smooth'))('%s', (op) => {
    test.each(smoothCases(op))('has the slopes of central differences: $name', (opCase) => {
      const { node, leaves, values } = instantiate(opCase, 'float64');
      check(backend, project(node, 1), leaves, values);
    });

    test.each(smoothCases(op))('and its gradient has them, too: $name', (opCase) => {
      const { node, leaves, values } = instantiate(opCase, 'float64');
      // Squared, so that linear operations have a second derivative to get wrong.
      const loss = project(build.mul(node, node), 2);
      const wrt = leaves.filter(({ dtype }) => dtype === 'float64');
      const projected = backward(loss, wrt).map((gradient, i) => project(gradient, 3 + i));
      check(
        backend,
        projected.reduce((sum, term) => build.add(sum, term)),
        leaves,
        values,
      );
    });
  });
});

test('every smooth primitive has a case that central differences can judge', () => {
  for (const op of OPS) {
    if (KINDS[op] === 'smooth') expect(smoothCases(op).length, op).toBeGreaterThan(0);
  }
});

describe('where no gradient flows', () => {
  const evaluate = (outputs: readonly Node[], leaves: readonly Node[], values: readonly NDArray[]) =>
    evaluator((BACKENDS[0] as (typeof BACKENDS)[number]).backend, leaves, outputs)(values);

  test.each(OPS.filter((op) => KINDS[op] === 'flat'))('%s gives zeros', (op) => {
    for (const opCase of OP_CASES[op].filter(({ dtypes }) => dtypes.includes('float64'))) {
      const { node, leaves, values } = instantiate(opCase, 'float64');
      const [gradient] = evaluate(backward(project(node, 1), leaves), leaves, values);
      expect([...(gradient as NDArray).data]).toEqual(Array.from({ length: sizeOf(node.shape) }, () => 0));
    }
  });

  test('comparisons give zeros to both sides', () => {
    const [a, b] = [input('float64', [3]), input('float64', [3])];
    for (const compare of [build.less, build.equal]) {
      const loss = project(build.cast(compare(a, b), 'float64'), 1);
      const found = evaluate(backward(loss, [a, b]), [a, b], [random(1, [3]), random(2, [3])]);
      expect(found.map(({ data }) => [...data])).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    }
  });

  test('a cast to an integer gives zeros', () => {
    const x = input('float64', [3]);
    const loss = project(build.cast(build.cast(x, 'int32'), 'float64'), 1);
    const [found] = evaluate(backward(loss, [x]), [x], [random(1, [3])]);
    expect([...(found as NDArray).data]).toEqual([0, 0, 0]);
  });
});

describe('cast between floats', () => {
  test('passes the cotangent on in the dtype of its input', () => {
    const x = input('float64', [4]);
    const weights = random(9, [4]);
    const loss = build.sum(
      build.mul(build.cast(x, 'float32'), build.cast(constant(weights), 'float32')),
      [0],
    );
    const [gradient] = backward(loss, [x]);
    expect(gradient?.dtype).toBe('float64');
    for (const { backend } of BACKENDS) {
      const [found] = evaluator(backend, [x], [gradient as Node])([random(1, [4])]);
      expect([...(found as NDArray).data]).toEqual(Array.from(weights.data, Math.fround));
    }
  });
});

describe('ties', () => {
  const [reference] = BACKENDS;
  const gradientsAt = (loss: Node, leaves: readonly Node[], values: readonly number[][]) =>
    evaluator(
      (reference as (typeof BACKENDS)[number]).backend,
      leaves,
      backward(loss, leaves),
    )(
      values.map((numbers) => ({
        dtype: 'float64',
        shape: [numbers.length],
        data: Float64Array.from(numbers),
      })),
    ).map(({ data }) => [...data]);

  test('max gives half to each of two equals', () => {
    const [a, b] = [input('float64', [3]), input('float64', [3])];
    const loss = build.sum(build.max(a, b), [0]);
    expect(
      gradientsAt(
        loss,
        [a, b],
        [
          [1, 2, 3],
          [1, 3, 2],
        ],
      ),
    ).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
  });

  test('reduceMax shares among the equals', () => {
    const x = input('float64', [5]);
    expect(gradientsAt(build.reshape(build.reduceMax(x, [0]), []), [x], [[4, 1, 4, 4, 0]])).toEqual([
      [1 / 3, 0, 1 / 3, 1 / 3, 0],
    ]);
  });
});

describe('backward', () => {
  test('adds what comes from several uses of one value', () => {
    const x = input('float64', []);
    // x² + 3x + x·(x·x): slope 2x + 3 + 3x² = 19 at 2.
    const square = build.mul(x, x);
    const loss = build.add(build.add(square, build.mul(x, 3)), build.mul(x, square));
    for (const { backend } of BACKENDS) {
      const [found] = evaluator(
        backend,
        [x],
        backward(loss, [x]),
      )([{ dtype: 'float64', shape: [], data: Float64Array.of(2) }]);
      expect(found?.data[0]).toBe(19);
    }
  });

  test('gives zeros of the right type for what the output does not depend on', () => {
    const [x, unused] = [input('float32', [2]), input('float32', [3, 2])];
    const [, zeros] = backward(build.sum(x, [0]), [x, unused]);
    expect(zeros).toBe(build.fullLike(unused, 0));
  });

  test('gives 1 for the output itself', () => {
    const x = input('float64', []);
    expect(backward(x, [x])).toEqual([build.fullLike(x, 1)]);
  });

  test('differentiates with respect to values in the middle', () => {
    const x = input('float64', []);
    const middle = build.mul(x, 5);
    const [gradient] = backward(build.mul(middle, 3), [middle]);
    const [found] = evaluator(
      (BACKENDS[0] as (typeof BACKENDS)[number]).backend,
      [x],
      [gradient as Node],
    )([{ dtype: 'float64', shape: [], data: Float64Array.of(1) }]);
    expect(found?.data[0]).toBe(3);
  });

  test('asks for a single number', () => {
    const x = input('float32', [2, 3]);
    expect(() => backward(x, [x])).toThrow(ArgumentError);
    expect(() => backward(x, [x])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gradient: expected a single floating-point number to differentiate, found float32[2, 3]. Reduce it first, with sum or mean.]`,
    );
  });

  test('asks for a floating-point number', () => {
    expect(() => backward(scalar(1, 'int32'), [])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gradient: expected a single floating-point number to differentiate, found int32[]. Reduce it first, with sum or mean.]`,
    );
  });
});
