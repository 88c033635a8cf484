import { type Expression, evaluate, formula, type Operand, operand, sum } from 'pellucid/units';
import { type FormulaData, formulaData, operandsIn } from '../../worker/formulaData.ts';

/** The numbers on the page and how they come about. */
export class Numbers {
  readonly #values = new Map<string, number>();
  readonly #formulas = new Map<string, FormulaData>();

  /** A number that was measured; with a formula where it can be worked out from others. */
  measured(name: string, value: number, expression?: Expression): Operand {
    const result = operand(name, value);
    this.#values.set(name, value);
    if (expression) this.#formulas.set(name, formulaData(formula(result, expression)));
    return result;
  }

  /** A number that its formula computes. */
  derived(name: string, expression: Expression): Operand {
    return this.measured(name, evaluate(expression), expression);
  }

  /** A sum that may be long: a number of its own, so that lines can break between its terms. */
  total(name: string, terms: readonly Expression[], index: string, general: Expression): Operand {
    return this.derived(name, sum(terms, { index, general }));
  }

  value(name: string): number {
    return this.#values.get(name) ?? Number.NaN;
  }

  get formulas(): Readonly<Record<string, FormulaData>> {
    return Object.fromEntries(this.#formulas);
  }

  /** All of them, and what formulas show besides. */
  get quantities(): Readonly<Record<string, number>> {
    const shown = [...this.#formulas.values()].flatMap(({ expression }) => operandsIn(expression));
    return Object.fromEntries([
      ...shown.map(({ symbol, value }) => [symbol, value] as const),
      ...this.#values,
    ]);
  }
}
