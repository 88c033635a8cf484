import { type Expression, Formula, type Operand, operand, type Step, type Trace } from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';

/** One number that is computed, in its turn. */
export interface Move {
  readonly name: string;
  readonly said: string;
  readonly put: () => void;
}

/** Everything on screen: numbers, and how they come about. */
export class Sheet {
  readonly quantities: Record<string, number> = {};
  readonly formulas: Record<string, FormulaData> = {};

  put(symbol: string, value: number, expression?: Expression): Operand {
    const result = operand(symbol, value);
    this.quantities[symbol] = value;
    if (expression) this.formulas[symbol] = formulaData(new Formula(result, expression));
    return result;
  }
}

/** A trace as far as one has walked: its numbers, each with the formula it last came from. */
export function putTrace(sheet: Sheet, trace: Trace, at: number): Step | undefined {
  const taken = trace.steps.slice(0, at);
  for (const [name, value] of Object.entries(trace.at(at))) sheet.quantities[name] = value;
  for (const { formula } of taken) sheet.formulas[formula.result.symbol] = formulaData(formula);
  return taken.at(-1);
}
