import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graph } from '../../src/explain/index.ts';
import { call, derivativeOf, evaluate, formula, type NamedFunction, operand } from '../../src/units/index.ts';

/** The derivative of a typed expression by x, as it is written, and as it comes out. */
function derivative(source: string, values: Readonly<Record<string, number>>) {
  const operands = Object.entries(values).map(([name, value]) => [name, operand(name, value)] as const);
  return derivativeOf(graph(source).written(Object.fromEntries(operands)), 'x');
}

const text = (source: string, values: Readonly<Record<string, number>> = { x: 2 }) => {
  const expression = derivative(source, values);
  return formula(operand('d', evaluate(expression)), expression).symbols();
};

describe('a derivative as it is written', () => {
  test('leaves out what is 0, and factors of 1', () => {
    expect(text('x')).toBe('d = 1');
    expect(text('y', { y: 1 })).toBe('d = 0');
    expect(text('3*x + y', { x: 1, y: 1 })).toBe('d = 3');
    expect(text('x^2')).toBe('d = 2·x');
    expect(text('(1 - x)^2')).toBe('d = 2·(1 − x)·(−1)');
    expect(text('(x^2 + 10*y^2)/2', { x: 1, y: 1 })).toBe('d = 2·x/2');
    expect(text('y - exp(x)', { x: 1, y: 1 })).toBe('d = −exp(x)');
  });

  test('is what autodiff computes', () => {
    const SOURCES = [
      '100*(y - x^2)^2 + (1 - x)^2',
      'sin(x)*cos(x*y) - x/(y + 3)',
      'tanh(x*y) + sigmoid(x) - exp(-x)',
      'ln(x + 3)*sqrt(x + 3) + relu(x*y)',
      'max(x, y)*min(x*y, 0.3) + x^3/(x^2 + 1)',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...SOURCES), fc.integer({ min: -40, max: 40 }), (source, at) => {
        const values = { x: at / 20, y: 0.7 };
        const autodiff = graph(source).evaluate(values).gradientOf('x');
        expect(evaluate(derivative(source, values))).toBeCloseTo(autodiff, 9);
      }),
    );
  });

  test('is refused for a function that nobody knows the derivative of', () => {
    const strange: NamedFunction = {
      name: 'strange',
      evaluate: (x = 0) => x,
      range: (x = { low: 0, high: 0 }) => x,
      ...{ text: String, latex: String, words: String },
    };
    expect(() => derivativeOf(call(strange, operand('x', 1)), 'x')).toThrow('derivative of strange');
  });
});
