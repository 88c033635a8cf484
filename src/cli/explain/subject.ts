import type { Option } from 'commander';
import { type Block, documentHTML, type TableColumn } from '../../explain/index.ts';
import { displayed, fixed } from '../../units/formula.ts';
import { LECTURE_SLIPS, type Slip } from '../../units/index.ts';
import type { Terminal } from '../train.ts';
import { type ExplainOptions, present } from './present.ts';

/** Something `pellucid explain` knows by name. */
export interface Subject<O extends ExplainOptions = ExplainOptions> {
  /** The section of the course it belongs to. */
  readonly section: string;
  /** What it shows, in a few words. */
  readonly description: string;
  /** Options of its own; several subjects may share one. */
  readonly options: readonly Option[];
  run(options: O, terminal: Terminal): Promise<void>;
}

/** What a subject has to show: tables and sentences, and every number as plain data. */
export interface Shown {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly json: unknown;
}

/** Makes a subject of a function from options to what they show. */
export function subject<O extends ExplainOptions>(given: {
  readonly section: string;
  readonly description: string;
  readonly options?: readonly Option[];
  readonly show: (options: O) => Shown | Promise<Shown>;
}): Subject<O> {
  const { section, description, options = [], show } = given;
  return {
    section,
    description,
    options,
    async run(chosen, terminal) {
      const { title, blocks, json } = await show(chosen);
      const all: Block[] = [heading(title), ...blocks];
      const explanation = { title, blocks: all, toHTML: () => documentHTML(all), toJSON: () => json };
      await present(explanation, chosen, terminal);
    },
  };
}

export const heading = (text: string, level: 1 | 2 | 3 = 1): Block => ({ kind: 'heading', text, level });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

/** A number as the course shows it. */
export const shown = (value: number): string => displayed(value).text;
/** Several, in parentheses. */
export const point = (values: ArrayLike<number>): string => `(${Array.from(values, shown).join(', ')})`;

/**
 * A table of texts and numbers; columns of numbers stand right.
 *
 * @param options.follows whether rows are moments, one after the other: what changes from one to the next is marked
 */
export function grid(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { follows = false }: { follows?: boolean } = {},
): Block {
  const columns = titles.map((title, at): TableColumn => {
    const numbers = rows.length > 0 && rows.every((row) => isNumber(row[at]));
    return { title, ...(numbers && { align: 'right' }), ...(numbers && follows && { follows }) };
  });
  // Digits stand under digits: where one number of a column needs all decimals, all have them.
  const isLong = titles.map((_, at) =>
    rows.some((row) => typeof row[at] === 'number' && /\.\d{4}$/.test(shown(row[at]))),
  );
  const text = (cell: string | number, at: number) =>
    typeof cell === 'string' ? cell : isLong[at] && !(Math.abs(cell) < 1e-3) ? fixed(cell) : shown(cell);
  const cells = rows.map((row) => row.map(text));
  return { kind: 'table', columns, rows: cells };
}

/** A number, or one that is written already. */
const isNumber = (cell: string | number | undefined) =>
  typeof cell === 'number' || (cell !== undefined && /^−?\d+(\.\d+)?$/.test(cell));

/** The slips in the lecture's text about something, under a heading of their own; nothing where there are none. */
export function slipsAbout(topic: string): Block[] {
  const slips = LECTURE_SLIPS.filter(({ where }) => where.includes(topic));
  return slips.length === 0 ? [] : [heading('Where the text slips', 2), ...slipBlocks(slips)];
}

/** Slips in the order of the text: what is printed, what is right, and why. */
export function slipBlocks(slips: readonly Slip[]): Block[] {
  return slips.map(({ where, printed, correct, why }, at) =>
    paragraph(`Slip ${at + 1}, ${where}. Printed: ${printed}. Right: ${correct}. ${why}`),
  );
}
