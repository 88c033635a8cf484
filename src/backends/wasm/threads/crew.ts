import {
  COME,
  GO,
  type Hand,
  hireThread,
  Mail,
  type SharedProgram,
  START_BYTES,
  threadsAvailable,
} from './hands.ts';

/** Threads that run programs in step with this one, each on its own part of every phase. */
export interface Crew {
  /** How many threads there are, this one included. */
  readonly size: number;
  /** Whether this thread may sleep while it waits: the main thread of a page may not. */
  readonly maySleep: boolean;
  /** Makes a program known to all threads. */
  enlist(program: SharedProgram): Team;
}

/** The threads of one program. */
export interface Team {
  /**
   * Starts a run on all other threads and returns their number, with this one; 1 if they are not there, or no longer,
   * and this thread has to do everything.
   *
   * @param length threads are hired and waited for if a run is long; a short one takes those that listen
   */
  start(times: number, length: 'long' | 'short'): number;
  /** Gives all threads up: one of them did not finish. */
  lose(): void;
  /** Lets the threads forget the program. */
  dismiss(): void;
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

const PATIENCE = 10_000;
/** Looks for threads so often, for some ten microseconds, before it goes to sleep. */
const LOOKS = 2_000;
/** An idle thread does not collect garbage, and keeps the memory of programs that it has forgotten. */
const MOST_DROPPED = 64 * 2 ** 20;
/** After so many short runs threads are hired, for those to come. */
const MANY_RUNS = 32;
/** Tickets are numbers of 32 bits, and their negatives say that a run is off. */
const LAST_TICKET = 2 ** 30;

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
  let mails: Mail[] | undefined;
  let isLost = false;
  let programs = 0;
  let dropped = 0;
  let shortRuns = 0;
  /** Counts the crews there have been: a program must be made known to each. */
  let generation = 0;
  const replaceAll = () => {
    for (const { hand } of mails ?? []) hand.end();
    mails = undefined;
    dropped = 0;
    generation++;
  };
  const hireAll = (): Mail[] => {
    try {
      return Array.from({ length: threads - 1 }, (_, i) => new Mail(hire(), i + 1, threads));
    } catch {
      isLost = true;
      return [];
    }
  };
  return {
    size: threads,
    maySleep,
    enlist(program) {
      const { memory, startAt } = program;
      const id = programs++;
      const words = new Int32Array(memory.buffer, startAt, START_BYTES / 4);
      let knownTo = -1;
      let ticket = 0;
      return {
        start(times, length) {
          if (length === 'short' && !mails && ++shortRuns < MANY_RUNS) return 1;
          mails ??= hireAll();
          isLost ||= mails.some(({ hand }) => hand.state === 'lost');
          if (isLost || mails.some(({ hand }) => hand.state === 'starting')) return 1;
          if (knownTo !== generation) for (const mail of mails) mail.tell({ task: 'enlist', id, program });
          knownTo = generation;
          if (length === 'short') {
            const away = mails.filter((mail) => !mail.isListening);
            for (const mail of away) mail.wake();
            if (away.length > 0) return 1;
          }
          ticket = (ticket % LAST_TICKET) + 1;
          Atomics.store(words, COME, 0);
          for (const mail of mails) mail.call({ id, times, ticket });
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
          for (const mail of mails ?? []) mail.tell({ task: 'dismiss', id });
          dropped += memory.buffer.byteLength;
          if (dropped >= mostDropped) replaceAll();
        },
      };
    },
  };
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

/** Waits until so many threads have come: a moment by looking, then asleep where it may sleep. */
function haveCome(
  words: Int32Array<ArrayBufferLike>,
  count: number,
  patience: number,
  maySleep: boolean,
): boolean {
  const deadline = performance.now() + patience;
  let looks = 0;
  for (let come = Atomics.load(words, COME); come < count; come = Atomics.load(words, COME)) {
    if (looks++ < LOOKS) continue;
    const left = deadline - performance.now();
    if (left < 0) return false;
    if (maySleep) Atomics.wait(words, COME, come, left);
  }
  return true;
}
