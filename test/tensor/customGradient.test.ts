import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { inOrder } from '../../src/graph/graph.ts';
import {
  add,
  clip,
  compile,
  customGradient,
  div,
  exp,
  grad,
  log,
  pow,
  referenceBackend,
  setBackend,
  sub,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  wasmBackend,
} from '../../src/index.ts';
import { optimise } from '../../src/passes/pipeline.ts';
import { fixture } from '../data/fixture.ts';

// Written by fixtures/ops/customGradient.py.
const expected = fixture<{
  points: number[];
  log1pexp: (number | null)[][];
  clipped: (number | null)[][];
  product: { a: number[][]; b: number[][]; gradients: number[][][] };
}>('ops/customGradient.json');

const FUNCTIONS = {
  log1pexp: customGradient((x: Tensor) => {
    const e = exp(x);
    return [log(add(1, e)), (upstream) => upstream.mul(sub(1, div(1, add(1, e))))];
  }),
  clipped: customGradient((x: Tensor) => [pow(x, 3), (upstream) => clip(upstream.mul(x), -1, 1)]),
};

const product = customGradient((a: Tensor, b: Tensor) => [
  a.matmul(b),
  (upstream) => [upstream.matmul(b.transpose()).mul(2), a.transpose().matmul(upstream).neg()],
]);

afterAll(() => setBackend(wasmBackend()));

describe.each([
  ['reference', referenceBackend],
  ['wasm', wasmBackend],
])('a custom gradient on %s', (_, make) => {
  beforeEach(() => setBackend(make()));

  test.each(['log1pexp', 'clipped'] as const)('%s has the derivatives JAX gives it', (name) => {
    const of = FUNCTIONS[name];
    const first = grad((x) => of(x).mul(3).sum());
    const second = grad((x) => first(x).sum());
    const x = tensor(expected.points);
    for (const [i, found] of [of(x), first(x), second(x)].entries()) {
      const numbers = [...found.dataSync()];
      for (const [at, wanted] of (expected[name][i] ?? []).entries()) {
        if (wanted === null) expect(numbers[at]).not.toSatisfy(Number.isFinite);
        else expect(numbers[at]).toBeCloseTo(wanted, 5);
      }
    }
  });

  test('of two arguments, compiled', () => {
    const { a, b, gradients } = expected.product;
    const step = compile((x, y) => {
      return valueAndGrad((p: Tensor, q: Tensor) => pow(product(p, q), 2).sum())(x, y)[1];
    });
    for (const [i, found] of step(a, b).entries()) {
      const wanted = (gradients[i] ?? []).flat();
      [...found.dataSync()].forEach((number, at) => {
        expect(number).toBeCloseTo(wanted[at] ?? Number.NaN, 5);
      });
    }
  });

  test('what a function reads besides its arguments gets none', () => {
    const w = variable([2, 3]);
    const scaled = customGradient((x: Tensor) => [x.mul(w.read()), (upstream) => upstream.mul(w.read())]);
    const [, [dw]] = valueAndGrad((x: Tensor) => scaled(x).sum(), [w])([1, 1]);
    expect(dw?.array()).toEqual([0, 0]);
    expect(grad((x: Tensor) => scaled(x).sum())([1, 1]).array()).toEqual([2, 3]);
  });

  test('the rule survives a gradient taken inside of another', () => {
    const w = variable([2, 3]);
    const scaled = customGradient((x: Tensor) => [x.mul(5), (upstream) => upstream.mul(w.read()).mul(x)]);
    // d/dw of Σ (w·x): the rule's w is that of the outer gradient.
    const [, [dw]] = valueAndGrad(() => grad((x: Tensor) => scaled(x).sum())([7, 11]).sum(), [w])();
    expect(dw?.array()).toEqual([7, 11]);
  });
});

test('an argument may get nothing', () => {
  const first = customGradient((a: Tensor, b: Tensor) => [a.mul(b), (upstream) => [upstream, undefined]]);
  const [, [da, db]] = valueAndGrad((a: Tensor, b: Tensor) => first(a, b).sum())([1, 2], [3, 4]);
  expect([da?.array(), db?.array()]).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test('the graph says the rule, until it is compiled', () => {
  const y = FUNCTIONS.clipped(tensor([2]));
  expect(`${y}`).toMatch(/customGradient\(.*rule=#\d+ \{ .*input "cotangent" : float32\[1\];.*mul/);
  const [left] = optimise([y.node], { verify: true });
  expect(inOrder(left ? [left] : []).map(({ op }) => op)).not.toContain('customGradient');
});

test('functions that differ by their rules are not taken for one', () => {
  const [once, twice] = [1, 2].map((by) =>
    customGradient((x: Tensor) => [x, (upstream) => upstream.mul(by)]),
  );
  const slope = grad((x: Tensor) => {
    const [a, b] = [once?.(x), twice?.(x)];
    return a && b ? a.add(b).sum() : x;
  });
  expect(slope([0]).array()).toEqual([3]);
});

test('wrong gradients are refused when the function is called', () => {
  const short = customGradient((a: Tensor, b: Tensor) => [a.add(b), (upstream) => upstream]);
  expect(() => short([1], [2])).toThrow('a gradient for each of 2 arguments');
  const summed = customGradient((a: Tensor) => [a, (upstream) => upstream.sum()]);
  expect(() => summed([1, 2])).toThrow(
    'what flows back into argument 0: expected float32[2], found float32[]',
  );
});
