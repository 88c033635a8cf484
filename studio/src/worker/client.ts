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

/** As often as a call is asked again after its worker was lost: it may be what ends the worker. */
const ATTEMPTS = 2;

/** The page's end of the channel. A worker that is lost is started anew, and asked again for what was not answered. */
export class WorkerClient {
  readonly #lost: () => void;
  readonly #waiting = new Map<number, Waiting & { attempts: number }>();
  #worker: Worker | undefined;
  #next = 1;

  constructor(lost: () => void) {
    this.#lost = lost;
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
    this.#lost();
    for (const [id, waiting] of this.#waiting) {
      if (waiting.attempts++ >= ATTEMPTS) {
        this.#waiting.delete(id);
        waiting.reject(new Error('The computation ended the worker twice.'));
      } else this.#send(waiting.message);
    }
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    worker.addEventListener('error', () => {
      if (worker === this.#worker) this.restart();
    });
    return worker;
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.kind !== 'progress') this.#waiting.delete(message.id);
    if (message.kind === 'progress') waiting.progress(message.value);
    else if (message.kind === 'value') waiting.resolve(message.value);
    else waiting.reject(new Error(message.message));
  }
}
