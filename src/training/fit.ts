import { ArgumentError, NumericError } from '../graph/errors.ts';
import { nextKey } from '../tensor/random.ts';
import type { Arrays } from './arrays.ts';
import { BatchReader, type BatchSource, isBatchSource } from './batches.ts';
import { seedsOf } from './callbacks/backup.ts';
import { type Callback, Callbacks, type FitPlan, type Logs } from './callbacks/callback.ts';
import { History } from './callbacks/history.ts';
import { hasTerminal, progressBar } from './callbacks/progressBar.ts';
import { type Epochs, ResidentEpochs, StreamedEpochs } from './epochs.ts';
import { type Evaluation, ResidentEvaluation, StreamedEvaluation } from './evaluation.ts';
import { type Examples, examplesOf, splitLast, type WeightingOptions, withClassWeights } from './examples.ts';
import type { Model } from './model/model.ts';
import { Run, remind } from './progress.ts';

/** Examples to validate with: inputs, targets and weights, or batches. */
export type ValidationData =
  | readonly [x: Arrays, y: Arrays]
  | readonly [x: Arrays, y: Arrays, sampleWeight: Arrays]
  | BatchSource;

export interface FitOptions extends WeightingOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly shuffle?: boolean;
  /** Seeds the shuffling; else the next of the sequence that `setSeed` starts. */
  readonly seed?: number;
  readonly validationData?: ValidationData;
  /** The share of the examples, taken from the end, that is kept for validation. */
  readonly validationSplit?: number;
  /** Validates after every so many epochs, or after the epochs of these numbers, from 1. */
  readonly validationFreq?: number | readonly number[];
  readonly validationBatchSize?: number;
  /** Batches to validate with, all by default. */
  readonly validationSteps?: number;
  /** Batches in an epoch. Examples, or a source, begin anew when they are used up. */
  readonly stepsPerEpoch?: number;
  /** The epoch to begin with, from 0: to go on with an earlier run. */
  readonly initialEpoch?: number;
  /**
   * Whether to go on with the run that the model was saved in: with the next epoch or batch, in the same order, with
   * what the callbacks remember, bit for bit as if it had never ended. A model without such a run begins anew; sources
   * of batches are read once more up to where the run had come. False by default.
   */
  readonly resume?: boolean;
  readonly callbacks?: readonly Callback[];
  /** 0: says nothing; 1: a bar on a terminal, few lines elsewhere; 2: a line an epoch. Else 1 on a terminal. */
  readonly verbose?: 0 | 1 | 2 | 'auto';
}

/** Trains a compiled model; see `Model.fit`. */
export async function fit(
  model: Model,
  data: Arrays | BatchSource,
  targets: Arrays | undefined,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0 } = options;
  checkCounts(options);
  const prepare = () => preparedFor(model, data, targets, options);
  const [prepared, validation] = prepare();
  let loop = prepared;
  const history = new History();
  const list = [...(options.callbacks ?? []), ...shownProgress(options.verbose), history];
  const callbacks = new Callbacks(list);
  const plan: FitPlan = {
    epochs,
    batches: loop.steps,
    examples: loop.examples,
    progress: {
      ...{ epoch: initialEpoch, batch: 0, begun: initialEpoch },
      ...{ shuffleKey: nextKey(options.seed), stopped: false, totals: [], callbacks: [] },
    },
    callbacks: list,
  };
  model.stopTraining = false;
  let logs: Logs = {};
  try {
    await callbacks.call('onTrainBegin', model, plan);
    const { progress: fresh } = plan;
    const seeds = `${seedsOf(model)}`;
    if (options.resume && model.progress) plan.progress = model.progress;
    await callbacks.call('resume', model, plan);
    if (plan.progress !== fresh) remind(list, plan.progress.callbacks);
    // Seeds are part of the programs.
    if (seeds !== `${seedsOf(model)}`) [loop] = prepare();
    await loop.begin(plan.progress);
    model.stopTraining = plan.progress.stopped;
    const run = new Run(plan.progress, model, loop.totals, list);
    model.progress = run;
    while (run.epoch < epochs && !model.stopTraining) {
      const { epoch } = run;
      await callbacks.call('onEpochBegin', epoch);
      const finished = await loop.run(run, callbacks);
      if (!finished) break;
      run.epoch++;
      run.batch = 0;
      const validates = validation && isDue(epoch, options.validationFreq ?? 1);
      logs = { ...loop.logs(), ...(validates ? await validation.logs(callbacks, 'val_') : {}) };
      await callbacks.call('onEpochEnd', epoch, logs);
      await callbacks.call('afterEpoch', epoch, logs);
    }
    model.optimizer?.finalize();
  } catch (error) {
    if (!(error instanceof NumericError) || !callbacks.takes(error)) throw error;
    model.stopTraining = true;
  } finally {
    await loop.close();
    await callbacks.call('onTrainEnd', logs);
    if (model.progress instanceof Run) model.progress = model.progress.snapshot();
  }
  return history;
}

