import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { sameShape } from '../graph/shapes.ts';
import {
  abs,
  add,
  clip,
  div,
  log,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  softplus,
  square,
  sub,
  sum,
} from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What a model is trained to make small. */
export interface Loss {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The loss of each example: [batch, …] → [batch]. */
  call(target: Tensor, output: Tensor): Tensor;
}

export interface CrossentropyOptions {
  /** Outputs are logits, before sigmoid or softmax: more accurate, and faster. */
  readonly fromLogits?: boolean;
}

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const EPSILON = 1e-7;

/** Σ or mean over all axes but the batch. */
function perExample(x: Tensor): Tensor {
  return x.shape.length < 2 ? x : mean(x.reshape([x.shape[0] ?? 1, -1]), 1);
}

function checkAlike(className: string, target: Tensor, output: Tensor): Tensor {
  if (sameShape(target.shape, output.shape)) return target;
  const column = target.shape.length === output.shape.length - 1 && output.shape.at(-1) === 1;
  if (!column) {
    throw new ShapeError({
      asked: className,
      expected: `targets of the outputs' shape, [${output.shape.join(', ')}]`,
      received: `[${target.shape.join(', ')}]`,
      fix: 'For whole-number class labels use sparseCategoricalCrossentropy.',
    });
  }
  return target.reshape(output.shape);
}

function simple(className: string, of: (target: Tensor, output: Tensor) => Tensor): () => Loss {
  return () => ({
    className,
    config: {},
    call: (target, output) => perExample(of(checkAlike(className, target, output).cast('float32'), output)),
  });
}

/** Mean of (target − output)². */
export const meanSquaredError = simple('MeanSquaredError', (target, output) => square(sub(target, output)));
/** Mean of |target − output|. */
export const meanAbsoluteError = simple('MeanAbsoluteError', (target, output) => abs(sub(target, output)));

/** −(t·log p + (1 − t)·log(1 − p)) for targets 0 or 1. */
export function binaryCrossentropy({ fromLogits = false }: CrossentropyOptions = {}): Loss {
  return {
    className: 'BinaryCrossentropy',
    config: { fromLogits },
    call(target, output) {
      const t = checkAlike('BinaryCrossentropy', target, output).cast('float32');
      // log σ(z) and log(1 − σ(z)) in one: max(z, 0) − z·t + log(1 + e^(−|z|)).
      if (fromLogits) return perExample(sub(softplus(output), mul(output, t)));
      const p = clip(output, EPSILON, 1 - EPSILON);
      return perExample(neg(add(mul(t, log(p)), mul(sub(1, t), log(sub(1, p))))));
    },
  };
}

function logProbabilities(output: Tensor, fromLogits: boolean): Tensor {
  if (fromLogits) return logSoftmax(output);
  const share = div(output, sum(output, -1, true));
  return log(clip(share, EPSILON, 1 - EPSILON));
}

/** −Σ t·log p for one-hot targets. */
export function categoricalCrossentropy({ fromLogits = false }: CrossentropyOptions = {}): Loss {
  return {
    className: 'CategoricalCrossentropy',
    config: { fromLogits },
    call(target, output) {
      const t = checkAlike('CategoricalCrossentropy', target, output).cast('float32');
      return perExample(neg(sum(mul(t, logProbabilities(output, fromLogits)), -1)));
    },
  };
}

/** −log p of the target's class, for whole-number targets [batch] or [batch, 1]. */
export function sparseCategoricalCrossentropy({ fromLogits = false }: CrossentropyOptions = {}): Loss {
  return {
    className: 'SparseCategoricalCrossentropy',
    config: { fromLogits },
    call(target, output) {
      const classes = output.shape.at(-1) ?? 1;
      const chosen = oneHot(labelsFor(target, output), classes);
      return perExample(neg(sum(mul(chosen, logProbabilities(output, fromLogits)), -1)));
    },
  };
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

const BY_NAME: Readonly<Record<string, () => Loss>> = {
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

export type LossName =
  | 'meanSquaredError'
  | 'mse'
  | 'meanAbsoluteError'
  | 'mae'
  | 'binaryCrossentropy'
  | 'categoricalCrossentropy'
  | 'sparseCategoricalCrossentropy';

/**
 * A loss, or the one of a name.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function lossOf(given: Loss | string): Loss {
  if (typeof given !== 'string') return given;
  const make = Object.hasOwn(BY_NAME, given) ? BY_NAME[given] : undefined;
  if (!make) {
    throw new ArgumentError({
      asked: `loss "${given}"`,
      expected: `one of ${Object.keys(BY_NAME).join(', ')}`,
    });
  }
  return make();
}
