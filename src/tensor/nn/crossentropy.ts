/** Cross-entropies, number by number: what losses are means of. */
import { ShapeError } from '../../graph/errors.ts';
import { add, clip, div, log, logSoftmax, mul, neg, oneHot, softplus, sub, sum } from '../functions.ts';
import { resolveAxes, type Tensor } from '../tensor.ts';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const EPSILON = 1e-7;

/** −(t·log p + (1 − t)·log(1 − p)), element by element. @param fromLogits whether outputs are z with p = σ(z) */
export function binaryCrossentropies(target: Tensor, output: Tensor, fromLogits: boolean): Tensor {
  // log σ(z) and log(1 − σ(z)) in one: max(z, 0) − z·t + log(1 + e^(−|z|)).
  if (fromLogits) return sub(softplus(output), mul(output, target));
  const p = clip(output, EPSILON, 1 - EPSILON);
  return neg(add(mul(target, log(p)), mul(sub(1, target), log(sub(1, p)))));
}

/** −Σ t·log p along the last axis. @param fromLogits whether outputs are z with p = softmax(z) */
export const crossentropies = (target: Tensor, output: Tensor, fromLogits: boolean): Tensor =>
  neg(sum(mul(target, fromLogits ? logSoftmax(output) : log(shares(output))), -1));

/** −log p of the class that each label names, along the last axis. */
export const crossentropiesOfLabels = (labels: Tensor, output: Tensor, fromLogits: boolean): Tensor =>
  crossentropies(oneHot(labels, output.shape.at(-1) ?? 1), output, fromLogits);

/** Outputs as probabilities that sum to 1 along the last axis. */
export const shares = (output: Tensor): Tensor =>
  clip(div(output, sum(output, -1, true)), EPSILON, 1 - EPSILON);

/** The axis of the classes moved to the end. */
export function classesLast(x: Tensor, axis: number): Tensor {
  const [along = 0] = resolveAxes(x, axis);
  if (along === x.shape.length - 1) return x;
  return x.transpose([...x.shape.keys()].filter((i) => i !== along).concat(along));
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
