import { GATE_UNITS, thresholdUnit, xorOfUnits } from '../../../units/index.ts';
import { truthTableOf } from '../gateOption.ts';
import { GATE } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';
import { verdictOn, verdictRecord, verdictText } from '../verdict.ts';
import { THRESHOLD } from './thresholdUnit.ts';

interface GateOptions extends ExplainOptions {
  readonly gate?: string;
  readonly threshold?: number;
}

/** `pellucid explain gate --gate xor`: can one unit be this gate? The line, or the proof that there is none. */
export const GATE_SUBJECT = subject<GateOptions>({
  section: '1.2',
  description: 'whether one unit can be a gate: the separating line, or a proof that there is none',
  options: [GATE, THRESHOLD],
  show: ({ gate = 'or', threshold }) => {
    const table = truthTableOf(gate, undefined);
    const verdict = verdictOn(table);
    const unit =
      threshold !== undefined
        ? { weights: table.inputs[0]?.map(() => 1) ?? [], threshold }
        : verdict.kind === 'separable'
          ? { weights: verdict.weights, threshold: verdict.threshold }
          : undefined;
    const rows = table.inputs.map((x, row) => {
      const fired = unit && thresholdUnit(unit, x);
      return { x, wanted: table.outputs[row] ?? 0, net: fired?.net, output: fired?.output };
    });
    const xor = table.name === 'XOR';
    const layered = xor ? table.inputs.map(([a = 0, b = 0]) => xorOfUnits(a, b)) : undefined;
    return {
      title: `${table.name} by one threshold unit`,
      blocks: [
        paragraph(verdictText(verdict, table.inputs, table.outputs)),
        ...(unit ? [paragraph(`The unit w = ${point(unit.weights)}, T = ${shown(unit.threshold)}:`)] : []),
        grid(
          unit ? ['x', table.name, 'Σ wx − T', 'Y', 'as wanted'] : ['x', table.name],
          rows.map(({ x, wanted, net, output }) =>
            unit
              ? [point(x), wanted, net ?? 0, output ?? 0, wanted === output ? 'yes' : 'no']
              : [point(x), wanted],
          ),
        ),
        ...(layered
          ? [
              heading('Two layers can', 2),
              paragraph(`XOR is OR and NAND at once; AND of the two: ${layered.join(', ')}.`),
              grid(
                ['unit', 'w', 'T'],
                (['or', 'nand', 'and'] as const).map((name) => [
                  name.toUpperCase(),
                  point(GATE_UNITS[name].weights),
                  GATE_UNITS[name].threshold,
                ]),
              ),
            ]
          : []),
      ],
      json: {
        gate: table.name,
        ...(unit && { unit }),
        rows,
        verdict: verdictRecord(verdict),
        ...(layered && { layered }),
      },
    };
  },
});
