import type { Shape } from '../graph/ndarray.ts';
import { exp, logSumExp, mul, neg, relu as rectify, softmax as softmaxOf, sub } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { elu as eluOf, leakyRelu, relu } from './activationFunctions.ts';
import { activationOf } from './activations.ts';
import { inFull } from './dtypePolicy.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type ActivationLike, type Terms, termsOf, type WeightTerms } from './terms.ts';

/** A layer that changes numbers, not shapes. */
abstract class SameShape extends Layer {
  override readonly supportsMasking = true;

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }
}

class Activation extends SameShape {
  readonly className = 'Activation';
  readonly #activation: ActivationLike;

  constructor(activation: ActivationLike, options: LayerOptions) {
    super(options);
    activationOf(activation);
    this.#activation = activation;
  }

  call(x: Tensor): Tensor {
    return activationOf(this.#activation)(x);
  }

  config() {
    return { activation: this.#activation };
  }
}

/** An activation as a layer of its own. Output shape: that of the input. */
export function activation(name: ActivationLike, options: LayerOptions = {}): Layer {
  return new Activation(name, options);
}

export interface ReLUOptions extends LayerOptions {
  readonly negativeSlope?: number;
  readonly maxValue?: number;
  readonly threshold?: number;
}

class ReLU extends SameShape {
  readonly className = 'ReLU';
  readonly #negativeSlope: number;
  readonly #maxValue: number | undefined;
  readonly #threshold: number;

  constructor({ negativeSlope = 0, maxValue, threshold = 0, ...options }: ReLUOptions) {
    super(options);
    this.#negativeSlope = negativeSlope;
    this.#maxValue = maxValue;
    this.#threshold = threshold;
  }

  call(x: Tensor): Tensor {
    const maxValue = this.#maxValue;
    return relu(x, {
      negativeSlope: this.#negativeSlope,
      threshold: this.#threshold,
      ...(maxValue !== undefined && { maxValue }),
    });
  }

  config() {
    return {
      maxValue: this.#maxValue ?? null,
      negativeSlope: this.#negativeSlope,
      threshold: this.#threshold,
    };
  }
}

/**
 * x above `threshold` (0), `negativeSlope`·(x − threshold) below it (slope 0), never more than `maxValue`.
 * Output shape: that of the input.
 *
 * @see Keras `ReLU`
 */
export function reLU(options: ReLUOptions = {}): Layer {
  return new ReLU(options);
}

class LeakyReLU extends SameShape {
  readonly className = 'LeakyReLU';
  readonly #negativeSlope: number;

  constructor({ negativeSlope = 0.3, ...options }: LayerOptions & { negativeSlope?: number }) {
    super(options);
    this.#negativeSlope = negativeSlope;
  }

  call(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.#negativeSlope });
  }

  config() {
    return { negativeSlope: this.#negativeSlope };
  }
}

/** x where positive, else `negativeSlope`·x, by default 0.3x. Output shape: that of the input. @see Keras `LeakyReLU` */
export function leakyReLU(options: LayerOptions & { readonly negativeSlope?: number } = {}): Layer {
  return new LeakyReLU(options);
}

export interface PReLUOptions extends LayerOptions, WeightTerms<'alpha'> {
  /** Axes along which all places have one slope, counted from 1; none by default. */
  readonly sharedAxes?: readonly number[] | null;
}

class PReLU extends SameShape {
  readonly className = 'PReLU';
  readonly #sharedAxes: readonly number[];
  readonly #terms: Terms;
  #alpha: Variable | undefined;

  constructor(options: PReLUOptions) {
    super(options);
    this.#sharedAxes = options.sharedAxes ?? [];
    this.#terms = termsOf('alpha', options, 'zeros');
  }

  protected override setUp(inputShape: Shape): Shape {
    const strange = this.#sharedAxes.find((axis) => !(axis >= 1 && axis <= inputShape.length));
    if (strange !== undefined) throw this.misfit(`an axis ${strange} to share slopes along`, inputShape);
    const shape = inputShape.map((length, i) => (this.#sharedAxes.includes(i + 1) ? 1 : length));
    this.#alpha = this.addWeight('alpha', shape, this.#terms.weight);
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const negative = mul(rectify(neg(x)), (this.#alpha as Variable).read());
    return sub(rectify(x), negative);
  }

  config() {
    const sharedAxes = this.#sharedAxes.length > 0 ? [...this.#sharedAxes] : null;
    return { ...this.#terms.config(), sharedAxes };
  }
}

/**
 * x where positive, else α·x, with a slope α for each place that is learnt.
 *
 * @param options.sharedAxes axes along which all places have one slope: [1, 2] for one a channel
 * @param options.alphaInitializer of α; zeros by default
 *
 * Output shape: that of the input.
 *
 * @see He et al., "Delving deep into rectifiers", 2015; Keras `PReLU`
 */
export function pReLU(options: PReLUOptions = {}): Layer {
  return new PReLU(options);
}

class ELU extends SameShape {
  readonly className = 'ELU';
  readonly #alpha: number;

  constructor({ alpha = 1, ...options }: LayerOptions & { alpha?: number }) {
    super(options);
    this.#alpha = alpha;
  }

  call(x: Tensor): Tensor {
    return eluOf(x, { alpha: this.#alpha });
  }

  config() {
    return { alpha: this.#alpha };
  }
}

/** x where positive, else α·(eˣ − 1), with α = 1 by default. Output shape: that of the input. @see Keras `ELU` */
export function elu(options: LayerOptions & { readonly alpha?: number } = {}): Layer {
  return new ELU(options);
}

export interface SoftmaxOptions extends LayerOptions {
  /** The axis whose numbers shall have sum 1, or several together; the batch is axis 0. The last by default. */
  readonly axis?: number | readonly number[];
}

class Softmax extends SameShape {
  readonly className = 'Softmax';
  readonly #axis: number | readonly number[];

  constructor({ axis = -1, ...options }: SoftmaxOptions) {
    super(options);
    this.#axis = axis;
  }

  call(x: Tensor): Tensor {
    const full = inFull(x);
    if (typeof this.#axis === 'number') return softmaxOf(full, this.#axis);
    return exp(sub(full, logSumExp(full, this.#axis, true)));
  }

  config() {
    return { axis: typeof this.#axis === 'number' ? this.#axis : [...this.#axis] };
  }
}

/** eˣ/Σeˣ along an axis (the batch counts as axis 0), by default the last. Output shape: that of the input. @see Keras `Softmax` */
export function softmax(options: SoftmaxOptions = {}): Layer {
  return new Softmax(options);
}
