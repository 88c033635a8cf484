import { DataError } from '../graph/errors.ts';
import type { Table } from './csv.ts';

/** Texts that stand for "not known", in any case, with or without blanks around. */
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.trim().toLowerCase());
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;

/** The largest number that float32 holds; larger ones would become infinite on their way in. */
const LARGEST = 2 ** 128 * (1 - 2 ** -24);

/** Whether a cell was meant as a number, infinite and too large ones included. */
export function looksNumeric(cell: string): boolean {
  const text = cell.trim();
  return DECIMAL.test(text) || INFINITE.test(text);
}

/** One cell of a table, for reading it and for saying where it is. */
export interface Cell {
  readonly table: Table;
  /** The column's place, from 0. */
  readonly column: number;
  readonly row: number;
}

export function cellText({ table, column, row }: Cell): string {
  return table.columns[column]?.values[row] ?? '';
}

/**
 * The number in a cell.
 *
 * @throws DataError naming file, line, column and text, when it holds no finite float32 number.
 */
export function readNumber(cell: Cell): number {
  const text = cellText(cell).trim();
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= LARGEST) return value;
  const known = looksNumeric(text);
  throw cellError(cell, {
    asked: 'reading a number',
    expected: known ? 'a finite number that float32 can hold' : 'a number, as in the rest of the column',
    fix: known
      ? 'Leave the cell empty if the value is missing.'
      : `${/^[+-]?\d+,\d+$/.test(text) ? 'Write decimals with a point. ' : ''}Correct the cell, leave it empty if the value is missing, or read the column as a category.`,
  });
}

/** An error about one cell, which it names by file, line and column. */
export function cellError(
  cell: Cell,
  parts: { asked: string; expected: string; received?: string; fix: string },
): DataError {
  const { table, column, row } = cell;
  return new DataError(
    {
      ...parts,
      asked: `${parts.asked} in column "${table.columns[column]?.name ?? ''}"`,
      received: parts.received ?? `"${cellText(cell)}"`,
    },
    { file: table.source, line: table.lineOf(row), column: column + 1 },
  );
}

/**
 * The order of names: numbers by value, before texts by their code points. It does not depend on the reader's
 * language, so that a model's classes keep their places everywhere.
 */
export function compareNames(a: string, b: string): number {
  const [first, second] = [looksNumeric(a), looksNumeric(b)];
  if (first !== second) return first ? -1 : 1;
  if (first && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}
