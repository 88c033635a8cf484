import { add, hopfieldNet, multiply, operand, recall } from 'pellucid/units';
import { PATTERNS, SIDE, type TopologyProperties } from './properties.ts';
import { putTrace, type Sheet } from './sheet.ts';

/** A Hopfield net on its way from a state to what it remembers. */
export interface Recalled {
  readonly size: number;
  /** Which unit the last step was about, from 1. */
  readonly unit?: number;
  /** The energy at the start, and after each turn of a unit so far. */
  readonly energies: readonly number[];
  /** Which pattern it is at rest in; the wrong way round where so named. */
  readonly rest?: string;
}

const entries = Object.entries(PATTERNS);
const NET = hopfieldNet(Object.values(PATTERNS).map((pattern) => [...pattern]));
const same = (a: readonly number[], b: readonly number[], sign = 1) =>
  a.every((value, i) => value === sign * (b[i] ?? 0));

export function recalled(sheet: Sheet, { s, at }: TopologyProperties) {
  const n = SIDE ** 2;
  const start = Array.from({ length: n }, (_, i) => (s[i] === 1 ? 1 : -1));
  const order = Array.from({ length: n }, (_, i) => i);
  const result = recall(NET, start, { order });
  const { trace } = result;
  const position = Math.min(at, trace.length);
  putWeights(sheet);
  const last = putTrace(sheet, trace, position);
  const taken = trace.steps.slice(0, position);
  const turns = taken.filter(({ formula }) => formula.result.symbol === 'E');
  const energies = [trace.initial.E ?? 0, ...turns.map(({ formula }) => formula.result.value)];
  const known = entries.flatMap(([name, pattern]) =>
    same(result.state, pattern) ? [name] : same(result.state, pattern, -1) ? [`${name}, inverted`] : [],
  );
  const rest = position === trace.length ? (known[0] ?? 'a mixture') : undefined;
  const recalledNow: Recalled = {
    ...{ size: n, energies },
    ...(last && { unit: Number(last.group.unit) }),
    ...(rest !== undefined && { rest }),
  };
  return {
    recalled: recalledNow,
    length: trace.length,
    ...(last && { focus: last.formula.result.symbol }),
    said: last
      ? `Sweep ${last.group.sweep}: ${last.title}.`
      : 'Two patterns are remembered; from this state the net will look for one.',
  };
}

/** w_ij is the sum over the patterns of both units' values. */
function putWeights(sheet: Sheet): void {
  for (const [name, pattern] of entries) {
    for (const [i, value] of pattern.entries()) sheet.put(`s_${i + 1}[${name}]`, value);
  }
  NET.weights.forEach((row, i) => {
    row.forEach((weight, j) => {
      if (i === j) return;
      const terms = entries.map(([name, pattern]) =>
        multiply(
          operand(`s_${i + 1}[${name}]`, pattern[i] ?? 0),
          operand(`s_${j + 1}[${name}]`, pattern[j] ?? 0),
        ),
      );
      sheet.put(`w_${i + 1}${j + 1}`, weight, add(...terms));
    });
  });
}
