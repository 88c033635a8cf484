import { ArgumentError } from '../../graph/errors.ts';
import type { Model } from '../model/model.ts';
import { packBackup, unpackBackup } from './backup.ts';
import type { Callback, FitPlan } from './callback.ts';
import { diskFiles, type FileStore } from './files.ts';

export interface BackupAndRestoreOptions {
  /** Takes the backup away when training has come to its end. */
  readonly deleteCheckpoint?: boolean;
  readonly files?: FileStore;
}

class BackupAndRestore implements Callback {
  readonly #path: string;
  readonly #files: FileStore;
  readonly #deletes: boolean;
  #model: Model | undefined;
  #plan: FitPlan | undefined;
  #done = 0;

  constructor(folder: string, { deleteCheckpoint = true, files = diskFiles }: BackupAndRestoreOptions) {
    this.#path = `${folder}/latest.backup`;
    this.#files = files;
    this.#deletes = deleteCheckpoint;
  }

  async resume(model: Model, plan: FitPlan): Promise<void> {
    this.#model = model;
    this.#plan = plan;
    this.#done = plan.initialEpoch;
    const bytes = await this.#files.read(this.#path);
    if (!bytes) return;
    const backup = unpackBackup(bytes, this.#path);
    model.optimizer?.build(model.trainableWeights);
    const { state } = model;
    const fits = state.every(
      ({ dtype, shape }, i) => backup.state[i]?.dtype === dtype && `${backup.state[i]?.shape}` === `${shape}`,
    );
    if (!fits || backup.state.length !== state.length || backup.callbacks.length !== this.#others.length) {
      throw new ArgumentError({
        asked: `going on from ${this.#path}`,
        expected: 'the model, optimizer and callbacks of the run that was interrupted',
        received: 'others',
        fix: 'Delete the file to begin anew.',
      });
    }
    model.setState(backup.state);
    plan.initialEpoch = backup.epoch;
    plan.shuffleKey = backup.shuffleKey;
    this.#done = backup.epoch;
    for (const [i, callback] of this.#others.entries()) {
      const saved = backup.callbacks[i];
      if (saved) callback.restore?.(saved);
    }
  }

  /** The callbacks that have something to remember. */
  get #others(): readonly Callback[] {
    return (this.#plan?.callbacks ?? []).filter(({ saved }) => saved !== undefined);
  }

  async afterEpoch(epoch: number): Promise<void> {
    if (!this.#model || !this.#plan) return;
    this.#done = epoch + 1;
    const bytes = packBackup({
      epoch: this.#done,
      shuffleKey: this.#plan.shuffleKey,
      state: this.#model.getState(),
      callbacks: this.#others.map((callback) => callback.saved?.() ?? { numbers: {} }),
    });
    await this.#files.write(this.#path, bytes);
  }

  async onTrainEnd(): Promise<void> {
    const finished = this.#done >= (this.#plan?.epochs ?? 0) || this.#model?.stopTraining;
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
