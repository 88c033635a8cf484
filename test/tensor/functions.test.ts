import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as arithmetic from '../../src/tensor/functions/arithmetic.ts';
import * as arrange from '../../src/tensor/functions/arrange.ts';
import * as einsum from '../../src/tensor/functions/einsum.ts';
import * as indexing from '../../src/tensor/functions/indexing.ts';
import * as matrices from '../../src/tensor/functions/matrices.ts';
import * as order from '../../src/tensor/functions/order.ts';
import * as scan from '../../src/tensor/functions/scan.ts';
import * as summaries from '../../src/tensor/functions/summaries.ts';
import * as functions from '../../src/tensor/functions.ts';
import { valueAndGrad } from '../../src/tensor/gradient.ts';
import { setBackend } from '../../src/tensor/runtime.ts';
import { type Tensor, type TensorLike, tensor } from '../../src/tensor/tensor.ts';
import { BACKENDS } from '../support/evaluateOn.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Case {
  readonly name: string;
  readonly arguments: readonly unknown[];
  readonly inputs: readonly (Numbers & { readonly dtype: 'float32' | 'int32' })[];
  readonly value: Numbers;
  readonly weights?: Numbers;
  readonly gradients?: readonly Numbers[];
}

const NOT_IN_JSON: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../fixtures/ops/functions.json', import.meta.url), 'utf8'),
  (_, value) => (NOT_IN_JSON.has(value) ? Number(value) : value),
);

/** Float32 steps of rounding that these compositions add up to: exp, a division, sums of at most 20 numbers. */
const RELATIVE = 20 * 2 ** -23;
/** Below this σ is cut off at −80, and denormals are flushed. */
const ABSOLUTE = 2e-7;

const asTensor = ({ dtype, shape, data }: Case['inputs'][number]): Tensor =>
  tensor(data, { dtype }).reshape(shape);

const modules = [functions, arithmetic, arrange, einsum, indexing, matrices, order, scan, summaries];
const named = new Map<string, unknown>(modules.flatMap((module) => Object.entries(module)));

type Call = (
  called: (...args: unknown[]) => unknown,
  tensors: readonly Tensor[],
  rest: readonly unknown[],
) => unknown;

/** Functions that are not called with the tensors, then the other arguments. */
const CALLS: Readonly<Record<string, Call>> = {
  concat: (called, tensors, rest) => called(tensors, ...rest),
  stack: (called, tensors, rest) => called(tensors, ...rest),
  einsum: (called, tensors, [equation]) => called(equation, ...tensors),
  unstack: (called, tensors, [part, ...rest]) => partOf(called(...tensors, ...rest), part),
  split: (called, tensors, [part, ...rest]) => partOf(called(...tensors, ...rest), part),
  'topK.values': (_, [x], [k]) => order.topK(x as Tensor, k as number).values,
  'topK.indices': (_, [x], [k]) => order.topK(x as Tensor, k as number).indices,
};

const partOf = (parts: unknown, at: unknown) => (parts as Tensor[])[at as number];

/** Calls the library's function of that name. */
function call(name: string, tensors: readonly Tensor[], rest: readonly unknown[]): Tensor {
  const called = named.get(name) as (...args: unknown[]) => unknown;
  const special = CALLS[name];
  return (special ? special(called, tensors, rest) : called(...tensors, ...rest)) as Tensor;
}

function expectClose(found: TensorLike, expected: Numbers, scale = 1): void {
  const { shape, data } = tensor(found).value();
  expect(shape).toEqual(expected.shape);
  expected.data.forEach((wanted, i) => {
    const bound = ABSOLUTE * scale + RELATIVE * Math.abs(wanted) * scale;
    if (Object.is(data[i], wanted)) return;
    expect(Math.abs((data[i] ?? Number.NaN) - wanted), `element ${i}: ${data[i]} for ${wanted}`).toBeLessThan(
      bound,
    );
  });
}

const titled = cases.map((one, i) => ({
  ...one,
  title: `${i}: ${one.name}(${JSON.stringify(one.arguments)})`,
}));

describe.each(BACKENDS)('functions agree with JAX on the $name backend', ({ backend }) => {
  beforeAll(() => setBackend(backend));

  test.each(titled)('$title', ({ name, inputs, value, arguments: rest }) => {
    expectClose(call(name, inputs.map(asTensor), rest), value);
  });

  test.each(titled.filter(({ gradients }) => gradients))(
    'gradient of $title',
    ({ name, inputs, arguments: rest, weights, gradients = [] }) => {
      const floats = inputs.filter(({ dtype }) => dtype === 'float32');
      const weight = asTensor({ ...(weights as Numbers), dtype: 'float32' });
      const [, found] = valueAndGrad((...tensors: Tensor[]) => {
        let next = 0;
        const all = inputs.map((one) =>
          one.dtype === 'float32' ? (tensors[next++] as Tensor) : asTensor(one),
        );
        return call(name, all, rest).mul(weight).sum();
      })(...floats.map(asTensor));
      // A gradient rounds about as often again as the value.
      found.forEach((gradient, i) => {
        expectClose(gradient, gradients[i] as Numbers, 4);
      });
    },
  );
});

