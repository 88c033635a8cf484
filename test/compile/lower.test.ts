import { describe, expect, test } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import { makeProgram, programText } from '../../src/compile/program.ts';
import * as build from '../../src/graph/build.ts';
import { input } from '../../src/graph/graph.ts';
import { type NDArray, ndarray, sizeOf } from '../../src/graph/ndarray.ts';
import type { Node, NodeOf } from '../../src/graph/ops.ts';
import { BACKENDS } from '../support/evaluateOn.ts';

interface Update {
  readonly target: NodeOf<'input'>;
  readonly value: Node;
}

const programOf = (outputs: readonly Node[], updates: readonly Update[] = []) =>
  makeProgram({ outputs, updates }, { verify: true });
const textOf = (outputs: readonly Node[], updates: readonly Update[] = []) =>
  programText(programOf(outputs, updates));

const x = input('float32', [4, 3], 'x');
const kernel = input('float32', [3, 5], 'kernel');
const bias = input('float32', [5], 'bias');
const labels = input('float32', [4, 5], 'labels');
const logits = build.add(build.matmul(x, kernel), bias);
const relu = build.where(build.less(0, logits), logits, 0);
const mean = (node: Node) =>
  build.reshape(
    build.div(
      build.sum(
        node,
        node.shape.map((_, axis) => axis),
      ),
      sizeOf(node.shape),
    ),
    [],
  );

/** Softmax cross-entropy of logits, one number for each row. */
function crossEntropy(scores: Node): Node {
  const shifted = build.sub(scores, build.detach(build.reduceMax(scores, [1])));
  const logSoftmax = build.sub(shifted, build.log(build.sum(build.exp(shifted), [1])));
  return build.neg(build.sum(build.mul(labels, logSoftmax), [1]));
}

function descend(loss: Node, weights: readonly NodeOf<'input'>[]): Update[] {
  const gradients = backward(loss, weights);
  return weights.map((target, i) => ({
    target,
    value: build.sub(target, build.mul(gradients[i] as Node, 0.1)),
  }));
}

