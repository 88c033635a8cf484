import { ArgumentError, DataError } from '../graph/errors.ts';
import { isMissing, looksNumeric, readNumber } from './cells.ts';
import type { Table } from './csv.ts';
import type { Task } from './examples.ts';
import { suggestName } from './names.ts';
import { inferTask } from './target.ts';

/**
 * What a column holds.
 *
 * | kind | when | as input |
 * |---|---|---|
 * | `numeric` | at least half of its cells are numbers; then all must be | one standardised number |
 * | `category` | otherwise | one 0/1 number a category |
 * | `constant` | all cells are the same, or all are missing | left out: nothing to learn from |
 * | `identifier` | it names the row: see `isIdentifier` | left out: it could only be learnt by heart |
 */
export type ColumnKind = 'numeric' | 'category' | 'constant' | 'identifier';

export interface ColumnSummary {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly role: 'input' | 'target' | 'ignored';
  /** Cells that are empty or say NA, N/A, NaN, null or ?. */
  readonly missing: number;
  /** The number of different values, missing ones not counted. */
  readonly distinct: number;
}

export interface InferOptions {
  /** The name of the column to predict; the last one when left out. */
  readonly target?: string;
  /** What to make of the target, where the rule of `inferTask` would decide otherwise. */
  readonly task?: 'classes' | 'regression';
  /** Names of columns to read as categories although they hold numbers. */
  readonly categories?: readonly string[];
}

/** What a table's columns mean. */
export interface Schema {
  /** In the table's order, the target included. */
  readonly columns: readonly ColumnSummary[];
  readonly target: string;
  readonly task: Task;
}

/** Text may differ in most rows and still be categories, as long as there are no more than these. */
const FEW_CATEGORIES = 20;

/** A column with more categories than this is left out: it would drown all others. */
const MOST_CATEGORIES = 1000;

/**
 * Finds out what each column of a table holds and which one is to be predicted.
 *
 * @throws ArgumentError when a named column is not in the table.
 * @throws DataError when a column of numbers holds a stray text (with its line and column), the target has
 * missing cells, a single value or a different text in nearly every row, or no column is left as input.
 */
export function inferColumns(table: Table, options: InferOptions = {}): Schema {
  const names = table.columns.map(({ name }) => name);
  const { target = names.at(-1) ?? '', categories = [] } = options;
  for (const name of [target, ...categories]) if (!names.includes(name)) throw unknownColumn(name, names);
  const columns = table.columns.map((_, column) => summarise(table, column, target, options));
  if (!columns.some(({ role }) => role === 'input')) throw noInputs(table, columns, target);
  const targetAt = names.indexOf(target);
  return { columns, target, task: inferTask({ table, column: targetAt }, columns[targetAt], options.task) };
}

function summarise(table: Table, column: number, target: string, options: InferOptions): ColumnSummary {
  const { name, values } = table.columns[column] ?? { name: '', values: [] };
  const present = values.filter((cell) => !isMissing(cell)).map((cell) => cell.trim());
  const asCategory =
    options.categories?.includes(name) ||
    (name === target && options.task === 'classes' && !present.every(looksNumeric));
  const numeric = isNumeric(present) && !asCategory;
  if (numeric) {
    for (const [row, cell] of values.entries()) if (!isMissing(cell)) readNumber({ table, column, row });
  }
  const texts = new Set(numeric ? present.map((cell) => `${Number(cell)}`) : present);
  const distinct = texts.size;
  const missing = values.length - present.length;
  const common = { name, missing, distinct };
  const kind = numeric ? 'numeric' : 'category';
  if (name === target) return { ...common, kind, role: 'target' };
  // A category that is sometimes missing is not constant: being missing tells something.
  if (distinct === 0 || (distinct === 1 && missing === 0))
    return { ...common, kind: 'constant', role: 'ignored' };
  if (!asCategory && isIdentifier(name, present, numeric, distinct, values.length)) {
    return { ...common, kind: 'identifier', role: 'ignored' };
  }
  return { ...common, kind, role: 'input' };
}

const isNumeric = (present: readonly string[]) =>
  present.length > 0 && present.filter(looksNumeric).length * 2 >= present.length;

/**
 * Whether a column names its rows: text that differs in every row, or in most of many rows, or has more than a
 * thousand values; or a column without a name, or named `id` or `index`, that counts the rows.
 */
function isIdentifier(
  name: string,
  present: readonly string[],
  numeric: boolean,
  distinct: number,
  rows: number,
): boolean {
  if (!numeric) {
    const mostlyDistinct = distinct > FEW_CATEGORIES && distinct * 2 > rows;
    return (distinct === rows && rows > 1) || mostlyDistinct || distinct > MOST_CATEGORIES;
  }
  if (!/^(column 1|id|index|unnamed: 0)$/i.test(name) || present.length !== rows) return false;
  const first = Number(present[0]);
  return present.every((cell, row) => Number(cell) === first + row);
}

function unknownColumn(name: string, names: readonly string[]): ArgumentError {
  return new ArgumentError({
    asked: `column "${name}"`,
    expected: 'a column of the table',
    fix: suggestName(name, names),
  });
}

function noInputs(table: Table, columns: readonly ColumnSummary[], target: string): DataError {
  const ignored = columns.filter(({ role }) => role === 'ignored');
  return new DataError(
    {
      asked: `predicting "${target}"`,
      expected: 'another column whose values differ between rows, and are not names of the rows',
      received: ignored.map(({ name, kind }) => `"${name}" (${kind})`).join(', ') || 'no other column',
      fix: 'Add a column to predict from.',
    },
    { file: table.source },
  );
}
