import { createColors } from 'picocolors';
import { count, duration, type MaybeNumber, measured, metricName, metricValue } from '../report/numbers.ts';
import { clip, pad, printable, textWidth } from './text.ts';

/** Where progress is written: `process.stderr`, or anything like it. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  /** Milliseconds since any fixed moment. */
  readonly clock?: () => number;
  /** Whether to colour the bar. */
  readonly colour?: boolean;
}

/** How long a training is going to be. */
export interface ProgressPlan {
  readonly epochs: number;
  /** Batches in each epoch. */
  readonly batches: number;
  readonly examplesPerEpoch: number;
}

/** Where a training is. */
export interface ProgressUpdate {
  /** The epoch under way; the first is 1. */
  readonly epoch: number;
  /** The batches of this epoch that are done. */
  readonly batch: number;
  readonly loss: MaybeNumber;
  readonly metrics: Readonly<Record<string, MaybeNumber>>;
  /** The examples trained on since `begin`, in all epochs together. */
  readonly examplesSeen: number;
}

/** What an epoch ended with: `loss`, `accuracy`, `val_loss`, … */
export interface EpochEnd {
  readonly epoch: number;
  readonly logs: Readonly<Record<string, MaybeNumber>>;
}

/** A piece of the line; on a narrow terminal the pieces of the highest rank leave first. */
interface Part {
  readonly text: string;
  readonly rank: number;
}

/** A moment of the training, from which the speed is taken. */
interface Mark {
  readonly time: number;
  readonly examples: number;
}

const REDRAW_MS = 80;
// Long enough to be steady, short enough to forget the compilation before the first step.
const SPEED_WINDOW_MS = 5_000;
const SPEED_KNOWN_MS = 500;
const EACH_EPOCH_UP_TO = 20;
const LINES_OF_A_LONG_RUN = 10;

/**
 * Shows how a training gets on.
 *
 * On a terminal it is one line, redrawn at most twelve times a second; up to twenty epochs leave a line each, more
 * leave ten in all. Elsewhere (a log file, a pipe) only those ten are written. Narrow terminals lose the less
 * important parts first.
 */
export class ProgressBar {
  readonly #stream: ProgressStream;
  readonly #clock: () => number;
  readonly #colours: ReturnType<typeof createColors>;
  #plan: ProgressPlan = { epochs: 1, batches: 1, examplesPerEpoch: 1 };
  #marks: Mark[] = [];
  #epochStart = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #lineIsOpen = false;
  #unwritten: string | undefined;

  constructor(stream: ProgressStream, options: ProgressOptions = {}) {
    this.#stream = stream;
    this.#clock = options.clock ?? (() => performance.now());
    this.#colours = createColors(options.colour ?? false);
  }

  /** Starts the clock. */
  begin(plan: ProgressPlan): void {
    this.#plan = plan;
    this.#epochStart = this.#clock();
    this.#marks = [{ time: this.#epochStart, examples: 0 }];
    this.#drawnAt = Number.NEGATIVE_INFINITY;
    this.#unwritten = undefined;
  }

  /** Redraws the line, unless it was redrawn a moment ago. Cheap enough to call at each batch. */
  update(update: ProgressUpdate): void {
    const time = this.#clock();
    if (!this.#stream.isTTY || time - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = time;
    this.#marks.push({ time, examples: update.examplesSeen });
    this.#marks = this.#marks.filter(
      (mark, at, all) => at >= all.length - 2 || time - mark.time <= SPEED_WINDOW_MS,
    );
    this.#redraw(this.#liveLine(update));
  }