describe('kernels', () => {
  test('a dense layer — matmul, bias and relu — is one kernel', () => {
    expect(programOf([relu]).kernels).toHaveLength(1);
    expect(textOf([relu])).toMatchInlineSnapshot(`
      "arena of 384 bytes
      kernel 0 over [4, 5]
        accumulate float32 matmul of @256 [4×3] strides (3, 1) and @192 [3×5] strides (5, 1)
        t0 = @320 [4×5] strides (0, 1) : float32
        t1 = add(t0, root) : float32
        t2 = less(float32 0, t1) : bool
        t3 = where(t2, t1, float32 0) : float32
        @64 = t3"
    `);
  });

  test('the backward pass of a dense layer, with the update of its weights fused in', () => {
    const error = build.sub(relu, labels);
    const loss = mean(build.mul(error, error));
    const program = programOf([loss], descend(loss, [kernel, bias]));
    // Weights are overwritten where they are: nothing is copied.
    expect(program.copies).toEqual([]);
    expect(programText(program)).toMatchInlineSnapshot(`
      "arena of 704 bytes
      kernel 0 over [4, 5]
        accumulate float32 matmul of @512 [4×3] strides (3, 1) and @448 [3×5] strides (5, 1)
        t0 = @576 [4×5] strides (0, 1) : float32
        t1 = add(t0, root) : float32
        t2 = less(float32 0, t1) : bool
        t3 = where(t2, t1, float32 0) : float32
        t4 = @64 [4×5] strides (5, 1) : float32
        t5 = neg(t4) : float32
        t6 = add(t3, t5) : float32
        @192 = t6
        t7 = mul(t6, float32 0.05000000074505806) : float32
        t8 = add(t7, t7) : float32
        t9 = where(t2, t8, float32 0) : float32
        @320 = t9
      kernel 1 over [], sum over [4, 5]
        t0 = @192 [4×5] strides (5, 1) : float32
        t1 = mul(t0, t0) : float32
        accumulate t1
        t2 = div(root, float32 20) : float32
        @640 = t2
      kernel 2 over [5], sum over [4]
        t0 = @320 [5×4] strides (1, 5) : float32
        accumulate t0
        t1 = @576 [5] strides (1) : float32
        t2 = mul(root, float32 0.10000000149011612) : float32
        t3 = neg(t2) : float32
        t4 = add(t1, t3) : float32
        @576 = t4
      kernel 3 over [3, 5]
        accumulate float32 matmul of @512 [3×4] strides (1, 3) and @320 [4×5] strides (5, 1)
        t0 = @448 [3×5] strides (5, 1) : float32
        t1 = mul(root, float32 0.10000000149011612) : float32
        t2 = neg(t1) : float32
        t3 = add(t0, t2) : float32
        @448 = t3"
    `);
  });

  test('softmax cross-entropy', () => {
    expect(textOf([mean(crossEntropy(input('float32', [4, 5], 'logits')))])).toMatchInlineSnapshot(`
      "arena of 576 bytes
      kernel 0 over [4], reduceMax over [5]
        t0 = @64 [4×5] strides (5, 1) : float32
        accumulate t0
        @448 = root
      kernel 1 over [4, 5]
        t0 = @64 [4×5] strides (5, 1) : float32
        t1 = @448 [4×5] strides (1, 0) : float32
        t2 = neg(t1) : float32
        t3 = add(t0, t2) : float32
        @192 = t3
      kernel 2 over [4], sum over [5]
        t0 = @192 [4×5] strides (5, 1) : float32
        t1 = exp(t0) : float32
        accumulate t1
        t2 = log(root) : float32
        t3 = neg(t2) : float32
        @448 = t3
      kernel 3 over [4], sum over [5]
        t0 = @320 [4×5] strides (5, 1) : float32
        t1 = @192 [4×5] strides (5, 1) : float32
        t2 = @448 [4×5] strides (1, 0) : float32
        t3 = add(t1, t2) : float32
        t4 = mul(t0, t3) : float32
        accumulate t4
        @512 = root
      kernel 4 over [], sum over [4, 1]
        t0 = @512 [4×1] strides (1, 1) : float32
        t1 = neg(t0) : float32
        accumulate t1
        t2 = div(root, float32 4) : float32
        @192 = t2"
    `);
  });

  test('the gradient of softmax cross-entropy', () => {
    const scores = input('float32', [4, 5], 'logits');
    expect(textOf(backward(mean(crossEntropy(scores)), [scores]))).toMatchInlineSnapshot(`
      "arena of 640 bytes
      kernel 0 over [4], reduceMax over [5]
        t0 = @64 [4×5] strides (5, 1) : float32
        accumulate t0
        @448 = root
      kernel 1 over [4, 5]
        t0 = @64 [4×5] strides (5, 1) : float32
        t1 = @448 [4×5] strides (1, 0) : float32
        t2 = neg(t1) : float32
        t3 = add(t0, t2) : float32
        t4 = exp(t3) : float32
        @192 = t4
      kernel 2 over [4], sum over [5]
        t0 = @192 [4×5] strides (5, 1) : float32
        accumulate t0
        @448 = root
      kernel 3 over [4], sum over [5]
        t0 = @320 [4×5] strides (5, 1) : float32
        t1 = mul(t0, float32 -0.25) : float32
        accumulate t1
        t2 = neg(root) : float32
        t3 = @448 [4] strides (1) : float32
        t4 = div(t2, t3) : float32
        @576 = t4
      kernel 4 over [4, 5]
        t0 = @320 [4×5] strides (5, 1) : float32
        t1 = mul(t0, float32 -0.25) : float32
        t2 = @192 [4×5] strides (5, 1) : float32
        t3 = @576 [4×5] strides (1, 0) : float32
        t4 = mul(t2, t3) : float32
        t5 = add(t1, t4) : float32
        @448 = t5"
    `);
  });

  test('a sum over rows, with what is done before and after it', () => {
    expect(textOf([build.sqrt(build.sum(build.mul(x, x), [0]))])).toMatchInlineSnapshot(`
      "arena of 192 bytes
      kernel 0 over [3], sum over [4]
        t0 = @64 [3×4] strides (1, 3) : float32
        t1 = mul(t0, t0) : float32
        accumulate t1
        t2 = sqrt(root) : float32
        @128 = t2"
    `);
  });

  test('a batch gathered from a table is read where it is used', () => {
    const table = input('float32', [100, 3], 'table');
    const rows = input('int32', [4], 'rows');
    expect(textOf([build.add(build.mul(build.gather(table, rows), 2), x)])).toMatchInlineSnapshot(`
      "arena of 1472 bytes
      kernel 0 over [4, 3]
        t0 = @1280 [4×3] strides (3, 1) : float32
        t1 = @64 [4×3] strides (0, 1) + 3 × row (@1408 [4×3] strides (1, 0) of 100) : float32
        t2 = mul(t1, float32 2) : float32
        t3 = add(t0, t2) : float32
        @1344 = t3"
    `);
  });

  test('a transposed operand is a view, not a copy', () => {
    expect(programOf([build.matmul(build.transpose(x), x)]).kernels).toHaveLength(1);
    expect(textOf([build.matmul(build.transpose(x), x)])).toMatchInlineSnapshot(`
      "arena of 192 bytes
      kernel 0 over [3, 3]
        accumulate float32 matmul of @64 [3×4] strides (1, 3) and @64 [4×3] strides (3, 1)
        @128 = root"
    `);
  });

  test('random numbers are drawn in the kernel that uses them', () => {
    const [key, stream] = [input('uint32', [2], 'key'), input('uint32', [], 'stream')];
    const mask = build.less(build.uniform(key, stream, [4, 3]), 0.8);
    expect(textOf([build.where(mask, build.mul(x, 1.25), 0)])).toMatchInlineSnapshot(`
      "arena of 320 bytes
      kernel 0 over [4, 3]
        t0 = random(@192, @256) at [4×3] strides (3, 1) : float32
        t1 = less(t0, float32 0.800000011920929) : bool
        t2 = @64 [4×3] strides (3, 1) : float32
        t3 = mul(t2, float32 1.25) : float32
        t4 = where(t1, t3, float32 0) : float32
        @128 = t4"
    `);
  });

  test('unfused, every node has a kernel of its own', () => {
    const program = makeProgram({ outputs: [relu], updates: [] }, { unfused: true });
    expect(program.kernels.length).toBeGreaterThanOrEqual(4);
  });
});

