import { describe, expect, test } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import * as build from '../../src/graph/build.ts';
import { inOrder, input } from '../../src/graph/graph.ts';
import { type NDArray, sizeOf } from '../../src/graph/ndarray.ts';
import type { Node } from '../../src/graph/ops.ts';

const count = (outputs: readonly Node[], op: Node['op']) =>
  inOrder(outputs).filter((node) => node.op === op).length;

function numbersFor({ dtype, shape }: Node, seed: number): NDArray {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 1.7 + seed));
  return { dtype, shape, data };
}

/** h ← tanh(h·u + x[t] + b) for `steps` steps, and the sum of all h². */
function recurrence(steps: number, rows = 2, units = 3) {
  const x = input('float32', [steps * rows, units], 'x');
  const u = input('float32', [units, units], 'u');
  const b = input('float32', [units], 'b');
  let h = build.fullLike(build.slice(x, [0, 0], [rows, units]), 0.5);
  const states = Array.from({ length: steps }, (_, step) => {
    const now = build.slice(x, [step * rows, 0], [rows, units]);
    h = build.tanh(build.add(build.add(build.matmul(h, u), now), b));
    return h;
  });
  const all = build.concat(states, 0);
  const loss = build.reshape(build.sum(build.mul(all, all), [0, 1]), []);
  return { loss, leaves: [x, u, b] as const };
}

describe('the gradients of an unrolled loop', () => {
  const { loss, leaves } = recurrence(10);
  const gradients = backward(loss, leaves);

  test('join the slices of one array, add the products of one weight at once, and the sums of one bias', () => {
    expect(count([gradients[0] as Node], 'pad')).toBe(0);
    const before = count([gradients[0] as Node], 'matmul');
    expect(count([...gradients], 'matmul')).toBe(before + 1);
    expect(count([gradients[2] as Node], 'sum')).toBe(1);
  });

  test('are those of finite differences', () => {
    const values = new Map<Node, NDArray>(leaves.map((leaf, i) => [leaf, numbersFor(leaf, i)]));
    const exact = evaluate(gradients, values);
    const step = 1e-2;
    for (const [i, leaf] of leaves.entries()) {
      const value = values.get(leaf) as NDArray;
      for (const at of value.data.keys()) {
        const lossAt = (by: number) => {
          const moved = value.data.slice();
          moved[at] = (moved[at] ?? 0) + by;
          return evaluate([loss], new Map([...values, [leaf, { ...value, data: moved }]]))[0]?.data[0] ?? 0;
        };
        const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
        expect(Math.abs(slope - (exact[i]?.data[at] ?? Number.NaN))).toBeLessThan(2e-3);
      }
    }
  });

  test('become as many different kernels however many steps there are, and few for each', () => {
    const report = (steps: number) => {
      const graph = recurrence(steps);
      const outputs = [graph.loss, ...backward(graph.loss, graph.leaves)];
      const { report } = wasmBackend().compile({ outputs, updates: [] });
      return { kernels: report.kernels, distinct: report.text().match(/\(func \$kernel/g)?.length ?? 0 };
    };
    const [ten, twenty] = [report(10), report(20)];
    expect(twenty.distinct).toBe(ten.distinct);
    expect(twenty.kernels - ten.kernels).toBeLessThanOrEqual(30);
  });
});

describe('slices', () => {
  const x = input('float32', [2, 7]);
  const part = (start: number, length: number) => build.slice(x, [0, start], [2, length]);
  const gradientOf = (...parts: Node[]) => {
    const total = parts
      .map((node, i) => build.sum(build.mul(build.mul(node, node), i + 1), [0, 1]))
      .reduce((sofar, term) => build.add(sofar, term));
    return backward(build.reshape(total, []), [x]) as [Node];
  };
  const value = numbersFor(x, 1);
  const weightsOf = (...weights: number[]) =>
    [...weights, ...weights].map((w, i) => 2 * w * (value.data[i] ?? 0) + 0);
  const found = (gradient: Node) => [...(evaluate([gradient], new Map([[x, value]]))[0]?.data ?? [])];

  test('with gaps between them have zeros there', () => {
    const [gradient] = gradientOf(part(4, 2), part(1, 2));
    expect(count([gradient], 'pad')).toBe(0);
    expect(found(gradient)).toEqual(weightsOf(0, 2, 2, 0, 1, 1, 0).map(Math.fround));
  });

  test('that overlap are added', () => {
    const [gradient] = gradientOf(part(0, 4), part(2, 5));
    const expected = weightsOf(1, 1, 3, 3, 2, 2, 2);
    found(gradient).forEach((got, i) => {
      expect(Math.abs(got - (expected[i] ?? Number.NaN))).toBeLessThan(1e-6);
    });
  });
});
