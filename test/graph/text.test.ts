import { expect, test } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import * as build from '../../src/graph/build.ts';
import { constant, input, scalar } from '../../src/graph/graph.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { graphText } from '../../src/graph/text.ts';

test('a graph as text: a node a line, numbered in order, with attributes and types', () => {
  const x = input('float32', [4, 3], 'x');
  const w = input('float32', [3, 2], 'w');
  const h = build.max(build.add(build.matmul(x, w), constant(ndarray(Float32Array.of(0.1, -2)))), 0);
  const loss = build.reshape(build.sum(build.mul(h, h), [0, 1]), []);
  expect(graphText([loss, h])).toMatchInlineSnapshot(`
    "%0 = input "x" : float32[4, 3]
    %1 = input "w" : float32[3, 2]
    %2 = matmul(%0, %1) : float32[4, 2]
    %3 = constant 0.1 -2 : float32[2]
    %4 = add(%2, %3) : float32[4, 2]
    %5 = constant 0 : float32[]
    %6 = max(%4, %5) : float32[4, 2]
    %7 = mul(%6, %6) : float32[4, 2]
    %8 = sum(%7) axes=[0, 1] : float32[1, 1]
    %9 = reshape(%8) shape=[] : float32[]
    return %9, %6"
  `);
});

test('attributes of every kind', () => {
  const table = constant(
    ndarray(
      Float32Array.from({ length: 12 }, (_, i) => i / 3),
      [6, 2],
    ),
  );
  const rows = build.iota([3], 0, 'int32');
  const noise = build.uniform(constant(ndarray(Uint32Array.of(1, 2))), scalar(0, 'uint32'), [3, 2]);
  const moved = build.pad(
    build.slice(build.transpose(build.gather(table, rows)), [0, 1], [2, 2]),
    [0, 1],
    [1, 0],
  );
  expect(graphText([build.cast(moved, 'float64'), noise])).toMatchInlineSnapshot(`
    "%0 = constant 0 0.3333333 0.6666667 1 … : float32[6, 2]
    %1 = iota shape=[3] axis=0 dtype=int32 : int32[3]
    %2 = constant 1 2 : uint32[2]
    %3 = constant 0 : uint32[]
    %4 = uniform(%2, %3) shape=[3, 2] : float32[3, 2]
    %5 = gather(%0, %1) : float32[3, 2]
    %6 = permute(%5) order=[1, 0] : float32[2, 3]
    %7 = slice(%6) start=[0, 1] size=[2, 2] : float32[2, 2]
    %8 = pad(%7) before=[0, 1] after=[1, 0] : float32[3, 3]
    %9 = cast(%8) dtype=float64 : float64[3, 3]
    return %9, %4"
  `);
});

test('the text of a gradient reads as the rule is written', () => {
  const x = input('float32', [], 'x');
  expect(graphText(backward(build.sin(x), [x]))).toMatchInlineSnapshot(`
    "%0 = input "x" : float32[]
    %1 = constant 1 : float32[]
    %2 = constant 1.570796 : float32[]
    %3 = add(%0, %2) : float32[]
    %4 = sin(%3) : float32[]
    %5 = mul(%1, %4) : float32[]
    return %5"
  `);
});
