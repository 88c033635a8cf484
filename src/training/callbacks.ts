import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Model } from './model/model.ts';

/** Loss and metrics by name; `val_` before those of the validation data. */
export type Logs = Record<string, number>;

/** What is known of a run when it begins. */
export interface FitPlan {
  readonly epochs: number;
  readonly batches: number;
  readonly examples: number;
}

/**
 * Is told how training goes; every hook is optional. Several steps run in one call of the program, and the batch
 * hook is called after each such call, with the number of the last batch.
 */
export interface Callback {
  onTrainBegin?(model: Model, plan: FitPlan): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  /** Epochs count from 0. */
  onEpochBegin?(epoch: number): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
}

/** The record of a run: each log, epoch by epoch. */
export class History implements Callback {
  readonly epoch: number[] = [];
  readonly history: Record<string, number[]> = {};

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}

export interface EarlyStoppingOptions {
  readonly monitor?: string;
  readonly minDelta?: number;
  readonly patience?: number;
  /** `auto` goes up for names with accuracy in them, down for all others. */
  readonly mode?: 'auto' | 'min' | 'max';
  readonly restoreBestWeights?: boolean;
  readonly startFromEpoch?: number;
}

/** Stops when what it watches has not improved for `patience` epochs. */
export class EarlyStopping implements Callback {
  readonly #options: Required<EarlyStoppingOptions>;
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
    const { restoreBestWeights = false, startFromEpoch = 0 } = options;
    const direction = mode === 'auto' ? (monitor.includes('acc') ? 'max' : 'min') : mode;
    this.#options = {
      monitor,
      minDelta: Math.abs(minDelta),
      patience,
      mode: direction,
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
    const { monitor, minDelta, patience, mode, restoreBestWeights, startFromEpoch } = this.#options;
    const value = logs[monitor];
    if (value === undefined) {
      throw new ArgumentError({
        asked: `early stopping by "${monitor}"`,
        expected: `one of the logs, ${Object.keys(logs).join(', ')}`,
        fix: 'Give fit validationData or a validationSplit to watch val_ logs.',
      });
    }
    if (epoch < startFromEpoch) return;
    const better = mode === 'min' ? value < this.#best - minDelta : value > this.#best + minDelta;
    if (Number.isNaN(this.#best) || better) {
      this.#best = value;
      this.bestEpoch = epoch;
      this.#wait = 0;
      if (restoreBestWeights) this.#weights = this.#model?.getWeights();
      return;
    }
    this.#wait++;
    if (this.#wait < patience || !this.#model) return;
    this.stoppedEpoch = epoch;
    this.#model.stopTraining = true;
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
