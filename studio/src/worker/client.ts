import type { FromWorker, ToWorker } from './protocol.ts';

interface Waiting {
  readonly message: ToWorker;
  resolve(value: unknown): void;
  reject(problem: Error): void;
  progress(value: unknown): void;
}

export interface CallOptions {
  /** Cancels it. */
  readonly signal?: AbortSignal;
  /** Hears of parts of the result that are sent ahead. */
  readonly progress?: (value: unknown) => void;
  /** The only number whose formula is needed of a result; '' for the one that the result puts in focus. */
  readonly open?: string;
}

/** The result is not wanted any more. */
export class Cancelled extends Error {}

/** A computation that ended its worker as often as it was tried, or never answered. */
export class Lost extends Error {}

/** As often as a call is asked again after its worker was lost: it may be what ends the worker. */
const ATTEMPTS = 2;

/** Milliseconds from one look at a worker that owes an answer to the next. */
const BEAT = 1000;
/** Looks without a sign of life after which a worker counts as silent; more of them while it is still being loaded. */
const MOST_MISSED = 4;
const MOST_MISSED_LOADING = 20;

/** What the page is told of its worker. */
export interface WorkerEvents {
  /** It was lost, and has been started again. */
  lost(): void;
  /** It owes an answer and gives no sign of life; or it does again. It may be dead, in an endless loop, or only slow. */
  silent(isSilent: boolean): void;
}

/**
 * The page's end of the channel. A worker that is lost is started anew, and asked again for what was not answered. Not
 * every loss is told: a worker that owes an answer is asked for a sign of life every second.
 */
export class WorkerClient {
  readonly #events: WorkerEvents;
  readonly #waiting = new Map<number, Waiting & { attempts: number }>();
  #worker: Worker | undefined;
  #next = 1;
  #isLoaded = false;
  #missed = 0;
  #beat: ReturnType<typeof setTimeout> | undefined;

  constructor(events: WorkerEvents) {
    this.#events = events;
  }

  /** Asks for a computation. */
  call<T>(lab: string, name: string, argument: unknown, options: CallOptions = {}): Promise<T> {
    const id = this.#next++;
    const { open } = options;
    const message: ToWorker = {
      ...{ kind: 'call', id, lab, name, argument },
      ...(open !== undefined && { open }),
    };
    return new Promise<T>((resolve, reject) => {
      options.signal?.addEventListener('abort', () => {
        if (!this.#waiting.delete(id)) return;
        this.#send({ kind: 'cancel', id });
        reject(new Cancelled());
      });
      this.#waiting.set(id, {
        message,
        attempts: 1,
        resolve: (value) => resolve(value as T),
        reject,
        progress: options.progress ?? (() => {}),
      });
      this.#send(message);
    });
  }

  /** Ends the worker as a crash would: what was asked is asked again of the next one. */
  restart(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#heard();
    this.#isLoaded = false;
    this.#events.lost();
    for (const [id, waiting] of this.#waiting) {
      if (waiting.attempts++ >= ATTEMPTS) {
        this.#waiting.delete(id);
        waiting.reject(new Lost('This was tried twice and never answered: undo, or change something.'));
      } else this.#send(waiting.message);
    }
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
    if (this.#waiting.size > 0) this.#beat ??= this.#listen();
  }

  /** Looks after a while whether the worker gave a sign of life. */
  #listen(): ReturnType<typeof setTimeout> {
    const asked = performance.now();
    return setTimeout(() => {
      this.#beat = undefined;
      if (this.#waiting.size === 0) return;
      // A page that itself slept, or had to wait for the machine, cannot blame the worker.
      if (performance.now() - asked < 2 * BEAT) this.#missed++;
      const most = this.#isLoaded ? MOST_MISSED : MOST_MISSED_LOADING;
      if (this.#missed === most) this.#events.silent(true);
      this.#send({ kind: 'ping' });
    }, BEAT);
  }

  #heard(): void {
    const most = this.#isLoaded ? MOST_MISSED : MOST_MISSED_LOADING;
    if (this.#missed >= most) this.#events.silent(false);
    this.#missed = 0;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#receive(data);
    });
    worker.addEventListener('error', () => {
      if (worker === this.#worker) this.restart();
    });
    return worker;
  }

  #receive(message: FromWorker): void {
    this.#heard();
    this.#isLoaded = true;
    if (message.kind === 'pong') return;
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.kind !== 'progress') this.#waiting.delete(message.id);
    if (message.kind === 'progress') waiting.progress(message.value);
    else if (message.kind === 'value') waiting.resolve(message.value);
    else waiting.reject(new Error(message.message));
  }
}
