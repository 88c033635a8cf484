import { writeFile } from 'node:fs/promises';
import { createColors } from 'picocolors';
import type { Block, Table } from '../../explain/index.ts';
import { PellucidError } from '../../index.ts';
import { Html, html } from '../report/html.ts';
import { contentPolicy, styleSheet } from '../report/style.ts';
import { type TableOptions, table } from '../terminal/tables.ts';
import type { Terminal } from '../train.ts';

/** Options that `pellucid explain` takes for everything; subjects add their own. */
export interface ExplainOptions {
  readonly at?: Readonly<Record<string, number>>;
  /** Of a model: which example, counted from 1, and which part of the network. */
  readonly row?: number;
  readonly layer?: string;
  readonly unit?: number;
  readonly images?: string;
  readonly labels?: string;
  readonly json?: boolean;
  readonly html?: string;
}

/** What is explained, in the forms that the command can give it. */
export interface Explanation {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** A piece of a page. */
  readonly toHTML: () => string;
  /** Plain data, at full precision. */
  readonly toJSON: () => unknown;
  /** Style that the piece of a page needs besides the page's own. */
  readonly style?: string;
}

/** The widest cell of an explanation: formulas are not cut. */
const WIDEST = 400;

/** Shows an explanation: as text, as one JSON object, or as a page written to a file. */
export async function present(
  explanation: Explanation,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.json) terminal.out.write(`${JSON.stringify(explanation.toJSON(), replaceInfinities)}\n`);
  if (options.html !== undefined) {
    await writePage(options.html, explanation);
    terminal.err.write(`wrote ${options.html}\n`);
  }
  if (!options.json && options.html === undefined) {
    terminal.out.write(`${textOf(explanation.blocks, terminal.colour.out)}\n`);
  }
}

/** JSON has no NaN and no infinities: they become their names. */
function replaceInfinities(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Blocks for a terminal, with its colours. */
export function textOf(blocks: readonly Block[], colour: boolean): string {
  const { bold } = createColors(colour);
  return blocks
    .map((block) => {
      if (block.kind === 'heading') return bold(block.text);
      if (block.kind === 'paragraph') return block.text;
      const columns = block.columns.map((column) => ({ ...column, most: WIDEST }));
      return table(columns, block.rows, { colour, paint: painterOf(block, colour) });
    })
    .join('\n\n');
}

/** Words that stand out in a table. */
const MARKED = /^(corrected|dead|changed|problem|warning|saturated|no)$|^← /;

/** Numbers below 0 in red, words that matter and what has changed since the row above in yellow. */
function painterOf({ columns, rows }: Table, colour: boolean): NonNullable<TableOptions['paint']> {
  const { red, yellow } = createColors(colour);
  return (text, row, column) => {
    const cell = rows[row]?.[column] ?? '';
    const before = row > 0 ? rows[row - 1]?.[column] : cell;
    const changed = columns[column]?.follows === true && before !== cell;
    if (changed || MARKED.test(cell)) return yellow(text);
    return columns[column]?.align === 'right' && cell.startsWith('−') ? red(text) : text;
  };
}

async function writePage(file: string, { title, toHTML, style = '' }: Explanation): Promise<void> {
  const sheet = `${styleSheet()}\n${style}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(sheet)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${Html.trusted(sheet)}</style>
</head>
<body><main>
${Html.trusted(toHTML())}
</main></body>
</html>
`;
  try {
    await writeFile(file, page.toString());
  } catch (cause) {
    throw new PellucidError(
      { asked: `write ${file}`, received: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}
