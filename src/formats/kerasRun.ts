import { DataError, type Place } from '../graph/errors.ts';
import { packBackup, reseed, seedsOf, unpackBackup } from '../training/callbacks/backup.ts';
import type { Model } from '../training/model.ts';

/** The member of a `.keras` file for what a run goes on from and Keras has no place for; Keras passes over it. */
export const RUN = 'pellucid.run';

/**
 * How far training has come: the steps, the run of `fit`, the keys of the layers' random numbers, and what layers carry
 * from batch to batch.
 */
export function writeRun(model: Model): Uint8Array {
  const { progress, trainingSteps } = model;
  return packBackup({
    progress,
    seeds: seedsOf(model),
    state: [trainingSteps.value()],
    carried: model.carried(),
  });
}

/** @throws DataError for one that is damaged, or of another model */
export function readRun(model: Model, bytes: Uint8Array | undefined, place: Place): void {
  if (!bytes) return;
  const { progress, seeds, state, carried } = unpackBackup(bytes, place.file ?? RUN);
  const [steps, ...more] = state;
  const { dtype, shape } = model.trainingSteps;
  const fits = steps?.dtype === dtype && steps.shape.length === shape.length && more.length === 0;
  if (!fits || !reseed(model, seeds)) {
    throw new DataError(
      { asked: `reading ${RUN}`, expected: 'the run of this model', received: 'that of another' },
      place,
    );
  }
  model.trainingSteps.assign(steps);
  model.carryOn([...carried]);
  model.progress = progress;
}
