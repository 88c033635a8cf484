import { axes, chart, place, plotArea } from './frame.ts';
import { type Html, html } from './html.ts';
import { alike, count, counted, measured, percent } from './numbers.ts';
import {
  type Bin,
  finitePairs,
  histogram,
  type Pair,
  type Predictions,
  summariseResiduals,
} from './residuals.ts';
import { linearAxis } from './scales.ts';

/** What was predicted, in words. */
export interface Subject {
  readonly target: string;
  readonly unit?: string | undefined;
  readonly split: string;
}

const MOST_DOTS = 1500;
const BARS = 21;
const RIGHT = 14;

/** How far a regression is off: predictions against the truth, the residuals' histogram, and both as tables. */
export function residualsSection(predictions: Predictions, subject: Subject): Html {
  const pairs = finitePairs(predictions);
  if (pairs.length === 0) return html`<p>No prediction is a finite number.</p>`;
  const bins = histogram(
    pairs.map((pair) => pair.predicted - pair.truth),
    BARS,
  );
  return html`<p>${residualSentence(predictions, subject)}</p>
<div class="charts">${scatter(pairs, subject)}${histogramChart(bins, pairs.length, subject)}</div>
${quartileTable(predictions)}${binTable(bins)}`;
}

function residualSentence(predictions: Predictions, { target, unit, split }: Subject): string {
  const summary = summariseResiduals(predictions);
  const skipped =
    summary.skipped === 0
      ? ''
      : ` ${counted(summary.skipped, 'example')} without a finite prediction left out.`;
  const explained = Number.isNaN(summary.r2)
    ? ''
    : ` They explain ${r2Text(summary.r2)} of its variance (R²).`;
  const figure = alike([summary.rmse, summary.mae]);
  return `On ${counted(summary.count, `${split} example`)}, the predictions of ${target} are off by ${withUnit(figure(summary.mae), unit)} on average (MAE), and by ${withUnit(figure(summary.rmse), unit)} when large errors weigh more (RMSE).${explained}${skipped}`;
}

function scatter(pairs: readonly Pair[], { target, unit }: Subject): Html {
  const every = Math.ceil(pairs.length / MOST_DOTS);
  const shown = pairs.filter((_, at) => at % every === 0);
  // One range for both axes, so that the diagonal is where prediction and truth agree.
  const [low, high] = extent(pairs.flatMap((pair) => [pair.truth, pair.predicted]));
  const area = plotArea(RIGHT);
  const x = linearAxis(low, high, area.x, 5);
  const y = linearAxis(low, high, area.y, 5);
  const [start, end] = [x.scale.domain()[0] ?? low, x.scale.domain()[1] ?? high];
  const over = pairs.filter((pair) => pair.predicted > pair.truth).length;
  const some = every > 1 ? ` Of ${count(pairs.length)} examples, each ${every}th is drawn.` : '';
  const sentence = `Each dot is an example; on the dashed line, prediction and truth agree. ${percent(over / pairs.length)} of the predictions are too high.${some}`;
  return chart(`Predicted against true ${target}`, sentence, [
    axes(x, y, area, `true${unit === undefined ? '' : `, ${unit}`}`),
    ...shown.map(
      ({ truth, predicted }) =>
        html`<circle class="dot" cx="${place(x.scale(truth))}" cy="${place(y.scale(predicted))}" r="3"/>`,
    ),
    html`<path class="line rust dashed" d="M${place(x.scale(start))} ${place(y.scale(start))}L${place(x.scale(end))} ${place(y.scale(end))}"/>`,
  ]);
}

function histogramChart(bins: readonly Bin[], total: number, { unit }: Subject): Html {
  const area = plotArea(RIGHT);
  const most = Math.max(...bins.map((bin) => bin.count));
  const x = linearAxis(bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1, area.x, 5);
  const y = linearAxis(0, most, area.y, 4);
  const fullest = bins.find((bin) => bin.count === most);
  const edge = binEdges(bins);
  const sentence = `Residuals are predicted minus true: blue is too high, rust too low. Most, ${percent(most / total)}, lie between ${edge(fullest?.from)} and ${edge(fullest?.to)}.`;
  const bars = bins.map((bin) => {
    const [from, to, top] = [x.scale(bin.from) + 0.5, x.scale(bin.to) - 0.5, y.scale(bin.count)];
    const side = bin.from + bin.to < 0 ? 'bar below' : 'bar';
    return html`<rect class="${side}" x="${place(from)}" y="${place(top)}" width="${place(Math.max(0.5, to - from))}" height="${place(area.y[0] - top)}"/>`;
  });
  return chart('How far off', sentence, [
    ...bars,
    axes(x, y, area, `residual${unit === undefined ? '' : `, ${unit}`}`),
  ]);
}

function quartileTable(predictions: Predictions): Html {
  const { min, q25, median, q75, max } = summariseResiduals(predictions).quantiles;
  const figure = alike([min, max]);
  const cells = [min, q25, median, q75, max].map((value) => html`<td class="number">${figure(value)}</td>`);
  const heads = ['least', 'first quartile', 'median', 'third quartile', 'most'].map(
    (name) => html`<th scope="col" class="number">${name}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Quartiles of the residuals"><table>
<thead><tr><th scope="col">residuals</th>${heads}</tr></thead>
<tbody><tr><th scope="row">predicted − true</th>${cells}</tr></tbody></table></div>`;
}

function binTable(bins: readonly Bin[]): Html {
  const edge = binEdges(bins);
  const rows = bins.map(
    (bin) =>
      html`<tr><th scope="row" class="number">${edge(bin.from)}</th><td class="number">${edge(bin.to)}</td><td class="number">${count(bin.count)}</td></tr>\n`,
  );
  return html`<details><summary>The numbers of the histogram</summary><div class="scroll"><table>
<thead><tr><th scope="col" class="number">from</th><th scope="col" class="number">to</th><th scope="col" class="number">examples</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`;
}

function binEdges(bins: readonly Bin[]): ReturnType<typeof alike> {
  return alike(
    bins.flatMap((bin) => [bin.from, bin.to]),
    3,
  );
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** R² below zero is no share of anything: the mean of the truth would have done better. */
function r2Text(r2: number): string {
  return r2 < 0 ? `none (${measured(r2)})` : percent(r2);
}

function withUnit(text: string, unit: string | undefined): string {
  return unit === undefined ? text : `${text} ${unit}`;
}
