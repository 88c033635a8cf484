import type { NumericError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Model } from '../model/model.ts';
import type { Progress } from '../progress.ts';

/** Loss and metrics by name; `val_` before those of the validation data. */
export type Logs = Record<string, number>;

/** What is known of a run when it begins. */
export interface FitPlan {
  readonly epochs: number;
  /** Batches in each epoch; undefined where a source has no known end. */
  readonly batches: number | undefined;
  /** Examples in each epoch, likewise. */
  readonly examples: number | undefined;
  /** Where it begins. A callback that resumes a run sets it. */
  progress: Progress;
  readonly callbacks: readonly Callback[];
}

/** What a callback remembers from epoch to epoch. */
export interface CallbackState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays?: readonly NDArray[];
}

type Done = void | Promise<void>;

/**
 * Is told how training, evaluation and prediction go; every hook is optional.
 *
 * Several training steps run in one call of the program: the batch hooks are called around each such call, with
 * the number of its first and its last batch. `everyBatch` asks for one batch in each call, at the cost of speed.
 */
export interface Callback {
  readonly everyBatch?: boolean;
  onTrainBegin?(model: Model, plan: FitPlan): Done;
  /** After every callback's `onTrainBegin`: takes up an earlier run. */
  resume?(model: Model, plan: FitPlan): Done;
  onTrainEnd?(logs: Logs): Done;
  /** Epochs count from 0. */
  onEpochBegin?(epoch: number): Done;
  /** Logs may be added to: later callbacks and the history see it. */
  onEpochEnd?(epoch: number, logs: Logs): Done;
  /** After every callback's `onEpochEnd`. */
  afterEpoch?(epoch: number, logs: Logs): Done;
  onTrainBatchBegin?(batch: number): Done;
  onTrainBatchEnd?(batch: number, logs: Logs): Done;
  /** Of `evaluate`, and of validation within `fit`. */
  onTestBegin?(model: Model): Done;
  onTestEnd?(logs: Logs): Done;
  onTestBatchBegin?(batch: number): Done;
  onTestBatchEnd?(batch: number, logs: Logs): Done;
  onPredictBegin?(model: Model): Done;
  onPredictEnd?(): Done;
  onPredictBatchBegin?(batch: number): Done;
  onPredictBatchEnd?(batch: number): Done;
  /** Is told of a loss that is no number; true ends training quietly, else `fit` throws the error. */
  onNonFinite?(error: NumericError): boolean;
  /** What a run that is taken up again must know, and taking it. */
  saved?(): CallbackState;
  restore?(state: CallbackState): void;
}

type Hook = Exclude<keyof Callback, 'everyBatch' | 'onNonFinite' | 'saved' | 'restore'>;

/** Calls a hook of each callback that has it, one after the other. */
export class Callbacks {
  readonly #list: readonly Callback[];

  constructor(list: readonly Callback[]) {
    this.#list = list;
  }

  get everyBatch(): boolean {
    return this.#list.some(({ everyBatch }) => everyBatch);
  }

  /** Whether one of them takes an error upon itself. */
  takes(error: NumericError): boolean {
    return this.#list.map((callback) => callback.onNonFinite?.(error)).includes(true);
  }

  async call<H extends Hook>(hook: H, ...given: Parameters<NonNullable<Callback[H]>>): Promise<void> {
    for (const callback of this.#list) {
      const method = callback[hook] as ((...given: unknown[]) => Done) | undefined;
      await method?.call(callback, ...given);
    }
  }
}
