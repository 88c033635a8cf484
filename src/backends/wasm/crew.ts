import { type BlasPlace, gemmOver } from '../native/gemm.ts';

/** Threads that run programs in step with this one, each on its own part of every phase. */
export interface Crew {
  /** How many threads there are, this one included. */
  readonly size: number;
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
   * Starts a run on all other threads and returns their number, with this one; 1 if they do not answer, and this
   * thread has to do everything.
   */
  start(times: number): number;
  /** Lets the threads forget the program. */
  dismiss(): void;
}

/** Bytes of the words by which threads start together: how many have come, and whether to go. */
export const START_BYTES = 128;
const COME = 0;
const GO = 16;
/** Threads that have not come after this many milliseconds are taken for lost. */
const PATIENCE = 10_000;

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
    if (go === ticket) run(times, thread, threads);
  }
};
if (typeof require === 'function') require('node:worker_threads').parentPort.on('message', handle);
else onmessage = ({ data }) => handle(data);
`;

type Post = (message: unknown) => void;

/**
 * A crew of `size` threads, made when it is first needed; undefined where threads cannot share memory.
 *
 * @param size how many, this one included; by default as many as there are cores, up to `most`
 */
export function makeCrew(most: number, size?: number): Crew | undefined {
  const available = threadsAvailable();
  const threads = Math.min(size ?? available, most);
  if (threads < 2 || available === 1) return undefined;
  const node = nodeThreads();
  let posts: Post[] | undefined;
  let isLost = false;
  let programs = 0;
  const hire = (): Post[] => {
    try {
      return Array.from({ length: threads - 1 }, node?.hire ?? hireInBrowser);
    } catch {
      isLost = true;
      return [];
    }
  };
  return {
    size: threads,
    enlist({ module, memory, startAt, blas }) {
      const id = programs++;
      const words = new Int32Array(memory.buffer, startAt, START_BYTES / 4);
      let isKnown = false;
      let ticket = 0;
      const tell = (message: object, more: (thread: number) => object = () => ({})) => {
        posts?.forEach((post, i) => {
          post({ ...message, id, ...more(i + 1) });
        });
      };
      return {
        start(times) {
          posts ??= hire();
          if (isLost) return 1;
          if (!isKnown) tell({ task: 'enlist', module, memory, startAt, blas });
          isKnown = true;
          ticket++;
          Atomics.store(words, COME, 0);
          tell({ task: 'run', times, threads, ticket }, (thread) => ({ thread }));
          isLost = !haveCome(words, threads - 1);
          Atomics.store(words, GO, isLost ? -ticket : ticket);
          Atomics.notify(words, GO);
          return isLost ? 1 : threads;
        },
        dismiss: () => tell({ task: 'dismiss' }),
      };
    },
  };
}

/** How many threads can run at once, sharing memory; 1 where memory cannot be shared, as in a page that is not isolated. */
export function threadsAvailable(): number {
  const node = nodeThreads();
  if (node) return node.cores;
  const canShare = globalThis.crossOriginIsolated && typeof Worker === 'function';
  return canShare ? (globalThis.navigator?.hardwareConcurrency ?? 1) : 1;
}

/** Waits until so many threads have come; where a page must not sleep, by looking. */
function haveCome(words: Int32Array<ArrayBufferLike>, count: number): boolean {
  const deadline = performance.now() + PATIENCE;
  let maySleep = true;
  for (let come = Atomics.load(words, COME); come < count; come = Atomics.load(words, COME)) {
    const left = deadline - performance.now();
    if (left < 0) return false;
    try {
      if (maySleep) Atomics.wait(words, COME, come, left);
    } catch {
      maySleep = false;
    }
  }
  return true;
}

interface NodeThreads {
  readonly cores: number;
  readonly hire: () => Post;
}

/** Node's threads, which do not keep the process alive. */
function nodeThreads(): NodeThreads | undefined {
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) return undefined;
  const { Worker } = builtin('node:worker_threads');
  return {
    cores: builtin('node:os').availableParallelism(),
    hire() {
      const worker = new Worker(WORKER, { eval: true, execArgv: [] });
      worker.unref();
      worker.on('error', () => undefined);
      return (message) => worker.postMessage(message);
    },
  };
}

function hireInBrowser(): Post {
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return (message) => worker.postMessage(message);
}
