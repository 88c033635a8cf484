import type { Column } from './column.ts';

/** A line of the table: what it is, and each method's number for it. */
export interface Row {
  readonly title: string;
  readonly names: readonly (string | undefined)[];
}

/** By what a column calls its numbers, what the table calls them. */
const TITLES = {
  x: 'x',
  y: 'y',
  f: 'f',
  'x before': 'x before',
  'y before': 'y before',
  'n x': 'the batch adds, x',
  'n y': 'the batch adds, y',
  'g x': 'gradient, x',
  'g y': 'gradient, y',
  'kept x': 'kept of it, x',
  'kept y': 'kept of it, y',
  'kept square x': 'of its square, x',
  'kept square y': 'of its square, y',
  Δx: 'move Δx',
  Δy: 'move Δy',
  'h xx': '∂²f/∂x²',
  'h xy': '∂²f/∂x∂y',
  'h yy': '∂²f/∂y²',
  λmax: 'λmax',
  λmin: 'λmin',
  κ: 'condition κ',
  αλ: 'α·λmax',
  limit: 'its limit',
} as const;

/** The lines that say anything. */
export const rowsOf = (columns: readonly Column[]): readonly Row[] =>
  Object.entries(TITLES)
    .map(([key, title]) => ({ title, names: columns.map(({ names }) => names[key]) }))
    .filter(({ names }) => names.some((name) => name !== undefined));
