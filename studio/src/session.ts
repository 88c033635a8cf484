import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { LabDefinition, LabResult, OpenedNumber } from './lab.ts';
import { fallbacks, keysOf, writeProperties } from './properties.ts';
import { type CallOptions, Cancelled, Lost, type WorkerClient } from './worker/client.ts';

/** Milliseconds from one step to the next while running. */
export const SPEEDS = { slow: 1200, medium: 400, fast: 60 } as const;
export type Speed = keyof typeof SPEEDS;

/** Milliseconds after which a computation that nobody waits for is given up. */
const PATIENCE = 250;

/** How many changes can be undone. */
const UNDO = 500;

/** Frames over which the parts of the page are drawn while it runs. */
export const TURNS = 4;

/** The next time that the page draws; where it draws nothing, as in a tab behind others, soon. */
function nextFrame(): Promise<void> {
  return new Promise((next) => {
    const soon = setTimeout(next, 250);
    requestAnimationFrame(() => {
      clearTimeout(soon);
      next();
    });
  });
}

function settingsOf<P extends object, R extends LabResult>(
  { properties: table, position, training }: LabDefinition<P, R>,
  properties: Signal<P>,
): ReadonlySignal<P> {
  const moving = new Set<string>(training?.moves ?? (position === undefined ? [] : [position]));
  const still = keysOf(table).filter((key) => !moving.has(key));
  let last: P | undefined;
  return computed(() => {
    const now = properties.value;
    if (!last || still.some((key) => last?.[key] !== now[key])) last = now;
    return last;
  });
}

/** A visit to a lab: its properties and their history, the result computed from them, what is selected. */
export class Session<P extends object = object, R extends LabResult = LabResult> {
  readonly lab: LabDefinition<P, R>;
  readonly properties: Signal<P>;
  /** The properties without where a run has come: the same object while nothing else changes. */
  readonly settings: ReadonlySignal<P>;
  readonly result: Signal<R | undefined> = signal(undefined);
  /**
   * The result as the parts of the page draw it: while it runs they take turns, a frame each, so that no frame draws
   * everything. The first of them is the result itself.
   */
  readonly turns: readonly Signal<R | undefined>[];
  readonly problem: Signal<string | undefined> = signal(undefined);
  /** The quantity in the inspector. */
  readonly selected: Signal<string | undefined> = signal(undefined);
  /** What the worker told of a selected number that the result has no formula for; of no other. */
  readonly opened: Signal<{ readonly name: string; readonly number: OpenedNumber | undefined } | undefined> =
    signal(undefined);
  readonly running = signal(false);
  readonly speed: Signal<Speed> = signal('medium');
  /** Which answer was predicted; −1 where the question was skipped. */
  readonly predicted: Signal<number | undefined> = signal(undefined);
  /** The self-checks brought about so far. */
  readonly checked: Signal<ReadonlySet<number>> = signal(new Set<number>());
  /** Whether the result belongs to the properties. */
  readonly settled = signal(false);
  /** Whether the properties have been written down: in the address, and in what is kept here. */
  readonly written = signal(false);
  readonly locked: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly canUndo: ReadonlySignal<boolean>;
  /** The quantity that an exercise hides. */
  readonly veiled: ReadonlySignal<string | undefined>;
  readonly position: ReadonlySignal<number>;
  readonly length: ReadonlySignal<number>;
  readonly #worker: WorkerClient;
  readonly #history: Signal<readonly P[]> = signal([]);
  #merging: string | undefined;
  #asked: AbortController | undefined;
  #askedAt = 0;
  #stale = false;
  #closed = false;
  #run: AbortController | undefined;
  #opening: AbortController | undefined;
  #stopOpening: (() => void) | undefined;
  #drawing: Promise<void> | undefined;

