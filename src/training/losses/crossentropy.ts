import {
  add,
  equal,
  log,
  logicalNot,
  maximum,
  mul,
  neg,
  pow,
  sigmoid,
  softmax,
  sub,
  sum,
  where,
} from '../../tensor/functions.ts';
import {
  binaryCrossentropies,
  classesLast,
  crossentropies,
  crossentropiesOfLabels,
  labelsFor,
  shares,
} from '../../tensor/nn/crossentropy.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  aligned,
  type CallableLoss,
  lossFactory,
  lossFrom,
  overLast,
  type ReductionOptions,
} from './loss.ts';

export interface CrossentropyOptions extends ReductionOptions {
  /** Outputs are logits, before sigmoid or softmax: more accurate, and faster. */
  readonly fromLogits?: boolean;
  /** Moves targets towards equal shares by this much. */
  readonly labelSmoothing?: number;
  /** The axis of the classes; for binary targets that over which the mean is taken. */
  readonly axis?: number;
}

const smoothed = (target: Tensor, smoothing: number, share: number): Tensor =>
  smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing * share);

/**
 * −(t·log p + (1 − t)·log(1 − p)) for targets 0 or 1.
 *
 * @param options.fromLogits outputs are z with p = σ(z)
 */
export const binaryCrossentropy = lossFactory(
  ({
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    ...options
  }: CrossentropyOptions = {}): CallableLoss => {
    return lossFrom(
      'BinaryCrossentropy',
      { fromLogits, labelSmoothing, axis, ...options },
      (given, output) => {
        const [target, guess] = aligned('BinaryCrossentropy', given, output);
        return {
          values: overLast(
            binaryCrossentropies(smoothed(target, labelSmoothing, 0.5), guess, fromLogits),
            axis,
          ),
        };
      },
    );
  },
);

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
export const binaryFocalCrossentropy = lossFactory(
  ({
    applyClassBalancing = false,
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    ...options
  }: FocalOptions & { applyClassBalancing?: boolean } = {}): CallableLoss => {
    const config = { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis, ...options };
    return lossFrom('BinaryFocalCrossentropy', config, (given, output) => {
      const [hard, guess] = aligned('BinaryFocalCrossentropy', given, output);
      const target = smoothed(hard, labelSmoothing, 0.5);
      const p = fromLogits ? sigmoid(guess) : guess;
      const right = add(mul(target, p), mul(sub(1, target), sub(1, p)));
      const focal = mul(focus(sub(1, right), gamma), binaryCrossentropies(target, p, false));
      const weight = add(mul(target, 2 * alpha - 1), 1 - alpha);
      return { values: overLast(applyClassBalancing ? mul(weight, focal) : focal, axis) };
    });
  },
);

/** −Σ t·log p for one-hot targets, or shares of the classes. */
export const categoricalCrossentropy = lossFactory(
  ({
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    ...options
  }: CrossentropyOptions = {}): CallableLoss => {
    const config = { fromLogits, labelSmoothing, axis, ...options };
    return lossFrom('CategoricalCrossentropy', config, (given, output) => {
      const pair = aligned('CategoricalCrossentropy', given, output);
      const [target, guess] = pair.map((x) => classesLast(x, axis)) as [Tensor, Tensor];
      // Keras takes the last axis for the number of classes, whichever theirs is.
      const soft = smoothed(target, labelSmoothing, 1 / (given.shape.at(-1) ?? 1));
      return { values: crossentropies(soft, guess, fromLogits) };
    });
  },
);

/**
 * Categorical cross-entropy times α·(1 − p)ᵞ, class by class.
 *
 * @see Lin et al., "Focal loss for dense object detection", 2017, equation 5
 */
export const categoricalFocalCrossentropy = lossFactory(
  ({
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    ...options
  }: FocalOptions = {}): CallableLoss => {
    const config = { alpha, gamma, fromLogits, labelSmoothing, axis, ...options };
    return lossFrom('CategoricalFocalCrossentropy', config, (given, output) => {
      const pair = aligned('CategoricalFocalCrossentropy', given, output);
      const [target, guess] = pair.map((x) => classesLast(x, axis)) as [Tensor, Tensor];
      const soft = smoothed(target, labelSmoothing, 1 / (given.shape.at(-1) ?? 1));
      const p = shares(fromLogits ? softmax(guess) : guess);
      const factor = mul(focus(sub(1, p), gamma), alpha);
      return { values: neg(sum(mul(factor, mul(soft, log(p))), -1)) };
    });
  },
);

export interface SparseOptions extends ReductionOptions {
  readonly fromLogits?: boolean;
  /** Targets of this class are left out. */
  readonly ignoreClass?: number;
  readonly axis?: number;
}

/** −log p of the target's class, for whole-number targets: the outputs' shape without the axis of the classes. */
export const sparseCategoricalCrossentropy = lossFactory(
  ({ fromLogits = false, ignoreClass, axis = -1, ...options }: SparseOptions = {}): CallableLoss => {
    const config = { fromLogits, ignoreClass: ignoreClass ?? null, axis, ...options };
    return lossFrom('SparseCategoricalCrossentropy', config, (target, output) => {
      const guess = classesLast(output, axis);
      const labels = labelsFor(target, guess);
      const values = crossentropiesOfLabels(labels, guess, fromLogits);
      if (ignoreClass === undefined) return { values };
      const counted = logicalNot(equal(labels, ignoreClass));
      return { values: where(counted, values, 0), counted };
    });
  },
);
