import { line } from 'd3-shape';
import { axes, CHART, chart, place, plotArea } from './frame.ts';
import { type Html, html } from './html.ts';
import { counted, isFiniteNumber, isShare, type MaybeNumber, metricName, metricValue } from './numbers.ts';
import { type EpochRecord, metricKeys, type RunReport } from './run.ts';
import { type Axis, curveAxis, linearAxis } from './scales.ts';

interface Curve {
  readonly name: string;
  readonly colour: 'blue' | 'rust';
  readonly points: readonly Point[];
}

interface Point {
  readonly epoch: number;
  readonly value: MaybeNumber;
}

const MOST_ROWS = 200;
const MOST_CHARTS = 4;
const LABEL_HEIGHT = 17;

/** The learning curves, a chart for each metric, and the table of the numbers in them. */
export function curvesSection(report: RunReport): Html {
  const { history, bestEpoch } = report;
  const keys = metricKeys(history).filter((key) => !key.startsWith('val_'));
  return html`<div class="charts">${keys.slice(0, MOST_CHARTS).map((key) => curveChart(history, key, bestEpoch))}</div>
${historyTable(history, bestEpoch)}`;
}

function curveChart(history: readonly EpochRecord[], key: string, best: number | undefined): Html {
  const train: Curve = { name: 'train', colour: 'blue', points: pointsOf(history, key) };
  const dev: Curve = { name: 'dev', colour: 'rust', points: pointsOf(history, `val_${key}`) };
  const curves = [train, dev].filter((curve) => curve.points.length > 0);
  const area = plotArea();
  const values = curves.flatMap((curve) => curve.points.map((point) => point.value));
  const y = curveAxis(values, area.y, 5);
  const epochs = history.map((record) => record.epoch);
  const x = epochAxis(epochs[0] ?? 1, epochs.at(-1) ?? 1, area.x);
  const title = `${capital(metricName(key))} by epoch${y.log ? ', on a logarithmic scale' : ''}`;
  return chart(title, curveSentence(key, curves, best), [
    axes(x, y, area, 'epoch'),
    bestMark(best, curves.at(-1), x, y, area),
    ...curves.flatMap((curve) => drawCurve(curve, x, y)),
    ...endLabels(curves, key, y),
  ]);
}

function pointsOf(history: readonly EpochRecord[], key: string): Point[] {
  return history.flatMap(({ epoch, metrics }) => (key in metrics ? [{ epoch, value: metrics[key] }] : []));
}

function epochAxis(first: number, last: number, range: [number, number]): Axis {
  const axis = linearAxis(first, last, range, 5);
  return { ...axis, ticks: axis.ticks.filter(Number.isInteger), label: (tick) => tick.toFixed(0) };
}

/** The line, broken where a value is missing, and a dot for each value that stands alone between two breaks. */
function drawCurve({ points, colour }: Curve, x: Axis, y: Axis): Html[] {
  const path = line<Point>()
    .defined((point) => isFiniteNumber(point.value))
    .x((point) => x.scale(point.epoch))
    .y((point) => y.scale(point.value ?? 0))
    .digits(1)(points);
  const alone = points.filter(
    ({ value }, at) =>
      isFiniteNumber(value) &&
      !isFiniteNumber(points[at - 1]?.value) &&
      !isFiniteNumber(points[at + 1]?.value),
  );
  const dots = alone.map(
    ({ epoch, value }) =>
      html`<circle class="lone ${colour}" cx="${place(x.scale(epoch))}" cy="${place(y.scale(value ?? 0))}" r="3"/>`,
  );
  return [html`<path class="line ${colour}${colour === 'rust' && ' dashed'}" d="${path ?? ''}"/>`, ...dots];
}

