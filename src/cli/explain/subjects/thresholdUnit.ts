import { Option } from 'commander';
import { thresholdUnit, truthTableInputs } from '../../../units/index.ts';
import { numberOption, WEIGHTS, X } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, slipsAbout, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface ThresholdOptions extends ExplainOptions {
  readonly weights?: readonly number[];
  readonly threshold?: number;
  readonly x?: readonly number[];
}

export const THRESHOLD = new Option('--threshold <number>', 'the threshold T').argParser(
  numberOption(Number.isFinite, 'a number'),
);

/** Rows of a truth table are shown up to this many inputs; of longer ones --x asks for one. */
const MOST_INPUTS = 6;

/** `pellucid explain threshold-unit`: Y = 1 iff Σ wᵢxᵢ − T ≥ 0. */
export const THRESHOLD_UNIT = subject<ThresholdOptions>({
  section: '1.1',
  description: 'the unit of McCulloch and Pitts, which fires on equality',
  options: [WEIGHTS, THRESHOLD, X],
  show: ({ weights = [1, 1], threshold = 2, x }) => {
    const unit = { weights, threshold };
    const inputs = x
      ? [x]
      : weights.length <= MOST_INPUTS
        ? truthTableInputs(weights.length)
        : [weights.map(() => 1)];
    const rows = inputs.map((row) => ({ x: row, ...thresholdUnit(unit, row) }));
    return {
      title: `A threshold unit with w = ${point(weights)}, T = ${shown(threshold)}`,
      blocks: [
        paragraph('Y = 1 if Σ wᵢxᵢ − T ≥ 0, else 0: a sum that just reaches T is enough.'),
        grid(
          ['x', 'net input', 'output', 'Y'],
          rows.map(({ x: row, output, trace }) => [
            point(row),
            ...trace.steps.map(({ formula }) => formula.toString()),
            output,
          ]),
        ),
        heading('In the brain, and in the network', 2),
        grid(
          ['in the brain', 'in the network'],
          [
            ['soma', 'node'],
            ['dendrites', 'inputs'],
            ['synapse', 'weight'],
            ['axon', 'output'],
          ],
        ),
        ...slipsAbout('1.1'),
      ],
      json: {
        unit,
        rows: rows.map(({ x: row, sum, net, output, trace }) => ({
          x: row,
          ...{ sum, net, output },
          steps: trace.steps.map(stepRecord),
        })),
      },
    };
  },
});
