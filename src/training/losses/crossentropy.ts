import { ShapeError } from '../../graph/errors.ts';
import {
  add,
  clip,
  div,
  equal,
  log,
  logicalNot,
  logSoftmax,
  maximum,
  mul,
  neg,
  oneHot,
  pow,
  sigmoid,
  softmax,
  softplus,
  sub,
  sum,
  where,
} from '../../tensor/functions.ts';
import { resolveAxes, type Tensor } from '../../tensor/tensor.ts';
import { aligned, type Loss, lossFrom, overLast, type ReductionOptions } from './loss.ts';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const EPSILON = 1e-7;

export interface CrossentropyOptions extends ReductionOptions {
  /** Outputs are logits, before sigmoid or softmax: more accurate, and faster. */
  readonly fromLogits?: boolean;
  /** Moves targets towards equal shares by this much. */
  readonly labelSmoothing?: number;
  /** The axis of the classes; for binary targets that over which the mean is taken. */
  readonly axis?: number;
}

/** −(t·log p + (1 − t)·log(1 − p)). */
function binary(target: Tensor, output: Tensor, fromLogits: boolean): Tensor {
  // log σ(z) and log(1 − σ(z)) in one: max(z, 0) − z·t + log(1 + e^(−|z|)).
  if (fromLogits) return sub(softplus(output), mul(output, target));
  const p = clip(output, EPSILON, 1 - EPSILON);
  return neg(add(mul(target, log(p)), mul(sub(1, target), log(sub(1, p)))));
}

const smoothed = (target: Tensor, smoothing: number, share: number): Tensor =>
  smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing * share);

/**
 * −(t·log p + (1 − t)·log(1 − p)) for targets 0 or 1.
 *
 * @param options.fromLogits outputs are z with p = σ(z)
 */
export function binaryCrossentropy({
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
  ...options
}: CrossentropyOptions = {}): Loss {
  return lossFrom('BinaryCrossentropy', { fromLogits, labelSmoothing, axis, ...options }, (given, output) => {
    const [target, guess] = aligned('BinaryCrossentropy', given, output);
    return { values: overLast(binary(smoothed(target, labelSmoothing, 0.5), guess, fromLogits), axis) };
  });
}

export interface FocalOptions extends CrossentropyOptions {
  readonly alpha?: number;
  /** The higher, the less do examples count that are right already. */
  readonly gamma?: number;
}

/** xᵞ, also for x = 0, where the logarithm of a broken power would be infinite. */
const focus = (x: Tensor, gamma: number): Tensor =>
  pow(Number.isInteger(gamma) ? x : maximum(x, 1e-30), gamma);

/**
 * Binary cross-entropy times (1 − p of the target)ᵞ.
 *
 * @param options.applyClassBalancing weighs ones by α and zeros by 1 − α
 * @see Lin et al., "Focal loss for dense object detection", 2017, equation 5
 */
export function binaryFocalCrossentropy({
  applyClassBalancing = false,
  alpha = 0.25,
  gamma = 2,
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
  ...options
}: FocalOptions & { applyClassBalancing?: boolean } = {}): Loss {
  const config = { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis, ...options };
  return lossFrom('BinaryFocalCrossentropy', config, (given, output) => {
    const [hard, guess] = aligned('BinaryFocalCrossentropy', given, output);
    const target = smoothed(hard, labelSmoothing, 0.5);
    const p = fromLogits ? sigmoid(guess) : guess;
    const right = add(mul(target, p), mul(sub(1, target), sub(1, p)));
    const focal = mul(focus(sub(1, right), gamma), binary(target, p, false));
    const weight = add(mul(target, 2 * alpha - 1), 1 - alpha);
    return { values: overLast(applyClassBalancing ? mul(weight, focal) : focal, axis) };
  });
}

/** log p along the last axis. */
function logProbabilities(output: Tensor, fromLogits: boolean): Tensor {
  return fromLogits ? logSoftmax(output) : log(shares(output));
}

