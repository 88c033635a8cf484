import type { Callback, Logs } from './callback.ts';
import { fileVersionRecord, scalarsRecord } from './eventRecords.ts';
import { diskFiles, type FileStore } from './files.ts';

export interface TensorBoardOptions {
  /** A folder; training and validation each get one in it. */
  readonly logDir?: string;
  /** Also writes the loss and metrics so far after so many batches, as `batch_loss` and so on. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  readonly files?: FileStore;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

class TensorBoard implements Callback {
  readonly #options: Required<TensorBoardOptions>;
  readonly #begun = new Set<string>();
  #batches = 0;
  #last = -1;
  #writtenAt = 0;
  #file = '';

  constructor({
    logDir = 'logs',
    updateFreq = 'epoch',
    files = diskFiles,
    clock = Date.now,
  }: TensorBoardOptions) {
    this.#options = { logDir, updateFreq, files, clock };
  }

  get everyBatch(): boolean {
    return this.#options.updateFreq !== 'epoch';
  }

  onTrainBegin(): void {
    this.#begun.clear();
    this.#batches = 0;
    this.#writtenAt = 0;
    this.#file = `events.out.tfevents.${Math.floor(this.#options.clock() / 1000)}.pellucid.v2`;
  }

  onEpochBegin(): void {
    this.#last = -1;
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    this.#batches += batch - this.#last;
    this.#last = batch;
    const { updateFreq } = this.#options;
    if (updateFreq === 'epoch') return;
    if (this.#batches - this.#writtenAt < (updateFreq === 'batch' ? 1 : updateFreq)) return;
    this.#writtenAt = this.#batches;
    await this.#write('train', this.#batches, named(logs, 'batch_'));
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const [train, validation]: [Logs, Logs] = [{}, {}];
    for (const [name, value] of Object.entries(logs)) {
      if (name.startsWith('val_')) validation[name.slice('val_'.length)] = value;
      else train[name] = value;
    }
    await this.#write('train', epoch, named(train, 'epoch_'));
    if (Object.keys(validation).length > 0) {
      await this.#write('validation', epoch, named(validation, 'epoch_'));
    }
  }

  async #write(run: string, step: number, scalars: Logs): Promise<void> {
    const { logDir, files, clock } = this.#options;
    const path = `${logDir}/${run}/${this.#file}`;
    const seconds = clock() / 1000;
    if (!this.#begun.has(run)) await files.append(path, fileVersionRecord(seconds));
    this.#begun.add(run);
    await files.append(path, scalarsRecord(seconds, step, scalars));
  }
}

const named = (logs: Logs, prefix: string): Logs =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [`${prefix}${name}`, value]));

/**
 * Writes loss and metrics as event files, which TensorBoard shows: `tensorboard --logdir logs`.
 *
 * @param logDir the folder; `logs` by default. It may be one of the options, too
 * @see Keras `TensorBoard`
 */
export function tensorBoard(
  logDir: string | TensorBoardOptions = {},
  options: TensorBoardOptions = {},
): Callback {
  return new TensorBoard(typeof logDir === 'string' ? { ...options, logDir } : logDir);
}
