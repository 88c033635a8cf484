import { describe, expect, test } from 'vitest';
import { DESCRIPTIONS, ELEMENTS } from '../../src/explain/ledger/primitives.ts';
import { applyRow, type Node } from '../../src/graph/ops.ts';
import { evaluate, operand } from '../../src/units/formula.ts';
import { casesOf, instantiate, OPS } from '../support/opCases/index.ts';

/** What stands alone: given, counted or drawn, and so without a formula of other numbers. */
const LEAVES = new Set<string>(['input', 'constant', 'iota', 'uniform']);

/** Elements of each case that are compared. */
const ENOUGH = 40;

describe.each(OPS)('the formula of %s', (op) => {
  test('gives every element of its result', () => {
    let compared = 0;
    for (const { label, opCase, dtype } of casesOf(op)) {
      // Whole numbers wrap around, which formulas of a course do not say.
      if (dtype !== 'float32') continue;
      const { node, leaves, values, expected } = instantiate(opCase, dtype);
      const value = (input: number, flat: number) =>
        values[leaves.indexOf(node.inputs[input] as (typeof leaves)[number])]?.data[flat] ?? Number.NaN;
      const isGiven = (from: Node) =>
        from.op === 'constant' || leaves.includes(from as (typeof leaves)[number]);
      if (!node.inputs.every(isGiven)) continue;
      for (const [flat, exact] of expected.data.slice(0, ENOUGH).entries()) {
        const expression = applyRow(ELEMENTS, node, flat, {
          value,
          operand: (input, at) => operand(`x_${input}`, value(input, at)),
        });
        if (!expression || !Number.isFinite(exact)) continue;
        compared++;
        expect(Math.abs(evaluate(expression) - exact), `${label}, element ${flat}`).toBeLessThanOrEqual(
          1e-5 * Math.max(1, Math.abs(exact)),
        );
      }
    }
    if (!LEAVES.has(op)) expect(compared).toBeGreaterThan(0);
    expect(DESCRIPTIONS[op].words.length).toBeGreaterThan(0);
  });
});
