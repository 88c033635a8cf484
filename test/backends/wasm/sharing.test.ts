import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/backends/reference/evaluate.ts';
import { wasmBackend } from '../../../src/backends/wasm/backend.ts';
import { SHARING_EVERYTHING } from '../../../src/backends/wasm/threads/sharing.ts';
import type { Backend } from '../../../src/compile/backend.ts';
import type { Step, Update } from '../../../src/compile/lower.ts';
import * as build from '../../../src/graph/build.ts';
import { encode, type TypedArray } from '../../../src/graph/dtypes.ts';
import { inOrder, input, isInput } from '../../../src/graph/graph.ts';
import { type NDArray, type Shape, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { sameShape } from '../../../src/graph/shapes.ts';
import { graphText } from '../../../src/graph/text.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';
import { NARROW, randomGraph } from '../../support/randomGraph.ts';

const GRAPHS = 1000;
const NARROW_GRAPHS = 200;
const RUNS = 3;
const thresholds = SHARING_EVERYTHING;
const alone = wasmBackend({ threads: 1 }, { thresholds });
/** Whatever depends on the order of the parts of a phase comes out otherwise, each time. */
const backwards = wasmBackend({ threads: 1 }, { thresholds, backwards: true });
/** And what threads use at the same time, often. */
const shared = wasmBackend({ threads: 2 }, { thresholds });
const three = wasmBackend({ threads: 3 }, { thresholds });

/** A random graph that also changes its inputs, where something fits them. */
function stepOf(seed: number, dtypes?: typeof NARROW): { step: Step; bindings: ReadonlyMap<Node, NDArray> } {
  const { outputs, bindings } = randomGraph(seed, dtypes);
  const made = inOrder(outputs).filter((node) => !isInput(node));
  const updates = inOrder(outputs)
    .filter(isInput)
    .flatMap((target): Update[] => {
      const fitting = made.filter(
        ({ dtype, shape }) => dtype === target.dtype && sameShape(shape, target.shape),
      );
      const [value] = fitting.slice(seed % (fitting.length || 1));
      return value ? [{ target, value: build.tanh(value) }] : [];
    });
  return { step: { outputs, updates }, bindings };
}

/** Outputs and changed inputs after one run, and after some. */
function results(
  backend: Backend,
  { step, bindings }: ReturnType<typeof stepOf>,
  unfused: boolean,
): [once: NDArray[], often: NDArray[]] {
  const program = backend.compile(step, { unfused, kept: true });
  for (const [node, value] of bindings) program.write(node, value);
  const read = () => [
    ...step.outputs.map((_, i) => program.output(i)),
    ...step.updates.map(({ target }) => program.read(target)),
  ];
  program.run(1);
  const once = read();
  program.run(RUNS - 1);
  return [once, read()];
}

const bitsOf = (values: readonly NDArray[]) =>
  Buffer.concat(
    values.map(({ data: { buffer, byteOffset, byteLength } }) => Buffer.from(buffer, byteOffset, byteLength)),
  );

function difference(a: NDArray, b: NDArray | undefined): number {
  let worst = 0;
  for (const [i, x] of a.data.entries()) {
    const y = b?.data[i] ?? Number.NaN;
    if (!Object.is(x, y)) worst = Math.max(worst, Math.abs(x - y) / Math.max(1, Math.abs(x)));
  }
  return worst;
}

const WINDOWS = { axes: [1, 2], size: [3, 3], strides: [2, 2], dilations: [1, 1] };
/** Kernels that random graphs are too small for, or too seldom come to. */
const KERNELS: Readonly<Record<string, (leaf: (shape: Shape) => Node) => Node>> = {
  'overlapping windows of a single image': (leaf) =>
    build.unwindow(leaf([1, 7, 7, 3, 3, 5]), WINDOWS, [15, 15]),
  'overlapping windows of several images': (leaf) =>
    build.unwindow(leaf([4, 7, 7, 3, 3, 5]), WINDOWS, [15, 15]),
  'a narrow product with much to do afterwards': (leaf) => waves(build.matmul(leaf([4, 6]), leaf([6, 640]))),
  'narrow products with much to do afterwards': (leaf) =>
    waves(build.matmul(leaf([64, 4, 6]), leaf([64, 6, 40]))),
  'a packed product with much to do afterwards': (leaf) =>
    waves(build.matmul(leaf([61, 40]), leaf([40, 67]))),
  'results of which threads write neighbours': (leaf) => build.sum(leaf([333, 9]), [1]),
  'a deep product': (leaf) => waves(build.matmul(leaf([9, 4100]), leaf([4100, 13]))),
  'a product with patches on its right': (leaf) =>
    build.matmul(leaf([9, 1944]), patches(leaf([6, 20, 20, 3]))),
  'patches transposed': (leaf) =>
    build.matmul(leaf([33, 27]), build.transpose(patches(leaf([6, 20, 20, 3])))),
  'the gradient of a kernel': (leaf) =>
    build.matmul(build.transpose(patches(leaf([6, 20, 20, 3]))), leaf([1944, 21])),
};

/** Fourteen operations that no rounding makes alike. */
function waves(x: Node): Node {
  return Array.from({ length: 7 }).reduce((y: Node) => build.sin(build.mul(y, 1.5)), x);
}

/** [images, 20, 20, 3] → [images·18·18, 27]. */
function patches(images: Node): Node {
  const seen = build.window(images, { ...WINDOWS, strides: [1, 1] });
  return build.reshape(seen, [(images.shape[0] ?? 1) * 18 * 18, 27]);
}

describe.each(
  NARROW.flatMap((dtype) => Object.entries(KERNELS).map(([name, make]) => ({ dtype, name, make }))),
)('$name, of $dtype', ({ dtype, make }) => {
  const inputs: Node[] = [];
  const output = make((shape) => {
    const made = input(dtype, shape);
    inputs.push(made);
    return made;
  });
  const random = new RandomStream(3);
  const values = inputs.map(({ shape }) =>
    encode(
      Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
      dtype,
    ),
  );
  const bitsOn = (backend: Backend, runs: number) => {
    const program = backend.compile({ outputs: [output], updates: [] }, { kept: true });
    inputs.forEach(({ shape }, i) => {
      program.write(inputs[i] as Node, { dtype, shape, data: values[i] as TypedArray });
    });
    return Array.from({ length: runs }, () => {
      program.run(2);
      return bitsOf([program.output(0)]);
    });
  };
  test('gives the same bits on threads, and with parts in opposite order', () => {
    const [bits] = bitsOn(alone, 1) as [Buffer];
    for (const backend of [backwards, shared, three]) {
      for (const found of bitsOn(backend, 10)) expect(found.equals(bits)).toBe(true);
    }
  });
});

describe(`${GRAPHS} random graphs whose every phase is shared`, () => {
  for (let start = 0; start < GRAPHS; start += 100) {
    test(`${start} to ${start + 99}: the same bits on two threads, and with parts in opposite order`, () => {
      for (let seed = start; seed < start + 100; seed++) {
        const made = stepOf(seed);
        const { step, bindings } = made;
        const text = `graph ${seed}\n${graphText(step.outputs)}`;
        const expected = evaluate([...step.outputs, ...step.updates.map(({ value }) => value)], bindings);
        // Unfused programs have simpler kernels: each second one is enough.
        for (const unfused of seed % 2 === 0 ? [false, true] : [false]) {
          const [once, often] = results(alone, made, unfused);
          expected.forEach((value, i) => {
            expect(difference(value, once[i]), text).toBeLessThan(2e-4);
          });
          const bits = bitsOf(often);
          for (const [name, backend] of Object.entries({ backwards, shared })) {
            const found = bitsOf(results(backend, made, unfused)[1]);
            expect(found.equals(bits), `${name}, ${unfused ? 'unfused' : 'fused'}: ${text}`).toBe(true);
          }
        }
      }
    });
  }
});

test(`${NARROW_GRAPHS} random graphs of numbers of 16 and 32 bits: the same bits, whoever computes which part`, () => {
  for (let seed = 0; seed < NARROW_GRAPHS; seed++) {
    const made = stepOf(seed, NARROW);
    const bits = bitsOf(results(alone, made, false)[1]);
    for (const [name, backend] of Object.entries({ backwards, shared })) {
      const found = bitsOf(results(backend, made, false)[1]);
      expect(found.equals(bits), `${name}: graph ${seed}\n${graphText(made.step.outputs)}`).toBe(true);
    }
  }
});