describe('updates', () => {
  const a = input('float32', [6], 'a');
  const b = input('float32', [6], 'b');
  const square = input('float32', [3, 3], 'square');
  const values = new Map<Node, NDArray>([
    [a, { dtype: 'float32', shape: [6], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    [b, { dtype: 'float32', shape: [6], data: Float32Array.of(10, 20, 30, 40, 50, 60) }],
    [square, { dtype: 'float32', shape: [3, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) }],
  ]);

  /** What the inputs hold after so many steps, by evaluating the updates one step after another. */
  function expected(updates: readonly Update[], times: number): number[][] {
    const bindings = new Map(values);
    for (let time = 0; time < times; time++) {
      const next = evaluate(
        updates.map(({ value }) => value),
        bindings,
      );
      updates.forEach(({ target }, i) => {
        bindings.set(target, next[i] as NDArray);
      });
    }
    return updates.map(({ target }) => [...(bindings.get(target) as NDArray).data]);
  }

  const steps: { name: string; updates: readonly Update[]; outputs?: readonly Node[]; copies: number }[] = [
    {
      name: 'a value of its own old value',
      updates: [{ target: a, value: build.add(build.mul(a, 2), 1) }],
      copies: 0,
    },
    {
      name: 'two variables change places',
      updates: [
        { target: a, value: b },
        { target: b, value: a },
      ],
      copies: 1,
    },
    {
      name: 'each from the old value of the other',
      updates: [
        { target: a, value: build.add(a, b) },
        { target: b, value: build.sub(a, b) },
      ],
      copies: 1,
    },
    {
      name: 'one after the other, in a chain',
      updates: [
        { target: a, value: build.mul(b, 2) },
        { target: b, value: build.add(a, 1) },
      ],
      copies: 1,
    },
    {
      name: 'its own elements in another order',
      updates: [{ target: square, value: build.mul(build.transpose(square), 2) }],
      copies: 1,
    },
    {
      name: 'a matmul of itself',
      updates: [{ target: square, value: build.matmul(square, square) }],
      copies: 1,
    },
    {
      name: 'a sum over itself',
      updates: [{ target: a, value: build.sub(a, build.sum(a, [0])) }],
      copies: 0,
    },
    {
      name: 'the old value is returned',
      updates: [{ target: a, value: build.mul(a, 3) }],
      outputs: [a],
      copies: 1,
    },
    {
      name: 'the old value is read by a later kernel',
      updates: [{ target: a, value: build.add(a, 1) }],
      outputs: [build.matmul(build.reshape(a, [1, 6]), build.reshape(build.add(a, 1), [6, 1]))],
      copies: 1,
    },
    {
      name: 'both take the same new value',
      updates: [
        { target: a, value: build.add(a, b) },
        { target: b, value: build.add(a, b) },
      ],
      copies: 0,
    },
  ];

  describe.each(BACKENDS)('on the $name backend', ({ backend }) => {
    test.each(steps)('$name', ({ updates, outputs = [] }) => {
      for (const times of [1, 2, 3]) {
        const program = backend.compile({ outputs, updates }, { kept: true, verify: true });
        for (const [node, value] of values) program.write(node, value);
        program.run(times);
        expect(updates.map(({ target }) => [...program.read(target).data])).toEqual(expected(updates, times));
      }
    });
  });

  test.each(steps)('$name: $copies copies', ({ updates, outputs = [], copies }) => {
    expect(programOf(outputs, updates).copies).toHaveLength(copies);
  });

  test('the text of a program shows its copies', () => {
    expect(textOf([], steps[1]?.updates)).toMatchInlineSnapshot(`
      "arena of 256 bytes
      kernel 0 over [6]
        t0 = @64 [6] strides (1) : float32
        @128 = t0
      kernel 1 over [6]
        t0 = @192 [6] strides (1) : float32
        @64 = t0
      copy @128 to @192"
    `);
  });
});

test('stores what stands in the way of a rearrangement that another operand shares', () => {
  const rows = input('float32', [2, 1], 'rows');
  const matrix = input('float32', [2, 3], 'matrix');
  const flat = (node: Node) => build.reshape(node, [1, 6]);
  // The reshape of the matrix can be said by strides, that of the stretched rows cannot.
  const stretched = flat(build.broadcast(rows, [2, 3]));
  const output = build.sum(build.mul(flat(matrix), stretched), [1]);
  expect(programOf([output]).kernels).toHaveLength(2);
  const values = new Map<Node, NDArray>([
    [rows, ndarray(Float32Array.of(2, 5), [2, 1])],
    [matrix, ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])],
  ]);
  expect(evaluate([output], values)[0]?.data).toEqual(Float32Array.of(2 * 6 + 5 * 15));
});
