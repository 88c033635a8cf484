import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import { decode } from '../../src/graph/dtypes.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { graphText } from '../../src/graph/text.ts';
import { NARROW, type RandomGraph, randomGraph } from '../support/randomGraph.ts';

const GRAPHS = 1000;
const NARROW_GRAPHS = 200;
const backend = wasmBackend();

function runOn({ outputs, bindings }: RandomGraph, unfused: boolean): NDArray[] {
  const program = backend.compile({ outputs, updates: [] }, { unfused, verify: true });
  for (const [node, value] of bindings) program.write(node, value);
  program.run(1);
  return outputs.map((_, i) => program.output(i));
}

/** The greatest difference, relative to the size of the numbers where they are greater than 1. */
function difference(a: NDArray, b: NDArray): number {
  let worst = 0;
  const numbers = decode(b.data, b.dtype);
  for (const [i, x] of decode(a.data, a.dtype).entries()) {
    const y = numbers[i] ?? Number.NaN;
    if (Object.is(x, y) || x === y) continue;
    const apart = Math.abs(x - y) / Math.max(1, Math.abs(x));
    worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return worst;
}

/** How far a graph's values are from the reference's, and fused ones from unfused ones. */
function differences(graph: RandomGraph): [text: string, apart: number, fusedApart: number] {
  const expected = evaluate(graph.outputs, graph.bindings);
  const [fused, unfused] = [runOn(graph, false), runOn(graph, true)];
  const greatest = (a: readonly NDArray[], b: readonly NDArray[]) =>
    Math.max(...a.map((value, i) => difference(value, b[i] as NDArray)));
  return [graphText(graph.outputs), greatest(expected, fused), greatest(fused, unfused)];
}

describe(`${GRAPHS} random graphs`, () => {
  for (let start = 0; start < GRAPHS; start += 100) {
    test(`${start} to ${start + 99}: fused, unfused and reference agree`, () => {
      for (let seed = start; seed < start + 100; seed++) {
        const [text, apart, fusedApart] = differences(randomGraph(seed));
        expect(apart, `graph ${seed}\n${text}`).toBeLessThan(2e-4);
        expect(fusedApart, `graph ${seed}\n${text}`).toBeLessThan(2e-4);
      }
    });
  }
});

test(`${NARROW_GRAPHS} random graphs of numbers of 16 and 32 bits: fused, unfused and reference agree`, () => {
  let exact = 0;
  let alike = 0;
  for (let seed = 0; seed < NARROW_GRAPHS; seed++) {
    const [text, apart, fusedApart] = differences(randomGraph(seed, NARROW));
    // The last digit of float32 may decide how a number rounds to 16 bits, of which bfloat16 has 8 digits.
    expect(apart, `graph ${seed}\n${text}`).toBeLessThan(2 ** -4);
    expect(fusedApart, `graph ${seed}\n${text}`).toBeLessThan(2 ** -4);
    exact += Number(apart < 1e-4);
    alike += Number(fusedApart === 0);
  }
  expect(exact).toBeGreaterThan(0.9 * NARROW_GRAPHS);
  expect(alike).toBeGreaterThan(0.98 * NARROW_GRAPHS);
});
