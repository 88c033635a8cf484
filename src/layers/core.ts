import { ArgumentError } from '../graph/errors.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import type { Key } from '../graph/threefry.ts';
import { greater, greaterEqual, matmul, minimum, mul, softmax, where } from '../tensor/functions.ts';
import { nextKey, randomUniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { leakyRelu } from './activationFunctions.ts';
import { type ActivationName, activationOf } from './activations.ts';
import { type Initializer, initializerOf } from './initializers.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

export interface DenseOptions extends LayerOptions {
  readonly activation?: ActivationName;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Initializer | string;
  readonly biasInitializer?: Initializer | string;
}

class Dense extends Layer {
  readonly className = 'Dense';
  readonly #units: number;
  readonly #options: Required<Omit<DenseOptions, keyof LayerOptions>>;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  constructor(units: number, options: DenseOptions) {
    super(options);
    if (!Number.isInteger(units) || units < 1) {
      throw new ArgumentError({
        asked: 'dense layer',
        expected: 'a whole number of units, at least 1',
        received: `${units}`,
      });
    }
    this.#units = units;
    const { activation = 'linear', useBias = true } = options;
    const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options;
    activationOf(activation);
    this.#options = { activation, useBias, kernelInitializer, biasInitializer };
  }

  protected setUp(inputShape: Shape): Shape {
    const inputs = inputShape.at(-1);
    if (inputs === undefined) throw this.misfit('at least one axis besides the batch', inputShape);
    this.#kernel = this.addWeight('kernel', [inputs, this.#units], {
      initializer: this.#options.kernelInitializer,
    });
    if (this.#options.useBias)
      this.#bias = this.addWeight('bias', [this.#units], { initializer: this.#options.biasInitializer });
    return [...inputShape.slice(0, -1), this.#units];
  }

  call(x: Tensor): Tensor {
    const inputs = this.inputShape.at(-1) ?? 1;
    if (x.shape.at(-1) !== inputs) {
      throw this.misfit(
        `inputs whose last axis is ${inputs}`,
        x.shape.slice(1),
        'Check the shape of the data.',
      );
    }
    // [batch, …, inputs] × [inputs, units]
    const rows = x.reshape([-1, inputs]);
    let sum = matmul(rows, (this.#kernel as Variable).read());
    if (this.#bias) sum = sum.add(this.#bias.read());
    return activationOf(this.#options.activation)(sum).reshape([...x.shape.slice(0, -1), this.#units]);
  }

  config() {
    const { kernelInitializer, biasInitializer, ...rest } = this.#options;
    return {
      units: this.#units,
      ...rest,
      kernelInitializer: initializerOf(kernelInitializer),
      biasInitializer: initializerOf(biasInitializer),
    };
  }
}

/**
 * A fully connected layer: y = activation(x·W + b).
 *
 * @param units the length of its output
 * @param options.activation linear by default
 * @param options.kernelInitializer of W [inputs, units]; glorotUniform by default
 * @param options.biasInitializer of b [units]; zeros by default
 *
 * Input shape: [batch, …, inputs]. Output shape: [batch, …, units].
 *
 * @see Keras `Dense`
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  return new Dense(units, options);
}

class Activation extends Layer {
  readonly className = 'Activation';
  readonly #activation: ActivationName;

  constructor(activation: ActivationName, options: LayerOptions) {
    super(options);
    activationOf(activation);
    this.#activation = activation;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return activationOf(this.#activation)(x);
  }

  config() {
    return { activation: this.#activation };
  }
}

/** An activation as a layer of its own. Output shape: that of the input. */
export function activation(name: ActivationName, options: LayerOptions = {}): Layer {
  return new Activation(name, options);
}

export interface ReLUOptions extends LayerOptions {
  readonly negativeSlope?: number;
  readonly maxValue?: number;
  readonly threshold?: number;
}

class ReLU extends Layer {
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

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const below = mul(x.sub(this.#threshold), this.#negativeSlope);
    const rectified = where(greater(x, this.#threshold), x, below);
    return this.#maxValue === undefined ? rectified : minimum(rectified, this.#maxValue);
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

class LeakyReLU extends Layer {
  readonly className = 'LeakyReLU';
  readonly #negativeSlope: number;

  constructor({ negativeSlope = 0.3, ...options }: LayerOptions & { negativeSlope?: number }) {
    super(options);
    this.#negativeSlope = negativeSlope;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.#negativeSlope });
  }

  config() {
    return { negativeSlope: this.#negativeSlope };
  }
}

/** x where positive, else `negativeSlope`·x, by default 0.3x. Output shape: that of the input. */
export function leakyReLU(options: LayerOptions & { negativeSlope?: number } = {}): Layer {
  return new LeakyReLU(options);
}

class Softmax extends Layer {
  readonly className = 'Softmax';
  readonly #axis: number;

  constructor(axis: number, options: LayerOptions) {
    super(options);
    this.#axis = axis;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return softmax(x, this.#axis);
  }

  config() {
    return { axis: this.#axis };
  }
}

/** eˣ/Σeˣ along an axis (the batch counts as axis 0), by default the last. Output shape: that of the input. */
export function softmaxLayer({ axis = -1, ...options }: LayerOptions & { axis?: number } = {}): Layer {
  return new Softmax(axis, options);
}

class Flatten extends Layer {
  readonly className = 'Flatten';
  override readonly takesAnyDtype = true;

  protected setUp(inputShape: Shape): Shape {
    return [sizeOf(inputShape)];
  }

  call(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.outputShape]);
  }

  config() {
    return { dataFormat: 'channels_last' };
  }
}

/** All axes but the batch as one. Input shape: [batch, …]. Output shape: [batch, product of the rest]. */
export function flatten(options: LayerOptions = {}): Layer {
  return new Flatten(options);
}

class Reshape extends Layer {
  readonly className = 'Reshape';
  override readonly takesAnyDtype = true;
  readonly #targetShape: Shape;

  constructor(targetShape: Shape, options: LayerOptions) {
    super(options);
    this.#targetShape = targetShape;
  }

  protected setUp(inputShape: Shape): Shape {
    const known = this.#targetShape.reduce((product, length) => (length < 0 ? product : product * length), 1);
    const shape = this.#targetShape.map((length) => (length < 0 ? sizeOf(inputShape) / known : length));
    if (sizeOf(shape) !== sizeOf(inputShape) || shape.some((length) => !Number.isInteger(length))) {
      throw this.misfit(`as many numbers as [${this.#targetShape.join(', ')}] holds`, inputShape);
    }
    return shape;
  }

  call(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.outputShape]);
  }

  config() {
    return { targetShape: [...this.#targetShape] };
  }
}

/** Another shape of each example; one length may be −1, which is worked out. */
export function reshape(targetShape: Shape, options: LayerOptions = {}): Layer {
  return new Reshape(targetShape, options);
}

class Dropout extends Layer {
  readonly className = 'Dropout';
  readonly #rate: number;
  readonly #seed: number | undefined;
  #key: Key | undefined;

  constructor(rate: number, { seed, ...options }: LayerOptions & { seed?: number }) {
    super(options);
    if (!(rate >= 0 && rate < 1)) {
      throw new ArgumentError({
        asked: 'dropout',
        expected: 'a rate from 0 up to, not including, 1',
        received: `${rate}`,
      });
    }
    this.#rate = rate;
    this.#seed = seed;
  }

  protected setUp(inputShape: Shape): Shape {
    this.#key = nextKey(this.#seed);
    return inputShape;
  }

  call(x: Tensor, { training, step }: CallContext): Tensor {
    if (!training || this.#rate === 0 || !this.#key) return x;
    const draw = randomUniform(x.shape, 0, 1, { seed: this.#key, ...(step && { stream: step }) });
    return where(greaterEqual(draw, this.#rate), mul(x, 1 / (1 - this.#rate)), mul(x, 0));
  }

  config() {
    return { rate: this.#rate, seed: this.#seed ?? null };
  }
}

/**
 * While training, sets each number to 0 with probability `rate` and divides the others by 1 − rate, so that
 * sums keep their expectation. Otherwise the identity. Output shape: that of the input.
 *
 * @see Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014
 */
export function dropout(rate: number, options: LayerOptions & { seed?: number } = {}): Layer {
  return new Dropout(rate, options);
}
