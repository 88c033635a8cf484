import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { createColors } from 'picocolors';
import { featureNames } from '../data/index.ts';
import {
  biasVariance,
  type Diagnosis,
  diagnose as diagnoseModel,
  type ErrorsInPercent,
  overfittingVerdict,
  Diagnosis as Report,
  type Severity,
} from '../explain/index.ts';
import { ArgumentError, DataError } from '../index.ts';
import { openModel } from './modelFile.ts';
import { openSource, type Source } from './sources.ts';
import type { Terminal } from './train.ts';

export interface DiagnoseOptions {
  readonly json?: boolean;
  /** The file or built-in set that the run was made from, where the run cannot tell. */
  readonly data?: string;
  /** Error that cannot be avoided, in percent. */
  readonly baseError?: number;
}

/** What is read of a run's `run.json`. */
interface Run {
  readonly command: string;
  readonly task: 'classification' | 'regression';
  readonly target: string;
  readonly seed: number;
  readonly bestEpoch: number | undefined;
  readonly train: Readonly<Record<string, unknown>>;
  readonly dev: Readonly<Record<string, unknown>> | undefined;
  readonly history: readonly Readonly<Record<string, unknown>>[];
}

/** `pellucid diagnose`: what a finished run's model, history and data say about what went wrong, and what to try. */
export async function diagnose(folder: string, options: DiagnoseOptions, terminal: Terminal): Promise<void> {
  const run = await readRun(folder);
  const modelPath = join(folder, 'model.keras');
  const { model, stored, warnings } = await openModel(modelPath);
  for (const warning of warnings) terminal.err.write(`${modelPath}: ${warning}\n`);
  const verdicts = [...historyVerdicts(run), ...errorVerdicts(run, options.baseError)];
  const source = await sourceOf(run, folder, options.data);
  const measured: Diagnosis | undefined =
    source && model.isCompiled
      ? diagnoseModel(model, source.train.x, source.train.y, {
          ...(stored?.encoding && { columnNames: featureNames(stored.encoding) }),
        })
      : undefined;
  const report = new Report([...verdicts, ...(measured?.verdicts ?? [])], measured?.layers);
  if (!measured) {
    terminal.err.write(
      'The data of the run were not found: only its history is looked at. Name them with --data.\n',
    );
  }
  if (options.json) terminal.out.write(`${JSON.stringify({ run: folder, ...report.toJSON() })}\n`);
  else terminal.out.write(`${report.toText(painter(terminal.colour.out))}\n`);
}

function painter(colour: boolean): (text: string, severity: Severity) => string {
  const { bold, red, yellow, cyan, green } = createColors(colour);
  const paints = { problem: red, warning: yellow, note: cyan, good: green };
  return (text, severity) => bold(paints[severity](text));
}

function historyVerdicts({ history, bestEpoch }: Run) {
  const series = (key: string) =>
    history.map((metrics) => (typeof metrics[key] === 'number' ? metrics[key] : Number.NaN));
  const dev = series('val_loss');
  const found = dev.every(Number.isNaN) ? undefined : overfittingVerdict(series('loss'), dev, bestEpoch);
  return found ? [found] : [];
}

/** Error rates of a classification. Those of a regression have no percentages, and are left to the loss. */
function errorVerdicts({ task, train, dev }: Run, base: number | undefined) {
  const [ofTrain, ofDev] = [train, dev ?? {}].map(errorRate);
  if (task !== 'classification' || ofTrain === undefined || ofDev === undefined) return [];
  const errors: ErrorsInPercent = { train: ofTrain, dev: ofDev, ...(base !== undefined && { base }) };
  return [biasVariance(errors)];
}

function errorRate(metrics: Readonly<Record<string, unknown>>): number | undefined {
  const name = Object.keys(metrics).find((key) => key.endsWith('accuracy'));
  const accuracy = name === undefined ? undefined : metrics[name];
  return typeof accuracy === 'number' ? 100 * (1 - accuracy) : undefined;
}

/** The examples of a run, split as they were: from what its command names, or from `data`. */
async function sourceOf(run: Run, folder: string, data: string | undefined): Promise<Source | undefined> {
  const seed = run.seed;
  if (data !== undefined) return openSource(data, { seed, target: run.target });
  const { what, images, labels } = argumentsOf(run.command);
  for (const base of [process.cwd(), resolve(dirname(dirname(resolve(folder))))]) {
    const at = (path: string | undefined) =>
      path === undefined || isAbsolute(path) ? path : join(base, path);
    try {
      if (images !== undefined && labels !== undefined) {
        return await openSource(undefined, {
          images: at(images) ?? images,
          labels: at(labels) ?? labels,
          seed,
        });
      }
      const isFile = what !== undefined && /[./\\]/.test(what);
      return await openSource(isFile ? at(what) : what, { seed, target: run.target });
    } catch (problem) {
      // Not here: the other place is tried, and in the end the report does without the data.
      if (!(problem instanceof DataError || problem instanceof ArgumentError)) throw problem;
    }
  }
  return undefined;
}

/** Options of `train` that stand alone; all others are followed by a value. */
const FLAGS: ReadonlySet<string> = new Set(['--json', '--verbose']);

/** What a command line of `train` says it is about. */
function argumentsOf(command: string): { what?: string; images?: string; labels?: string } {
  const words = command.split(' ').slice(2);
  const found: { what?: string; images?: string; labels?: string } = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) found.what ??= word;
    else if (!FLAGS.has(word)) {
      const [name = '', value = words[++i]] = word.split('=');
      if (name === '--images' && value !== undefined) found.images = value;
      if (name === '--labels' && value !== undefined) found.labels = value;
    }
  }
  return found;
}

async function readRun(folder: string): Promise<Run> {
  const file = join(folder, 'run.json');
  const problem = (received: string, cause?: unknown) =>
    new DataError(
      { asked: 'diagnose a run', expected: 'the run.json that `pellucid train` writes', received },
      { file },
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw problem(cause instanceof SyntaxError ? 'text that is not JSON' : 'no file that can be read', cause);
  }
  const run = recordOf(value);
  const { command, task, seed, bestEpoch, train, dev, history } = run;
  const target = recordOf(run.dataset).target;
  const known = task === 'classification' || task === 'regression';
  if (typeof command !== 'string' || !known || typeof seed !== 'number' || typeof target !== 'string') {
    throw problem('another kind of object');
  }
  return {
    command,
    task,
    target,
    seed,
    bestEpoch: typeof bestEpoch === 'number' ? bestEpoch : undefined,
    train: recordOf(train),
    dev: dev === undefined ? undefined : recordOf(dev),
    history: (Array.isArray(history) ? history : []).map((epoch) => recordOf(recordOf(epoch).metrics)),
  };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
