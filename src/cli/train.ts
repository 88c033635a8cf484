import { basename, join, relative } from 'node:path';
import { saveModel } from '../formats/index.ts';
import { type Callback, earlyStopping, type Logs, type Model, type Sequential, setSeed } from '../index.ts';
import { type Judgement, judge } from './judge.ts';
import { storedSource } from './modelFile.ts';
import { networkFor, type Settings, settingsFor, type Wishes } from './network.ts';
import { reportHtml } from './report/report.ts';
import {
  type EpochRecord,
  historyCsv,
  type LayerRecord,
  type RunReport,
  runJson,
  writeRun,
} from './report/run.ts';
import { openSource, type Source, type SourceOptions } from './sources.ts';
import { confusionTable } from './terminal/confusion.ts';
import { learningCurve } from './terminal/curve.ts';
import { ProgressBar } from './terminal/progress.ts';
import { residualSummary } from './terminal/residuals.ts';
import { layerTable } from './terminal/tables.ts';

export interface TrainOptions extends Wishes, Omit<SourceOptions, 'seed'> {
  readonly out?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** The command line, for the report. */
  readonly command: string;
}

/** Where a command writes, and how. */
export interface Terminal {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Whether the text for each is coloured. */
  readonly colour: { readonly out: boolean; readonly err: boolean };
}

/** `pellucid train`: reads or makes examples, trains a network, shows how it went, writes the run; gives its folder. */
export async function train(
  what: string | undefined,
  options: TrainOptions,
  terminal: Terminal,
): Promise<string> {
  const seed = options.seed ?? 0;
  setSeed(seed);
  const createdAt = new Date().toISOString();
  const source = await openSource(what, { ...options, seed });
  const settings = settingsFor(source, { ...options, seed });
  const model = networkFor(source, settings);
  const say = (text: string) => void terminal.err.write(`${text}\n`);
  const colour = terminal.colour.err;
  say(
    `${source.description}: ${source.train.count} to train, ${source.dev?.count ?? 0} dev, ${source.test.count} test`,
  );
  say(layerTable(layersOf(model), { colour }));

  const start = performance.now();
  const { history, bestEpoch } = await runTraining(model, source, settings, terminal);
  const seconds = (performance.now() - start) / 1000;
  const compiled = model.lastReport;
  if (options.verbose && compiled) {
    const { inputs, activations, scratch, tables } = compiled.peakBytes;
    say(
      `compiled in ${compiled.milliseconds.toFixed(1)} ms: ${compiled.kernels} kernels, ${compiled.codeBytes} bytes of code`,
    );
    say(
      `arena of ${compiled.arenaBytes} bytes: ${inputs} for inputs and variables, ${activations} for activations, ${scratch} for scratch, ${tables} for tables`,
    );
  }
  const test = await judge(model, source.test, source);
  const dev = source.dev && (await judge(model, source.dev, source));
  const onTraining = await judge(model, source.train, source);
  show(source, history, bestEpoch, test, terminal);

  const report = (name: string): RunReport => ({
    name,
    createdAt,
    command: options.command,
    model: 'model.keras',
    dataset: {
      name: source.name,
      description: source.description,
      examples: source.train.count + (source.dev?.count ?? 0) + source.test.count,
      features: source.features,
      target: source.target,
    },
    task: source.task === 'regression' ? 'regression' : 'classification',
    classNames: source.classNames,
    splits: { train: source.train.count, dev: source.dev?.count ?? 0, test: source.test.count },
    history,
    epochs: history.length,
    bestEpoch,
    train: onTraining.metrics,
    dev: dev?.metrics,
    test: test.metrics,
    confusion: test.confusion,
    predictions: test.predictions,
    mistakes: test.mistakes,
    layers: layersOf(model),
    parameters: model.parameters,
    seconds,
    seed,
    settings: { ...settings, hidden: settings.hidden.join(', ') },
    environment: { node: process.version, backend: compiled?.backend ?? '' },
  });
  const bytes = await saveModel(model, { extras: new Map([['pellucid.json', storedSource(source)]]) });
  const folder = await writeRun(options.out ?? join('runs', source.name), (name) => ({
    'model.keras': bytes,
    'history.csv': historyCsv(history),
    'run.json': runJson(report(name)),
    'report.html': reportHtml(report(name)),
  }));
  const shown = relative(process.cwd(), folder) || folder;
  say(`Wrote ${shown}: model.keras, history.csv, run.json, report.html`);
  if (options.json) {
    const run = JSON.parse(runJson(report(basename(folder)))) as Record<string, unknown>;
    terminal.out.write(`${JSON.stringify({ ...run, model: join(shown, 'model.keras') })}\n`);
  }
  return folder;
}

