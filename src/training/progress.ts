import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Key } from '../graph/threefry.ts';
import type { Callback, CallbackState } from './callbacks/callback.ts';
import type { Model } from './model/model.ts';
import type { Totals } from './totals.ts';

/** How far a run of `fit` has come, besides the model itself: what it goes on from. */
export interface Progress {
  /** Epochs done. */
  readonly epoch: number;
  /** Batches done of the next one. */
  readonly batch: number;
  /** The epoch the run began with: sources of batches are read from there. */
  readonly begun: number;
  /** What the order of the examples comes from, epoch by epoch. */
  readonly shuffleKey: Key;
  /** What loss and metrics add up to, where an epoch is not done. */
  readonly totals: readonly NDArray[];
  /** Whether a callback has ended training. */
  readonly stopped: boolean;
  /** What the callbacks remember. */
  readonly callbacks: readonly CallbackState[];
}

/** The progress of a run while it runs. */
export class Run implements Progress {
  epoch: number;
  batch: number;
  readonly begun: number;
  readonly shuffleKey: Key;
  readonly #model: Model;
  readonly #totals: Totals;
  readonly #callbacks: readonly Callback[];

  constructor(
    { epoch, batch, begun, shuffleKey }: Progress,
    model: Model,
    totals: Totals,
    callbacks: readonly Callback[],
  ) {
    this.epoch = epoch;
    this.batch = batch;
    this.begun = begun;
    this.shuffleKey = shuffleKey;
    this.#model = model;
    this.#totals = totals;
    this.#callbacks = callbacks;
  }

  get stopped(): boolean {
    return this.#model.stopTraining;
  }

  get totals(): readonly NDArray[] {
    return this.batch === 0 ? [] : this.#totals.values();
  }

  get callbacks(): readonly CallbackState[] {
    return rememberingIn(this.#callbacks).map((callback) => callback.saved?.() ?? { numbers: {} });
  }

  /** As it is now, whatever becomes of callbacks and programs. */
  snapshot(): Progress {
    const { epoch, batch, begun, shuffleKey, stopped, totals, callbacks } = this;
    return { epoch, batch, begun, shuffleKey, stopped, totals, callbacks };
  }
}

/** The callbacks that have something to remember. */
const rememberingIn = (callbacks: readonly Callback[]): readonly Callback[] =>
  callbacks.filter(({ saved }) => saved !== undefined);

/** Reminds callbacks of an earlier run. @throws ArgumentError when they are not those of that run */
export function remind(callbacks: readonly Callback[], states: readonly CallbackState[]): void {
  const remembering = rememberingIn(callbacks);
  if (remembering.length !== states.length) {
    throw new ArgumentError({
      asked: 'going on with an earlier run',
      expected: `its callbacks, ${states.length} of which remember something`,
      received: `${remembering.length} that do`,
      fix: 'Give fit the callbacks it had, in the same order.',
    });
  }
  for (const [i, callback] of remembering.entries()) {
    const state = states[i];
    if (state) callback.restore?.(state);
  }
}