/** By default a bar where there is a terminal, else nothing. */
function shownProgress(verbose: FitOptions['verbose'] = 'auto'): Callback[] {
  const level = verbose === 'auto' ? (hasTerminal() ? 1 : 0) : verbose;
  return level === 0 ? [] : [progressBar({ verbose: level })];
}

function checkCounts(options: FitOptions): void {
  const { epochs = 1, batchSize = 32, validationBatchSize = 1 } = options;
  const { stepsPerEpoch = 1, validationSteps = 1 } = options;
  const counts = { epochs, batchSize, validationBatchSize, stepsPerEpoch, validationSteps };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ArgumentError({ asked: `fit with ${name} ${value}`, expected: 'a whole number, at least 1' });
    }
  }
}

function preparedFor(
  model: Model,
  data: Arrays | BatchSource,
  targets: Arrays | undefined,
  options: FitOptions,
): [Epochs, Evaluation | undefined] {
  const { batchSize = 32, shuffle = true, validationSplit = 0, stepsPerEpoch, validationData } = options;
  if (isBatchSource(data)) {
    if (validationSplit !== 0) {
      throw new ArgumentError({
        asked: 'validationSplit',
        expected: 'examples in arrays',
        received: 'batches',
        fix: 'Give validationData instead.',
      });
    }
    const reader = new BatchReader(model, data, options.classWeight);
    return [
      new StreamedEpochs(model, reader, stepsPerEpoch),
      validationOf(model, validationData, undefined, options),
    ];
  }
  const given = examplesOf(model, data, targets, options.sampleWeight);
  const [kept, heldOut] = validationData ? [given, undefined] : splitLast(given, validationSplit);
  // Validation does not heed the classes' weights.
  const train = withClassWeights(kept, options.classWeight);
  model.buildFor(train.inputs);
  const validation = validationOf(model, validationData, heldOut, options);
  return [new ResidentEpochs(model, train, batchSize, shuffle, stepsPerEpoch), validation];
}

function validationOf(
  model: Model,
  data: ValidationData | undefined,
  heldOut: Examples | undefined,
  { batchSize = 32, validationBatchSize = batchSize, validationSteps }: FitOptions,
): Evaluation | undefined {
  if (data !== undefined && isBatchSource(data)) return new StreamedEvaluation(model, data, validationSteps);
  let examples = heldOut;
  if (data) {
    const [x, y, sampleWeight] = data as readonly [Arrays, Arrays, Arrays?];
    examples = examplesOf(model, x, y, sampleWeight);
  }
  if (!examples) return undefined;
  model.buildFor(examples.inputs);
  return new ResidentEvaluation(model, examples, validationBatchSize, validationSteps);
}

const isDue = (epoch: number, frequency: number | readonly number[]): boolean =>
  typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
