import type { Shape } from '../graph/ndarray.ts';
import { div, maximum, mul, sqrt, square, sum } from '../tensor/functions.ts';
import { moments, rootMeanSquareNormalize, standardize } from '../tensor/nn/normalization.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type LayerOptions } from './layer.ts';
import {
  broadcastShape,
  ScaledNormalization,
  type ScaledNormalizationOptions,
} from './scaledNormalization.ts';

/** One axis or several together, the batch being axis 0. */
type AxisOption = number | readonly number[];

const listed = (axis: AxisOption): readonly number[] => (typeof axis === 'number' ? [axis] : axis);
const copied = (axis: AxisOption): number | number[] => (typeof axis === 'number' ? axis : [...axis]);

export interface LayerNormalizationOptions extends ScaledNormalizationOptions {
  /** The axes of which mean and variance are taken; the last by default. */
  readonly axis?: AxisOption;
}

class LayerNormalization extends ScaledNormalization {
  readonly className = 'LayerNormalization';
  readonly #axis: AxisOption;

  constructor({ axis = -1, ...options }: LayerNormalizationOptions) {
    super(options);
    this.#axis = axis;
  }

  protected setUp(inputShape: Shape): Shape {
    this.addScale(listed(this.#axis).map((axis) => this.lengthAlong(axis, inputShape)));
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const axes = listed(this.#axis);
    const { scale, offset } = this.readScale(broadcastShape(x, axes));
    return standardize(x, moments(x, axes), this.epsilon, scale, offset);
  }

  config() {
    return { axis: copied(this.#axis), ...this.scaleConfig() };
  }
}

/**
 * Layer normalisation: γ·(x − mean) / √(variance + ε) + β, with mean and variance of each example on its own.
 *
 * @param options.axis the axes of which they are taken; the last by default
 * @param options.epsilon 0.001 by default
 *
 * Input shape: [batch, …, features]. Output shape: the same.
 *
 * @see Ba et al., "Layer normalization", 2016, equation 4; Keras `LayerNormalization`
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  return new LayerNormalization(options);
}

export interface GroupNormalizationOptions extends ScaledNormalizationOptions {
  /** Into how many groups the channels fall; 32 by default. −1 makes each channel a group: instance normalisation. */
  readonly groups?: number;
  /** The axis of the channels; the last by default. */
  readonly axis?: number;
}

class GroupNormalization extends ScaledNormalization {
  readonly className = 'GroupNormalization';
  readonly #groups: number;
  readonly #axis: number;

  constructor({ groups = 32, axis = -1, ...options }: GroupNormalizationOptions) {
    super(options);
    this.#groups = groups;
    this.#axis = axis;
  }

  protected setUp(inputShape: Shape): Shape {
    const channels = this.lengthAlong(this.#axis, inputShape);
    const groups = this.#groupsOf(channels);
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw this.misfit(`a number of channels that ${groups} groups divide`, inputShape, 'Set groups.');
    }
    this.addScale([channels]);
    return inputShape;
  }

  #groupsOf(channels: number): number {
    return this.#groups === -1 ? channels : this.#groups;
  }

  call(x: Tensor): Tensor {
    const at = this.#axis < 0 ? this.#axis + x.shape.length : this.#axis;
    const channels = x.shape[at] ?? 1;
    const groups = this.#groupsOf(channels);
    // [batch, …, groups, channels / groups, …]
    const split = (shape: Shape) => [
      ...shape.slice(0, at),
      groups,
      channels / groups,
      ...shape.slice(at + 1),
    ];
    const grouped = x.reshape(split(x.shape));
    const axes = [...grouped.shape.keys()].filter((axis) => axis !== 0 && axis !== at);
    const { scale, offset } = this.readScale(split(broadcastShape(x, [at])));
    return standardize(grouped, moments(grouped, axes), this.epsilon, scale, offset).reshape(x.shape);
  }

  config() {
    return { groups: this.#groups, axis: this.#axis, ...this.scaleConfig() };
  }
}

/**
 * Group normalisation: γ·(x − mean) / √(variance + ε) + β, with mean and variance of each example and each group of
 * channels. One group is layer normalisation; a group for each channel is instance normalisation.
 *
 * @param options.groups 32 by default; −1 for a group for each channel
 * @param options.axis the axis of the channels; the last by default
 * @param options.epsilon 0.001 by default
 *
 * Input shape: [batch, …, channels]. Output shape: the same.
 *
 * @throws ShapeError when the groups do not divide the channels
 * @see Wu and He, "Group normalization", 2018; Ulyanov et al., "Instance normalization", 2016; Keras `GroupNormalization`
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  return new GroupNormalization(options);
}

export interface RMSNormalizationOptions extends LayerOptions {
  /** The axes of which the mean square is taken; the last by default. */
  readonly axis?: AxisOption;
  /** 0.000001 by default. */
  readonly epsilon?: number;
}

class RMSNormalization extends Layer {
  readonly className = 'RMSNormalization';
  override readonly supportsMasking = true;
  override readonly computesInFull = true;
  readonly #axis: AxisOption;
  readonly #epsilon: number;
  #scale: Variable | undefined;

  constructor({ axis = -1, epsilon = 1e-6, ...options }: RMSNormalizationOptions) {
    super(options);
    this.#axis = axis;
    this.#epsilon = epsilon;
  }

  protected setUp(inputShape: Shape): Shape {
    const shape = listed(this.#axis).map((axis) => inputShape.at(axis < 0 ? axis : axis - 1) ?? 0);
    if (shape.includes(0)) throw this.misfit(`axes ${listed(this.#axis).join(' and ')}`, inputShape);
    this.#scale = this.addWeight('scale', shape, { initializer: 'ones' });
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const axes = listed(this.#axis);
    const scale = (this.#scale as Variable).read().reshape(broadcastShape(x, axes));
    return mul(rootMeanSquareNormalize(x, axes, this.#epsilon), scale);
  }

  config() {
    return { axis: copied(this.#axis), epsilon: this.#epsilon };
  }
}

/**
 * γ·x / √(mean of x² + ε): layer normalisation without the mean.
 *
 * @param options.axis the axes of which the mean square is taken; the last by default
 * @param options.epsilon 0.000001 by default
 *
 * Input shape: [batch, …, features]. Output shape: the same.
 *
 * @see Zhang and Sennrich, "Root mean square layer normalization", 2019, equation 4; Keras `RMSNormalization`
 */
export function rmsNormalization(options: RMSNormalizationOptions = {}): Layer {
  return new RMSNormalization(options);
}

class UnitNormalization extends Layer {
  readonly className = 'UnitNormalization';
  override readonly supportsMasking = true;
  override readonly computesInFull = true;
  readonly #axis: AxisOption;

  constructor({ axis = -1, ...options }: LayerOptions & { axis?: AxisOption }) {
    super(options);
    this.#axis = axis;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return div(x, sqrt(maximum(sum(square(x), listed(this.#axis), true), 1e-12)));
  }

  config() {
    return { axis: copied(this.#axis) };
  }
}

/**
 * x / √(sum of x²) along an axis, by default the last: vectors of length 1. Output shape: that of the input.
 *
 * @see Keras `UnitNormalization`
 */
export function unitNormalization(options: LayerOptions & { readonly axis?: AxisOption } = {}): Layer {
  return new UnitNormalization(options);
}