  /** Leaves a line for the epoch, or keeps it for later when the run is long. */
  endEpoch({ epoch, logs }: EpochEnd): void {
    const now = this.#clock();
    const line = this.#epochLine(epoch, logs, now - this.#epochStart);
    this.#epochStart = now;
    this.#unwritten = line;
    if (this.#leavesLine(epoch)) this.#leave(line);
  }

  /** Leaves the last epoch's line if it is not there yet, as when the training stopped early. */
  end(): void {
    if (this.#unwritten !== undefined) this.#leave(this.#unwritten);
    else this.#erase();
  }

  #leavesLine(epoch: number): boolean {
    const { epochs } = this.#plan;
    const each = this.#stream.isTTY ? epochs <= EACH_EPOCH_UP_TO : epochs <= LINES_OF_A_LONG_RUN;
    return each || epoch % Math.ceil(epochs / LINES_OF_A_LONG_RUN) === 0 || epoch === epochs;
  }

  #liveLine({ epoch, batch, loss, metrics, examplesSeen }: ProgressUpdate): string {
    const { epochs, batches, examplesPerEpoch } = this.#plan;
    const speed = this.#speed();
    const left = (epochs * examplesPerEpoch - examplesSeen) / speed / 1000;
    const parts: Part[] = [
      { text: this.#epochOf(epoch), rank: 0 },
      { text: `batch ${padCount(batch, batches)}/${count(batches)}`, rank: 6 },
      { text: `loss ${measured(loss)}`, rank: 1 },
      ...metricParts(metrics),
      { text: speed > 0 ? `${count(speed * 1000)} examples/s` : '', rank: 5 },
      { text: speed > 0 && left >= 0 ? `${duration(left)} left` : '', rank: 2 },
    ];
    return this.#withBar(fitting(parts, this.#room()), (epoch - 1 + batch / Math.max(1, batches)) / epochs);
  }

  #epochLine(epoch: number, logs: EpochEnd['logs'], milliseconds: number): string {
    const { loss, ...others } = logs;
    const parts: Part[] = [
      { text: this.#epochOf(epoch), rank: 0 },
      { text: `loss ${measured(loss)}`, rank: 1 },
      ...metricParts(others),
      { text: duration(milliseconds / 1000), rank: 6 },
    ];
    return fitting(parts, this.#room()).join('  ');
  }

  /** The bar stands after the epoch and takes the room that is left, or none. */
  #withBar(parts: readonly string[], share: number): string {
    // In steps of four columns, so that a figure that gains a digit does not make the bar tremble.
    const room = Math.min(24, (this.#room() - textWidth(parts.join('  ')) - 2) & ~3);
    if (room < 8) return parts.join('  ');
    const done = Math.round(room * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)));
    const bar = this.#colours.blue('━'.repeat(done)) + this.#colours.dim('─'.repeat(room - done));
    return [parts[0], bar, ...parts.slice(1)].join('  ');
  }

  #epochOf(epoch: number): string {
    return `epoch ${padCount(epoch, this.#plan.epochs)}/${count(this.#plan.epochs)}`;
  }

  /** Examples per millisecond of late; 0 while too little is known. */
  #speed(): number {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.time - first.time < SPEED_KNOWN_MS) return 0;
    const speed = (last.examples - first.examples) / (last.time - first.time);
    return Number.isFinite(speed) ? speed : 0;
  }

  /** A terminal's last column stays free: some wrap as soon as it is written. */
  #room(): number {
    const columns = this.#stream.columns;
    return this.#stream.isTTY ? Math.max(1, columns !== undefined && columns > 0 ? columns - 1 : 79) : 120;
  }

  #redraw(line: string): void {
    this.#stream.write(`\r\x1b[2K${line}`);
    this.#lineIsOpen = true;
  }

  #leave(line: string): void {
    this.#erase();
    this.#stream.write(`${line}\n`);
    this.#unwritten = undefined;
  }

  #erase(): void {
    if (this.#lineIsOpen) this.#stream.write('\r\x1b[2K');
    this.#lineIsOpen = false;
  }
}

/** The dev loss matters most, then the first metric; the others are the first to leave. */
function metricParts(metrics: Readonly<Record<string, MaybeNumber>>): Part[] {
  return Object.entries(metrics).map(([key, value], at) => ({
    text: `${printable(metricName(key))} ${metricValue(key, value)}`,
    rank: key === 'val_loss' ? 3 : at === 0 ? 4 : 7 + at,
  }));
}

/** The parts that fit into `room`, in their order; the highest ranks leave first. */
function fitting(parts: readonly Part[], room: number): string[] {
  let kept = parts.filter((part) => part.text !== '');
  const width = () => textWidth(kept.map((part) => part.text).join('  '));
  while (kept.length > 1 && width() > room) {
    const last = Math.max(...kept.map((part) => part.rank));
    kept = kept.filter((part) => part.rank !== last);
  }
  return kept.map((part) => clip(part.text, room));
}

function padCount(value: number, most: number): string {
  return pad(count(value), count(most).length, 'right');
}
