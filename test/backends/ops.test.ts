import { describe, expect, test } from 'vitest';
import { isFloating } from '../../src/graph/dtypes.ts';
import { BACKENDS } from '../support/evaluateOn.ts';
import { casesOf, OPS } from '../support/opCases/index.ts';
import { wrongIn } from '../support/opCheck.ts';

describe.each(BACKENDS)('on the $name backend', ({ backend }) => {
  describe.each(OPS)('%s', (op) => {
    test.each(casesOf(op))('$label', ({ opCase, dtype }) => {
      expect(wrongIn(backend, opCase, dtype)).toBeUndefined();
    });
  });
});

test('every primitive has cases, and a floating-point one has them in float32 and float64', () => {
  for (const op of OPS) {
    const dtypes = new Set(casesOf(op).map(({ dtype }) => dtype));
    expect(dtypes.size, op).toBeGreaterThan(0);
    if (dtypes.has('float64')) expect([...dtypes].filter(isFloating), op).toHaveLength(2);
  }
});
