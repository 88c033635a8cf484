import { displayed, intervalOf } from './displayed.ts';
import { type Expression, evaluate, type Operand, range } from './expressions.ts';
import type { Interval } from './functions.ts';
import { inWords, numberText, written } from './notation.ts';
import { symbolLatex, symbolText } from './symbols.ts';

export { DIGITS, type Displayed, displayed, fixed } from './displayed.ts';
export {
  add,
  call,
  divide,
  type Expression,
  evaluate,
  multiply,
  negate,
  number,
  type Operand,
  operand,
  operandsOf,
  partsOf,
  power,
  range,
  type Sum,
  shownTerms,
  subtract,
  sum,
} from './expressions.ts';
export {
  FUNCTIONS,
  type FunctionName,
  type Interval,
  type NamedFunction,
  named,
  rising,
} from './functions.ts';
export { type SymbolParts, symbolLatex, symbolParts, symbolText } from './symbols.ts';

/** All forms of a formula, as plain data. */
export interface FormulaRecord {
  readonly symbol: string;
  readonly value: number;
  readonly words: string;
  readonly text: string;
  readonly filled: string;
  readonly latex: string;
  readonly latexFilled: string;
}

/**
 * A number and how it comes about: one tree, from which symbols, numbers, LaTeX and words are written, and which
 * can be computed again from the numbers as they are shown.
 */
export class Formula {
  readonly result: Operand;
  readonly expression: Expression;

  constructor(result: Operand, expression: Expression) {
    this.result = result;
    this.expression = expression;
  }

  /** `I₅ = w₁₅·x₁ + … + θ₅`. */
  symbols(): string {
    return `${symbolText(this.result.symbol)} = ${written(this.expression, { notation: 'unicode', filled: false })}`;
  }

  /** `I₅ = 0.3·1 + … + 0.2 = 0.4`. */
  filled(digits?: number): string {
    return `${symbolText(this.result.symbol)} = ${this.numbers(digits)}`;
  }

  /** The right side with numbers and what it comes to: `0.3·1 + … + 0.2 = 0.4`. */
  numbers(digits?: number): string {
    const style = { notation: 'unicode', filled: true, ...(digits !== undefined && { digits }) } as const;
    return `${written(this.expression, style)} = ${displayed(this.result.value, digits).text}`;
  }

  latex(): string {
    return `${symbolLatex(this.result.symbol)} = ${written(this.expression, { notation: 'latex', filled: false })}`;
  }

  latexFilled(digits?: number): string {
    const style = { notation: 'latex', filled: true, ...(digits !== undefined && { digits }) } as const;
    const value = numberText(this.result.value, style);
    return `${symbolLatex(this.result.symbol)} = ${written(this.expression, style)} = ${value}`;
  }

  /** `the net input of unit 5 is …`. */
  words(): string {
    return `${this.result.words ?? symbolText(this.result.symbol)} is ${inWords(this.expression)}`;
  }

  /** What the right side comes to: from the operands' own values, or from others by symbol. */
  evaluate(values: Readonly<Record<string, number>> = {}): number {
    return evaluate(this.expression, ({ symbol, value }) => values[symbol] ?? value);
  }

  /**
   * The right side computed again from the numbers as they are shown, with the interval in which the true result
   * must then lie.
   */
  evaluateDisplayed(digits?: number): Interval & { readonly value: number } {
    const value = evaluate(this.expression, (operand) => displayed(operand.value, digits).value);
    return { value, ...range(this.expression, digits) };
  }

  /** Whether the result as it is shown follows from the operands as they are shown, within rounding. */
  holds(digits?: number): boolean {
    const { value, low, high } = this.evaluateDisplayed(digits);
    const shown = displayed(this.result.value, digits);
    if (Number.isNaN(shown.value)) return !Number.isFinite(value);
    const { low: least, high: most } = intervalOf(shown);
    return most >= low && least <= high;
  }

  toJSON(): FormulaRecord {
    return {
      symbol: symbolText(this.result.symbol),
      value: this.result.value,
      words: this.words(),
      text: this.symbols(),
      filled: this.filled(),
      latex: this.latex(),
      latexFilled: this.latexFilled(),
    };
  }

  toString(): string {
    return `${this.symbols()} = ${this.numbers()}`;
  }
}

export const formula = (result: Operand, expression: Expression): Formula => new Formula(result, expression);