  constructor(
    lab: LabDefinition<P, R>,
    properties: P,
    worker: WorkerClient,
    {
      before,
      ...limits
    }: { readonly before?: P; readonly locked?: Iterable<string>; readonly hidden?: Iterable<string> } = {},
  ) {
    this.lab = lab;
    this.properties = signal(properties);
    this.settings = settingsOf(lab, this.properties);
    this.turns = [this.result, ...Array.from({ length: TURNS - 1 }, () => signal<R | undefined>(undefined))];
    this.#worker = worker;
    if (before) this.#history.value = [before];
    this.locked = new Set(limits.locked);
    this.hidden = new Set(limits.hidden);
    this.canUndo = computed(() => this.#history.value.length > 0);
    this.veiled = computed(() => lab.veiled?.(this.properties.value));
    this.position = computed(() => this.#positionIn(this.properties.value));
    this.length = computed(() => this.result.value?.length ?? 0);
    if (lab.opens) this.#stopOpening = effect(() => void this.#open());
    void this.#compute();
  }

  #positionIn(properties: P): number {
    const key = this.lab.position;
    return key === undefined ? 0 : Number(properties[key]);
  }

  /**
   * Changes properties. What is locked stays.
   *
   * @param merge Changes of the same name that follow each other are undone together: a drag is one change
   */
  set(changes: Partial<P>, { merge }: { readonly merge?: string } = {}): void {
    if (this.#change(changes, merge)) void this.#compute();
  }

  /** Changes properties to what a computation came to, and shows its result with them: one picture, not two. */
  show(changes: Partial<P>, result: R, options: { readonly merge?: string } = {}): void {
    if (Object.keys(changes).some((key) => this.locked.has(key))) {
      // What is locked stays as it is: the result is then another.
      this.set(changes, options);
      return;
    }
    batch(() => {
      this.#change(changes, options.merge);
      this.#asked?.abort();
      this.#stale = false;
      this.#accept(result);
    });
  }

  /** Whether anything could be changed. */
  #change(changes: Partial<P>, merge: string | undefined): boolean {
    const allowed = keysOf(this.lab.properties).filter((key) => key in changes && !this.locked.has(key));
    if (allowed.length === 0) return false;
    const next = { ...this.properties.value };
    for (const key of allowed) {
      const value = changes[key];
      if (value !== undefined) next[key] = value;
    }
    const merged = merge !== undefined && merge === this.#merging;
    if (!merged) this.#history.value = [...this.#history.value, this.properties.value].slice(-UNDO);
    this.#merging = merge;
    this.properties.value = next;
    return true;
  }

  /** Ends what was being merged: the next change is a change of its own. */
  commit(): void {
    this.#merging = undefined;
  }

  undo(): void {
    this.pause();
    const before = this.#history.value.at(-1);
    if (!before) return;
    this.#merging = undefined;
    batch(() => {
      this.#history.value = this.#history.value.slice(0, -1);
      this.properties.value = before;
    });
    void this.#compute();
  }

  /** Everything as it is when nothing is said; this too can be undone. */
  reset(): void {
    this.pause();
    this.commit();
    this.set(fallbacks(this.lab.properties));
  }

  get canStep(): boolean {
    const { position, training } = this.lab;
    if (training) return true;
    return position !== undefined && !this.locked.has(position) && this.position.value < this.length.value;
  }

  async step(): Promise<void> {
    if (this.lab.training) {
      this.settled.value = false;
      try {
        await this.lab.training.step(this);
      } finally {
        if (!this.#asked) this.settled.value = true;
      }
      return;
    }
    this.selected.value = undefined;
    if (this.canStep) this.set(this.#nextStep());
  }

  #nextStep(): Partial<P> {
    const { position } = this.lab;
    return position === undefined ? {} : ({ [position]: this.position.value + 1 } as Partial<P>);
  }

  /** Steps until the end, or until it is paused. */
  async run(): Promise<void> {
    if (this.running.value) return;
    const run = new AbortController();
    this.#run = run;
    this.running.value = true;
    try {
      if (this.lab.training) await this.lab.training.run(this, run.signal);
      else await this.#walk(run.signal);
    } catch (problem) {
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    } finally {
      if (this.#run === run && this.running.value) this.pause();
    }
  }

  async #walk(signal: AbortSignal): Promise<void> {
    this.commit();
    this.selected.value = undefined;
    while (!signal.aborted && this.canStep) {
      const start = performance.now();
      await this.#walkOn(signal);
      await new Promise((next) => setTimeout(next, SPEEDS[this.speed.value] - (performance.now() - start)));
    }
    this.commit();
  }

  /** A step whose picture is drawn once it is there, and nothing before. */
  async #walkOn(signal: AbortSignal): Promise<void> {
    const [before, changes] = [this.properties.value, this.#nextStep()];
    const brief = this.lab.hasManyFormulas === true && this.speed.value === 'fast';
    try {
      const result = await this.call<R>('compute', { ...before, ...changes }, { signal, brief });
      // What was changed by hand meanwhile counts.
      await this.drawn();
      if (this.properties.value === before && !signal.aborted) this.show(changes, result, { merge: 'run' });
    } catch (problem) {
      if (problem instanceof Lost) throw problem;
      // Asked for in the ordinary way, it says what is wrong.
      if (!(problem instanceof Cancelled)) this.set(changes, { merge: 'run' });
    }
  }

  pause(): void {
    this.#run?.abort();
    batch(() => {
      this.running.value = false;
      this.#drawAll();
    });
    // What was left out while it ran is asked for now.
    if (this.result.value?.isBrief) void this.#compute();
  }

  /**
   * Another computation of this lab in the worker.
   *
   * @param options `brief`: of a result's formulas only the one in the inspector is needed
   */
  call<T>(
    name: string,
    argument: unknown,
    { brief = false, ...options }: Omit<CallOptions, 'open'> & { readonly brief?: boolean } = {},
  ): Promise<T> {
    const open = brief ? { open: this.selected.value ?? '' } : {};
    return this.#worker.call<T>(this.lab.id, name, argument, { ...options, ...open });
  }

  /** The properties as an address writes them. */
  get query(): URLSearchParams {
    return writeProperties(this.lab.properties, this.properties.value);
  }

  /** Asks the worker for the selected number, where the result does not say how it comes about. */
  async #open(): Promise<void> {
    const [name, result] = [this.selected.value, this.result.value];
    this.#opening?.abort();
    if (name === undefined || !result || result.isBrief || name in result.formulas) return;
    const asked = new AbortController();
    this.#opening = asked;
    try {
      const argument = { properties: this.properties.peek(), name };
      const number = await this.call<OpenedNumber | undefined>('open', argument, { signal: asked.signal });
      this.opened.value = { name, number };
    } catch (problem) {
      if (problem instanceof Cancelled) return;
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    }
  }

  /** Leaves: nothing goes on. */
  close(): void {
    this.pause();
    this.#stopOpening?.();
    this.#opening?.abort();
    this.#closed = true;
    this.#asked?.abort();
  }

  /**
   * Computes the result of the newest properties. One computation is under way at a time, and what it gives is shown
   * even when the properties have moved on: a picture follows a drag. Only a long one is given up.
   */
  async #compute(): Promise<void> {
    this.settled.value = false;
    this.#stale = true;
    if (this.#asked) {
      if (performance.now() - this.#askedAt > PATIENCE) this.#asked.abort();
      return;
    }
    while (this.#stale && !this.#closed) {
      this.#stale = false;
      this.#asked = new AbortController();
      this.#askedAt = performance.now();
      await this.#ask(this.#asked.signal);
    }
    this.#asked = undefined;
  }

  async #ask(signal: AbortSignal): Promise<void> {
    try {
      const result = await this.call<R>('compute', this.properties.value, { signal });
      this.#accept(result);
    } catch (problem) {
      if (problem instanceof Cancelled) return;
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    }
  }

  #accept(result: R): void {
    batch(() => {
      this.result.value = result;
      this.problem.value = undefined;
      this.settled.value = !this.#stale;
      if (this.running.value) void this.#drawInTurn();
      else this.#drawAll();
    });
    this.#check(result);
  }

  /** Resolves when all of the page has been drawn. */
  readonly drawn = (): Promise<void> => this.#drawing ?? Promise.resolve();

  #drawAll(): void {
    for (const turn of this.turns) turn.value = this.result.value;
  }

  #drawInTurn(): Promise<void> {
    this.#drawing ??= (async () => {
      for (const turn of this.turns.slice(1)) {
        await nextFrame();
        turn.value = this.result.value;
      }
      await nextFrame();
      this.#drawing = undefined;
    })();
    return this.#drawing;
  }

  #check(result: R): void {
    const done = this.lab.selfChecks.flatMap((check, at) =>
      check.done(result, this.properties.value) ? [at] : [],
    );
    if (done.some((at) => !this.checked.value.has(at))) {
      this.checked.value = new Set([...this.checked.value, ...done]);
    }
  }
}
