import { describe, expect, test } from 'vitest';
import * as build from '../../src/graph/build.ts';
import { VerifyError } from '../../src/graph/errors.ts';
import { constant, inOrder, input, scalar } from '../../src/graph/graph.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import type { Node } from '../../src/graph/ops.ts';
import { dedupe } from '../../src/passes/dedupe.ts';
import { fold } from '../../src/passes/fold.ts';
import { optimise } from '../../src/passes/pipeline.ts';
import { type Rule, rewrite } from '../../src/passes/rewrite.ts';
import { simplify } from '../../src/passes/simplify.ts';

const x = input('float32', [2, 3], 'x');
const y = input('float32', [2, 3], 'y');
const cube = input('float32', [2, 3, 4], 'cube');
const only = (rule: Rule) => (node: Node) => rewrite([node], [{ name: 'the rule', rule }])[0];
const float = (value: number) => scalar(value, 'float32');
const int = (value: number) => scalar(value, 'int32');
const uint = (value: number) => scalar(value, 'uint32');

describe('fold computes constants', () => {
  const folded = only(fold);

  test.each<[string, Node, Node]>([
    ['−2', build.neg(float(2)), float(-2)],
    ['√9', build.sqrt(float(9)), float(3)],
    ['⌊−2.5⌋', build.floor(float(-2.5)), float(-3)],
    ['2 + 3', build.add(float(2), float(3)), float(5)],
    [
      '0.1 + 0.2, rounded to float32',
      build.add(float(0.1), float(0.2)),
      float(Math.fround(0.1) + Math.fround(0.2)),
    ],
    ['2 · 3', build.mul(float(2), float(3)), float(6)],
    ['1 / 3', build.div(float(1), float(3)), float(1 / 3)],
    ['1 / 0', build.div(float(1), float(0)), float(Number.POSITIVE_INFINITY)],
    ['max(2, 3)', build.max(float(2), float(3)), float(3)],
    ['max of two negative numbers', build.max(float(-2), float(-3)), float(-2)],
    ['max with NaN', build.max(float(-2), float(Number.NaN)), float(Number.NaN)],
    ['2 < 3', build.less(float(2), float(3)), scalar(1, 'bool')],
    ['NaN = NaN', build.equal(float(Number.NaN), float(Number.NaN)), scalar(0, 'bool')],
    ['a choice', build.where(scalar(0, 'bool'), float(2), float(3)), float(3)],
    ['an integer that wraps', build.add(int(2 ** 31 - 1), int(1)), int(-(2 ** 31))],
    ['−1 as an unsigned integer', build.neg(uint(1)), uint(2 ** 32 - 1)],
    ['max of unsigned integers', build.max(uint(2 ** 32 - 1), uint(1)), uint(2 ** 32 - 1)],
    ['whole expressions', build.div(build.add(build.mul(float(2), float(3)), 2), 4), float(2)],
  ])('%s', (_, node, value) => {
    expect(folded(node)).toBe(value);
  });

  test('also where the constants are stretched or given another shape', () => {
    const four = build.broadcast(float(4), [2, 3]);
    const stretched = (value: number, shape = [2, 3]) => build.broadcast(float(value), shape);
    expect(folded(build.neg(four))).toBe(stretched(-4));
    expect(folded(build.mul(build.reshape(four, [3, 2]), 2))).toBe(stretched(8, [3, 2]));
    expect(folded(build.cast(four, 'bfloat16'))).toBe(build.broadcast(scalar(4, 'bfloat16'), [2, 3]));
    expect(optimise([build.mul(x, build.neg(build.broadcast(float(-1), [2, 3])))])).toEqual([x]);
  });

  test('keeps the shape of one element', () => {
    const two = constant(ndarray(Float32Array.of(2), [1, 1]));
    expect(folded(build.add(two, 1))).toBe(constant(ndarray(Float32Array.of(3), [1, 1])));
  });

  test('leaves what machines round differently, and integers beyond 2⁵³, to the program', () => {
    for (const node of [
      build.exp(float(1)),
      build.sin(float(1)),
      build.mul(int(2 ** 31 - 1), int(2 ** 31 - 1)),
      build.div(int(7), int(0)),
      build.add(x, 1),
      build.broadcast(float(1), [3]),
    ]) {
      expect(folded(node)).toBe(node);
    }
  });
});

