import { ArgumentError } from '../graph/errors.ts';
import type { Formula } from './formula.ts';

/** Every number an algorithm holds at one moment, by name: `w1`, `b`, `y_in`, … */
export type State = Readonly<Record<string, number>>;

/** Where a step belongs, from the outside in: `{ epoch: 2, example: 1, layer: 'hidden' }`. */
export type Group = Readonly<Record<string, number | string>>;

/** A number before and after a step; undefined where it does not exist. */
export interface Change {
  readonly name: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** One step of an algorithm: what it does, by which formula, and which numbers it changes. */
export interface Step {
  readonly title: string;
  readonly group: Group;
  readonly formula: Formula;
  readonly changes: readonly Change[];
}

/**
 * What an algorithm did, step by step. A step stores only its changes, in both directions, so a long run stays
 * small and walking backwards restores every number to the bit.
 */
export class Trace {
  readonly initial: State;
  readonly steps: readonly Step[];
  /** Whether every step of the run is here: a recorder stops at its limit, the algorithm does not. */
  readonly complete: boolean;

  constructor(initial: State, steps: readonly Step[], complete = true) {
    this.initial = initial;
    this.steps = steps;
    this.complete = complete;
  }

  get length(): number {
    return this.steps.length;
  }

  /** The state after the first `count` steps: `at(0)` is the beginning, `at(length)` the end. */
  at(count: number): State {
    return this.walk(count).state;
  }

  /** A walk that has taken the first `count` steps. */
  walk(count = 0): Walk {
    return new Walk(this).goTo(count);
  }
}

/** A place in a trace: forwards, backwards, and the state there. */
export class Walk {
  readonly trace: Trace;
  readonly #state: Map<string, number>;
  #position = 0;

  constructor(trace: Trace) {
    this.trace = trace;
    this.#state = new Map(Object.entries(trace.initial));
  }

  /** How many steps have been taken. */
  get position(): number {
    return this.#position;
  }

  get state(): State {
    return Object.fromEntries(this.#state);
  }

  /** Takes a step and returns it; undefined at the end. */
  next(): Step | undefined {
    const step = this.trace.steps[this.#position];
    if (!step) return undefined;
    for (const { name, after } of step.changes) this.#set(name, after);
    this.#position++;
    return step;
  }

  /** Undoes the last step and returns it; undefined at the beginning. */
  previous(): Step | undefined {
    const step = this.trace.steps[this.#position - 1];
    if (!step) return undefined;
    for (const { name, before } of step.changes) this.#set(name, before);
    this.#position--;
    return step;
  }

  /** Walks to where `count` steps have been taken. */
  goTo(count: number): this {
    if (!Number.isInteger(count) || count < 0 || count > this.trace.length) {
      throw new ArgumentError({
        asked: 'a place in a trace',
        expected: `a whole number from 0 to ${this.trace.length}`,
        received: String(count),
      });
    }
    while (this.#position < count) this.next();
    while (this.#position > count) this.previous();
    return this;
  }

  #set(name: string, value: number | undefined): void {
    if (value === undefined) this.#state.delete(name);
    else this.#state.set(name, value);
  }
}

/** As many steps as a page can walk through; runs that train for thousands of epochs go on unrecorded. */
export const STEP_LIMIT = 20_000;

/** A recorder and the group of the steps that come. */
export interface Recording {
  readonly recorder: Recorder;
  readonly group: Group;
}

/** Writes a trace while an algorithm runs. */
export class Recorder {
  readonly #initial: State;
  readonly #state: Map<string, number>;
  readonly #steps: Step[] = [];
  readonly #limit: number;
  #complete = true;

  constructor(initial: State = {}, limit = STEP_LIMIT) {
    this.#initial = { ...initial };
    this.#state = new Map(Object.entries(initial));
    this.#limit = limit;
  }

  /**
   * Records a step whose formula gives `name` the value `value`. The formula is asked for only where it is kept.
   *
   * @param also Other numbers that change with it, such as the inputs that are read.
   */
  step(
    group: Group,
    title: string,
    name: string,
    value: number,
    formula: () => Formula,
    also: State = {},
  ): void {
    if (!this.#hasRoom()) return;
    const changes = Object.entries({ ...also, [name]: value }).map(([key, after]) => {
      const before = this.#state.get(key);
      this.#state.set(key, after);
      return { name: key, before, after };
    });
    this.#steps.push({ title, group, formula: formula(), changes });
  }

  /** A place to record steps of a group, while there is room: a long run need not prepare steps that are not kept. */
  open(group: Group): Recording | undefined {
    return this.#hasRoom() ? { recorder: this, group } : undefined;
  }

  #hasRoom(): boolean {
    if (this.#steps.length >= this.#limit) this.#complete = false;
    return this.#steps.length < this.#limit;
  }

  finish(): Trace {
    return new Trace(this.#initial, this.#steps, this.#complete);
  }
}
