import type { NDArray } from '../../graph/ndarray.ts';
import type { Model } from '../model/model.ts';
import type { Callback, CallbackState, Logs } from './callback.ts';
import { isBetter, type MonitorMode, modeOf, monitored } from './monitor.ts';

export interface EarlyStoppingOptions {
  readonly monitor?: string;
  readonly minDelta?: number;
  readonly patience?: number;
  readonly mode?: MonitorMode;
  /** What the value must be better than, too, for an epoch to count as better; null for nothing. */
  readonly baseline?: number | null;
  readonly restoreBestWeights?: boolean;
  readonly startFromEpoch?: number;
}

/** Stops when what it watches has not improved for `patience` epochs. */
export class EarlyStopping implements Callback {
  readonly #options: Required<EarlyStoppingOptions> & { readonly mode: 'min' | 'max' };
  #model: Model | undefined;
  #best = Number.NaN;
  #wait = 0;
  #weights: NDArray[] | undefined;
  /** The epoch of the best value, from 0. */
  bestEpoch = 0;
  /** The epoch after which it stopped, if it did. */
  stoppedEpoch: number | undefined;

  constructor(options: EarlyStoppingOptions) {
    const { monitor = 'val_loss', minDelta = 0, patience = 0, mode = 'auto' } = options;
    const { baseline = null, restoreBestWeights = false, startFromEpoch = 0 } = options;
    this.#options = {
      monitor,
      minDelta: Math.abs(minDelta),
      patience,
      mode: modeOf(mode, monitor),
      baseline,
      restoreBestWeights,
      startFromEpoch,
    };
  }

  onTrainBegin(model: Model): void {
    this.#model = model;
    this.#best = Number.NaN;
    this.#wait = 0;
    this.#weights = undefined;
    this.stoppedEpoch = undefined;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const { monitor, minDelta, patience, mode, baseline, restoreBestWeights, startFromEpoch } = this.#options;
    const value = monitored('early stopping', monitor, logs);
    if (epoch < startFromEpoch) return;
    this.#wait++;
    if (isBetter(value, this.#best, mode, minDelta)) {
      this.#best = value;
      this.bestEpoch = epoch;
      // Waiting begins anew with what beats the baseline as well as the best so far.
      if (isBetter(value, baseline ?? Number.NaN, mode, minDelta)) this.#wait = 0;
      if (restoreBestWeights) this.#weights = this.#model?.getWeights();
      return;
    }
    if (this.#wait < patience || !this.#model) return;
    this.stoppedEpoch = epoch;
    this.#model.stopTraining = true;
  }

  saved(): CallbackState {
    const numbers = { best: this.#best, wait: this.#wait, bestEpoch: this.bestEpoch };
    return { numbers, ...(this.#weights && { arrays: this.#weights }) };
  }

  restore({ numbers, arrays = [] }: CallbackState): void {
    this.#best = numbers.best ?? Number.NaN;
    this.#wait = numbers.wait ?? 0;
    this.bestEpoch = numbers.bestEpoch ?? 0;
    if (arrays.length > 0) this.#weights = [...arrays];
  }

  /** Best weights come back however training ends. */
  onTrainEnd(): void {
    if (this.#weights) this.#model?.setWeights(this.#weights);
  }
}

/** Stops training when a log has stopped improving; with `restoreBestWeights`, goes back to the best epoch. */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options);
}
