import { describe, expect, test } from 'vitest';
import { backward } from '../../../src/autodiff/backward.ts';
import { findBlas } from '../../../src/backends/native/blas.ts';
import { wasmBackend } from '../../../src/backends/wasm/backend.ts';
import * as build from '../../../src/graph/build.ts';
import { input } from '../../../src/graph/graph.ts';
import { type NDArray, type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';

const random = new RandomStream(5);
const leaf = (shape: Shape, dtype: 'float32' | 'float64' = 'float32') => input(dtype, shape);

function valuesOf(nodes: readonly Node[]): Map<Node, NDArray> {
  return new Map(
    nodes.map((node) => {
      const numbers = Array.from({ length: sizeOf(node.shape) }, () => random.uniform(-1, 1));
      const data = node.dtype === 'float64' ? Float64Array.from(numbers) : Float32Array.from(numbers);
      return [node, { dtype: node.dtype, shape: node.shape, data }];
    }),
  );
}

/** Alone, and with the system's BLAS where there is one. */
const MEANS = [
  { means: 'WebAssembly', blas: false },
  ...(findBlas() ? [{ means: findBlas()?.name, blas: true }] : []),
];

/** The value of an output on so many threads, after enough runs to be worth sharing. */
function run(
  outputs: readonly Node[],
  values: ReadonlyMap<Node, NDArray>,
  threads: number,
  blas: boolean,
): NDArray[] {
  const program = wasmBackend({ threads, blas }).compile({ outputs, updates: [] }, { kept: true });
  for (const [node, value] of values) program.write(node, value);
  program.run(24);
  return outputs.map((_, i) => program.output(i));
}

/** The plain sums in double precision of what a matmul multiplies. */
function plainProduct(a: NDArray, b: NDArray, at: (m: number, n: number, k: number) => [number, number]) {
  return (m: number, n: number, depth: number) => {
    let total = 0;
    let sizes = 0;
    for (let k = 0; k < depth; k++) {
      const [i, j] = at(m, n, k);
      const product = (a.data[i] ?? 0) * (b.data[j] ?? 0);
      total += product;
      sizes += Math.abs(product);
    }
    return { total, sizes };
  };
}

/** Rounding of a sum of products, one after the other. @see Higham 2002, equation 3.5 */
const bound = (depth: number, sizes: number) => depth * 2 ** -24 * sizes + 1e-30;

const PRODUCTS: readonly (readonly [rows: number, columns: number, depth: number])[] = [
  [32, 128, 784],
  [784, 128, 32],
  [33, 17, 100],
  [7, 5, 4000],
  [130, 70, 1300],
  [9, 300, 65],
  [25, 6, 5000],
  [61, 19, 2049],
  [400, 3, 333],
  [64, 2, 2500],
  [1, 1000, 300],
  [257, 1, 300],
  [3, 500, 97],
  [200, 90, 3],
];

interface Convolution {
  readonly name: string;
  readonly x: Shape;
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly padding: number;
}

const CONVOLUTIONS: readonly Convolution[] = [
  { name: 'one channel', x: [8, 28, 28, 1], kernel: [5, 5, 1, 6], strides: [1, 1], padding: 0 },
  { name: 'padded', x: [4, 14, 14, 8], kernel: [3, 3, 8, 16], strides: [1, 1], padding: 1 },
  { name: 'strided', x: [4, 15, 15, 4], kernel: [3, 3, 4, 20], strides: [2, 2], padding: 1 },
  { name: 'odd channels', x: [3, 12, 9, 5], kernel: [3, 2, 5, 7], strides: [1, 1], padding: 0 },
];

/** A convolution in the form the compiler reads it: a product over windows. */
function convolve(x: Node, kernel: Node, strides: readonly number[], padding: number): Node {
  const around = [0, padding, padding, 0];
  const [height = 1, width = 1, channels = 1, filters = 1] = kernel.shape;
  const seen = build.window(build.pad(x, around, around), {
    axes: [1, 2],
    size: [height, width],
    strides,
    dilations: [1, 1],
  });
  const [batch = 1, rows = 1, columns = 1] = seen.shape;
  const patches = build.reshape(seen, [batch * rows * columns, height * width * channels]);
  const product = build.matmul(patches, build.reshape(kernel, [height * width * channels, filters]));
  return build.reshape(product, [batch, rows, columns, filters]);
}

/** The convolution, number by number, in double precision. */
function plainConvolution({ strides, padding, ...shapes }: Convolution, x: NDArray, kernel: NDArray) {
  const [batch = 0, height = 0, width = 0, channels = 0] = shapes.x;
  const [kh = 0, kw = 0, , filters = 0] = shapes.kernel;
  const [rows, columns] = [height, width].map(
    (length, i) => Math.floor((length + 2 * padding - (shapes.kernel[i] ?? 0)) / (strides[i] ?? 1)) + 1,
  ) as [number, number];
  const out: number[] = [];
  for (let i = 0; i < batch * rows * columns * filters; i++) {
    const [f, c, r, n] = [
      i % filters,
      Math.floor(i / filters) % columns,
      Math.floor(i / filters / columns) % rows,
      Math.floor(i / filters / columns / rows),
    ] as const;
    let total = 0;
    for (let dy = 0; dy < kh; dy++) {
      for (let dx = 0; dx < kw; dx++) {
        const y = r * (strides[0] ?? 1) + dy - padding;
        const z = c * (strides[1] ?? 1) + dx - padding;
        if (y < 0 || z < 0 || y >= height || z >= width) continue;
        for (let channel = 0; channel < channels; channel++) {
          total +=
            (x.data[((n * height + y) * width + z) * channels + channel] ?? 0) *
            (kernel.data[((dy * kw + dx) * channels + channel) * filters + f] ?? 0);
        }
      }
    }
    out.push(total);
  }
  return out;
}

describe.each(MEANS)('with $means', ({ blas }) => {
  describe.each(PRODUCTS)('a product of %i × %i over a depth of %i', (rows, columns, depth) => {
    const forms = [
      { name: 'as they lie', a: [rows, depth], b: [depth, columns] },
      { name: 'with the left side transposed', a: [depth, rows], b: [depth, columns] },
      { name: 'with both sides transposed', a: [depth, rows], b: [columns, depth] },
    ] as const;
    test.each(forms)('$name', ({ a: left, b: right }) => {
      const [a, b] = [leaf(left), leaf(right)];
      const values = valuesOf([a, b]);
      const product = build.matmul(
        left[0] === rows && left[1] === depth ? a : build.transpose(a),
        right[0] === depth && right[1] === columns ? b : build.transpose(b),
      );
      const [found] = run([product], values, 1, blas) as [NDArray];
      const aIsPlain = left[0] === rows && left[1] === depth;
      const bIsPlain = right[0] === depth && right[1] === columns;
      const sum = plainProduct(values.get(a) as NDArray, values.get(b) as NDArray, (m, n, k) => [
        aIsPlain ? m * depth + k : k * rows + m,
        bIsPlain ? k * columns + n : n * depth + k,
      ]);
      for (let m = 0; m < rows; m += 3) {
        for (let n = 0; n < columns; n++) {
          const { total, sizes } = sum(m, n, depth);
          expect(Math.abs((found.data[m * columns + n] ?? Number.NaN) - total)).toBeLessThan(
            bound(depth, sizes),
          );
        }
      }
      for (const threads of [2, 3]) expect(run([product], values, threads, blas)).toEqual([found]);
    });
  });

  describe.each(CONVOLUTIONS)('a convolution: $name', (one) => {
    const x = leaf(one.x);
    const kernel = leaf(one.kernel);
    const y = convolve(x, kernel, one.strides, one.padding);
    const upstream = leaf(y.shape);
    const loss = build.reshape(build.sum(build.mul(y, upstream), [0, 1, 2, 3]), []);
    const outputs = [y, ...backward(loss, [x, kernel])];
    const values = valuesOf([x, kernel, upstream]);
    const alone = run(outputs, values, 1, blas);

    test('gives the sums over its windows', () => {
      const expected = plainConvolution(one, values.get(x) as NDArray, values.get(kernel) as NDArray);
      expect(alone[0]?.data.length).toBe(expected.length);
      expected.forEach((wanted, i) => {
        expect(alone[0]?.data[i]).toBeCloseTo(wanted, 4);
      });
    });

    test('has gradients that follow from its being linear', () => {
      // ⟨conv(v, k), u⟩ = ⟨v, ∂x⟩ for every v, and likewise for the kernel.
      const check = (direction: NDArray, gradient: NDArray | undefined, moved: number[]) => {
        const u = values.get(upstream) as NDArray;
        const products = moved.map((value, i) => value * (u.data[i] ?? 0));
        const left = products.reduce((total, product) => total + product, 0);
        const size = products.reduce((total, product) => total + Math.abs(product), 0);
        const right = [...direction.data].reduce(
          (total, value, i) => total + value * (gradient?.data[i] ?? Number.NaN),
          0,
        );
        // Each number of a gradient is a rounded sum of so many products.
        expect(Math.abs(left - right)).toBeLessThan(1e-6 * size);
      };
      for (let trial = 0; trial < 3; trial++) {
        const [v, k] = [...valuesOf([x, kernel]).values()] as [NDArray, NDArray];
        check(v, alone[1], plainConvolution(one, v, values.get(kernel) as NDArray));
        check(k, alone[2], plainConvolution(one, values.get(x) as NDArray, k));
      }
    });

    test('gives the same bits on 2 and 3 threads', () => {
      for (const threads of [2, 3]) expect(run(outputs, values, threads, blas)).toEqual(alone);
    });
  });

  test('batches of products are shared, and give the same bits on any number of threads', () => {
    const [a, b] = [leaf([6, 40, 50]), leaf([6, 50, 30])];
    const values = valuesOf([a, b]);
    const product = build.matmul(a, b);
    const [found] = run([product], values, 1, blas) as [NDArray];
    const sum = plainProduct(values.get(a) as NDArray, values.get(b) as NDArray, (m, n, k) => [
      m * 50 + k,
      Math.floor(m / 40) * 1500 + k * 30 + n,
    ]);
    for (let m = 0; m < 240; m++) {
      for (let n = 0; n < 30; n++) {
        const { total, sizes } = sum(m, n, 50);
        expect(Math.abs((found.data[m * 30 + n] ?? Number.NaN) - total)).toBeLessThan(bound(50, sizes));
      }
    }
    for (const threads of [2, 3, 4]) expect(run([product], values, threads, blas)).toEqual([found]);
  });

  test('elementwise chains, reductions and double precision give the same bits on any number of threads', () => {
    const x = leaf([300, 257]);
    const d = leaf([80, 90], 'float64');
    const outputs = [
      build.exp(build.tanh(x)),
      build.sum(build.exp(x), [1]),
      build.sum(build.tanh(x), [0]),
      build.reduceMax(build.sin(x), [0, 1]),
      build.matmul(d, build.transpose(d)),
    ];
    const values = valuesOf([x, d]);
    const alone = run(outputs, values, 1, blas);
    for (const threads of [2, 3, 5]) expect(run(outputs, values, threads, blas)).toEqual(alone);
  });
});
