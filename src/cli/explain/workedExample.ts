import { Option } from 'commander';
import type { Block } from '../../explain/index.ts';
import {
  DIGITS,
  fixed,
  LECTURE_SLIPS,
  type Step,
  symbolText,
  type WorkedExample,
  workedExample,
} from '../../units/index.ts';
import { whole } from './options.ts';
import type { ExplainOptions } from './present.ts';
import { type Shown, slipBlocks, subject } from './subject.ts';

export interface WorkedExampleOptions extends ExplainOptions {
  readonly asPrinted?: boolean;
  readonly iterations?: number;
}

/** `pellucid explain worked-example`: the lecture's solved example of section 1.4, every number with its formula. */
export const WORKED_EXAMPLE = subject<WorkedExampleOptions>({
  section: '1.4',
  description: "the lecture's solved multi-layer perceptron, number by number",
  options: [
    new Option('--as-printed', "keep the lecture's slip instead of the right weight"),
    new Option('--iterations <count>', 'passes to show (default: 2)').argParser(whole),
  ],
  show: ({ asPrinted = false, iterations = 2 }): Shown => {
    const shown = workedExample({ asPrinted, iterations });
    const other = workedExample({ asPrinted: !asPrinted, iterations });
    return {
      title: `The worked example${asPrinted ? ', as printed' : ''}`,
      blocks: blocksOf(shown, other),
      json: {
        asPrinted,
        iterations: shown.iterations,
        reduced: shown.reduced,
        slips: shown.slips,
        steps: shown.trace.steps.map(stepRecord),
      },
    };
  },
});

/** A step as plain data: every form of its formula, and the changes at full precision. */
export function stepRecord({ title, group, formula, changes }: Step) {
  return { title, group, formula: formula.toJSON(), changes };
}

/** The parts of an iteration, each its own table: the heading, and the steps that belong to it. */
const PARTS: readonly (readonly [title: string, belongs: (symbol: string) => boolean])[] = [
  ['Net inputs and outputs', (symbol) => /^[IO]_/.test(symbol)],
  ['Error = desired − estimated', (symbol) => symbol.startsWith('e_')],
  ['Error of each unit', (symbol) => symbol.startsWith('Error_')],
  ['New weights', (symbol) => /^Δ?w_/.test(symbol)],
  ['New biases', (symbol) => /^Δ?θ_/.test(symbol)],
];

function blocksOf(shown: WorkedExample, other: WorkedExample): Block[] {
  const blocks: Block[] = [
    {
      kind: 'paragraph',
      text: shown.asPrinted
        ? 'With the slip of the lecture kept — w₁₅ read where w₁₆ belongs — and the rest computed at full precision.'
        : 'As it is right; beside it what comes of the slip in the lecture, at full precision.',
    },
  ];
  for (const { iteration } of shown.iterations) {
    blocks.push({ kind: 'heading', text: `Iteration ${iteration}`, level: 2 });
    for (const [title, belongs] of PARTS) {
      blocks.push({ kind: 'heading', text: title, level: 3 });
      blocks.push(tableOf(shown, other, iteration, belongs));
    }
  }
  return [...blocks, ...endOf(shown)];
}

function tableOf(
  shown: WorkedExample,
  other: WorkedExample,
  iteration: number,
  belongs: (symbol: string) => boolean,
): Block {
  const rows = shown.trace.steps.flatMap((step, at) => {
    const { symbol, value } = step.formula.result;
    if (step.group.iteration !== iteration || !belongs(symbol)) return [];
    const otherwise = other.trace.steps[at]?.formula.result.value ?? Number.NaN;
    const slip = shown.slips.findIndex((one) => one.at?.iteration === iteration && one.at.name === symbol);
    return [
      [
        symbolText(symbol),
        step.formula.toString().replace(/ = [^=]*$/, ''),
        fixed(value, DIGITS),
        fixed(otherwise, DIGITS),
        slip < 0 ? '' : `← slip ${slip + 1}: in print ${shown.slips[slip]?.printed}`,
      ],
    ];
  });
  return {
    kind: 'table',
    columns: [
      { title: '' },
      { title: 'formula' },
      { title: shown.asPrinted ? 'as printed' : 'value', align: 'right' },
      { title: shown.asPrinted ? 'right' : 'as printed', align: 'right' },
      { title: '' },
    ],
    rows,
  };
}

function endOf({ iterations, reduced, slips }: WorkedExample): Block[] {
  const [first, second] = iterations;
  const change: Block[] =
    first && second
      ? [
          {
            kind: 'paragraph',
            text: `The error fell from ${fixed(first.error)} to ${fixed(second.error)}: reduced by ${fixed(reduced)}.`,
          },
        ]
      : [];
  return [
    ...change,
    { kind: 'heading', text: 'Where the text of 1.4 slips', level: 2 },
    ...slipBlocks([...slips, ...LECTURE_SLIPS.filter(({ where }) => where.includes('1.4'))]),
  ];
}
