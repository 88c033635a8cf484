import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { graphText } from '../../src/graph/text.ts';
import { randomGraph } from '../support/randomGraph.ts';

const GRAPHS = 1000;
const backend = wasmBackend();

function runOn(seed: number, unfused: boolean): NDArray[] {
  const { outputs, bindings } = randomGraph(seed);
  const program = backend.compile({ outputs, updates: [] }, { unfused, verify: true });
  for (const [node, value] of bindings) program.write(node, value);
  program.run(1);
  return outputs.map((_, i) => program.output(i));
}

/** The greatest difference, relative to the size of the numbers where they are greater than 1. */
function difference(a: NDArray, b: NDArray): number {
  let worst = 0;
  for (const [i, x] of a.data.entries()) {
    const y = b.data[i] ?? Number.NaN;
    if (Object.is(x, y) || x === y) continue;
    const apart = Math.abs(x - y) / Math.max(1, Math.abs(x));
    worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return worst;
}

describe(`${GRAPHS} random graphs`, () => {
  for (let start = 0; start < GRAPHS; start += 100) {
    test(`${start} to ${start + 99}: fused, unfused and reference agree`, () => {
      for (let seed = start; seed < start + 100; seed++) {
        const { outputs, bindings } = randomGraph(seed);
        const text = `graph ${seed}\n${graphText(outputs)}`;
        const expected = evaluate(outputs, bindings);
        const fused = runOn(seed, false);
        const unfused = runOn(seed, true);
        outputs.forEach((_, i) => {
          expect(difference(expected[i] as NDArray, fused[i] as NDArray), text).toBeLessThan(2e-4);
          expect(difference(fused[i] as NDArray, unfused[i] as NDArray), text).toBeLessThan(2e-4);
        });
      }
    });
  }
});
