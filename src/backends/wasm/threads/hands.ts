import { type BlasPlace, gemmOver } from '../../native/gemm.ts';

/** Another thread, as this one sees it. */
export interface Hand {
  post(message: unknown): void;
  end(): void;
  readonly state: 'starting' | 'ready' | 'lost';
}

/** A module and the memory it shares, with the address of two words by which threads start together. */
export interface SharedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly startAt: number;
  /** The library that the module calls. */
  readonly blas?: BlasPlace | undefined;
}

/** Bytes of the words by which threads start together: how many have come, and whether to go. */
export const START_BYTES = 128;
export const COME = 0;
export const GO = 16;

/**
 * The words of a hand's mailbox: whether it listens, how many messages it was sent and has dealt with, and a call.
 * One that has just run a program listens for a while, so that the next run needs no message.
 */
const LISTENS = 0;
const SENT = 1;
const DONE = 2;
const CALL = 3;
const MAIL_BYTES = 128;
/** What the first word says. */
const AWAY = 0;
const LISTENING = 1;
const CALLED = 2;
/** A hand looks at its mailbox so often, for some hundred microseconds, then sleeps for so many milliseconds at most. */
const LOOKS = 20_000;
const NAP = 2;

/** A run of a program, as a hand is told of it. */
export interface RunCall {
  readonly id: number;
  readonly times: number;
  readonly ticket: number;
}

/** What a hand is told by messages. */
export type HandMessage =
  | { readonly task: 'enlist'; readonly id: number; readonly program: SharedProgram }
  | { readonly task: 'dismiss'; readonly id: number };

/** Reaches a hand by its mailbox where it listens, else by messages. */
export class Mail {
  readonly hand: Hand;
  readonly #words = new Int32Array(new SharedArrayBuffer(MAIL_BYTES));

  constructor(hand: Hand, thread: number, threads: number) {
    this.hand = hand;
    this.#post({ task: 'begin', mail: this.#words, thread, threads });
  }

  tell(message: HandMessage): void {
    this.#post(message);
  }

  /** Whether the next call needs no message. */
  get isListening(): boolean {
    return !this.#isBusy && Atomics.load(this.#words, LISTENS) === LISTENING;
  }

  /** Lets the hand listen for a while. */
  wake(): void {
    if (!this.#isBusy) this.#post({ task: 'listen' });
  }

  call({ id, times, ticket }: RunCall): void {
    const words = this.#words;
    if (!this.#isBusy) {
      words.set([id, times, ticket], CALL);
      if (Atomics.compareExchange(words, LISTENS, LISTENING, CALLED) === LISTENING) {
        Atomics.notify(words, LISTENS);
        return;
      }
    }
    this.#post({ task: 'run', id, times, ticket });
  }

  /** Whether it has messages that it has not dealt with. */
  get #isBusy(): boolean {
    return Atomics.load(this.#words, SENT) !== Atomics.load(this.#words, DONE);
  }

  #post(message: unknown): void {
    Atomics.add(this.#words, SENT, 1);
    Atomics.notify(this.#words, LISTENS);
    this.hand.post(message);
  }
}

/** What a worker does; as text, so that no file must be found or allowed. It knows the words above. */
const WORKER = `
const programs = new Map();
const gemmOver = ${gemmOver};
let bind, mail, thread, threads;
const run = (id, times, ticket) => {
  const { run, words } = programs.get(id);
  Atomics.add(words, ${COME}, 1);
  Atomics.notify(words, ${COME});
  let go = Atomics.load(words, ${GO});
  for (let looks = ${LOOKS}; Math.abs(go) !== ticket; go = Atomics.load(words, ${GO}))
    if (--looks < 0) Atomics.wait(words, ${GO}, go);
  if (go === ticket) run(times, thread, threads, 1);
};
const listen = (done) => {
  for (;;) {
    Atomics.store(mail, ${LISTENS}, ${LISTENING});
    let looks = ${LOOKS};
    const isIdle = () => Atomics.load(mail, ${LISTENS}) === ${LISTENING} && Atomics.load(mail, ${SENT}) === done;
    while (isIdle() && looks > 0) looks--;
    if (looks === 0) Atomics.wait(mail, ${LISTENS}, ${LISTENING}, ${NAP});
    if (Atomics.compareExchange(mail, ${LISTENS}, ${LISTENING}, ${AWAY}) === ${LISTENING}) return;
    run(mail[${CALL}], mail[${CALL + 1}], mail[${CALL + 2}]);
  }
};
const handle = (message) => {
  const { task, id } = message;
  if (task === 'begin') ({ mail, thread, threads } = message);
  else if (task === 'enlist') {
    const { module, memory, startAt, blas } = message.program;
    if (blas) bind ??= gemmOver(require, blas);
    const env = blas ? { memory, gemm: bind(memory).gemm } : { memory };
    const { run } = new WebAssembly.Instance(module, { env }).exports;
    programs.set(id, { run, words: new Int32Array(memory.buffer, startAt, ${START_BYTES / 4}) });
  } else if (task === 'dismiss') programs.delete(id);
  else if (task === 'run') run(id, message.times, message.ticket);
  const done = Atomics.add(mail, ${DONE}, 1) + 1;
  if (task === 'run' || task === 'listen') listen(done);
};
if (typeof require === 'function') require('node:worker_threads').parentPort.on('message', handle);
else {
  onmessage = ({ data }) => handle(data);
  postMessage('ready');
}
`;

/** How many threads can run at once, sharing memory; 1 where memory cannot be shared, as in a page that is not isolated. */
export function threadsAvailable(): number {
  if (typeof SharedArrayBuffer !== 'function') return 1;
  const node = nodeThreads();
  if (node) return node.cores;
  const canShare = globalThis.crossOriginIsolated && typeof Worker === 'function';
  return canShare ? (globalThis.navigator?.hardwareConcurrency ?? 1) : 1;
}

/** Another thread of Node or of a page. */
export function hireThread(): Hand {
  return nodeThreads()?.hire() ?? hireInPage();
}

interface NodeThreads {
  readonly cores: number;
  readonly hire: () => Hand;
}

/** Node's threads, which do not keep the process alive. */
function nodeThreads(): NodeThreads | undefined {
  const builtin = globalThis.process?.getBuiltinModule;
  const system = builtin?.('node:os');
  if (!system) return undefined;
  return {
    cores: system.availableParallelism(),
    hire() {
      // Loaded when it is needed: this takes longer than to compile a small program.
      const { Worker } = builtin('node:worker_threads');
      const worker = new Worker(WORKER, { eval: true, execArgv: [] });
      worker.unref();
      // It starts while this thread is busy, so it need not be waited for.
      const hand = {
        state: 'ready' as Hand['state'],
        post: (message: unknown) => worker.postMessage(message),
        end: () => void worker.terminate(),
      };
      const lose = () => {
        hand.state = 'lost';
      };
      worker.on('error', lose);
      worker.on('exit', lose);
      return hand;
    },
  };
}

/** A page's worker, which starts only when the page's own thread is idle for a moment. */
function hireInPage(): Hand {
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const hand = {
    state: 'starting' as Hand['state'],
    post: (message: unknown) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
  worker.onmessage = () => {
    hand.state = 'ready';
  };
  worker.onerror = () => {
    hand.state = 'lost';
  };
  return hand;
}
