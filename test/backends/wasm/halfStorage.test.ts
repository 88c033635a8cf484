import { describe, expect, test } from 'vitest';
import { backward } from '../../../src/autodiff/backward.ts';
import { findBlas } from '../../../src/backends/native/blas.ts';
import { wasmBackend } from '../../../src/backends/wasm/backend.ts';
import { SHARING_EVERYTHING } from '../../../src/backends/wasm/threads/sharing.ts';
import type { Backend } from '../../../src/compile/backend.ts';
import type { Update } from '../../../src/compile/lower.ts';
import * as build from '../../../src/graph/build.ts';
import { type Dtype, decode, encode, makeArray, type TypedArray } from '../../../src/graph/dtypes.ts';
import { input } from '../../../src/graph/graph.ts';
import { type NDArray, type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';

const HALVES = ['float16', 'bfloat16'] as const;
type Half = (typeof HALVES)[number];
/** Half of what the last digit of 1 counts, and the greatest half step below the normal numbers. */
const ROUNDING = { float16: 2 ** -11, bfloat16: 2 ** -8 };
const LEAST = 2 ** -25;

const random = new RandomStream(11);
/** A prime number of numbers of each kind: no row of a matrix is like another. */
const NUMBERS = Float64Array.from({ length: 4093 }, () => random.uniform(-1, 1));
const ENCODED = new Map(HALVES.map((dtype) => [dtype as Dtype, encode(NUMBERS, dtype)]));

function randomValue(node: Node): NDArray {
  const { dtype, shape } = node;
  const some = ENCODED.get(dtype) as TypedArray;
  const from = random.integer(some.length);
  const data = makeArray(dtype, sizeOf(shape)).map((_, i) => some[(from + i) % some.length] ?? 0);
  return { dtype, shape, data };
}

function run(backend: Backend, outputs: readonly Node[], values: ReadonlyMap<Node, NDArray>): NDArray[] {
  const program = backend.compile({ outputs, updates: [] }, { kept: true });
  for (const [node, value] of values) program.write(node, value);
  program.run(1);
  return outputs.map((_, i) => program.output(i));
}

const inner = { thresholds: SHARING_EVERYTHING };
const plain = wasmBackend({ threads: 1, blas: false });
/** Alone, and with the system's BLAS where there is one; on one thread and on two. */
const MEANS = [false, ...(findBlas() ? [true] : [])].map((blas) => ({
  means: blas ? findBlas()?.name : 'WebAssembly',
  alone: wasmBackend({ threads: 1, blas }, inner),
  shared: wasmBackend({ threads: 2, blas }, inner),
}));

const PRODUCTS = [
  { name: 'of few numbers', a: [3, 7], b: [7, 5] },
  { name: 'of one row', a: [1, 300], b: [300, 129] },
  { name: 'of one column', a: [257, 300], b: [300, 1] },
  { name: 'of panels', a: [66, 1100], b: [1100, 50] },
  { name: 'of long sums in chunks', a: [25, 5001], b: [5001, 6] },
  { name: 'in batches', a: [6, 40, 51], b: [6, 51, 30] },
  { name: 'of a narrow depth', a: [201, 3], b: [3, 91] },
] as const;

/** A side, or the transpose of what is stored. */
function side(shape: Shape, dtype: Dtype, turned: boolean): { stored: Node; seen: Node } {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const stored = input(dtype, turned ? [...shape.slice(0, -2), columns, rows] : shape);
  return { stored, seen: turned ? build.transpose(stored) : stored };
}

describe.each(HALVES)('products of %s', (dtype) => {
  describe.each(MEANS)('with $means', ({ alone, shared }) => {
    describe.each(PRODUCTS)('$name', ({ a, b }) => {
      test.each([
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ])('are float32 sums, rounded once; left side transposed: %s, right: %s', (left, right) => {
        const [x, y] = [side(a, dtype, left), side(b, dtype, right)];
        const values = new Map([x.stored, y.stored].map((node) => [node, randomValue(node)]));
        const wide = build.matmul(build.cast(x.seen, 'float64'), build.cast(y.seen, 'float64'));
        const product = build.matmul(x.seen, y.seen);
        const [expected] = run(plain, [wide], values) as [NDArray];
        const [found] = run(alone, [product], values) as [NDArray];
        check(found, expected, a.at(-1) ?? 1);
        expect(run(shared, [product], values)).toEqual([found]);
      });
    });
  });

  test('that no vector holds the results of', () => {
    const [x, y] = [input(dtype, [9, 33]), input(dtype, [33, 14])];
    const values = new Map([x, y].map((node) => [node, randomValue(node)]));
    const wide = build.matmul(build.cast(x, 'float64'), build.cast(y, 'float64'));
    const outputs = [build.cast(build.matmul(x, y), 'float64'), wide];
    const [found, expected] = run(plain, outputs, values);
    check({ ...(found as NDArray), dtype: 'float64' }, expected as NDArray, 33, dtype);
  });

  function check(found: NDArray, expected: NDArray, depth: number, rounded: Half = dtype): void {
    const numbers = decode(found.data, found.dtype);
    expect(numbers).toHaveLength(expected.data.length);
    // Terms are below 1. @see Higham 2002, equation 3.5
    const summed = depth * 2 ** -24 * Math.sqrt(depth);
    const isNear = (x: number, i: number) => {
      const exact = expected.data[i] ?? Number.NaN;
      return Math.abs(x - exact) <= ROUNDING[rounded] * Math.abs(exact) * (1 + 2 ** -7) + LEAST + summed;
    };
    expect([...numbers].findIndex((x, i) => !isNear(x, i))).toBe(-1);
  }
});

/** [images, 12, 12, channels] by [3, 3, channels, filters], strided, in the form the compiler reads it. */
function convolve(x: Node, kernel: Node): Node {
  const [batch = 1, , , channels = 1] = x.shape;
  const filters = kernel.shape.at(-1) ?? 1;
  const seen = build.window(build.pad(x, [0, 1, 1, 0], [0, 1, 1, 0]), {
    axes: [1, 2],
    size: [3, 3],
    strides: [2, 2],
    dilations: [1, 1],
  });
  const patches = build.reshape(seen, [batch * 36, 9 * channels]);
  return build.matmul(patches, build.reshape(kernel, [9 * channels, filters]));
}

describe.each(HALVES)('a convolution of %s', (dtype) => {
  test.each(MEANS)(
    'and its gradients are those of float32 but for rounding, with $means',
    ({ alone, shared }) => {
      const [x, kernel] = [input(dtype, [8, 12, 12, 8]), input(dtype, [3, 3, 8, 24])];
      const upstream = input(dtype, [8 * 36, 24]);
      const outputsOf = (a: Node, b: Node, u: Node) => {
        const y = convolve(a, b);
        const loss = build.reshape(build.sum(build.mul(y, u), [0, 1]), []);
        return [y, ...backward(loss, [a, b])];
      };
      const values = new Map([x, kernel, upstream].map((node) => [node, randomValue(node)]));
      const wide = new Map<Node, NDArray>();
      const [wideX, wideKernel, wideUpstream] = [...values].map(([{ shape }, { data }]) => {
        const node = input('float32', shape);
        wide.set(node, { dtype: 'float32', shape, data: decode(data, dtype) });
        return node;
      }) as [Node, Node, Node];
      const expected = run(alone, outputsOf(wideX, wideKernel, wideUpstream), wide);
      const outputs = outputsOf(x, kernel, upstream);
      const found = run(alone, outputs, values);
      for (const [i, { data }] of found.entries()) {
        const exact = expected[i]?.data as Float32Array;
        const size = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        // A gradient of x is a sum of up to four rounded ones, rounded after each.
        const bound = 8 * ROUNDING[dtype] * size;
        const isFar = (value: number, at: number) => !(Math.abs(value - (exact[at] ?? 0)) <= bound);
        expect([...decode(data, dtype)].findIndex(isFar)).toBe(-1);
      }
      expect(run(shared, outputs, values)).toEqual(found);
    },
  );
});

describe('the memory of a network', () => {
  const WIDTH = 256;
  const BATCH = 512;

  /** A step of gradient descent through four layers, with as many numbers in weights as in activations. */
  function arenaOf(dtype: Dtype) {
    const x = input(dtype, [BATCH, WIDTH]);
    const weights = [0, 1, 2, 3].map(() => input(dtype, [WIDTH, WIDTH]));
    const y = weights.reduce((h: Node, w) => build.tanh(build.matmul(h, w)), x);
    const loss = build.reshape(build.sum(build.mul(y, y), [0, 1]), []);
    const updates = backward(loss, weights).map((gradient, i): Update => {
      const target = weights[i] as Update['target'];
      return { target, value: build.add(target, build.mul(gradient, -0.01)) };
    });
    const { report } = plain.compile({ outputs: [loss], updates }, { kept: true });
    const [, printed = ''] = /^arena of (\d+) bytes/.exec(report.text()) ?? [];
    return { printed: Number(printed), ...report.peakBytes };
  }

  test.each(HALVES)('of %s is half that of one of float32', (dtype) => {
    const [whole, half] = [arenaOf('float32'), arenaOf(dtype)];
    expect(whole.inputs).toBe(4 * (BATCH * WIDTH + 4 * WIDTH * WIDTH));
    expect(half.inputs).toBe(whole.inputs / 2);
    expect(half.activations).toBeLessThan(0.51 * whole.activations);
    expect(half.printed).toBeLessThan(0.51 * whole.printed);
    // Panels are float32 in both.
    expect(half.scratch).toBe(whole.scratch);
  });
});
