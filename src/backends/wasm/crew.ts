import { type BlasPlace, gemmOver } from '../native/gemm.ts';

/** Threads that run programs in step with this one, each on its own part of every phase. */
export interface Crew {
  /** How many threads there are, this one included. */
  readonly size: number;
  /** Whether this thread may sleep while it waits: the main thread of a page may not. */
  readonly maySleep: boolean;
  /** Makes a program known to all threads. */
  enlist(program: SharedProgram): Team;
}

/** A module and the memory it shares, with the address of two words by which threads start together. */
export interface SharedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly startAt: number;
  /** The library that the module calls. */
  readonly blas?: BlasPlace | undefined;
}

/** The threads of one program. */
export interface Team {
  /**
   * Starts a run on all other threads and returns their number, with this one; 1 if they are not there, or no longer,
   * and this thread has to do everything.
   */
  start(times: number): number;
  /** Gives all threads up: one of them did not finish. */
  lose(): void;
  /** Lets the threads forget the program. */
  dismiss(): void;
}

/** Another thread, as this one sees it. */
export interface Hand {
  post(message: unknown): void;
  end(): void;
  readonly state: 'starting' | 'ready' | 'lost';
}

export interface CrewOptions {
  /** How many threads, this one included; by default as many as there are cores. */
  readonly size?: number | undefined;
  /** Threads that have not come after this many milliseconds are taken for lost. */
  readonly patience?: number | undefined;
  readonly hire?: (() => Hand) | undefined;
  readonly maySleep?: boolean | undefined;
  /** Threads are replaced after so many bytes of programs have been dropped. */
  readonly mostDropped?: number | undefined;
}

/** Bytes of the words by which threads start together: how many have come, and whether to go. */
export const START_BYTES = 128;
const COME = 0;
const GO = 16;
const PATIENCE = 10_000;
/** An idle thread does not collect garbage, and keeps the memory of programs that it has forgotten. */
const MOST_DROPPED = 64 * 2 ** 20;
/** Tickets are numbers of 32 bits, and their negatives say that a run is off. */
const LAST_TICKET = 2 ** 30;

/** What a worker does; as text, so that no file must be found or allowed. It knows the two words above. */
const WORKER = `
const programs = new Map();
const gemmOver = ${gemmOver};
let bind;
const handle = ({ task, id, module, memory, startAt, blas, times, thread, threads, ticket }) => {
  if (task === 'enlist') {
    if (blas) bind ??= gemmOver(require, blas);
    const env = blas ? { memory, gemm: bind(memory).gemm } : { memory };
    const { run } = new WebAssembly.Instance(module, { env }).exports;
    programs.set(id, { run, words: new Int32Array(memory.buffer, startAt, ${START_BYTES / 4}) });
  } else if (task === 'dismiss') programs.delete(id);
  else {
    const { run, words } = programs.get(id);
    Atomics.add(words, ${COME}, 1);
    Atomics.notify(words, ${COME});
    let go = Atomics.load(words, ${GO});
    while (Math.abs(go) !== ticket) {
      Atomics.wait(words, ${GO}, go);
      go = Atomics.load(words, ${GO});
    }
    if (go === ticket) run(times, thread, threads, 1);
  }
};
if (typeof require === 'function') require('node:worker_threads').parentPort.on('message', handle);
else {
  onmessage = ({ data }) => handle(data);
  postMessage('ready');
}
`;

/**
 * A crew of threads, made when it is first needed; undefined where threads cannot share memory.
 *
 * @param most more threads than this are never used
 */
export function makeCrew(most: number, options: CrewOptions = {}): Crew | undefined {
  const available = threadsAvailable();
  const threads = Math.min(options.size ?? available, most);
  if (threads < 2 || available === 1) return undefined;
  const hire = options.hire ?? hireThread;
  const { patience = PATIENCE, maySleep = canSleep(), mostDropped = MOST_DROPPED } = options;
  let hands: Hand[] | undefined;
  let isLost = false;
  let programs = 0;
  let dropped = 0;
  /** Counts the crews there have been: a program must be made known to each. */
  let generation = 0;
  const replaceAll = () => {
    for (const hand of hands ?? []) hand.end();
    hands = undefined;
    dropped = 0;
    generation++;
  };
  const hireAll = (): Hand[] => {
    try {
      return Array.from({ length: threads - 1 }, hire);
    } catch {
      isLost = true;
      return [];
    }
  };
  return {
    size: threads,
    maySleep,
    enlist({ module, memory, startAt, blas }) {
      const id = programs++;
      const words = new Int32Array(memory.buffer, startAt, START_BYTES / 4);
      let knownTo = -1;
      let ticket = 0;
      const tell = (message: object, more: (thread: number) => object = () => ({})) => {
        hands?.forEach((hand, i) => {
          hand.post({ ...message, id, ...more(i + 1) });
        });
      };
      return {
        start(times) {
          hands ??= hireAll();
          isLost ||= hands.some(({ state }) => state === 'lost');
          if (isLost || hands.some(({ state }) => state === 'starting')) return 1;
          if (knownTo !== generation) tell({ task: 'enlist', module, memory, startAt, blas });
          knownTo = generation;
          ticket = (ticket % LAST_TICKET) + 1;
          Atomics.store(words, COME, 0);
          tell({ task: 'run', times, threads, ticket }, (thread) => ({ thread }));
          isLost = !haveCome(words, threads - 1, patience, maySleep);
          Atomics.store(words, GO, isLost ? -ticket : ticket);
          Atomics.notify(words, GO);
          return isLost ? 1 : threads;
        },
        lose() {
          isLost = true;
        },
        dismiss() {
          if (knownTo !== generation) return;
          tell({ task: 'dismiss' });
          dropped += memory.buffer.byteLength;
          if (dropped >= mostDropped) replaceAll();
        },
      };
    },
  };
}

/** How many threads can run at once, sharing memory; 1 where memory cannot be shared, as in a page that is not isolated. */
export function threadsAvailable(): number {
  if (typeof SharedArrayBuffer !== 'function') return 1;
  const node = nodeThreads();
  if (node) return node.cores;
  const canShare = globalThis.crossOriginIsolated && typeof Worker === 'function';
  return canShare ? (globalThis.navigator?.hardwareConcurrency ?? 1) : 1;
}

function canSleep(): boolean {
  try {
    // The word is not 1: nobody sleeps.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/** Waits until so many threads have come; where it must not sleep, by looking. */
function haveCome(
  words: Int32Array<ArrayBufferLike>,
  count: number,
  patience: number,
  maySleep: boolean,
): boolean {
  const deadline = performance.now() + patience;
  for (let come = Atomics.load(words, COME); come < count; come = Atomics.load(words, COME)) {
    const left = deadline - performance.now();
    if (left < 0) return false;
    if (maySleep) Atomics.wait(words, COME, come, left);
  }
  return true;
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
  const threads = builtin?.('node:worker_threads');
  if (!threads) return undefined;
  return {
    cores: builtin('node:os').availableParallelism(),
    hire() {
      const worker = new threads.Worker(WORKER, { eval: true, execArgv: [] });
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
