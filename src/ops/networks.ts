/** Normalisation, attention and losses as plain functions. */

import { ShapeError } from '../graph/errors.ts';
import { sameShape } from '../graph/shapes.ts';
import { inFull } from '../layers/dtypePolicy.ts';
import { operation } from '../layers/operation.ts';
import * as functions from '../tensor/functions.ts';
import { attend, causalMask } from '../tensor/nn/attention.ts';
import {
  binaryCrossentropies,
  classesLast,
  crossentropies,
  crossentropiesOfLabels,
  labelsFor,
} from '../tensor/nn/crossentropy.ts';
import * as normalization from '../tensor/nn/normalization.ts';
import { type Axes, resolveAxes, type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { floating } from './promotion.ts';

/** Numbers for some axes of x, in a shape that broadcasts along the others. */
function spread(x: Tensor, axes: readonly number[], values: TensorLike | undefined): Tensor | undefined {
  if (values === undefined) return undefined;
  return tensor(values).reshape(x.shape.map((length, axis) => (axes.includes(axis) ? length : 1)));
}

/**
 * (x − mean) / √(variance + ε) · scale + offset, with a mean and a variance for each place along an axis.
 *
 * @param options.epsilon 0.001 by default
 *
 * Output shape: that of x.
 *
 * @throws ShapeError when they are not as long as the axis
 * @see Keras `keras.ops.batch_normalization`
 */
export const batchNormalization = operation(
  'nn.BatchNorm',
  'x mean variance axis= {offset scale epsilon=}',
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: number,
    options: { readonly offset?: TensorLike; readonly scale?: TensorLike; readonly epsilon?: number } = {},
  ): Tensor => {
    const value = floating(x);
    const axes = resolveAxes(value, axis);
    const moments = {
      mean: spread(value, axes, mean) ?? value,
      variance: spread(value, axes, variance) ?? value,
    };
    const [scale, offset] = [spread(value, axes, options.scale), spread(value, axes, options.offset)];
    return normalization.standardize(value, moments, options.epsilon ?? 0.001, scale, offset);
  },
);

/**
 * gamma·(x − mean) / √(variance + ε) + beta, with mean and variance over some axes of each example.
 *
 * @param options.axis the last by default
 * @param options.epsilon 1e-7 by default
 *
 * Output shape: that of x.
 *
 * @see Keras `keras.ops.layer_normalization`; Ba et al., "Layer normalization", 2016
 */
export const layerNormalization = operation(
  'nn.LayerNorm',
  'x {gamma beta axis= epsilon=}',
  (
    x: TensorLike,
    options: {
      readonly gamma?: TensorLike;
      readonly beta?: TensorLike;
      readonly axis?: Axes;
      readonly epsilon?: number;
    } = {},
  ): Tensor => {
    const value = floating(x);
    const axes = resolveAxes(value, options.axis ?? -1);
    const [scale, offset] = [spread(value, axes, options.gamma), spread(value, axes, options.beta)];
    const moments = normalization.moments(value, axes);
    return normalization.standardize(value, moments, options.epsilon ?? 1e-7, scale, offset);
  },
);

/**
 * scale·x / √(mean of x² + ε), with the mean over some axes of each example.
 *
 * @param options.axis the last by default
 * @param options.epsilon 1e-7 by default
 *
 * Output shape: that of x.
 *
 * @see Keras `keras.ops.rms_normalization`
 */
export const rmsNormalization = operation(
  'nn.RMSNorm',
  'x {scale axis= epsilon=}',
  (
    x: TensorLike,
    options: { readonly scale?: TensorLike; readonly axis?: Axes; readonly epsilon?: number } = {},
  ): Tensor => {
    const value = floating(x);
    const axes = resolveAxes(value, options.axis ?? -1);
    const normalized = normalization.rootMeanSquareNormalize(value, axes, options.epsilon ?? 1e-7);
    const scale = spread(value, axes, options.scale);
    return scale ? functions.mul(normalized, scale) : normalized;
  },
);

