import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  call,
  displayed,
  divide,
  type Expression,
  evaluate,
  Formula,
  fixed,
  multiply,
  negate,
  number,
  operand,
  operandsOf,
  partsOf,
  power,
  subtract,
  sum,
  symbolLatex,
  symbolText,
} from '../../src/units/formula.ts';

/** The net input of unit 5 of the course's worked example, section 1.4. */
const inputs = [1, 1, 0, 1].map((x, i) => operand(`x_${i + 1}`, x));
const weights = [0.3, -0.2, 0.2, 0.1].map((w, i) => operand(`w_${i + 1}5`, w));
const netInput = new Formula(
  operand('I_5', 0.4, { words: 'the net input of unit 5' }),
  add(
    sum(
      weights.map((w, i) => multiply(w, inputs[i] as Expression)),
      { index: 'i', general: multiply(operand('w_i5', 0), operand('x_i', 0)) },
    ),
    operand('θ_5', 0.2, { words: 'the bias of unit 5' }),
  ),
);

describe('a formula is written', () => {
  test('in symbols', () => {
    expect(netInput.symbols()).toBe('I₅ = w₁₅·x₁ + w₂₅·x₂ + w₃₅·x₃ + w₄₅·x₄ + θ₅');
  });

  test('filled in with the numbers of its operands', () => {
    expect(netInput.filled()).toBe('I₅ = 0.3·1 + (−0.2)·1 + 0.2·0 + 0.1·1 + 0.2 = 0.4');
  });

  test('in LaTeX, in symbols and filled in', () => {
    expect(netInput.latex()).toBe(
      'I_{5} = w_{15} \\cdot x_{1} + w_{25} \\cdot x_{2} + w_{35} \\cdot x_{3} + w_{45} \\cdot x_{4} + \\theta_{5}',
    );
    expect(netInput.latexFilled()).toContain('\\left(-0.2\\right) \\cdot 1');
  });

  test('in words', () => {
    expect(netInput.words()).toBe(
      'the net input of unit 5 is the sum of wᵢ₅ times xᵢ plus the bias of unit 5',
    );
  });

  test('with parentheses only where they are needed', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => operand(name, 2)) as [Expression, Expression, Expression];
    const text = (expression: Expression) => new Formula(operand('y', 0), expression).symbols();
    expect(text(multiply(add(a, b), subtract(b, c)))).toBe('y = (a + b)·(b − c)');
    expect(text(subtract(a, add(b, c)))).toBe('y = a − (b + c)');
    expect(text(divide(a, multiply(b, c)))).toBe('y = a/(b·c)');
    expect(text(power(add(a, b), 2))).toBe('y = (a + b)²');
    expect(text(multiply(negate(a), b))).toBe('y = (−a)·b');
    expect(text(call('sigmoid', add(a, b)))).toBe('y = σ(a + b)');
    expect(text(power(negate(a), -1))).toBe('y = (−a)⁻¹');
  });
});

describe('a long sum', () => {
  const terms = Array.from({ length: 784 }, (_, i) => operand(`x_${i}`, i / 1000));
  const total = new Formula(
    operand('I', evaluate(sum(terms))),
    sum(terms, { index: 'i', general: operand('x_i', 0) }),
  );

  test('has a running index in symbols', () => {
    expect(total.symbols()).toBe('I = Σᵢ xᵢ');
  });

  test('shows what its middle comes to in numbers', () => {
    expect(total.filled()).toBe(
      'I = 0 + 0.001 + 0.002 + 0.003 + 0.004 + [778 more: 306.143] + 0.783 = 306.936',
    );
    expect(total.holds()).toBe(true);
  });
});

describe('a shown number', () => {
  test('has four decimals, or fewer where it is exactly that short', () => {
    const texts = [0.59868766, -0.0102, 1, 0.3, Math.fround(0.3), 2.5, -0.33339].map(
      (x) => displayed(x).text,
    );
    expect(texts).toEqual(['0.5987', '−0.0102', '1', '0.3', '0.3', '2.5', '−0.3334']);
  });

  test('keeps its digits where four decimals would hide them, and is not longer than it need be', () => {
    const texts = [1.23456e-7, 0.00056789, 6.02214e23, Number.NaN, -Infinity].map((x) => displayed(x).text);
    expect(texts).toEqual(['1.235×10⁻⁷', '5.679×10⁻⁴', '6.022×10²³', 'NaN', '−∞']);
  });

  test('in a column always has its decimals', () => {
    expect([0.4, -0.2, 0, -0.00001, 1.41686].map((x) => fixed(x))).toEqual([
      '0.4000',
      '−0.2000',
      '0.0000',
      '−1.000×10⁻⁵',
      '1.4169',
    ]);
  });
});

test('symbols have their subscripts in Unicode and LaTeX', () => {
  expect(
    ['w_16', 'Δw_15', 'Error_7', 'θ_5', 'y_in', 'w_ij', 'h_t-1', 'v_12[0, 3]', '∂L/∂w_16'].map(symbolText),
  ).toEqual(['w₁₆', 'Δw₁₅', 'Error₇', 'θ₅', 'y_in', 'wᵢⱼ', 'hₜ₋₁', 'v₁₂[0, 3]', '∂L/∂w₁₆']);
  expect(['w_16', 'Δw_15', 'Error_7', 'θ_5', 'y_in', '∂L/∂w_16'].map(symbolLatex)).toEqual([
    'w_{16}',
    '\\Delta w_{15}',
    '\\mathrm{Error}_{7}',
    '\\theta_{5}',
    'y_{\\mathrm{in}}',
    '\\frac{\\partial L}{\\partial w_{16}}',
  ]);
});

/** Random expressions over a few operands. */
const expressions = fc.letrec<{ tree: Expression; leaf: Expression }>((tie) => ({
  leaf: fc.oneof(
    fc
      .double({ min: -3, max: 3, noNaN: true })
      .map((value) => (Math.abs(value) < 1e-12 ? 0 : value))
      .map((value) => operand('a', value)),
    fc.integer({ min: -3, max: 3 }).map(number),
  ),
  tree: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('tree'), { minLength: 1, maxLength: 12 }).map((terms) => sum(terms)),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => multiply(a, b)),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => subtract(a, b)),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => divide(a, b)),
    tie('tree').map(negate),
    tie('tree').map((base) => power(base, 2)),
    fc
      .tuple(
        fc.constantFrom(
          ...(['sigmoid', 'tanh', 'exp', 'sin', 'cos', 'relu', 'abs', 'floor', 'erf', 'step'] as const),
        ),
        tie('tree'),
      )
      .map(([name, x]) => call(name, x)),
  ),
})).tree;

/** Whether no step on the way overflows or divides by zero. */
function isFiniteThroughout(expression: Expression): boolean {
  return Number.isFinite(evaluate(expression)) && partsOf(expression).every(isFiniteThroughout);
}

test('every filled-in formula evaluates, from its shown operands, to its shown result within rounding', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      const value = evaluate(expression);
      fc.pre(isFiniteThroughout(expression));
      expect(new Formula(operand('y', value), expression).holds()).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a result that does not follow from its operands is found out', () => {
  const { expression } = netInput;
  expect(new Formula(operand('I_5', 0.4), expression).holds()).toBe(true);
  expect(new Formula(operand('I_5', 0.4004), expression).holds()).toBe(false);
  expect(operandsOf(expression)).toHaveLength(9);
  expect(netInput.evaluate({ x_1: 2 })).toBeCloseTo(0.7, 12);
});
