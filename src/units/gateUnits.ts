import { GATES, type Gate } from '../data/gates.ts';
import { type ThresholdUnit, thresholdUnit } from './thresholdUnit.ts';

/** The rows of the truth table of n inputs, counting up: 00, 01, 10, 11. */
export function truthTableInputs(inputs: number): number[][] {
  return Array.from({ length: 2 ** inputs }, (_, row) =>
    Array.from({ length: inputs }, (_, i) => (row >> (inputs - 1 - i)) & 1),
  );
}

/** A gate's truth table. */
export function gateTable(gate: Gate): { inputs: number[][]; outputs: readonly number[] } {
  const outputs = GATES[gate];
  return { inputs: truthTableInputs(Math.log2(outputs.length)), outputs };
}

/** Each gate that one threshold unit can be, as such a unit: w = 1, 1 with t = 0.5 is OR, and AND from 1 < t ≤ 2. */
export const GATE_UNITS = {
  and: { weights: [1, 1], threshold: 1.5 },
  or: { weights: [1, 1], threshold: 0.5 },
  nand: { weights: [-1, -1], threshold: -1.5 },
  nor: { weights: [-1, -1], threshold: -0.5 },
  not: { weights: [-1], threshold: -0.5 },
} as const satisfies Partial<Record<Gate, ThresholdUnit>>;

/** XOR takes two layers: it is OR and NAND at once. */
export function xorOfUnits(a: number, b: number): 0 | 1 {
  const hidden = [GATE_UNITS.or, GATE_UNITS.nand].map((unit) => thresholdUnit(unit, [a, b]).output);
  return thresholdUnit(GATE_UNITS.and, hidden).output;
}
