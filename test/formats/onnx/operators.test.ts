import { describe, expect, test } from 'vitest';
import { modelMessage } from '../../../src/formats/onnx/graph.ts';
import { encodeModel } from '../../../src/formats/onnx/wire.ts';
import { type Dtype, decode } from '../../../src/graph/dtypes.ts';
import type { Op } from '../../../src/graph/ops.ts';
import { ArgumentError } from '../../../src/index.ts';
import { runOnnx } from '../../support/onnxRuntime.ts';
import { casesOf, instantiate, OPS } from '../../support/opCases/index.ts';
import { stored } from '../../support/plain.ts';

const DTYPES: readonly Dtype[] = ['float32', 'int32', 'bool'];
/** Integers past their limits are undefined in ONNX; ±0 and NaN may come out of `max` otherwise there. */
const UNDEFINED = /integers at their limits|saturat|wrap|out of range|NaN/;

/** The cases of a primitive, as one graph. */
function graphOf(op: Op) {
  const cases = casesOf(op)
    .filter(({ dtype, opCase }) => DTYPES.includes(dtype) && !UNDEFINED.test(opCase.name))
    .map(({ opCase, dtype, label }, i) => ({ label, prefix: `case${i}`, ...instantiate(opCase, dtype) }));
  const inputs = cases.flatMap(({ leaves, prefix }) =>
    leaves.map((node, i) => ({ node, name: `${prefix}_${i}` })),
  );
  const outputs = cases.map(({ node, prefix }) => ({ node, name: prefix }));
  const file = encodeModel(
    modelMessage({
      name: op,
      inputs,
      outputs,
      others: [...inputs, ...outputs].map(({ node }) => node),
      batches: { first: 1, second: 1 },
      stored: () => undefined,
      scopeOf: () => '',
    }),
  );
  const feeds = cases.flatMap(({ values, prefix }) =>
    values.map((value, i) => [`${prefix}_${i}`, value] as const),
  );
  return { cases, file, feeds: Object.fromEntries(feeds) };
}

describe('every primitive means the same to ONNX Runtime', () => {
  test.each(OPS.filter((op) => op !== 'uniform'))('%s', async (op) => {
    const { cases, file, feeds } = graphOf(op);
    expect(cases.length).toBeGreaterThan(0);
    const results = await runOnnx(file, feeds);
    for (const { label, prefix, expected } of cases) {
      const found = results[prefix];
      const exact = stored(expected);
      expect(found?.shape, label).toEqual([...expected.shape]);
      const wanted = decode(exact.data, exact.dtype);
      for (const [i, value] of (found?.data ?? []).entries()) {
        const want = wanted[i] ?? Number.NaN;
        const close = Object.is(value, want) || Math.abs(value - want) <= 1e-5 * (1 + Math.abs(want));
        if (!close) expect(value, `${label}, element ${i}`).toBe(want);
      }
    }
  });

  test('random numbers are refused', () => {
    expect(() => graphOf('uniform')).toThrow(ArgumentError);
  });
});
