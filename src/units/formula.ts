import { DIGITS, displayed, intervalOf } from './displayed.ts';
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

/** Decimals that a formula may need, and how far what it shows may be from its result without needing more. */
const SHARPER = [DIGITS, 6, 8, 10] as const;
const SHARP = 0.05;

/**
 * A number and how it comes about: one tree, from which symbols, numbers, LaTeX and words are written, and which
 * can be computed again from the numbers as they are shown.
 */
export class Formula {
  readonly result: Operand;
  readonly expression: Expression;
  /** Decimals it is shown with, where nothing else is asked for. */
  readonly digits: number;

  constructor(result: Operand, expression: Expression, digits = DIGITS) {
    this.result = result;
    this.expression = expression;
    this.digits = digits;
  }

  /**
   * The same formula, with as many decimals as the result needs to be seen to follow: 1 − 1.0000 says nothing of
   * 3×10⁻⁶, but 1 − 0.999997 does.
   */
  sharpened(): Formula {
    const digits = SHARPER.find((more) => this.isSharp(more));
    return digits === undefined || digits === this.digits
      ? this
      : new Formula(this.result, this.expression, digits);
  }

  /** Whether what it shows comes close to the result, not only within what the rounding of what is shown allows. */
  isSharp(digits = this.digits): boolean {
    const shown = evaluate(this.expression, ({ value }) => displayed(value, digits).value);
    return (
      Object.is(shown, this.result.value) ||
      Math.abs(shown - this.result.value) <= SHARP * Math.abs(this.result.value)
    );
  }

  /** `I₅ = w₁₅·x₁ + … + θ₅`. */
  symbols(): string {
    return `${symbolText(this.result.symbol)} = ${written(this.expression, { notation: 'unicode', filled: false })}`;
  }

  /** `I₅ = 0.3·1 + … + 0.2 = 0.4`. */
  filled(digits = this.digits): string {
    return `${symbolText(this.result.symbol)} = ${this.numbers(digits)}`;
  }

  /** The right side with numbers and what it comes to: `0.3·1 + … + 0.2 = 0.4`; once, where it is that number alone. */
  numbers(digits = this.digits): string {
    const style = { notation: 'unicode', filled: true, digits } as const;
    const [right, result] = [written(this.expression, style), displayed(this.result.value, digits).text];
    return right === result ? result : `${right} = ${result}`;
  }

  latex(): string {
    return `${symbolLatex(this.result.symbol)} = ${written(this.expression, { notation: 'latex', filled: false })}`;
  }

  latexFilled(digits = this.digits): string {
    const style = { notation: 'latex', filled: true, digits } as const;
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
  evaluateDisplayed(digits = this.digits): Interval & { readonly value: number } {
    const value = evaluate(this.expression, (operand) => displayed(operand.value, digits).value);
    return { value, ...range(this.expression, digits) };
  }

  /** Whether the result as it is shown follows from the operands as they are shown, within rounding. */
  holds(digits = this.digits): boolean {
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
