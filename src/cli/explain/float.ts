import type { Command } from 'commander';
import {
  describeFloat,
  documentHTML,
  FLOAT_NAMES,
  type FloatName,
  floatBlocks,
  floatFormat,
  phenomena,
  stability,
  stabilityBlocks,
} from '../../explain/index.ts';
import { ArgumentError } from '../../index.ts';
import type { Terminal } from '../train.ts';
import { present } from './present.ts';

interface FloatOptions {
  readonly as?: FloatName;
  readonly json?: boolean;
  readonly html?: string;
}

/** Adds `float` to the program. */
export function addFloat(program: Command, terminal: Terminal): void {
  program
    .command('float')
    .description('a number as computers store it; or several, and their softmax in every format')
    .argument('<numbers...>', 'as 0.1, or 1000 1001 1002; negative ones after --')
    .option(
      '--as <format>',
      `one of ${FLOAT_NAMES.join(', ')} (default: all)`,
      (name) => floatFormat(name).name,
    )
    .option('--json', 'print one JSON object')
    .option('--html <file>', 'write a page instead of text')
    .action((texts: string[], options: FloatOptions) => showFloats(texts.map(numberOf), options, terminal));
}

function numberOf(text: string): number {
  const plain = text
    .trim()
    .replace('−', '-')
    .replace(/^([+-]?)(∞|inf|infinity)$/i, '$1Infinity');
  const value = Number(plain);
  if (plain === '' || (Number.isNaN(value) && plain.toLowerCase() !== 'nan')) {
    throw new ArgumentError({ asked: 'float', expected: 'a number', received: `"${text}"` });
  }
  return value;
}

async function showFloats(
  values: readonly number[],
  options: FloatOptions,
  terminal: Terminal,
): Promise<void> {
  const formats = options.as ? [options.as] : FLOAT_NAMES;
  const [first = 0] = values;
  const single = values.length === 1;
  const blocks = single ? floatBlocks(first, formats) : stabilityBlocks(values);
  const toJSON = () =>
    single
      ? {
          formats: formats.map((format) => ({
            ...describeFloat(first, format),
            phenomena: phenomena(format),
          })),
        }
      : { numbers: values, formats: stability(values) };
  await present(
    { title: values.join(', '), blocks, toHTML: () => documentHTML(blocks), toJSON },
    options,
    terminal,
  );
}
