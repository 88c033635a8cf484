import { ArgumentError } from '../../graph/errors.ts';
import type { Model } from '../model/model.ts';
import type { Callback, CallbackState, Logs } from './callback.ts';
import { diskFiles, type FileStore } from './files.ts';
import { isBetter, type MonitorMode, modeOf, monitored } from './monitor.ts';

export interface ModelCheckpointOptions {
  /** Makes a file of a model: `saveModel` of `pellucid/formats`. */
  readonly save: (
    model: Model,
    options: { readonly weightsOnly: boolean },
  ) => Uint8Array | Promise<Uint8Array>;
  /** Saves weights and optimizer alone, in a path that ends in `.weights.h5`; false by default. */
  readonly saveWeightsOnly?: boolean;
  readonly monitor?: string;
  readonly mode?: MonitorMode;
  /** Keeps only the best so far. */
  readonly saveBestOnly?: boolean;
  /** What must be bettered for the first save. */
  readonly initialValueThreshold?: number;
  /** Saves after each epoch, or after so many batches. */
  readonly saveFreq?: 'epoch' | number;
  readonly files?: FileStore;
}

const WEIGHTS = '.weights.h5';

class ModelCheckpoint implements Callback {
  readonly #path: string;
  readonly #options: Required<Omit<ModelCheckpointOptions, 'mode'>> & { readonly mode: 'min' | 'max' };
  #model: Model | undefined;
  #best: number;
  #epoch = 0;
  #first = 0;
  #seen = 0;
  #savedAt = 0;

  constructor(path: string, options: ModelCheckpointOptions) {
    const { monitor = 'val_loss', mode = 'auto', saveBestOnly = false, saveFreq = 'epoch' } = options;
    const { initialValueThreshold = Number.NaN, files = diskFiles, save, saveWeightsOnly = false } = options;
    if (typeof save !== 'function') {
      throw new ArgumentError({
        asked: `modelCheckpoint in ${path}`,
        expected: 'a function that makes a file of a model',
        received: `${save}`,
        fix: "Give it { save: saveModel }, of 'pellucid/formats'.",
      });
    }
    if (saveWeightsOnly && !path.endsWith(WEIGHTS)) {
      throw new ArgumentError({
        asked: `modelCheckpoint of weights in ${path}`,
        expected: `a path that ends in ${WEIGHTS}`,
      });
    }
    this.#path = path;
    this.#options = {
      monitor,
      mode: modeOf(mode, monitor),
      saveBestOnly,
      saveFreq,
      initialValueThreshold,
      files,
      save,
      saveWeightsOnly,
    };
    this.#best = initialValueThreshold;
  }

  get everyBatch(): boolean {
    return this.#options.saveFreq !== 'epoch';
  }

  onTrainBegin(model: Model): void {
    this.#model = model;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  onTrainBatchBegin(batch: number): void {
    this.#first = batch;
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    const { saveFreq } = this.#options;
    this.#seen += batch + 1 - this.#first;
    if (saveFreq === 'epoch' || this.#seen - this.#savedAt < saveFreq) return;
    this.#savedAt = this.#seen;
    await this.#save(logs, batch + 1);
  }

  async afterEpoch(_epoch: number, logs: Logs): Promise<void> {
    if (this.#options.saveFreq === 'epoch') await this.#save(logs);
  }

  async #save(logs: Logs, batch?: number): Promise<void> {
    const { monitor, mode, saveBestOnly, save, saveWeightsOnly, files } = this.#options;
    if (!this.#model) return;
    if (saveBestOnly) {
      const value = monitored('modelCheckpoint', monitor, logs);
      if (!isBetter(value, this.#best, mode, 0)) return;
      this.#best = value;
    }
    const values = { ...logs, epoch: this.#epoch + 1, ...(batch !== undefined && { batch }) };
    await files.write(filled(this.#path, values), await save(this.#model, { weightsOnly: saveWeightsOnly }));
  }

  saved(): CallbackState {
    return { numbers: { best: this.#best, seen: this.#seen, savedAt: this.#savedAt } };
  }

  restore({ numbers }: CallbackState): void {
    this.#best = numbers.best ?? Number.NaN;
    this.#seen = numbers.seen ?? 0;
    this.#savedAt = numbers.savedAt ?? 0;
  }
}

/** Puts values into a path: `{epoch}`, `{epoch:02d}`, `{val_loss:.3f}`. */
export function filled(path: string, values: Readonly<Record<string, number>>): string {
  return path.replaceAll(/\{(\w+)(?::(?:0(\d+)d|\.(\d+)f))?\}/g, (place, name: string, width, digits) => {
    const value = values[name];
    if (value === undefined) {
      throw new ArgumentError({
        asked: `${place} in the path ${path}`,
        expected: `one of ${Object.keys(values).join(', ')}`,
      });
    }
    if (digits !== undefined) return value.toFixed(Number(digits));
    return width === undefined ? `${value}` : `${value}`.padStart(Number(width), '0');
  });
}

/**
 * Saves the model after each epoch, or the best one only. The path may hold places for the epoch and for logs:
 * `model-{epoch:02d}-{val_loss:.2f}.keras`. A run that was killed goes on from such a file by `fit` with `resume`.
 *
 * @see Keras `ModelCheckpoint`
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions): Callback {
  return new ModelCheckpoint(path, options);
}