describe('what the fixture cannot say', () => {
  beforeAll(() => setBackend((BACKENDS[1] as (typeof BACKENDS)[number]).backend));

  test.each(['sigmoid', 'softplus', 'tanh'])(
    '%s and its gradient are finite at ±100 and at infinity',
    (name) => {
      const x = tensor([-100, 100, -1000, 1000, Number.NEGATIVE_INFINITY]);
      const [value, [gradient]] = valueAndGrad((z: Tensor) => call(name, [z], []).sum())(x);
      expect(value.item()).not.toBeNaN();
      expect([...(gradient as Tensor).dataSync()].every(Number.isFinite)).toBe(true);
    },
  );

  test('comparisons and logic give bools', () => {
    const [a, b] = [tensor([1, 2, 3, Number.NaN]), tensor([2, 2, 2, 2])];
    expect(functions.less(a, b).array()).toEqual([true, false, false, false]);
    expect(functions.lessEqual(a, b).array()).toEqual([true, true, false, false]);
    expect(functions.greater(a, b).array()).toEqual([false, false, true, false]);
    expect(functions.greaterEqual(a, b).array()).toEqual([false, true, true, false]);
    expect(functions.equal(a, b).array()).toEqual([false, true, false, false]);
    expect(functions.notEqual(a, b).array()).toEqual([true, false, true, true]);
    const [p, q] = [tensor([true, true, false, false]), tensor([true, false, true, false])];
    expect(functions.logicalAnd(p, q).array()).toEqual([true, false, false, false]);
    expect(functions.logicalOr(p, q).array()).toEqual([true, true, true, false]);
    expect(functions.logicalNot(p).array()).toEqual([false, false, true, true]);
  });

  test('the least of unsigned and of signed integers at their limits', () => {
    const unsigned = tensor([0, 5, 2 ** 32 - 1], { dtype: 'uint32' });
    expect(functions.minimum(unsigned, tensor([5, 0, 7], { dtype: 'uint32' })).array()).toEqual([0, 0, 7]);
    expect(functions.min(unsigned).item()).toBe(0);
    const signed = tensor([-(2 ** 31), 5, 2 ** 31 - 1], { dtype: 'int32' });
    expect(functions.minimum(signed, tensor([5, -6, 7], { dtype: 'int32' })).array()).toEqual([
      -(2 ** 31),
      -6,
      7,
    ]);
    expect(functions.min(signed).item()).toBe(-(2 ** 31));
  });

  test('minimum and min are NaN if a number is', () => {
    expect(functions.minimum([1, Number.NaN], [Number.NaN, 1]).array()).toEqual([Number.NaN, Number.NaN]);
    expect(functions.min([1, Number.NaN, -1]).item()).toBeNaN();
  });

  test('relu keeps NaN, so that it is found where it was made', () => {
    const x = [Number.NaN, -1, -0, 0, 1e-30, 2, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const [, [gradient]] = valueAndGrad((z: Tensor) => functions.relu(z).sum())(x);
    expect(functions.relu(x).array()).toEqual([
      Number.NaN,
      0,
      0,
      0,
      Math.fround(1e-30),
      2,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    expect((gradient as Tensor).array()).toEqual([1, 0, 0, 0, 1, 1, 0, 1]);
  });

  test('argMax gives the first of equals, and the first NaN if there is one', () => {
    expect(
      functions
        .argMax([
          [1, 3, 3],
          [Number.NaN, 5, Number.NaN],
          [7, Number.NaN, 8],
        ])
        .array(),
    ).toEqual([1, 0, 1]);
  });

  test('logSumExp of infinities is what log and exp say', () => {
    const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minus, NaN: nan } = Number;
    const rows = [
      [minus, minus],
      [minus, 2],
      [infinity, 1],
      [infinity, minus],
      [nan, 1],
    ];
    expect(functions.logSumExp(rows, 1).array()).toEqual([minus, 2, infinity, infinity, nan]);
  });

  test('concat joins truth values', () => {
    expect(functions.concat([tensor([true]), tensor([false, true])]).array()).toEqual([true, false, true]);
  });

  test('counting and filling make tensors of the type asked for', () => {
    expect(functions.arange(4).value()).toEqual({
      dtype: 'int32',
      shape: [4],
      data: Int32Array.of(0, 1, 2, 3),
    });
    expect(functions.full([2, 1], 2.5, 'float64').value()).toEqual({
      dtype: 'float64',
      shape: [2, 1],
      data: Float64Array.of(2.5, 2.5),
    });
    expect(functions.onesLike(tensor([3, 4], { dtype: 'int32' })).value().data).toEqual(Int32Array.of(1, 1));
  });

  test('concat says which part does not fit', () => {
    expect(() =>
      functions.concat([functions.zeros([2, 3]), functions.zeros([2, 4])]),
    ).toThrowErrorMatchingInlineSnapshot(`[ShapeError: concat along axis 0: expected […, 3], found [2, 4].]`);
    expect(() => functions.concat([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: concat: expected at least one part, found none.]`,
    );
  });

  test('stopGradient keeps the value and stops the gradient', () => {
    const [value, [gradient]] = valueAndGrad((x: Tensor) => functions.stopGradient(x.mul(x)).mul(x).sum())([
      3,
    ]);
    expect(value.item()).toBe(27);
    expect((gradient as Tensor).array()).toEqual([9]);
  });
});
