import { shapeText } from '../terminal/tables.ts';
import { curvesSection } from './curves.ts';
import { type Content, Html, html } from './html.ts';
import { confusionSection } from './matrix.ts';
import { mistakesSection } from './mistakes.ts';
import { chosen, count, counted, duration, metricName, metricValue, percent } from './numbers.ts';
import { type Cell, type HeldOut, heldOut, type RunReport } from './run.ts';
import { residualsSection } from './scatter.ts';
import { contentPolicy, styleSheet } from './style.ts';

const MOST_FIGURES = 4;

/**
 * The report of a training as one page that needs nothing else: no script, no font, no request. It reads from the
 * top: what was trained, how well it does, how it got there, where it is wrong, what it is, how to make it again.
 */
export function reportHtml(report: RunReport): string {
  const style = styleSheet();
  const held = heldOut(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.name} – ${subject(report)}</title>
<style>${Html.trusted(style)}</style>
</head>
<body><main>
${opening(report, held)}
${keyFigures(report, held)}
${section('How it learnt', report.history.length > 0 && curvesSection(report))}
${section('What it takes for what', report.confusion && report.confusion.length > 0 && confusionSection(report.confusion, report.classNames, held.split))}
${section('How far off it is', report.predictions && residualsSection(report.predictions, { ...report.dataset, split: held.split }))}
${section('The worst mistakes', report.mistakes.length > 0 && [html`<p>${mistakesSentence(report, held)}</p>`, mistakesSection(report.mistakes, report.dataset.target, held.split)])}
${section('The network', layerTable(report))}
${section('Settings', settingsList({ ...report.settings, seed: report.seed }))}
${section('Make it again', again(report))}
</main></body>
</html>
`;
  return page.toString();
}

function section(title: string, content: Content): Html {
  return content === undefined || content === false
    ? html``
    : html`<section><h2>${title}</h2>${content}</section>`;
}

function opening(report: RunReport, held: HeldOut): Html {
  return html`<header><p class="kicker soft">Pellucid · run ${report.name} · <time datetime="${report.createdAt}">${dateText(report.createdAt)}</time></p>
<h1>${subject(report)}</h1>
<p>${summary(report, held)}</p>${report.dataset.description !== undefined && html`<p class="soft">${report.dataset.description}</p>`}</header>`;
}

function subject({ dataset }: RunReport): string {
  const { target, features, name } = dataset;
  const from = features.length === 1 ? features[0] : counted(features.length, 'column');
  return `${name}: ${target} from ${from ?? ''}`;
}

function summary(report: RunReport, held: HeldOut): string {
  const { splits, layers, parameters, epochs, bestEpoch, seconds } = report;
  const network = `A network of ${counted(layers.length, 'layer')} and ${counted(parameters, 'parameter')}`;
  const learnt = `learnt from ${counted(splits.train, 'example')} in ${counted(epochs, 'epoch')} and ${duration(seconds)}.`;
  const kept =
    bestEpoch === undefined || bestEpoch === epochs
      ? ''
      : ` The weights of epoch ${bestEpoch}, its best, were kept.`;
  return `${network} ${learnt}${kept} ${verdict(report.task, held)}`;
}

function verdict(task: RunReport['task'], { split, examples, metrics }: HeldOut): string {
  const where =
    split === 'train'
      ? 'the examples that it learnt from'
      : `${counted(examples, `${split} example`)} that it did not learn from`;
  if (task === 'classification' && metrics.accuracy !== undefined) {
    return `On ${where}, it is right ${percent(metrics.accuracy)} of the time.`;
  }
  const key = ['rmse', 'root_mean_squared_error', 'mae', 'mean_absolute_error', 'loss'].find(
    (name) => name in metrics,
  );
  return key === undefined ? '' : `On ${where}, its ${metricName(key)} is ${metricValue(key, metrics[key])}.`;
}

/** The held-out figures first: they are what the run is worth; then what it took. */
function keyFigures(report: RunReport, { split, metrics }: HeldOut): Html {
  const keys = Object.keys(metrics).sort((one, other) => Number(one === 'loss') - Number(other === 'loss'));
  const figures = [
    ...keys
      .slice(0, MOST_FIGURES)
      .map((key) => figure(`${split} ${metricName(key)}`, metricValue(key, metrics[key]))),
    figure('parameters', count(report.parameters)),
    figure(
      'train / dev / test',
      [report.splits.train, report.splits.dev, report.splits.test].map(count).join(' / '),
    ),
    figure('epochs', count(report.epochs)),
    figure('time', duration(report.seconds)),
  ];
  return html`<dl class="figures">${figures}</dl>`;
}

function figure(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>\n`;
}

function mistakesSentence({ mistakes }: RunReport, { split }: HeldOut): string {
  return `The ${counted(mistakes.length, `${split} example`)} of the highest loss, the worst first. Look here for wrong labels, unusual examples, and what more data should show.`;
}

function layerTable({ layers, parameters }: RunReport): Html {
  const rows = layers.map(
    (layer) =>
      html`<tr><th scope="row">${layer.name}</th><td>${layer.kind}</td><td>${layer.detail ?? ''}</td><td>${shapeText(layer.outputShape)}</td><td class="number">${count(layer.parameters)}</td></tr>\n`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Layers of the network"><table>
<thead><tr><th scope="col">layer</th><th scope="col">kind</th><th scope="col">with</th><th scope="col">output</th><th scope="col" class="number">parameters</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" colspan="4">all parameters</th><td class="number">${count(parameters)}</td></tr></tfoot></table></div>`;
}

function settingsList(settings: Readonly<Record<string, Cell>>): Html {
  const items = Object.entries(settings).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${settingText(value)}</dd></div>\n`,
  );
  return html`<dl class="settings">${items}</dl>`;
}

function settingText(value: Cell): string {
  if (typeof value === 'number') return chosen(value);
  return value === null ? 'none' : value === true ? 'yes' : value === false ? 'no' : value;
}

function again({ command, model, environment }: RunReport): Html {
  return html`<p>The same command on the same data, with the same seed, gives the same numbers.</p>
<pre><code>${command}</code></pre>
<p>The trained network is in <code>${model}</code> beside this page, the numbers of each epoch in <code>history.csv</code>, and all else in <code>run.json</code>.</p>
${environment !== undefined && settingsList(environment)}`;
}

function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date
    .toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
    .concat(' UTC');
}
