import { createColors } from 'picocolors';
import { alike, count, counted, measured, percent } from '../report/numbers.ts';
import { finitePairs, histogram, type Predictions, summariseResiduals } from '../report/residuals.ts';
import { pad, printable } from './text.ts';

export interface ResidualOptions {
  readonly colour: boolean;
  /** The columns of the whole drawing. */
  readonly width?: number;
  /** What was predicted, for the title. */
  readonly target?: string;
}

const BARS = 9;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How far a regression is off: the usual figures, the quartiles of the residuals and their histogram. */
export function residualSummary(predictions: Predictions, options: ResidualOptions): string {
  const summary = summariseResiduals(predictions);
  const of = options.target === undefined ? '' : ` of ${printable(options.target)}`;
  if (summary.count === 0) return `Residuals${of}: no finite prediction among ${count(summary.skipped)}.`;
  const { min, q25, median, q75, max } = summary.quantiles;
  const figure = alike([min, max, summary.rmse]);
  const title = `Residuals${of} (predicted − true), ${counted(summary.count, 'example')}`;
  const skipped =
    summary.skipped === 0 ? '' : `, ${count(summary.skipped)} without a finite prediction left out`;
  return [
    title + skipped,
    `RMSE ${figure(summary.rmse)}   MAE ${figure(summary.mae)}   R² ${explained(summary.r2)}`,
    `least ${figure(min)}   quartiles ${figure(q25)}, ${figure(median)}, ${figure(q75)}   most ${figure(max)}`,
    ...bars(predictions, options),
  ].join('\n');
}

function bars(predictions: Predictions, { colour, width = 72 }: ResidualOptions): string[] {
  const { blue } = createColors(colour);
  const bins = histogram(
    finitePairs(predictions).map((pair) => pair.predicted - pair.truth),
    BARS,
  );
  const edge = alike(
    bins.flatMap((bin) => [bin.from, bin.to]),
    3,
  );
  const labels = bins.map((bin) => `${edge(bin.from)} to ${edge(bin.to)}`);
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const most = Math.max(...bins.map((bin) => bin.count));
  const room = Math.max(4, Math.min(40, width - labelWidth - count(most).length - 4));
  return bins.map((bin, at) => {
    const drawn = bar((bin.count / most) * room);
    return `${pad(labels[at] ?? '', labelWidth, 'right')} │${drawn === '' ? '' : blue(drawn)} ${count(bin.count)}`;
  });
}

/** A bar as long as `length` columns, to an eighth of a column; what is not nothing shows. */
function bar(length: number): string {
  const eighths = length > 0 ? Math.max(1, Math.round(length * 8)) : 0;
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '');
}

function explained(r2: number): string {
  return Number.isNaN(r2) ? `${percent(r2)} (the truth does not vary)` : measured(r2);
}