async function runTraining(
  model: Sequential,
  source: Source,
  settings: Settings,
  terminal: Terminal,
): Promise<{ history: EpochRecord[]; bestEpoch: number | undefined }> {
  const history: EpochRecord[] = [];
  const bar = new ProgressBar(terminal.err, { colour: terminal.colour.err });
  const batches = Math.ceil(source.train.count / settings.batchSize);
  let epoch = 0;
  const progress: Callback = {
    onTrainBegin: (_, { epochs }) => bar.begin({ epochs, batches, examplesPerEpoch: source.train.count }),
    onEpochBegin(next) {
      epoch = next;
    },
    onTrainBatchEnd(batch, { loss = Number.NaN, ...metrics }: Logs) {
      const done = Math.min((batch + 1) * settings.batchSize, source.train.count);
      bar.update({
        epoch: epoch + 1,
        batch: batch + 1,
        loss,
        metrics,
        examplesSeen: epoch * source.train.count + done,
      });
    },
    onEpochEnd(ended, logs) {
      history.push({ epoch: ended + 1, metrics: logs });
      bar.endEpoch({ epoch: ended + 1, logs });
    },
    onTrainEnd: () => bar.end(),
  };
  // Without a dev part there is nothing to watch: the epochs asked for are done.
  const stopping = source.dev && earlyStopping({ patience: settings.patience, restoreBestWeights: true });
  const stop = () => {
    terminal.err.write(
      '\nStopping; the best weights so far are kept. Press Ctrl-C again to leave at once.\n',
    );
    model.stopTraining = true;
    process.once('SIGINT', () => process.exit(130));
  };
  process.once('SIGINT', stop);
  try {
    await model.fit(source.train.x, source.train.y, {
      epochs: settings.epochs,
      batchSize: Math.min(settings.batchSize, source.train.count),
      seed: settings.seed,
      verbose: 0,
      ...(source.dev && { validationData: [source.dev.x, source.dev.y] as const }),
      callbacks: [progress, ...(stopping ? [stopping] : [])],
    });
  } finally {
    process.removeListener('SIGINT', stop);
  }
  return { history, bestEpoch: stopping && history.length > 0 ? stopping.bestEpoch + 1 : undefined };
}

function show(
  source: Source,
  history: readonly EpochRecord[],
  best: number | undefined,
  test: Judgement,
  terminal: Terminal,
): void {
  const colour = terminal.colour.err;
  const width = Math.min(terminal.err.columns ?? 80, 100);
  const series = (key: string) => history.map(({ metrics }) => Number(metrics[key] ?? Number.NaN));
  const say = (text: string) => void terminal.err.write(`\n${text}\n`);
  if (history.length > 1) {
    const curves = { train: series('loss'), ...(source.dev && { dev: series('val_loss') }) };
    say(
      learningCurve(curves, {
        width,
        height: 14,
        colour,
        title: 'loss by epoch',
        ...(best !== undefined && { best }),
      }),
    );
  }
  if (test.confusion)
    say(
      confusionTable(test.confusion, { colour, ...(source.classNames && { classNames: source.classNames }) }),
    );
  if (test.predictions) say(residualSummary(test.predictions, { colour, target: source.target }));
  const figures = Object.entries(test.metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  say(`Test: ${figures.join(', ')}`);
}

/** A model's layers as reports show them. */
export function layersOf(model: Model): LayerRecord[] {
  return model.layers.map((layer) => {
    const { activation, rate } = layer.config();
    const detail =
      typeof activation === 'string' ? activation : typeof rate === 'number' ? `rate ${rate}` : undefined;
    return {
      name: layer.name,
      kind: layer.className,
      outputShape: [null, ...layer.outputShape],
      parameters: layer.parameters,
      detail,
    };
  });
}
