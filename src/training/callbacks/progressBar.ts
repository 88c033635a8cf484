import type { Model } from '../model/model.ts';
import type { Callback, FitPlan, Logs } from './callback.ts';

/** Where progress is shown: `process.stderr`, or anything like it. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProgressBarOptions {
  /** The terminal's error stream by default; lines on the console in a browser. */
  readonly stream?: ProgressStream;
  /** 1: a bar on a terminal, few lines elsewhere; 2: a line for each epoch. */
  readonly verbose?: 1 | 2;
  /** Milliseconds since any fixed moment. */
  readonly clock?: () => number;
}

const REDRAW_MILLISECONDS = 80;
/** A long run leaves about so many lines where there is no terminal. */
const LINES = 10;

class ProgressBar implements Callback {
  readonly #stream: ProgressStream;
  readonly #clock: () => number;
  readonly #verbose: 1 | 2;
  #plan: Pick<FitPlan, 'epochs' | 'batches'> = { epochs: 1, batches: undefined };
  #epoch = 0;
  #begun = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor({
    stream = standardError(),
    verbose = 1,
    clock = () => performance.now(),
  }: ProgressBarOptions) {
    this.#stream = stream;
    this.#clock = clock;
    this.#verbose = verbose;
  }

  get #isLive(): boolean {
    return this.#verbose === 1 && this.#stream.isTTY === true;
  }

  onTrainBegin(_model: Model, { epochs, batches }: FitPlan): void {
    this.#plan = { epochs, batches };
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#begun = this.#clock();
    this.#drawn = Number.NEGATIVE_INFINITY;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    const now = this.#clock();
    if (!this.#isLive || now - this.#drawn < REDRAW_MILLISECONDS) return;
    this.#drawn = now;
    this.#isOpen = true;
    this.#stream.write(`\r\x1b[2K${this.#line(batch + 1, logs, true)}`);
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const { epochs, batches } = this.#plan;
    const every = this.#isLive || this.#verbose === 2 ? 1 : Math.ceil(epochs / LINES);
    const isShown = (epoch + 1) % every === 0 || epoch + 1 === epochs;
    this.#clear();
    if (isShown) this.#stream.write(`${this.#line(batches ?? 0, logs, false)}\n`);
  }

  onTrainEnd(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#isOpen) this.#stream.write('\r\x1b[2K');
    this.#isOpen = false;
  }

  #line(batch: number, logs: Logs, live: boolean): string {
    const { epochs, batches } = this.#plan;
    const seconds = ((this.#clock() - this.#begun) / 1000).toFixed(1);
    const parts = [
      `epoch ${`${this.#epoch + 1}`.padStart(`${epochs}`.length)}/${epochs}`,
      ...(live ? [batches === undefined ? `batch ${batch}` : bar(batch / batches)] : []),
      `${seconds} s`,
      ...Object.entries(logs).map(([name, value]) => `${name} ${shown(value)}`),
    ];
    // A terminal's last column stays free, as some wrap as soon as it is written.
    const room = this.#stream.isTTY ? (this.#stream.columns ?? 80) - 1 : Number.POSITIVE_INFINITY;
    while (parts.length > 2 && parts.join('  ').length > room) parts.pop();
    return parts.join('  ').slice(0, room);
  }
}

const BAR_WIDTH = 20;

function bar(share: number): string {
  const done = Math.round(BAR_WIDTH * Math.min(1, share));
  return '━'.repeat(done) + '─'.repeat(BAR_WIDTH - done);
}

const shown = (value: number): string =>
  Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? value.toFixed(4) : value.toPrecision(4);

function standardError(): ProgressStream {
  if (typeof process !== 'undefined' && typeof process.stderr?.write === 'function') return process.stderr;
  return { write: (text) => console.log(text.trimEnd()) };
}

/** Whether there is a terminal to show progress on. */
export const hasTerminal = (): boolean => standardError().isTTY === true;

/** Shows how a training gets on: epoch, share of its batches, loss and metrics so far. */
export function progressBar(options: ProgressBarOptions = {}): Callback {
  return new ProgressBar(options);
}
