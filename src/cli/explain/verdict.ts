import { ArgumentError } from '../../index.ts';
import { type Separable, separability, type Verdict } from '../../units/index.ts';
import type { TruthTable } from './gateOption.ts';
import { point, shown } from './subject.ts';

type Decided = Exclude<Verdict, { kind: 'contradictory' }>;

/** Whether a line separates a table's rows. @throws ArgumentError when the table contradicts itself */
export function verdictOn(table: TruthTable, inputs = table.inputs): Decided {
  const verdict = separability(inputs, table.outputs);
  if (verdict.kind === 'contradictory') throw contradiction(table, verdict.rows);
  return verdict;
}

function contradiction({ inputs, outputs }: TruthTable, [first, second]: readonly [number, number]) {
  return new ArgumentError({
    asked: `This table is contradictory: rows ${first + 1} and ${second + 1} both have the inputs ${inputs[first]?.join('')}, but the outputs ${outputs[first]} and ${outputs[second]}.`,
  });
}

/** A verdict as plain data. */
export function verdictRecord(verdict: Decided) {
  return verdict.kind === 'separable'
    ? verdict
    : { ...verdict, multipliers: verdict.multipliers.map(Number) };
}

/** A verdict with its certificate: the line, or the mixture that no line can part. */
export function verdictText(
  verdict: Decided,
  inputs: readonly (readonly number[])[],
  outputs: readonly number[],
): string {
  if (verdict.kind === 'separable') return separableText(verdict);
  const side = (label: number) =>
    verdict.multipliers
      .flatMap((value, row) =>
        value > 0n && outputs[row] === label ? [`${value}·${point(inputs[row] ?? [])}`] : [],
      )
      .join(' + ');
  return `Not linearly separable, and this proves it: the rows for 1 and the rows for 0 have a mixture in common. ${side(1)} = ${side(0)}, with the same number of rows on both sides: both average to ${point(verdict.point)}, where no threshold can tell them apart.`;
}

function separableText({ weights, threshold, margin }: Separable): string {
  if (margin === Number.POSITIVE_INFINITY) return 'Every row has the same output: no line is needed.';
  const terms = weights.flatMap((weight, i) =>
    weight === 0
      ? []
      : [`${weight === 1 ? '' : weight === -1 ? '−' : `${shown(weight)}·`}x${'₁₂₃₄₅₆'[i] ?? ''}`],
  );
  const line = terms.join(' + ').replaceAll('+ −', '− ');
  return `Linearly separable: ${line} = ${shown(threshold)} is a line between, ${shown(margin)} away from the nearest row.`;
}