/** Outputs as probabilities that sum to 1. */
const shares = (output: Tensor): Tensor => clip(div(output, sum(output, -1, true)), EPSILON, 1 - EPSILON);

/** The axis of the classes moved to the end. */
function classesLast(x: Tensor, axis: number): Tensor {
  const [along = 0] = resolveAxes(x, axis);
  if (along === x.shape.length - 1) return x;
  return x.transpose([...x.shape.keys()].filter((i) => i !== along).concat(along));
}

/** −Σ t·log p for one-hot targets, or shares of the classes. */
export function categoricalCrossentropy({
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
  ...options
}: CrossentropyOptions = {}): Loss {
  const config = { fromLogits, labelSmoothing, axis, ...options };
  return lossFrom('CategoricalCrossentropy', config, (given, output) => {
    const pair = aligned('CategoricalCrossentropy', given, output);
    const [target, guess] = pair.map((x) => classesLast(x, axis)) as [Tensor, Tensor];
    // Keras takes the last axis for the number of classes, whichever theirs is.
    const soft = smoothed(target, labelSmoothing, 1 / (given.shape.at(-1) ?? 1));
    return { values: neg(sum(mul(soft, logProbabilities(guess, fromLogits)), -1)) };
  });
}

/**
 * Categorical cross-entropy times α·(1 − p)ᵞ, class by class.
 *
 * @see Lin et al., "Focal loss for dense object detection", 2017, equation 5
 */
export function categoricalFocalCrossentropy({
  alpha = 0.25,
  gamma = 2,
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
  ...options
}: FocalOptions = {}): Loss {
  const config = { alpha, gamma, fromLogits, labelSmoothing, axis, ...options };
  return lossFrom('CategoricalFocalCrossentropy', config, (given, output) => {
    const pair = aligned('CategoricalFocalCrossentropy', given, output);
    const [target, guess] = pair.map((x) => classesLast(x, axis)) as [Tensor, Tensor];
    const soft = smoothed(target, labelSmoothing, 1 / (given.shape.at(-1) ?? 1));
    const p = shares(fromLogits ? softmax(guess) : guess);
    const factor = mul(focus(sub(1, p), gamma), alpha);
    return { values: neg(sum(mul(factor, mul(soft, log(p))), -1)) };
  });
}

export interface SparseOptions extends ReductionOptions {
  readonly fromLogits?: boolean;
  /** Targets of this class are left out. */
  readonly ignoreClass?: number;
  readonly axis?: number;
}

/** −log p of the target's class, for whole-number targets: the outputs' shape without the axis of the classes. */
export function sparseCategoricalCrossentropy({
  fromLogits = false,
  ignoreClass,
  axis = -1,
  ...options
}: SparseOptions = {}): Loss {
  const config = { fromLogits, ignoreClass: ignoreClass ?? null, axis, ...options };
  return lossFrom('SparseCategoricalCrossentropy', config, (target, output) => {
    const guess = classesLast(output, axis);
    const labels = labelsFor(target, guess);
    const chosen = oneHot(labels, guess.shape.at(-1) ?? 1);
    const values = neg(sum(mul(chosen, logProbabilities(guess, fromLogits)), -1));
    if (ignoreClass === undefined) return { values };
    const counted = logicalNot(equal(labels, ignoreClass));
    return { values: where(counted, values, 0), counted };
  });
}

/** Class labels in the shape of the outputs without their last axis. */
export function labelsFor(target: Tensor, output: Tensor): Tensor {
  const shape = output.shape.slice(0, -1);
  if (target.size !== shape.reduce((a, b) => a * b, 1)) {
    throw new ShapeError({
      asked: 'class labels',
      expected: `[${shape.join(', ')}], one for each output`,
      received: `[${target.shape.join(', ')}]`,
      fix: 'For one-hot targets use categoricalCrossentropy.',
    });
  }
  return target.cast('int32').reshape(shape);
}
