import { type Confusion, classFigures, className, worstMixups } from '../report/confusion.ts';
import { count, counted, percent } from '../report/numbers.ts';
import { type Column, table } from './tables.ts';
import { printable } from './text.ts';

export interface ConfusionOptions {
  readonly classNames?: readonly string[] | undefined;
  readonly colour: boolean;
  /** The columns of the terminal; a matrix that is wider gives way to a list. */
  readonly width?: number;
}

const MOST_CLASSES = 20;
const MOST_MIXUPS = 10;
const NAME_WIDTH = 20;

/**
 * The confusion matrix: true classes down, predicted classes across, each class with its recall and precision.
 * With more than twenty classes, or on a terminal too narrow for it, the pairs that are mixed up most.
 */
export function confusionTable(confusion: Confusion, options: ConfusionOptions): string {
  if (confusion.length > MOST_CLASSES || matrixWidth(confusion, options) > (options.width ?? 120)) {
    return mixupList(confusion, options);
  }
  const figures = classFigures(confusion);
  const columns: Column[] = [
    { title: 'true ╲ predicted', most: NAME_WIDTH },
    ...confusion.map(
      (_, at): Column => ({ title: className(options.classNames, at), align: 'right', most: 10 }),
    ),
    { title: 'recall', align: 'right' },
    { title: 'precision', align: 'right' },
  ];
  const rows = confusion.map((row, at) => [
    className(options.classNames, at),
    ...row.map((cell) => (cell === 0 ? '·' : count(cell))),
    percent(figures[at]?.recall),
    percent(figures[at]?.precision),
  ]);
  const paint = (text: string, y: number, x: number) => {
    const cell = confusion[y]?.[x - 1];
    return cell === undefined ? text : shade(text, cell / (figures[y]?.support ?? 1), y === x - 1);
  };
  return table(columns, rows, options.colour ? { colour: true, paint } : {});
}

/** The width that the matrix would take, by the titles and counts of its columns. */
function matrixWidth(confusion: Confusion, { classNames }: ConfusionOptions): number {
  const columns = confusion.map((_, at) => {
    const counts = confusion.map((row) => count(row[at] ?? 0).length);
    return Math.max(Math.min(10, className(classNames, at).length), ...counts) + 2;
  });
  const names = confusion.map((_, at) => Math.min(NAME_WIDTH, className(classNames, at).length));
  return columns.reduce((total, width) => total + width, Math.max(16, ...names) + 19);
}

function mixupList(confusion: Confusion, { classNames, colour }: ConfusionOptions): string {
  const mixups = worstMixups(confusion, MOST_MIXUPS);
  const title = `${counted(confusion.length, 'class', 'classes')}`;
  if (mixups.length === 0) return `${title}, none mixed up.`;
  const columns: Column[] = [
    { title: 'true' },
    { title: 'predicted' },
    { title: 'times', align: 'right' },
    { title: 'of the class', align: 'right' },
  ];
  const rows = mixups.map((mixup) => [
    printable(className(classNames, mixup.truth)),
    printable(className(classNames, mixup.predicted)),
    count(mixup.count),
    percent(mixup.share),
  ]);
  return `${title}; mixed up most:\n${table(columns, rows, { colour })}`;
}

/**
 * Shades a cell by its share of its row: blue where it is right, rust where it is wrong. Small shares colour the
 * figure, larger ones the ground; both colours are given then, since the terminal may be light or dark.
 */
function shade(text: string, share: number, right: boolean): string {
  if (!(share > 0)) return `\x1b[2m${text}\x1b[22m`;
  if (share < 0.1) return right ? `\x1b[34m${text}\x1b[39m` : `\x1b[33m${text}\x1b[39m`;
  const strong = share >= 0.5;
  const ground = right ? (strong ? 25 : 24) : strong ? 130 : 94;
  return `\x1b[38;5;231;48;5;${ground}m${text}\x1b[39;49m`;
}
