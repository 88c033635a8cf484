import { ArgumentError, DataError, ShapeError } from '../graph/errors.ts';
import { type NDArray, ndarray } from '../graph/ndarray.ts';
import { cellError, cellText, compareNames, isMissing, readNumber } from './cells.ts';
import type { ColumnSummary } from './columns.ts';
import type { Table } from './csv.ts';
import type { Encoding } from './encoding.ts';
import type { Task } from './examples.ts';
import { momentsOf } from './moments.ts';
import { suggestName } from './names.ts';

/** How the column to predict becomes numbers, and numbers become predictions. */
export type TargetEncoding =
  | { readonly kind: 'binary' | 'classes'; readonly column: string; readonly classes: readonly string[] }
  | {
      readonly kind: 'regression';
      readonly column: string;
      readonly mean: number;
      readonly deviation: number;
    };

/** Predictions in the words of the table. */
export type Predictions =
  | {
      readonly kind: 'classes';
      readonly names: readonly string[];
      /** How probable the network holds each of `names` to be. */
      readonly probabilities: readonly number[];
    }
  | { readonly kind: 'regression'; readonly values: readonly number[] };

/** A target of whole numbers counts classes when there are at most this many different ones. */
const MOST_CLASSES = 20;

/** … and each is there this many times on average: otherwise the numbers are measured, not chosen. */
const ROWS_PER_CLASS = 4;

/**
 * The task that a target column sets: text makes classes; so do whole numbers with two different values, or with
 * at most 20 when each is there four times on average; all other numbers make a regression. Two classes make it
 * binary.
 */
export function inferTask(
  { table, column }: { table: Table; column: number },
  summary: ColumnSummary | undefined,
  wanted?: 'classes' | 'regression',
): Task {
  const cells = table.columns[column]?.values ?? [];
  const { name = '', kind, distinct = 0, missing = 0 } = summary ?? {};
  if (missing > 0) {
    const row = cells.findIndex(isMissing);
    throw cellError(
      { table, column, row },
      {
        asked: 'reading the target',
        expected: 'a value in every row',
        received: `"${cells[row]}" here and ${missing} missing in all`,
        fix: 'Remove the rows whose answer is not known.',
      },
    );
  }
  const example = `"${cells[0]?.trim() ?? ''}"`;
  const place = { file: table.source, column: column + 1 };
  if (distinct < 2) {
    throw new DataError(
      {
        asked: `predicting "${name}"`,
        expected: 'at least two different values to tell apart',
        received: `${example} in every row`,
        fix: 'Choose another target column, or add rows with other values.',
      },
      place,
    );
  }
  if (kind === 'numeric') {
    const whole = cells.every((cell) => Number.isInteger(Number(cell)));
    const few = distinct === 2 || (distinct <= MOST_CLASSES && distinct * ROWS_PER_CLASS <= cells.length);
    if (wanted === 'regression' || (wanted === undefined && !(whole && few))) return 'regression';
  } else if (wanted === 'regression') {
    throw new ArgumentError({
      asked: `a regression of "${name}"`,
      expected: 'a column of numbers',
      received: `text such as ${example}`,
      fix: 'Leave the task out, or choose another target column.',
    });
  }
  if (distinct > MOST_CLASSES && distinct * 2 > cells.length) {
    throw new DataError(
      {
        asked: `predicting "${name}"`,
        expected: 'classes that have several rows each',
        received: `${distinct} different values in ${cells.length} rows, such as ${example}`,
        fix: 'Choose another target column.',
      },
      place,
    );
  }
  return distinct === 2 ? 'binary' : 'classes';
}

/** The number or text by which a class goes: `1`, `1.0` and ` 1` are one class of a column of numbers. */
const className = (cell: string, numeric: boolean) => (numeric ? `${Number(cell)}` : cell.trim());

/**
 * Fits the target. Classes are those of the whole table, so that one without training rows is still counted when
 * the model is measured; mean and deviation are those of the training rows.
 */
