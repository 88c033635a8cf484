import { createColors } from 'picocolors';
import { count, counted } from '../report/numbers.ts';
import type { LayerRecord } from '../report/run.ts';
import { clip, pad, printable, textWidth } from './text.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand right, so that their digits align. */
  readonly align?: 'left' | 'right';
  /** The widest that a cell may be; longer ones are cut. */
  readonly most?: number;
}

export interface TableOptions {
  readonly colour?: boolean;
  /** Paints a cell that is already cut and padded. */
  readonly paint?: (text: string, row: number, column: number) => string;
}

const GAP = '  ';
const MOST = 32;

/** An aligned table: the titles, a rule, the rows; the rows alone where no column has a title. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { dim } = createColors(options.colour ?? false);
  const cells = rows.map((row) =>
    columns.map((column, at) => clip(printable(row[at] ?? ''), column.most ?? MOST)),
  );
  const titles = columns.map((column) => clip(printable(column.title), column.most ?? MOST));
  const widths = titles.map((title, at) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[at] ?? ''))),
  );
  const padded = (text: string, at: number) => pad(text, widths[at] ?? 0, columns[at]?.align);
  const paint = options.paint ?? ((text: string) => text);
  const width = widths.reduce((total, one) => total + one, 0) + GAP.length * (widths.length - 1);
  const head = [titles.map(padded).join(GAP).trimEnd(), dim('─'.repeat(width))];
  const body = cells.map((row, y) =>
    row
      .map((text, x) => paint(padded(text, x), y, x))
      .join(GAP)
      .trimEnd(),
  );
  return [...(titles.some((title) => title !== '') ? head : []), ...body].join('\n');
}

/** The layers of a network with their shapes and parameters, and the total. */
export function layerTable(
  layers: readonly LayerRecord[],
  options: { readonly colour?: boolean } = {},
): string {
  const rows = layers.map((layer) => [
    layer.name,
    layer.kind,
    shapeText(layer.outputShape),
    count(layer.parameters),
  ]);
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const columns: Column[] = [
    { title: 'layer' },
    { title: 'kind' },
    { title: 'output' },
    { title: 'parameters', align: 'right' },
  ];
  return `${table(columns, rows, options)}\n${counted(layers.length, 'layer')}, ${counted(total, 'parameter')}`;
}

/** A shape as it is written: `[batch, 28, 28, 1]`. */
export function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((length) => length ?? 'batch').join(', ')}]`;
}
