import type { Command, Option } from 'commander';
import { documentHTML } from '../../explain/index.ts';
import { ArgumentError } from '../../index.ts';
import type { Terminal } from '../train.ts';
import { explainExpression } from './expression.ts';
import { explainModel } from './model.ts';
import { numberOption } from './options.ts';
import { type ExplainOptions, present } from './present.ts';
import { grid, heading, type Subject } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

const anyWhole = numberOption(
  (value) => Number.isSafeInteger(value) && value >= 1,
  'a whole number, at least 1',
);

/** Adds `explain` to the program. */
export function addExplain(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('open every number: of an expression, of a network on one example, of the course')
    .argument(
      '[what]',
      'an expression as "(a+b)*(b-c)", a .keras file, or a subject; without it, all subjects',
    )
    .argument('[data]', 'for a model: a CSV file with the example')
    .option('--at <values>', 'for an expression: its variables, as a=2,b=3', valuesOf)
    .option('--row <number>', 'for a model: which example, counted from 1 (default: 1)', anyWhole)
    .option('--layer <layer>', 'for a model: only this layer, by number from 1 or by name')
    .option('--unit <number>', 'for a model: only this unit of each layer, counted from 1', anyWhole)
    .option('--images <file>', 'for a model of images: images in an IDX file')
    .option('--labels <file>', 'for a model of images: their labels')
    .option('--json', 'print one JSON object, every number at full precision')
    .option('--html <file>', 'write a page instead of text');
  for (const [option, names] of sharedOptions()) {
    option.description = `${option.description} (for ${names.join(', ')})`;
    command.addOption(option);
  }
  command.action(async (what: string | undefined, data: string | undefined, options: ExplainOptions) => {
    if (what === undefined) return contents(options, terminal);
    const subject = Object.hasOwn(SUBJECTS, what) ? SUBJECTS[what] : undefined;
    checkOptions(what, subject, command);
    if (subject && data === undefined) return subject.run(options, terminal);
    if (/\.keras$/i.test(what)) return explainModel(what, data, options, terminal);
    if (data !== undefined) {
      throw new ArgumentError({
        asked: `explain ${what}`,
        expected: 'a .keras file before a file of data',
        received: `"${data}"`,
        fix: 'Put an expression in quotes.',
      });
    }
    return explainExpression(what, options, terminal);
  });
}

/** The options of all subjects, each once, with the names of those that take it. */
function sharedOptions(): Map<Option, string[]> {
  const found = new Map<Option, string[]>();
  for (const [name, { options }] of Object.entries(SUBJECTS)) {
    for (const option of options) found.set(option, [...(found.get(option) ?? []), name]);
  }
  return found;
}

/** Refuses an option of another subject, which would change nothing. */
function checkOptions(what: string, subject: Subject | undefined, command: Command): void {
  for (const [option, names] of sharedOptions()) {
    const given = command.getOptionValueSource(option.attributeName()) === 'cli';
    if (!given || subject?.options.includes(option)) continue;
    throw new ArgumentError({
      asked: `${option.long} of ${what}`,
      expected: `an option of ${what}${subject ? `: ${subject.options.map(({ long }) => long).join(', ')}` : ''}`,
      fix: `${option.long} belongs to ${names.join(', ')}.`,
    });
  }
}

const SECTIONS: Readonly<Record<string, string>> = {
  '1.1': 'Neural networks',
  '1.2': 'Activation functions and gates',
  '1.3': 'Perceptron learning',
  '1.4': 'Multi-layer perceptron',
  '1.5': 'Computational graphs',
  '1.6': 'Numerical stability',
  '1.7': 'Generalisation',
};

/** What is explained without a name of its own. */
const OTHERS: readonly (readonly [section: string, what: string, description: string])[] = [
  ['1.5', '"(a+b)*(b-c)" --at a=2,b=3,c=1', 'any expression: its graph, forward and backward, step by step'],
  ['1.5', 'model.keras data.csv --row 3', 'any network on one example: every number with its formula'],
];

/** `pellucid explain` alone: all subjects, by section. */
async function contents(options: ExplainOptions, terminal: Terminal): Promise<void> {
  const named = Object.entries(SUBJECTS).map(
    ([name, { section, description }]) => [section, name, description] as const,
  );
  const all = [...named, ...OTHERS];
  const blocks = Object.entries(SECTIONS).flatMap(([section, title]) => [
    heading(`${section} ${title}`, 2),
    grid(
      ['pellucid explain …', ''],
      all.filter(([of]) => of === section).map(([, what, description]) => [what, description]),
    ),
  ]);
  await present(
    {
      title: 'The course, number by number',
      blocks,
      toHTML: () => documentHTML(blocks),
      toJSON: () => ({
        subjects: named.map(([section, name, description]) => ({
          ...{ section, name, description },
          options: SUBJECTS[name]?.options.map(({ long }) => long),
        })),
      }),
    },
    options,
    terminal,
  );
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
