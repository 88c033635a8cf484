import { describe, expect, test } from 'vitest';
import * as build from '../../src/graph/build.ts';
import { constant, inOrder, input, make, scalar, substitute } from '../../src/graph/graph.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import type { Node } from '../../src/graph/ops.ts';

const x = input('float32', [2, 3], 'x');
const y = input('float32', [2, 3], 'y');

describe('interning', () => {
  test('the same operation on the same inputs is the same node', () => {
    expect(build.add(x, y)).toBe(build.add(x, y));
    expect(build.exp(build.mul(build.add(x, y), x))).toBe(build.exp(build.mul(build.add(x, y), x)));
    expect(build.sum(x, [1])).toBe(build.sum(x, [1]));
    expect(build.iota([3], 0, 'int32')).toBe(build.iota([3], 0, 'int32'));
  });

  test('another operation, order, attribute or dtype is another node', () => {
    const nodes = [
      build.add(x, y),
      build.add(y, x),
      build.mul(x, y),
      build.add(x, x),
      build.sum(x, [0]),
      build.sum(x, [1]),
      build.reduceMax(x, [1]),
      build.cast(x, 'float64'),
      build.cast(x, 'int32'),
      build.iota([3], 0, 'int32'),
      build.iota([3], 0, 'uint32'),
    ];
    expect(new Set(nodes).size).toBe(nodes.length);
  });

  test('every input is unlike all others', () => {
    expect(input('float32', [2], 'x')).not.toBe(input('float32', [2], 'x'));
  });

  test('constants are the same if their bits are', () => {
    expect(scalar(0.1, 'float32')).toBe(scalar(0.1, 'float32'));
    expect(scalar(Number.NaN, 'float32')).toBe(scalar(Number.NaN, 'float32'));
    expect(scalar(0, 'float32')).not.toBe(scalar(-0, 'float32'));
    expect(scalar(1, 'float32')).not.toBe(scalar(1, 'float64'));
    expect(scalar(1, 'int32')).not.toBe(scalar(1, 'uint32'));
    expect(scalar(0.1, 'float64')).not.toBe(scalar(0.1 + 2 ** -56, 'float64'));
    const numbers = () => Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(constant(ndarray(numbers(), [2, 3]))).toBe(constant(ndarray(numbers(), [2, 3])));
    expect(constant(ndarray(numbers(), [2, 3]))).not.toBe(constant(ndarray(numbers(), [3, 2])));
    expect(constant(ndarray(numbers().subarray(1, 3)))).toBe(constant(ndarray(Float32Array.of(2, 3))));
  });

  test('nodes cannot be changed', () => {
    expect(() => {
      (build.exp(x) as { op: string }).op = 'log';
    }).toThrow(TypeError);
  });

  test('what does nothing makes no node', () => {
    expect(build.reshape(x, [2, 3])).toBe(x);
    expect(build.permute(x, [0, 1])).toBe(x);
    expect(build.broadcast(x, [2, 3])).toBe(x);
    expect(build.slice(x, [0, 0], [2, 3])).toBe(x);
    expect(build.pad(x, [0, 0], [0, 0])).toBe(x);
    expect(build.sum(x, [])).toBe(x);
    expect(build.cast(x, 'float32')).toBe(x);
  });
});

describe('inOrder', () => {
  test('gives each node that is needed once, after its inputs', () => {
    const sum = build.add(x, y);
    const product = build.mul(sum, sum);
    expect(inOrder([product, sum])).toEqual([x, y, sum, product]);
    build.exp(x);
    expect(inOrder([sum])).not.toContain(build.exp(x));
  });

  test('walks graphs deeper than the stack', () => {
    let deep: Node = x;
    for (let i = 0; i < 50_000; i++) deep = build.add(deep, 1);
    expect(inOrder([deep])).toHaveLength(50_002);
    expect(substitute([deep], new Map([[x, y]]))[0]?.shape).toEqual([2, 3]);
  });
});

describe('substitute', () => {
  test('replaces leaves and keeps what does not stand on them', () => {
    const kept = build.exp(y);
    const [replaced] = substitute([build.add(build.mul(x, x), kept)], new Map([[x, build.neg(y)]]));
    expect(replaced).toBe(build.add(build.mul(build.neg(y), build.neg(y)), kept));
  });

  test('replaces nodes in the middle', () => {
    const [replaced] = substitute([build.exp(build.add(x, y))], new Map([[build.add(x, y), x]]));
    expect(replaced).toBe(build.exp(x));
  });
});

describe('build', () => {
  test('numbers take the dtype of the other operand', () => {
    const count = input('int32', [2]);
    expect(build.add(count, 1)).toBe(build.add(count, scalar(1, 'int32')));
    expect(build.div(2, x)).toBe(build.div(scalar(2, 'float32'), x));
    expect(build.add(1, 2)).toBe(build.add(scalar(1, 'float32'), scalar(2, 'float32')));
  });

  test('sumTo undoes a broadcast from any shape', () => {
    const wide = input('float32', [4, 2, 3]);
    for (const shape of [[4, 2, 3], [2, 3], [2, 1], [1, 3], [3], [1], []]) {
      expect(build.sumTo(wide, shape).shape).toEqual(shape);
    }
    expect(build.sumTo(wide, [2, 1])).toBe(build.reshape(build.sum(wide, [0, 2]), [2, 1]));
  });

  test('transpose swaps the last two axes', () => {
    expect(build.transpose(input('float32', [2, 3, 4])).shape).toEqual([2, 4, 3]);
  });

  test('make checks the number of inputs', () => {
    expect(() => make('add', [x], {})).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: add: expected 2 inputs, found 1.]`,
    );
  });
});
