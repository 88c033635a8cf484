import { add, displayed, formula, multiply, operand, thresholdUnit } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { type Gate, gateOf } from './gate.ts';
import type { NeuronProperties } from './properties.ts';

export interface NeuronResult extends LabResult {
  readonly inputs: number;
  readonly fires: boolean | undefined;
  readonly length: number;
  /** Of one or two inputs: the gate that it is. */
  readonly gate: Pick<Gate, 'rows' | 'name'> | undefined;
}

/** The threshold unit of `pellucid/units`, as far as one has walked. */
export function compute({ w, x: given, T, at }: NeuronProperties): NeuronResult {
  const x = w.map((_, i) => given[i] ?? 0);
  const unit = thresholdUnit({ weights: w, threshold: T }, x);
  const position = Math.min(at, unit.trace.length);
  const taken = unit.trace.steps.slice(0, position);
  const numbered = (name: string, values: readonly number[]) =>
    values.map((value, i) => operand(`${name}_${i + 1}`, value));
  const inputs = numbered('x', x);
  const weights = numbered('w', w);
  const products = weights.flatMap((weight, i) => {
    const input = inputs[i];
    return input ? [multiply(weight, input)] : [];
  });
  const [only] = products;
  const total = operand('Σ', unit.sum);
  const formulas: Record<string, FormulaData> = {};
  const weighed: Record<string, number> = {};
  if (position > 0) {
    weighed.Σ = unit.sum;
    formulas.Σ = formulaData(formula(total, only && products.length === 1 ? only : add(...products)));
  }
  for (const step of taken) {
    const { symbol, value } = step.formula.result;
    weighed[symbol] = value;
    formulas[symbol] = formulaData(step.formula);
  }
  const last = taken.at(-1);
  const gate = gateOf(w, T);
  const fires = position < unit.trace.length ? undefined : unit.output === 1;
  const reached =
    fires === undefined ? 'has not decided yet' : fires ? 'fires: Y is 1' : 'stays silent: Y is 0';
  return {
    quantities: {
      ...Object.fromEntries([...inputs, ...weights].map(({ symbol, value }) => [symbol, value])),
      ...{ T, ...weighed },
      ...gate?.quantities,
    },
    formulas: { ...gate?.formulas, ...formulas },
    gate: gate && { rows: gate.rows, name: gate.name },
    ...{ inputs: x.length, fires, length: unit.trace.length },
    ...(last && { focus: last.formula.result.symbol }),
    said: last ? `Step ${position}: ${last.title}.` : 'Signals wait at the inputs.',
    summary: `A unit with ${x.length === 1 ? 'one input' : `${x.length} inputs`} and threshold ${displayed(T).text} ${
      position > 0 ? `whose weighted sum is ${displayed(unit.sum).text} ` : ''
    }${reached}.`,
  };
}
