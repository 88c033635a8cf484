import { checkAtLeast, checkCount, checkLength } from './check.ts';
import {
  backward,
  type ForwardPass,
  forward,
  type MultilayerPerceptron,
  parameters,
  type Reading,
  update,
} from './multilayer.ts';
import { recordBackward, recordForward, recordUpdate } from './multilayerRecord.ts';
import { Recorder, type Recording, STEP_LIMIT, type Trace } from './trace.ts';

/** What one example did: its passes, and the network after it. */
export interface LearnedExample {
  readonly pass: ForwardPass;
  /** Error_j of each unit, by layer from the first hidden one on. */
  readonly errors: readonly (readonly number[])[];
  readonly network: MultilayerPerceptron;
}

/**
 * Learns from one example: forward, backward, and every weight and bias moved by its own error.
 *
 *     Δw_ij = α · Error_j · O_i,   Δθ_j = α · Error_j
 *
 * @param x Input shape: as many numbers as the input layer has units
 * @param target as many numbers as the output layer has units
 * @returns Output shape: the network with new weights and biases, and all numbers on the way there
 * @throws ArgumentError when inputs or targets do not fit the network
 */
export function learnExample(
  network: MultilayerPerceptron,
  x: readonly number[],
  target: readonly number[],
  learningRate: number,
  { recording, reading }: { readonly recording?: Recording | undefined; readonly reading?: Reading } = {},
): LearnedExample {
  const pass = forward(network, x, reading);
  const errors = backward(network, pass, target);
  if (recording) {
    recordForward(recording, network, pass, reading);
    recordBackward(recording, network, pass, target, errors);
    recordUpdate(recording, network, pass, errors, learningRate);
  }
  return { pass, errors, network: update(network, pass, errors, learningRate) };
}

export interface MultilayerOptions {
  /** α: the size of a step. */
  readonly learningRate?: number;
  /** Epochs at most. */
  readonly epochs?: number;
  /** Training ends after the first epoch whose error is below this. */
  readonly errorThreshold?: number;
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface MultilayerResult {
  readonly network: MultilayerPerceptron;
  readonly epochs: number;
  readonly stoppedBy: 'epochs' | 'threshold';
  /** The mean of (t − O)² over examples and output units in each epoch, before each example's correction. */
  readonly errors: readonly number[];
  readonly trace: Trace;
}

/**
 * The lecture's training: one example after another, each correcting the network at once, until the epochs are over
 * or the error is below a threshold.
 *
 * @param network where to start, as from `initialPerceptron`
 * @param inputs Input shape: rows as long as the input layer
 * @param targets rows as long as the output layer
 * @returns Output shape: the trained network, with the error of each epoch
 * @throws ArgumentError when rows do not fit the network
 * @see Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986
 */
export function trainMultilayer(
  network: MultilayerPerceptron,
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  options: MultilayerOptions = {},
): MultilayerResult {
  const { learningRate = 0.5, epochs = 1000, errorThreshold = 0, steps = STEP_LIMIT } = options;
  checkLength('targets of a multi-layer perceptron', targets, inputs.length);
  checkCount('examples of a multi-layer perceptron', inputs.length);
  checkCount('epochs of a multi-layer perceptron', epochs);
  checkAtLeast('the learning rate of a multi-layer perceptron', learningRate, 0);
  checkAtLeast('the error threshold of a multi-layer perceptron', errorThreshold, 0);
  const recorder = new Recorder({ α: learningRate, ...parameters(network) }, steps);
  const errors: number[] = [];
  let now = network;
  let error = Number.POSITIVE_INFINITY;
  while (errors.length < epochs && !(error < errorThreshold)) {
    error = 0;
    for (const [at, x] of inputs.entries()) {
      const target = targets[at] ?? [];
      const recording = recorder.open({ epoch: errors.length + 1, example: at + 1 });
      const learned = learnExample(now, x, target, learningRate, { recording });
      now = learned.network;
      error += meanSquare(target, learned.pass.outputs.at(-1) ?? []) / inputs.length;
    }
    errors.push(error);
  }
  const stoppedBy = error < errorThreshold ? 'threshold' : 'epochs';
  return { network: now, epochs: errors.length, stoppedBy, errors, trace: recorder.finish() };
}

function meanSquare(target: readonly number[], output: readonly number[]): number {
  return target.reduce((sum, t, k) => sum + (t - (output[k] ?? 0)) ** 2, 0) / target.length;
}
