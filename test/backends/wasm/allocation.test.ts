import { afterEach, expect, test, vi } from 'vitest';
import { wasmBackend } from '../../../src/backends/wasm/backend.ts';
import * as build from '../../../src/graph/build.ts';
import { ResourceError } from '../../../src/graph/errors.ts';
import { input } from '../../../src/graph/graph.ts';
import type { Node } from '../../../src/graph/ops.ts';

afterEach(() => vi.restoreAllMocks());

function failure(outputs: readonly Node[], kept: boolean): ResourceError {
  try {
    wasmBackend({ blas: false }).compile({ outputs, updates: [] }, { kept });
  } catch (error) {
    if (error instanceof ResourceError) return error;
    throw error;
  }
  throw new Error('compiled');
}

test('a program of more than 4 GiB is refused, with its size and what to do', () => {
  const halves = ['a', 'b', 'c'].map((name) => input('float32', [400_000, 1000], name));
  const [a, b, c] = halves as [Node, Node, Node];
  for (const kept of [true, false]) {
    const error = failure([build.sum(build.add(build.mul(a, b), c), [0, 1])], kept);
    expect(error.message).toBe(
      'memory of 4.5 GiB for a program: expected at most 4 GiB, what WebAssembly can address. ' +
        'Use smaller batches or layers, or checkpoint layers, whose values are then computed again instead of kept.',
    );
  }
});

test('an array that the counters of loops cannot walk is refused', () => {
  const error = failure([build.sum(input('float32', [600_000, 1000]), [0, 1])], true);
  expect(error.message).toContain('an array of 2.2 GiB, float32[600000, 1000]: expected less than 2 GiB.');
});

test('memory that the system refuses to a program that is kept is an error that says how much', () => {
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(function refuse() {
    throw new RangeError('could not allocate memory');
  });
  const error = failure([build.neg(input('float32', [1024, 1024]))], true);
  expect(error.message).toContain('memory of 8.1 MiB for a program: found no memory of this size to be had.');
  expect(error.cause).toBeInstanceOf(RangeError);
});

test('so is memory that cannot grow for one that runs once, and the backend computes on', () => {
  const backend = wasmBackend({ blas: false });
  const sum = (length: number) => {
    const x = input('float32', [length]);
    const program = backend.compile({ outputs: [build.sum(x, [0])], updates: [] });
    program.write(x, { dtype: 'float32', shape: [length], data: new Float32Array(length).fill(2) });
    program.run(1);
    return program.output(0).data[0];
  };
  expect(sum(100)).toBe(200);
  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('Unable to grow instance memory');
  });
  expect(() => sum(1e6)).toThrow(ResourceError);
  expect(sum(50)).toBe(100);
});

test('sums over more points than counters reach, of what is never stored, are right', () => {
  const [x, y] = [input('float32', [1, 30_000]), input('float32', [1, 1])];
  const program = wasmBackend({ threads: 1 }).compile(
    { outputs: [build.sum(build.broadcast(y, [30_000, 30_000]), [1]), build.sum(x, [1])], updates: [] },
    { kept: true },
  );
  program.write(y, { dtype: 'float32', shape: [1, 1], data: Float32Array.of(0.5) });
  program.write(x, { dtype: 'float32', shape: [1, 30_000], data: new Float32Array(30_000).fill(1) });
  program.run(1);
  expect(program.output(0).data.every((sum) => sum === 15_000)).toBe(true);
});
