import type { Command, Option } from 'commander';
import { ArgumentError } from '../../index.ts';
import type { Terminal } from '../train.ts';
import { explainExpression } from './expression.ts';
import { explainModel } from './model.ts';
import { numberOption } from './options.ts';
import { PERCEPTRON } from './perceptron.ts';
import type { ExplainOptions } from './present.ts';
import { WORKED_EXAMPLE } from './workedExample.ts';

const anyWhole = numberOption(
  (value) => Number.isSafeInteger(value) && value >= 1,
  'a whole number, at least 1',
);

/** Something `pellucid explain` knows by name. */
export interface Subject {
  /** What it shows, for the help. */
  readonly description: string;
  /** Options of its own. */
  readonly options?: readonly Option[];
  readonly run: (options: ExplainOptions, terminal: Terminal) => Promise<void>;
}

/** What can be explained by name. Everything else is a model's file or an expression. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  'worked-example': WORKED_EXAMPLE,
  perceptron: PERCEPTRON,
};

/** Adds `explain` to the program. */
export function addExplain(program: Command, terminal: Terminal): void {
  const names = Object.entries(SUBJECTS).map(([name, { description }]) => `${name} (${description})`);
  const command = program
    .command('explain')
    .description('open every number: of an expression, of a network on one example, of the course')
    .argument('<what>', ['an expression as "(a+b)*(b-c)", a .keras file', ...names].join(', or '))
    .argument('[data]', 'for a model: a CSV file with the example')
    .option('--at <values>', 'for an expression: its variables, as a=2,b=3', valuesOf)
    .option('--row <number>', 'for a model: which example, counted from 1 (default: 1)', anyWhole)
    .option('--layer <layer>', 'for a model: only this layer, by number from 1 or by name')
    .option('--unit <number>', 'for a model: only this unit of each layer, counted from 1', anyWhole)
    .option('--images <file>', 'for a model of images: images in an IDX file')
    .option('--labels <file>', 'for a model of images: their labels')
    .option('--json', 'print one JSON object, every number at full precision')
    .option('--html <file>', 'write a page instead of text');
  for (const { options = [] } of Object.values(SUBJECTS)) {
    for (const option of options) command.addOption(option);
  }
  command.action(async (what: string, data: string | undefined, options: ExplainOptions) => {
    const subject = Object.hasOwn(SUBJECTS, what) ? SUBJECTS[what] : undefined;
    if (subject) return subject.run(options, terminal);
    if (/\.keras$/i.test(what)) return explainModel(what, data, options, terminal);
    if (data !== undefined) {
      throw new ArgumentError({
        asked: `explain ${what}`,
        expected: 'a .keras file before a file of data',
        fix: 'Put an expression in quotes.',
      });
    }
    return explainExpression(what, options, terminal);
  });
}

/** `a=2,b=3` as values by name. */
function valuesOf(text: string): Record<string, number> {
  const pairs = text.split(',').map((part) => {
    const [name = '', value = '', ...rest] = part.split('=').map((side) => side.trim());
    const known = Number(value.replace('−', '-'));
    if (name === '' || value === '' || rest.length > 0 || !Number.isFinite(known)) {
      throw new ArgumentError({
        asked: '--at',
        expected: 'names and numbers, as a=2,b=3',
        received: `"${part}"`,
      });
    }
    return [name, known] as const;
  });
  return Object.fromEntries(pairs);
}
