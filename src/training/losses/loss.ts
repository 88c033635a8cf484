import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import { sameShape } from '../../graph/shapes.ts';
import { inFull } from '../../layers/dtypePolicy.ts';
import { broadcastTo, equal, mean, mul, where } from '../../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { weightsFor } from './weights.ts';

/** How losses become one number; `none` leaves them as they are. */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'mean_with_sample_weight' | 'none';

/** What a model is trained to make small. */
export interface Loss {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly reduction: Reduction;
  /** The loss of each example: [batch, …] → [batch]. */
  call(target: Tensor, output: Tensor): Tensor;
  /**
   * The loss of a batch, by its reduction. `sampleWeight` has the shape of the losses, [batch, …] without the last
   * axis, or of its first axes.
   */
  reduce(target: Tensor, output: Tensor, sampleWeight?: Tensor): Tensor;
}

/** A loss that is called on a batch as a function is, and gives what `reduce` does. */
export interface CallableLoss extends Loss {
  (target: TensorLike, output: TensorLike, sampleWeight?: TensorLike): Tensor;
}

/** A loss of one's own: target and output [batch, …] to a loss of each example, or of the batch. */
export type LossFunction = (target: Tensor, output: Tensor) => Tensor;

export interface ReductionOptions {
  /** By default the sum of all losses over their number. */
  readonly reduction?: Reduction;
}

/** Losses as a formula gives them, [batch, …] without the last axis; `counted` is false where one is left out. */
export interface Losses {
  readonly values: Tensor;
  readonly counted?: Tensor;
}

const REDUCTIONS: readonly string[] = [
  'sum_over_batch_size',
  'mean',
  'sum',
  'mean_with_sample_weight',
  'none',
];

/** A loss from the formula of its unreduced values. */
export function lossFrom(
  className: string,
  { reduction = 'sum_over_batch_size', ...config }: ReductionOptions & Record<string, unknown>,
  of: (target: Tensor, output: Tensor) => Losses,
): CallableLoss {
  if (!REDUCTIONS.includes(reduction)) {
    throw new ArgumentError({
      asked: `${className} with the reduction "${reduction}"`,
      expected: `one of ${REDUCTIONS.join(', ')}`,
    });
  }
  const reduce: Loss['reduce'] = (target, output, sampleWeight) =>
    reduced(of(inFull(target), inFull(output)), reduction, sampleWeight);
  const ofBatch = (target: TensorLike, output: TensorLike, sampleWeight?: TensorLike): Tensor =>
    reduce(tensor(target), tensor(output), sampleWeight === undefined ? undefined : tensor(sampleWeight));
  return Object.assign(ofBatch, {
    className,
    config,
    reduction,
    reduce,
    call(target: Tensor, output: Tensor) {
      const { values, counted } = of(inFull(target), inFull(output));
      const weighted = counted ? mul(values, shareOfCounted(counted)) : values;
      return perExample(weighted, output.shape[0] ?? 1);
    },
  });
}

/** Whether it is a loss, rather than a plain function. */
export const isLoss = (value: unknown): value is Loss => Object(value) === value && 'reduce' in Object(value);

/** Makes a loss; or, given targets and outputs, says what it is of each, [batch, …] without the last axis. */
export interface LossFactory<Options> {
  (target: TensorLike, output: TensorLike, options?: Omit<Options, 'reduction'>): Tensor;
  (options?: Options): CallableLoss;
}

/** Lets what makes a loss be called on a batch as well, as Keras has it: `mean_squared_error(y_true, y_pred)`. */
export function lossFactory<Options extends ReductionOptions>(
  make: (options?: Options) => CallableLoss,
): LossFactory<Options>;
export function lossFactory(
  make: (options?: ReductionOptions) => CallableLoss,
): LossFactory<ReductionOptions> {
  function factory(target: TensorLike, output: TensorLike, options?: ReductionOptions): Tensor;
  function factory(options?: ReductionOptions): CallableLoss;
  function factory(
    first?: ReductionOptions | TensorLike,
    output?: TensorLike,
    options?: ReductionOptions,
  ): CallableLoss | Tensor {
    if (output === undefined) return make(first as ReductionOptions | undefined);
    return make({ ...options, reduction: 'none' })(first as TensorLike, output);
  }
  return factory;
}

/** The mean over all axes but the batch; what was one number for the batch is that of each example. */
function perExample(values: Tensor, batch: number): Tensor {
  if (values.shape.length === 0) return broadcastTo(values, [batch]);
  return values.shape.length === 1 ? values : mean(values.reshape([values.shape[0] ?? 1, -1]), 1);
}

/** Number of all over number of those counted where one is, else 0: makes of a mean over all that over these. */
function shareOfCounted(counted: Tensor): Tensor {
  const some = counted.cast('float32');
  return mul(some, quotient(tensor(some.size), some.sum()));
}

/** a / b, and 0 where b is. */
function quotient(a: Tensor, b: Tensor): Tensor {
  const isZero = equal(b, 0);
  return where(isZero, 0, a.div(where(isZero, 1, b)));
}

function reduced(losses: Losses, reduction: Reduction, sampleWeight: Tensor | undefined): Tensor {
  const { counted } = losses;
  // What is one number for the batch is that of each example, where those have weights.
  const spread = losses.values.shape.length === 0 && sampleWeight;
  const values = spread ? broadcastTo(losses.values, sampleWeight.shape) : losses.values;
  const overAll = reduction === 'sum_over_batch_size' || reduction === 'mean';
  let weights = sampleWeight && weightsFor(values, sampleWeight);
  if (counted) {
    const mask = overAll ? shareOfCounted(counted) : counted.cast('float32');
    weights = weights ? mul(weights, mask) : mask;
  }
  const weighted = weights ? mul(values, weights) : values;
  if (reduction === 'none' || values.shape.length === 0) return weighted;
  if (reduction === 'sum') return weighted.sum();
  if (overAll || !weights) return weighted.mean();
  return quotient(weighted.sum(), weights.sum());
}

/** Targets and outputs as formulas take them, float32: a last axis of length 1 may be missing in one of them. */
export function aligned(className: string, given: Tensor, output: Tensor): [target: Tensor, output: Tensor] {
  const target = given.cast('float32');
  if (sameShape(target.shape, output.shape)) return [target, output];
  if (sameShape([...target.shape, 1], output.shape)) return [target.reshape(output.shape), output];
  if (sameShape(target.shape, [...output.shape, 1])) return [target, output.reshape(target.shape)];
  throw new ShapeError({
    asked: className,
    expected: `targets of the outputs' shape, [${output.shape.join(', ')}]`,
    received: `[${target.shape.join(', ')}]`,
    fix: 'For whole-number class labels use sparseCategoricalCrossentropy.',
  });
}

/** The mean over the last axis; outputs without one besides the batch stay as they are. */
export const overLast = (x: Tensor, axis = -1): Tensor => (x.shape.length < 2 ? x : mean(x, axis));

/** A loss that compares number by number, and takes the mean over the last axis. */
export function elementwise(
  className: string,
  options: ReductionOptions & Record<string, unknown>,
  of: (target: Tensor, output: Tensor) => Tensor,
): CallableLoss {
  return lossFrom(className, options, (target, output) => ({
    values: overLast(of(...aligned(className, target, output))),
  }));
}
