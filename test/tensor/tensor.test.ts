import { beforeAll, describe, expect, test } from 'vitest';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import type { Backend } from '../../src/compile/backend.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { add, exp, zeros } from '../../src/tensor/functions.ts';
import { setBackend } from '../../src/tensor/runtime.ts';
import { compute, type Nested, tensor } from '../../src/tensor/tensor.ts';

beforeAll(() => setBackend(wasmBackend()));

describe('tensor()', () => {
  test.each<[Nested, number[]]>([
    [3, []],
    [[1, 2, 3], [3]],
    [
      [[1], [2]],
      [2, 1],
    ],
    [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [1, 2, 2],
    ],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
  ])('takes the shape of nested arrays and gives them back: %j', (nested, shape) => {
    expect(tensor(nested).shape).toEqual(shape);
    expect(tensor(nested).array()).toEqual(nested);
  });

  test('takes the dtype of a typed array, float32 for numbers and bool for truth values', () => {
    expect(tensor(Float64Array.of(0.1)).value()).toEqual({
      dtype: 'float64',
      shape: [1],
      data: Float64Array.of(0.1),
    });
    expect(tensor([0.1]).value().data).toEqual(Float32Array.of(0.1));
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor([[true, false]]).array()).toEqual([[true, false]]);
    expect(tensor(Int32Array.of(1, 2, 3, 4), { shape: [2, 2] }).array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(ndarray(Uint32Array.of(7), [1, 1])).array()).toEqual([[7]]);
  });

  test('takes every number but zero for true, as a cast does', () => {
    for (const values of [[0.5, 0, 2, 256, Number.NaN], Float32Array.of(0.5, 0, 2, 256, Number.NaN)]) {
      expect(tensor(values, { dtype: 'bool' }).array()).toEqual([true, false, true, true, true]);
    }
    expect(tensor(Uint8Array.of(0, 1, 255), { dtype: 'bool' }).array()).toEqual([false, true, true]);
  });

  test('makes numbers of bytes where numbers are asked for', () => {
    expect(tensor(Uint8Array.of(0, 1, 255), { dtype: 'float32' }).array()).toEqual([0, 1, 255]);
  });

  test('finds ragged rows and shapes that do not hold the numbers', () => {
    expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor of nested arrays: expected [2, 2] throughout, as the first rows have it, found a row of another length.]`,
    );
    expect(() => tensor([[1, 2], 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor of nested arrays: expected [2, 2] throughout, as the first rows have it, found a row of another length.]`,
    );
    expect(() => tensor([1, [2]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor of nested arrays: expected [2] throughout, as the first rows have it, found a row of another length.]`,
    );
    expect(() => tensor(Float32Array.of(1, 2, 3), { shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: array of shape [2, 2]: expected 4 numbers, found 3.]`,
    );
    expect(() => tensor('1, 2' as unknown as Nested)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: expected numbers, nested arrays or a typed array, found string.]`,
    );
  });
});

describe('reading', () => {
  test('item() gives the number of any shape of one element, and asks for one otherwise', () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(() => tensor([1, 2]).item()).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item(): expected a tensor of one number, found float32[2].]`,
    );
  });

  test('data() and dataSync() give a copy that may be written to', async () => {
    const x = tensor([1, 2]).add(1);
    const copy = x.dataSync();
    copy[0] = 99;
    expect([...(await x.data())]).toEqual([2, 3]);
  });

  test('reshape works out one length, and reductions drop axes or keep them', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(x.sum(0).array()).toEqual([5, 7, 9]);
    expect(x.sum([-1], true).array()).toEqual([[6], [15]]);
    expect(x.mean().item()).toBe(3.5);
    expect(x.max(1).array()).toEqual([3, 6]);
    expect(x.transpose().array()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  test('numbers take the dtype of the tensor beside them', () => {
    expect(tensor([7, -7], { dtype: 'int32' }).div(2).value()).toEqual({
      dtype: 'int32',
      shape: [2],
      data: Int32Array.of(3, -3),
    });
    expect(add(1, tensor([1], { dtype: 'float64' })).dtype).toBe('float64');
  });

  test('toString() shows the graph', () => {
    const x = zeros([2]);
    expect(`${exp(x)}`).toMatchInlineSnapshot(`
      "%0 = constant 0 : float32[]
      %1 = broadcast(%0) shape=[2] : float32[2]
      %2 = exp(%1) : float32[2]
      return %2"
    `);
  });
});

describe('laziness', () => {
  /** The wasm backend, counting what it compiles and runs. */
  function counting(): { backend: Backend; count: { compiled: number; runs: number } } {
    const inner = wasmBackend();
    const count = { compiled: 0, runs: 0 };
    return {
      count,
      backend: {
        name: 'counting',
        compile(step, options) {
          count.compiled++;
          const program = inner.compile(step, options);
          return {
            write: (input, value) => program.write(input, value),
            output: (index) => program.output(index),
            read: (input) => program.read(input),
            report: program.report,
            run(times) {
              count.runs += times;
              program.run(times);
            },
          };
        },
      },
    };
  }

  test('nothing runs until a number is read, and then once', () => {
    const { backend, count } = counting();
    setBackend(backend);
    const x = tensor([1, 2, 3]).mul(2).add(1);
    expect(count.runs).toBe(0);
    expect(x.array()).toEqual([3, 5, 7]);
    expect(x.array()).toEqual([3, 5, 7]);
    expect(count).toEqual({ compiled: 1, runs: 1 });
  });

  test('the same expression of other numbers is compiled once', () => {
    const { backend, count } = counting();
    setBackend(backend);
    for (let i = 0; i < 5; i++)
      expect(tensor([i, 1]).mul(i).add(0.5).array()).toEqual([i * i + 0.5, i + 0.5]);
    expect(count).toEqual({ compiled: 1, runs: 5 });
  });

  test('compute() evaluates several tensors in one program', () => {
    const { backend, count } = counting();
    setBackend(backend);
    const x = tensor([1, 2]).mul(3);
    const [a, b] = compute([x.sum(), x.max()]);
    expect([a?.data[0], b?.data[0]]).toEqual([9, 6]);
    expect(count.runs).toBe(1);
  });

  test('a value that is known is not computed again by what builds on it', () => {
    const { backend, count } = counting();
    setBackend(backend);
    const x = exp(tensor([0]));
    x.value();
    expect(`${x.add(1)}`).not.toContain('exp');
    expect(x.add(1).item()).toBe(2);
    expect(count.runs).toBe(2);
  });
});

test('tensors of 16-bit floats are made of numbers, and read as numbers', () => {
  const x = tensor([1, 1 / 3, 1e6, -0], { dtype: 'float16' });
  expect(x.value().data).toEqual(Uint16Array.of(0x3c00, 0x3555, 0x7c00, 0x8000));
  expect(x.array()).toEqual([1, 0.333251953125, Number.POSITIVE_INFINITY, -0]);
  expect(x.cast('bfloat16').array()).toEqual([1, 0.333984375, Number.POSITIVE_INFINITY, -0]);
  expect(x.mul(3).sub(1).array()).toEqual([2, 0, Number.POSITIVE_INFINITY, -1]);
  expect(tensor(2.5, { dtype: 'bfloat16' }).item()).toBe(2.5);
});
