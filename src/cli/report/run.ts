import type { Confusion } from './confusion.ts';
import { isFiniteNumber, type MaybeNumber } from './numbers.ts';
import { type Predictions, summariseResiduals } from './residuals.ts';

export { type RunFiles, RunFolderError, writeRun } from './folder.ts';

/** Figures by their Keras names: `loss`, `accuracy`, `val_loss`, … `null` and `NaN` both say: not a number. */
export type Metrics = Readonly<Record<string, MaybeNumber>>;

/** What an epoch ended with. */
export interface EpochRecord {
  /** The first epoch is 1. */
  readonly epoch: number;
  readonly metrics: Metrics;
}

/** What the network was trained on. */
export interface DatasetDescription {
  /** Its short name: the file's, or that of a built-in set. */
  readonly name: string;
  /** A sentence about it. */
  readonly description?: string | undefined;
  /** All its examples, before they were split. */
  readonly examples: number;
  /** The columns, or the one kind of input, that the network sees. */
  readonly features: readonly string[];
  /** What it predicts. */
  readonly target: string;
  /** The unit of a regression's target. */
  readonly unit?: string | undefined;
}

/** A small picture, row by row from the top left; 0 is black, 255 is full. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One channel is grey; three are red, green, blue. */
  readonly channels: 1 | 3;
  readonly pixels: ArrayLike<number>;
}

/** A value of the row that an example came from, as it stood in the file. */
export type Cell = string | number | boolean | null;

/** An example that the network got wrong, or far off. */
export interface Mistake {
  /** Which example of its split it is; the first is 0. */
  readonly index: number;
  readonly loss: MaybeNumber;
  /** The class's name, or the value of a regression. */
  readonly truth: string | number;
  readonly predicted: string | number;
  /** The probability that the network gave to what it predicted. */
  readonly probability?: MaybeNumber;
  /** The probability that it gave to the truth. */
  readonly truthProbability?: MaybeNumber;
  readonly picture?: Picture | undefined;
  /** The row's original columns, when the example was a row. */
  readonly row?: Readonly<Record<string, Cell>> | undefined;
}

/** A layer as the summary shows it. */
export interface LayerRecord {
  readonly name: string;
  /** The layer's class, as Keras calls it: `Dense`. */
  readonly kind: string;
  /** The shape that leaves the layer; `null` is the batch. */
  readonly outputShape: readonly (number | null)[];
  readonly parameters: number;
  /** What else is worth a word: `relu`, `rate 0.2`. */
  readonly detail?: string | undefined;
}

/** Everything that is known about a finished training: plain data, from which the report is made. */
export interface RunReport {
  readonly name: string;
  /** When the training began, as ISO 8601. */
  readonly createdAt: string;
  /** The command line that does it again. */
  readonly command: string;
  /** The model's file, seen from the run's folder. */
  readonly model: string;
  readonly dataset: DatasetDescription;
  readonly task: 'classification' | 'regression';
  readonly classNames?: readonly string[] | undefined;
  /** The examples in each split. */
  readonly splits: { readonly train: number; readonly dev: number; readonly test: number };
  readonly history: readonly EpochRecord[];
  /** The epochs that were trained; fewer than the settings say when it stopped early. */
  readonly epochs: number;
  /** The epoch whose weights were kept; the first is 1. */
  readonly bestEpoch?: number | undefined;
  readonly train: Metrics;
  readonly dev?: Metrics | undefined;
  readonly test?: Metrics | undefined;
  /** Of the held-out examples of a classification: rows are true classes, columns predicted ones. */
  readonly confusion?: Confusion | undefined;
  /** Of the held-out examples of a regression, in the units of the target. */
  readonly predictions?: Predictions | undefined;
  /** The held-out examples of the highest loss, the worst first. */
  readonly mistakes: readonly Mistake[];
  readonly layers: readonly LayerRecord[];
  readonly parameters: number;
  /** The time that training took. */
  readonly seconds: number;
  readonly seed: number;
  readonly settings: Readonly<Record<string, Cell>>;
  /** What it ran on: versions, backend, processor. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** A held-out split, as far as there is one. */
export interface HeldOut {
  readonly split: 'test' | 'dev' | 'train';
  readonly examples: number;
  readonly metrics: Metrics;
}

/** The split by which a run is judged: the test split, without one the dev split, without either the training's own. */
export function heldOut({ test, dev, train, splits }: RunReport): HeldOut {
  if (test !== undefined && splits.test > 0) return { split: 'test', examples: splits.test, metrics: test };
  if (dev !== undefined && splits.dev > 0) return { split: 'dev', examples: splits.dev, metrics: dev };
  return { split: 'train', examples: splits.train, metrics: train };
}

/** The names of all figures of a history, in the order in which they first appear. */
export function metricKeys(history: readonly EpochRecord[]): string[] {
  return [...new Set(history.flatMap((record) => Object.keys(record.metrics)))];
}

/** The history as CSV: a line for each epoch, in full precision, `NaN` and `Infinity` by their names. */
export function historyCsv(history: readonly EpochRecord[]): string {
  const keys = metricKeys(history);
  const rows = history.map(({ epoch, metrics }) => [epoch, ...keys.map((key) => exact(metrics, key))]);
  return [['epoch', ...keys], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

/**
 * The run as JSON, without what is large and can be made again: the predictions are there as their summary, the
 * mistakes without their pictures. Numbers that are not finite are `null`, for JSON has no other word for them.
 */
export function runJson(report: RunReport): string {
  const { predictions, mistakes, ...rest } = report;
  const record = {
    ...rest,
    ...(predictions === undefined ? {} : { residuals: summariseResiduals(predictions) }),
    mistakes: mistakes.map(({ picture: _, ...mistake }) => mistake),
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** A figure in full; empty where an epoch has none, as when the dev split is looked at only now and then. */
function exact(metrics: Metrics, key: string): string {
  if (!(key in metrics)) return '';
  const value = metrics[key];
  return String(isFiniteNumber(value) ? value : (value ?? Number.NaN));
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