/**
 * softmax(scale · Q·Kᵀ + bias)·V for every head.
 *
 * @param query [batch, queries, heads, size]
 * @param key [batch, keys, heads, size]
 * @param value [batch, keys, heads, values' size]
 * @param options.mask bool, broadcasting to [batch, heads, queries, keys]: which keys each query may see
 * @param options.scale 1/√size by default
 * @param options.isCausal whether no query sees a key that comes after it
 *
 * Output shape: [batch, queries, heads, values' size].
 *
 * @see Vaswani et al., "Attention is all you need", 2017, equation 1; Keras `keras.ops.dot_product_attention`
 */
export const dotProductAttention = operation(
  'nn.DotProductAttention',
  'query key value {bias mask scale isCausal=}',
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    options: {
      readonly bias?: TensorLike;
      readonly mask?: TensorLike;
      readonly scale?: number;
      readonly isCausal?: boolean;
    } = {},
  ): Tensor => {
    const [q, k, v] = [query, key, value].map((x) => floating(x).transpose([0, 2, 1, 3])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const scaled = functions.mul(q, options.scale ?? 1 / Math.sqrt(q.shape.at(-1) ?? 1));
    const scores = functions.matmul(scaled, k.transpose());
    const logits = options.bias === undefined ? scores : functions.add(scores, options.bias);
    const causal = options.isCausal ? causalMask(q.shape[2] ?? 1, k.shape[2] ?? 1) : undefined;
    const given = options.mask === undefined ? undefined : tensor(options.mask, { dtype: 'bool' });
    const mask = causal && given ? functions.logicalAnd(causal, given) : (causal ?? given);
    return attend(logits, v, { mask }).output.transpose([0, 2, 1, 3]);
  },
);

/** Targets and outputs as floats of one shape. @throws ShapeError when the shapes differ */
function compared(asked: string, target: TensorLike, output: TensorLike): [target: Tensor, output: Tensor] {
  const guess = inFull(floating(output));
  const wanted = tensor(target).cast(guess.dtype);
  if (sameShape(wanted.shape, guess.shape)) return [wanted, guess];
  throw new ShapeError({
    asked,
    expected: `targets of the output's shape, [${guess.shape.join(', ')}]`,
    received: `[${wanted.shape.join(', ')}]`,
  });
}

/**
 * −(t·log p + (1 − t)·log(1 − p)), element by element.
 *
 * @param fromLogits whether outputs are z with p = σ(z); false by default
 *
 * Output shape: that of the output.
 *
 * @throws ShapeError when the shapes differ
 * @see Keras `keras.ops.binary_crossentropy`
 */
export const binaryCrossentropy = operation(
  'nn.BinaryCrossentropy',
  'target output fromLogits=',
  (target: TensorLike, output: TensorLike, fromLogits = false): Tensor =>
    binaryCrossentropies(...compared('binaryCrossentropy', target, output), fromLogits),
);

/**
 * −Σ t·log p over the axis of the classes, for one-hot targets.
 *
 * @param fromLogits whether outputs are z with p = softmax(z); false by default
 *
 * Output shape: that of the output without the axis.
 *
 * @throws ShapeError when the shapes differ
 * @see Keras `keras.ops.categorical_crossentropy`
 */
export const categoricalCrossentropy = operation(
  'nn.CategoricalCrossentropy',
  'target output fromLogits= axis=',
  (target: TensorLike, output: TensorLike, fromLogits = false, axis = -1): Tensor => {
    const [wanted, guess] = compared('categoricalCrossentropy', target, output);
    return crossentropies(classesLast(wanted, axis), classesLast(guess, axis), fromLogits);
  },
);

/**
 * −log p of the target's class, for whole-number targets.
 *
 * @param fromLogits whether outputs are z with p = softmax(z); false by default
 *
 * Output shape: that of the output without the axis of the classes.
 *
 * @throws ShapeError when there is not one target for each output
 * @see Keras `keras.ops.sparse_categorical_crossentropy`
 */
export const sparseCategoricalCrossentropy = operation(
  'nn.SparseCategoricalCrossentropy',
  'target output fromLogits= axis=',
  (target: TensorLike, output: TensorLike, fromLogits = false, axis = -1): Tensor => {
    const guess = classesLast(inFull(floating(output)), axis);
    return crossentropiesOfLabels(labelsFor(tensor(target), guess), guess, fromLogits);
  },
);
