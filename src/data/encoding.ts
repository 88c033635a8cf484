import { ArgumentError } from '../graph/errors.ts';
import { type NDArray, ndarray } from '../graph/ndarray.ts';
import { cellText, compareNames, isMissing, readNumber } from './cells.ts';
import { type InferOptions, inferColumns } from './columns.ts';
import type { Table } from './csv.ts';
import { momentsOf } from './moments.ts';
import { columnAt, fitTarget, type TargetEncoding } from './target.ts';

/**
 * How one column becomes features.
 *
 * | kind | features |
 * |---|---|
 * | `numeric` | (value − mean) / deviation, 0 where missing; and with `indicator` another: 1 where missing, else 0 |
 * | `category` | one a category: 1 for the cell's own, 0 for all others |
 *
 * A missing cell is a category of its own, written `''`. A category the training rows did not have is 0 everywhere.
 */
export type InputEncoding =
  | {
      readonly kind: 'numeric';
      readonly column: string;
      readonly mean: number;
      readonly deviation: number;
      readonly indicator: boolean;
    }
  | { readonly kind: 'category'; readonly column: string; readonly categories: readonly string[] };

/** How a table becomes numbers: plain data, to be stored with the model that was trained on it. */
export interface Encoding {
  readonly inputs: readonly InputEncoding[];
  readonly target: TargetEncoding;
}

export interface FitEncodingOptions extends InferOptions {
  /** The training rows; all when left out. */
  readonly rows?: ArrayLike<number>;
}

/**
 * Learns how to encode a table. What the columns are is told from all rows, so that a mistake is found wherever it
 * is; means, deviations and categories come from the training rows only, so that nothing of the other rows leaks
 * into the model.
 *
 * @throws ArgumentError when there are no training rows, and all that `inferColumns` throws.
 */
export function fitEncoding(table: Table, options: FitEncodingOptions = {}): Encoding {
  const { rows = everyRow(table) } = options;
  if (rows.length === 0) {
    throw new ArgumentError({
      asked: `encoding ${table.source}`,
      expected: 'at least one training row',
      received: 'none',
    });
  }
  const { columns, target, task } = inferColumns(table, options);
  const inputs = columns.flatMap(({ name, kind, role }, column): InputEncoding[] => {
    if (role !== 'input') return [];
    return [
      kind === 'numeric' ? fitNumeric(table, column, name, rows) : fitCategory(table, column, name, rows),
    ];
  });
  const numeric = columns.some(({ name, kind }) => name === target && kind === 'numeric');
  return { inputs, target: fitTarget(table, target, task, rows, numeric) };
}

function fitNumeric(table: Table, column: number, name: string, rows: ArrayLike<number>): InputEncoding {
  const present = Array.from(rows).filter((row) => !isMissing(cellText({ table, column, row })));
  const values = Float64Array.from(present, (row) => readNumber({ table, column, row }));
  return { kind: 'numeric', column: name, ...momentsOf(values), indicator: present.length < rows.length };
}

function fitCategory(table: Table, column: number, name: string, rows: ArrayLike<number>): InputEncoding {
  const categories = new Set(Array.from(rows, (row) => categoryOf(cellText({ table, column, row }))));
  return { kind: 'category', column: name, categories: [...categories].sort(compareNames) };
}

const categoryOf = (cell: string) => (isMissing(cell) ? '' : cell.trim());

/** The name of each feature, in the order of `encodeInputs`: `age`, `age missing`, `colour = red`. */
export function featureNames({ inputs }: Pick<Encoding, 'inputs'>): string[] {
  return inputs.flatMap((input) => {
    if (input.kind === 'category') {
      return input.categories.map((category) => `${input.column} = ${category || '(missing)'}`);
    }
    return input.indicator ? [input.column, `${input.column} missing`] : [input.column];
  });
}

/**
 * The input columns as numbers: float32 `[rows, features]`, the features as in `featureNames`. Other columns of the
 * table are not looked at.
 *
 * @param rows Which rows to encode, and in which order; all when left out.
 * @throws DataError when a column is missing, or a cell of a numeric column holds neither a number nor a missing
 * value.
 */
export function encodeInputs(
  encoding: Pick<Encoding, 'inputs'>,
  table: Table,
  rows: ArrayLike<number> = everyRow(table),
): NDArray {
  const width = featureNames(encoding).length;
  const data = new Float32Array(rows.length * width);
  let feature = 0;
  for (const input of encoding.inputs) {
    const column = columnAt(table, input.column);
    const places = input.kind === 'category' ? placesOf(input.categories) : undefined;
    for (let i = 0; i < rows.length; i++) {
      const cell = { table, column, row: rows[i] ?? 0 };
      const text = cellText(cell);
      const at = i * width + feature;
      if (input.kind === 'category') {
        const place = places?.get(categoryOf(text));
        if (place !== undefined) data[at + place] = 1;
      } else if (!isMissing(text)) {
        data[at] = (readNumber(cell) - input.mean) / input.deviation;
      } else if (input.indicator) {
        data[at + 1] = 1;
      }
    }
    feature += input.kind === 'category' ? input.categories.length : input.indicator ? 2 : 1;
  }
  return ndarray(data, [rows.length, width]);
}

const placesOf = (categories: readonly string[]) => new Map(categories.map((category, i) => [category, i]));

const everyRow = (table: Table) => Int32Array.from({ length: table.rows }, (_, row) => row);
