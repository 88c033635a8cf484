import '../../worker/engine.ts';
import {
  abs,
  activations,
  compile,
  concat,
  div,
  equal,
  grad,
  greater,
  greaterEqual,
  lessEqual,
  logicalOr,
  matmul,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type TensorLike,
  valueAndGrad,
  variance,
} from 'pellucid';
import { CAN_DIE, SATURATION_BOUNDS } from 'pellucid/explain';
import type { LossName } from '../../losses.ts';
import { lossOf } from '../../worker/losses.ts';
import type { Activation, Normalization } from './properties.ts';

/** A layer: weighted sums, normalised, bent by an activation; with the input added where it is residual. */
export interface BlockKind {
  readonly activation: Activation;
  readonly normalization: Normalization;
  readonly residual: boolean;
}

/** What a pass back through a layer gives, in order; gradients are those of the loss. */
const FIGURES = [
  // By the layer's inputs [examples, inputs], weights [inputs, units] and biases [units].
  'inputGradient',
  'weightGradient',
  'biasGradient',
  // Of each unit: mean and variance of its outputs, ‖∂L/∂a‖, and ‖∂L/∂w‖ with its bias.
  'means',
  'variances',
  'gradientLengths',
  'weightLengths',
  // Examples for which each unit is on, or saturated where its activation has bounds.
  'counts',
  // The share of outputs that are 0, the mean of f′², and that of w².
  'zero',
  'slopeSquare',
  'weightSquare',
] as const;

/** What a layer does to a batch and to its gradient. */
export type LayerPass = Readonly<Record<(typeof FIGURES)[number], Tensor>> & {
  /** Its outputs, and the gradient by each: [examples, units]. */
  readonly output: Tensor;
  readonly gradient: Tensor;
};

/** Keras's, under the root of a normalisation. */
export const EPSILON = 1e-3;

/** Weighted sums as a normalisation leaves them. */
export function normalized(sums: Tensor, normalization: Normalization): Tensor {
  if (normalization === 'none') return sums;
  const over = normalization === 'batch' ? 0 : -1;
  return div(sums.sub(sums.mean(over, true)), sqrt(variance(sums, over, true).add(EPSILON)));
}

function applied({ activation, normalization, residual }: BlockKind, x: Tensor, w: Tensor, b: Tensor) {
  const sums = normalized(matmul(x, w).add(b), normalization);
  const bent = activations[activation](sums);
  return { sums, bent, output: residual ? x.add(bent) : bent };
}

/** Lengths of columns. Scaled by the greatest, so that the squares of small numbers are not lost. */
function lengths(columns: Tensor): Tensor {
  const greatest = abs(columns).max(0).add(1e-37);
  return mul(sqrt(sum(square(div(columns, greatest)), 0)), greatest);
}

/** For how many examples each unit is on, or at its activation's bounds. */
function countsOf(activation: Activation, bent: Tensor): Tensor {
  const bounds = SATURATION_BOUNDS[activation];
  const counted = bounds
    ? logicalOr(lessEqual(bent, bounds[0]), greaterEqual(bent, bounds[1]))
    : greater(bent, 0);
  return counted.cast('float32').sum(0);
}

export const canDie = (activation: string): boolean => CAN_DIE.has(activation);
export const canSaturate = (activation: string): boolean => activation in SATURATION_BOUNDS;

/** Everything that is measured at a layer besides the gradients themselves. */
function figures(
  kind: BlockKind,
  [x, w, b]: readonly [Tensor, Tensor, Tensor],
  gradient: Tensor,
  by: Tensor[],
) {
  const { sums, bent, output } = applied(kind, x, w, b);
  const slopes = grad((z: Tensor) => sum(activations[kind.activation](z)))(sums);
  const [, weightGradient, biasGradient] = by as [Tensor, Tensor, Tensor];
  return [
    output.mean(0),
    variance(output, 0),
    lengths(gradient),
    lengths(concat([weightGradient, biasGradient.reshape([1, -1])], 0)),
    countsOf(kind.activation, bent),
    equal(bent, 0).cast('float32').mean(),
    square(slopes).mean(),
    square(w).mean(),
  ];
}

/** The programs of a kind of layer: compiled once for each shape, and used for every layer of it. */
export interface Block {
  forward(x: TensorLike, w: TensorLike, b: TensorLike): Tensor;
  backward(x: TensorLike, w: TensorLike, b: TensorLike, gradient: TensorLike): Tensor[];
}

/** The program of a last layer: the loss, that of each example, outputs, the gradient by them, and what `backward` gives. */
export type End = (x: TensorLike, w: TensorLike, b: TensorLike, target: TensorLike) => Tensor[];

const blocks = new Map<string, Block>();
const ends = new Map<string, End>();

export function blockOf(kind: BlockKind): Block {
  const key = JSON.stringify(kind);
  const known = blocks.get(key);
  if (known) return known;
  const made: Block = {
    forward: compile((x, w, b) => applied(kind, x, w, b).output),
    backward: compile((x, w, b, gradient) => {
      const back = valueAndGrad((...given: [Tensor, Tensor, Tensor]) =>
        sum(mul(applied(kind, ...given).output, gradient)),
      );
      const [, by] = back(x, w, b);
      return [...by, ...figures(kind, [x, w, b], gradient, by)];
    }),
  };
  blocks.set(key, made);
  return made;
}

export function endOf(kind: BlockKind, name: LossName): End {
  const key = JSON.stringify([kind, name]);
  const known = ends.get(key);
  if (known) return known;
  const loss = lossOf(name, kind.activation);
  const made = compile((x, w, b, target) => {
    const { output } = applied(kind, x, w, b);
    const gradient = grad((o: Tensor) => loss.reduce(target, o))(output);
    const [whole, by] = valueAndGrad((...given: [Tensor, Tensor, Tensor]) =>
      loss.reduce(target, applied(kind, ...given).output),
    )(x, w, b);
    return [
      whole,
      loss.call(target, output),
      output,
      gradient,
      ...by,
      ...figures(kind, [x, w, b], gradient, by),
    ];
  });
  ends.set(key, made);
  return made;
}

/** What `backward` gave, by name. */
export function passOf(output: Tensor, gradient: Tensor, found: readonly Tensor[]): LayerPass {
  const figures = Object.fromEntries(FIGURES.map((name, i) => [name, found[i]])) as Pick<
    LayerPass,
    (typeof FIGURES)[number]
  >;
  return { ...figures, output, gradient };
}