export function fitTarget(
  table: Table,
  column: string,
  task: Task,
  rows: ArrayLike<number>,
  numeric: boolean,
): TargetEncoding {
  const at = table.columns.findIndex(({ name }) => name === column);
  if (task === 'regression') {
    const values = Float64Array.from(rows, (row) => readNumber({ table, column: at, row }));
    return { kind: task, column, ...momentsOf(values) };
  }
  const names = new Set(table.columns[at]?.values.map((cell) => className(cell, numeric)));
  return { kind: task, column, classes: [...names].sort(compareNames) };
}

/**
 * The target column as numbers.
 *
 * | kind | result |
 * |---|---|
 * | `binary` | float32 `[rows, 1]`: 0 for the first class, 1 for the second |
 * | `classes` | int32 `[rows]`: index of the class |
 * | `regression` | float32 `[rows, 1]`: (value − mean) / deviation |
 *
 * @param rows Which rows to encode, and in which order; all when left out.
 * @throws DataError when the column is missing or a cell holds no number or a class that is not known.
 */
export function encodeTarget(
  { target }: Pick<Encoding, 'target'>,
  table: Table,
  rows: ArrayLike<number> = Int32Array.from({ length: table.rows }, (_, row) => row),
): NDArray {
  const column = columnAt(table, target.column);
  if (target.kind === 'regression') {
    const { mean, deviation } = target;
    const data = Float32Array.from(rows, (row) => (readNumber({ table, column, row }) - mean) / deviation);
    return ndarray(data, [rows.length, 1]);
  }
  const indices = Int32Array.from(rows, (row) => classIndex(target.classes, { table, column, row }));
  return target.kind === 'classes' ? ndarray(indices) : ndarray(Float32Array.from(indices), [rows.length, 1]);
}

function classIndex(classes: readonly string[], cell: { table: Table; column: number; row: number }): number {
  const text = cellText(cell);
  const asText = classes.indexOf(className(text, false));
  const index = asText === -1 && text.trim() !== '' ? classes.indexOf(className(text, true)) : asText;
  if (index !== -1) return index;
  throw cellError(cell, {
    asked: 'reading a class',
    expected: 'one of the classes the model knows',
    fix: suggestName(text.trim(), classes),
  });
}

/**
 * The inverse of `encodeTarget`, for what a network predicts.
 *
 * @param predictions `binary`: probability of the second class, `[rows, 1]`; `classes`: a probability a class,
 * `[rows, classes]`; `regression`: standardised values, `[rows, 1]`.
 * @returns The most probable class of each row and its probability; or values in the column's own unit.
 * @throws ShapeError when the shape is another.
 */
export function decodePredictions({ target }: Pick<Encoding, 'target'>, predictions: NDArray): Predictions {
  const width = target.kind === 'classes' ? target.classes.length : 1;
  const { shape, data } = predictions;
  if (shape.length !== 2 || shape[1] !== width) {
    throw new ShapeError({
      asked: `predictions of "${target.column}" (${target.kind})`,
      expected: `the shape [rows, ${width}]`,
      received: `[${shape.join(', ')}]`,
    });
  }
  if (target.kind === 'regression') {
    return { kind: 'regression', values: Array.from(data, (z) => target.mean + target.deviation * z) };
  }
  const names: string[] = [];
  const probabilities: number[] = [];
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width);
    const second = row[0] ?? 0;
    const each = target.kind === 'binary' ? [1 - second, second] : Array.from(row);
    const most = each.reduce((best, p, i) => (p > (each[best] ?? 0) ? i : best), 0);
    names.push(target.classes[most] ?? '');
    probabilities.push(each[most] ?? 0);
  }
  return { kind: 'classes', names, probabilities };
}

/**
 * The place of a column the encoding knows.
 *
 * @throws DataError when the table does not have it.
 */
export function columnAt(table: Table, name: string): number {
  const names = table.columns.map((column) => column.name);
  const column = names.indexOf(name);
  if (column !== -1) return column;
  throw new DataError(
    {
      asked: 'reading the columns the model was trained on',
      expected: `one named "${name}"`,
      received: 'none',
      fix: suggestName(name, names),
    },
    { file: table.source },
  );
}