/** The best epoch: a dotted line down to the axis, a dot on the curve by which it was chosen. */
function bestMark(
  best: number | undefined,
  curve: Curve | undefined,
  x: Axis,
  y: Axis,
  area: ReturnType<typeof plotArea>,
): Html {
  const value = curve?.points.find((point) => point.epoch === best)?.value;
  if (best === undefined || curve === undefined || !isFiniteNumber(value)) return html``;
  const at = place(x.scale(best));
  const height = place(y.scale(value));
  // At the end of the dotted line that is farther from the curve.
  const label = height < (area.y[0] + area.y[1]) / 2 ? area.y[0] - 8 : area.y[1] + 9;
  const side = at > (area.x[0] + area.x[1]) / 2 ? 'end' : 'start';
  return html`<path class="mark" d="M${at} ${area.y[1]}V${area.y[0]}"/>
<circle class="best ${curve.colour}" cx="${at}" cy="${height}" r="4"/>
<text x="${side === 'end' ? at - 6 : at + 6}" y="${label}" text-anchor="${side}">best ${best}</text>`;
}

/** Each line's name and last value, where it ends; moved apart where they would overlap. */
function endLabels(curves: readonly Curve[], key: string, y: Axis): Html[] {
  const ends = curves.map((curve) => {
    const last = curve.points.findLast((point) => isFiniteNumber(point.value))?.value;
    return { curve, at: isFiniteNumber(last) ? y.scale(last) : (y.scale.range()[0] ?? 0) };
  });
  const [upper, lower] = ends.toSorted((one, other) => one.at - other.at);
  if (upper !== undefined && lower !== undefined) {
    // The lower one stays above the axis, where the epochs have their labels.
    const lowest = (y.scale.range()[0] ?? 0) - 2;
    const overlap = Math.max(0, LABEL_HEIGHT - (lower.at - upper.at));
    lower.at = Math.min(lowest, lower.at + overlap / 2);
    upper.at = Math.min(upper.at, lower.at - LABEL_HEIGHT);
  }
  return ends.map(({ curve, at }) => {
    const text = `${curve.name} ${metricValue(key, curve.points.at(-1)?.value, 3)}`;
    return html`<text class="${curve.colour}" x="${CHART.width - CHART.right + 7}" y="${place(at + 4.5)}">${text}</text>`;
  });
}

function curveSentence(key: string, curves: readonly Curve[], best: number | undefined): string {
  const told = curves.map(({ name, points }) => {
    const from = metricValue(key, points[0]?.value);
    const to = metricValue(key, points.at(-1)?.value);
    return points.length > 1 ? `${name} went from ${from} to ${to}` : `${name} is ${to}`;
  });
  const chosenBy = curves.at(-1);
  const value = chosenBy?.points.find((point) => point.epoch === best)?.value;
  const kept =
    isFiniteNumber(value) && chosenBy
      ? ` At the best epoch, ${best}, ${chosenBy.name} was ${metricValue(key, value)}.`
      : '';
  const missing = new Set(
    curves.flatMap(({ points }) =>
      points.filter((point) => !isFiniteNumber(point.value)).map(({ epoch }) => epoch),
    ),
  ).size;
  const gaps =
    missing === 0
      ? ''
      : ` ${counted(missing, 'epoch')} without a finite value ${missing === 1 ? 'is' : 'are'} left out.`;
  const share = isShare(key) ? ' Higher is better.' : key === 'loss' ? ' Lower is better.' : '';
  return `${capital(told.join('; '))}.${kept}${share}${gaps}`;
}

/** The numbers of the curves; of a long history evenly chosen rows, always with the best and the last. */
function historyTable(history: readonly EpochRecord[], best: number | undefined): Html {
  const keys = metricKeys(history);
  const every = Math.ceil(history.length / MOST_ROWS);
  const rows = history.filter(
    (record, at) => at % every === 0 || record.epoch === best || at === history.length - 1,
  );
  const some =
    every > 1 ? `, ${counted(rows.length, 'row')} of ${history.length}; all are in history.csv` : '';
  return html`<details><summary>The numbers of each epoch${some}</summary>
<div class="scroll tall" tabindex="0" role="region" aria-label="The numbers of each epoch"><table>
<thead><tr><th scope="col" class="number">epoch</th>${keys.map((key) => html`<th scope="col" class="number">${metricName(key)}</th>`)}</tr></thead>
<tbody>${rows.map(({ epoch, metrics }) => html`<tr><th scope="row" class="number">${epoch}${epoch === best && ' (best)'}</th>${keys.map((key) => html`<td class="number">${key in metrics ? metricValue(key, metrics[key]) : '–'}</td>`)}</tr>\n`)}</tbody></table></div></details>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