describe('simplify', () => {
  const simplified = only(simplify);
  const row = input('float32', [1, 3], 'row');

  test.each<[string, Node, Node]>([
    ['x + 0', build.add(x, 0), x],
    ['0 + x', build.add(0, x), x],
    ['1 · x', build.mul(1, x), x],
    ['x · −1', build.mul(x, -1), build.neg(x)],
    ['x / 1', build.div(x, 1), x],
    ['−−x', build.neg(build.neg(x)), x],
    ['where with a known condition', build.where(scalar(1, 'bool'), x, y), x],
    ['where between equals', build.where(build.less(x, y), y, y), y],
    ['a sum over an axis of length 1', build.sum(row, [0]), row],
    ['a reshape of a reshape', build.reshape(build.reshape(x, [6]), [3, 2]), build.reshape(x, [3, 2])],
    ['a reshape back', build.reshape(build.reshape(x, [6]), [2, 3]), x],
    [
      'a reshape of a constant',
      build.reshape(constant(ndarray(Float32Array.of(1, 2))), [2, 1]),
      constant(ndarray(Float32Array.of(1, 2), [2, 1])),
    ],
    [
      'a broadcast of a broadcast',
      build.broadcast(build.broadcast(row, [4, 3]), [5, 4, 3]),
      build.broadcast(row, [5, 4, 3]),
    ],
    ['a transpose back', build.transpose(build.transpose(x)), x],
    [
      'a permutation of a permutation',
      build.permute(build.permute(cube, [2, 0, 1]), [1, 0, 2]),
      build.permute(cube, [0, 2, 1]),
    ],
    ['a permutation of axes of length 1', build.transpose(row), build.reshape(row, [3, 1])],
    ['what only shows after another', build.neg(build.neg(build.add(build.mul(x, 1), 0))), x],
  ])('%s', (_, node, value) => {
    expect(simplified(node)).toBe(value);
  });

  test('keeps the shape an operand was stretched to', () => {
    const zeros = constant(ndarray(Float32Array.of(0), [1, 1, 1]));
    expect(simplified(build.add(x, zeros))).toBe(build.broadcast(x, [1, 2, 3]));
    expect(simplified(build.where(scalar(1, 'bool'), row, x))).toBe(build.broadcast(row, [2, 3]));
  });

  test('leaves what is not the same for every number', () => {
    for (const node of [
      build.mul(x, 0),
      build.sub(x, x),
      build.div(x, x),
      build.mul(x, 2),
      build.add(x, 1),
    ]) {
      expect(simplified(node)).toBe(node);
    }
  });
});

describe('dedupe', () => {
  test('makes a + b and b + a one node, and ab and ba', () => {
    const [sum, product] = rewrite(
      [build.add(build.add(x, y), build.add(y, x)), build.mul(build.mul(y, x), build.mul(x, y))],
      [{ name: 'dedupe', rule: dedupe }],
    );
    expect(sum?.inputs[0]).toBe(sum?.inputs[1]);
    expect(product?.inputs[0]).toBe(product?.inputs[1]);
  });

  test('puts constants last', () => {
    expect(only(dedupe)(build.mul(2, x))).toBe(build.mul(x, 2));
    expect(only(dedupe)(build.add(2, x))).toBe(build.add(x, 2));
  });

  test('leaves the order of what does not commute', () => {
    for (const node of [build.div(y, x), build.less(y, x)]) expect(only(dedupe)(node)).toBe(node);
  });
});

describe('optimise', () => {
  test('reports what each pass replaced', () => {
    const seen: [string, Node, Node][] = [];
    const sum = build.add(0, x);
    optimise([sum], { onRewrite: (...replacement) => seen.push(replacement) });
    const swapped = build.add(x, 0);
    expect(seen).toEqual([
      ['dedupe', sum, swapped],
      ['simplify', swapped, x],
    ]);
  });

  test('leaves a graph it has optimised as it is', () => {
    const graph = build.add(build.mul(1, build.add(x, y)), build.mul(build.add(y, x), build.add(2, 3)));
    const once = optimise([graph]);
    expect(optimise(once)).toEqual(once);
    expect(inOrder(once).length).toBeLessThan(inOrder([graph]).length);
  });

  test('keeps the number and the order of outputs', () => {
    expect(optimise([x, build.add(x, 0), build.mul(y, 1), x])).toEqual([x, x, y, x]);
  });
});

test('rules that undo each other are told of, by name', () => {
  const turn: Rule = (node) => (node.op === 'add' ? build.add(...swapped(node)) : undefined);
  const swapped = ({ inputs: [a, b] }: Node): [Node, Node] => [b as Node, a as Node];
  expect(() => rewrite([build.add(x, y)], [{ name: 'turn', rule: turn }])).toThrow(VerifyError);
  expect(() => rewrite([build.add(x, y)], [{ name: 'turn', rule: turn }])).toThrow(/"turn" of node %\d+ add/);
});
