import { GATE_UNITS, gateTable, thresholdUnit, truthTableInputs } from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';

/** The gates that one unit can be. */
export const GATE_NAMES = ['or', 'and', 'not', 'nand', 'nor'] as const;

/** A row of a unit's truth table: what is put in, and the names of what comes of it. */
export interface GateRow {
  readonly inputs: readonly number[];
  readonly net: string;
  readonly output: string;
}

/** A unit of one or two inputs as a gate: its truth table, and which gate that is. */
export interface Gate {
  readonly rows: readonly GateRow[];
  readonly name: string | undefined;
  readonly quantities: Readonly<Record<string, number>>;
  readonly formulas: Readonly<Record<string, FormulaData>>;
}

/** The weights and the threshold of a gate. */
export const gateUnit = (name: (typeof GATE_NAMES)[number]): { w: readonly number[]; T: number } => {
  const { weights, threshold } = GATE_UNITS[name];
  return { w: weights, T: threshold };
};

/** What the unit answers to each row of zeros and ones. */
export function gateOf(weights: readonly number[], threshold: number): Gate | undefined {
  if (weights.length > 2) return undefined;
  const quantities: Record<string, number> = {};
  const formulas: Record<string, FormulaData> = {};
  const rows = truthTableInputs(weights.length).map((inputs): GateRow => {
    const mark = `[x=${inputs.join('')}]`;
    const { net, output, trace } = thresholdUnit({ weights, threshold }, inputs);
    const names = { net: `net${mark}`, output: `Y${mark}` };
    quantities[names.net] = net;
    quantities[names.output] = output;
    for (const { formula } of trace.steps) {
      const data = formulaData(formula);
      formulas[`${data.symbol}${mark}`] = { ...data, symbol: `${data.symbol}${mark}` };
    }
    return { inputs, ...names };
  });
  const answers = rows.map(({ output }) => quantities[output]);
  const name = GATE_NAMES.find((gate) => {
    const { outputs } = gateTable(gate);
    return outputs.length === answers.length && outputs.every((output, i) => output === answers[i]);
  });
  return { rows, name, quantities, formulas };
}
