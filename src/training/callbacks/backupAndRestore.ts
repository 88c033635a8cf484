import { ArgumentError } from '../../graph/errors.ts';
import type { Model } from '../model/model.ts';
import { packBackup, reseed, seedsOf, unpackBackup } from './backup.ts';
import type { Callback, FitPlan } from './callback.ts';
import { diskFiles, type FileStore } from './files.ts';

export interface BackupAndRestoreOptions {
  /** Keeps a backup after each epoch, or after so many batches. */
  readonly saveFreq?: 'epoch' | number;
  /** Takes the backup away when training has come to its end. */
  readonly deleteCheckpoint?: boolean;
  readonly files?: FileStore;
}

class BackupAndRestore implements Callback {
  readonly #path: string;
  readonly #files: FileStore;
  readonly #deletes: boolean;
  readonly #saveFreq: 'epoch' | number;
  #model: Model | undefined;
  #plan: FitPlan | undefined;

  constructor(folder: string, options: BackupAndRestoreOptions) {
    const { deleteCheckpoint = true, files = diskFiles, saveFreq = 'epoch' } = options;
    this.#path = `${folder}/latest.backup`;
    this.#files = files;
    this.#deletes = deleteCheckpoint;
    this.#saveFreq = saveFreq;
  }

  get everyBatch(): boolean {
    return this.#saveFreq !== 'epoch';
  }

  async resume(model: Model, plan: FitPlan): Promise<void> {
    this.#model = model;
    this.#plan = plan;
    const bytes = await this.#files.read(this.#path);
    if (!bytes) return;
    const { state, seeds, progress, carried } = unpackBackup(bytes, this.#path);
    model.optimizer?.build(model.trainableWeights);
    const fits =
      state.length === model.state.length &&
      model.state.every(({ dtype, shape }, i) => {
        return state[i]?.dtype === dtype && `${state[i]?.shape}` === `${shape}`;
      });
    if (!fits || !progress || !reseed(model, seeds)) {
      throw new ArgumentError({
        asked: `going on from ${this.#path}`,
        expected: 'the model and optimizer of the run that was interrupted',
        received: 'others',
        fix: 'Delete the file to begin anew.',
      });
    }
    model.setState(state);
    model.carryOn([...carried]);
    plan.progress = progress;
  }

  async onTrainBatchEnd(batch: number): Promise<void> {
    if (this.#saveFreq !== 'epoch' && (batch + 1) % this.#saveFreq === 0) await this.#save();
  }

  async afterEpoch(): Promise<void> {
    await this.#save();
  }

  async #save(): Promise<void> {
    const model = this.#model;
    if (!model) return;
    const { progress } = model;
    await this.#files.write(
      this.#path,
      packBackup({ progress, seeds: seedsOf(model), state: model.getState(), carried: model.carried() }),
    );
  }

  async onTrainEnd(): Promise<void> {
    const done = this.#model?.progress?.epoch ?? 0;
    const finished = done >= (this.#plan?.epochs ?? 0) || this.#model?.stopTraining;
    if (this.#deletes && finished) await this.#files.remove(this.#path);
  }
}

/**
 * Keeps a backup of the run in a folder after each epoch, and takes it up again from there: a run that was killed
 * and is started anew goes on with the same numbers, bit for bit — weights, optimizer, order of the examples,
 * random numbers, and what callbacks such as `earlyStopping` remember.
 *
 * @see Keras `BackupAndRestore`
 */
export function backupAndRestore(folder: string, options: BackupAndRestoreOptions = {}): Callback {
  return new BackupAndRestore(folder, options);
}
