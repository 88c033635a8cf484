import { ArgumentError } from '../graph/errors.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import { broadcastTo } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { DATA_FORMATS, type DataFormat } from './dataFormat.ts';
import { Layer, type LayerOptions } from './layer.ts';

class Flatten extends Layer {
  readonly className = 'Flatten';
  override readonly takesAnyDtype = true;
  readonly #dataFormat: DataFormat;

  constructor({ dataFormat = 'channels_last', ...options }: FlattenOptions) {
    super(options);
    this.#dataFormat = oneOf('Flatten', 'data format', dataFormat, DATA_FORMATS);
  }

  protected setUp(inputShape: Shape): Shape {
    return [sizeOf(inputShape)];
  }

  call(x: Tensor): Tensor {
    const rank = x.shape.length;
    const spatial = Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => i + 2);
    const moved = this.#dataFormat === 'channels_first' && rank > 2 ? x.transpose([0, ...spatial, 1]) : x;
    return moved.reshape([x.shape[0] ?? 1, sizeOf(x.shape.slice(1))]);
  }

  config() {
    return { dataFormat: this.#dataFormat };
  }
}

export interface FlattenOptions extends LayerOptions {
  /** channels_first moves channels to the end before; channels_last by default. */
  readonly dataFormat?: DataFormat;
}

/** All axes but the batch as one. Input shape: [batch, …]. Output shape: [batch, product of the rest]. */
export function flatten(options: FlattenOptions = {}): Layer {
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
    return this.#shapeFor(inputShape);
  }

  #shapeFor(inputShape: Shape): Shape {
    const known = this.#targetShape.reduce((product, length) => (length < 0 ? product : product * length), 1);
    const shape = this.#targetShape.map((length) => (length < 0 ? sizeOf(inputShape) / known : length));
    if (sizeOf(shape) !== sizeOf(inputShape) || shape.some((length) => !Number.isInteger(length))) {
      throw this.misfit(`as many numbers as [${this.#targetShape.join(', ')}] holds`, inputShape);
    }
    return shape;
  }

  call(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.#shapeFor(x.shape.slice(1))]);
  }

  config() {
    return { targetShape: [...this.#targetShape] };
  }
}

/**
 * Another shape of each example; one length may be −1, which is worked out.
 *
 * Input shape: [batch, …]. Output shape: [batch, …targetShape].
 *
 * @throws ShapeError when it does not hold as many numbers
 * @see Keras `Reshape`
 */
export function reshape(targetShape: Shape, options: LayerOptions = {}): Layer {
  return new Reshape(targetShape, options);
}

class Permute extends Layer {
  readonly className = 'Permute';
  override readonly takesAnyDtype = true;
  readonly #dims: readonly number[];

  constructor(dims: readonly number[], options: LayerOptions) {
    super(options);
    if ([...dims].sort((a, b) => a - b).some((dim, i) => dim !== i + 1)) {
      throw new ArgumentError({
        asked: 'Permute',
        expected: `each axis 1 … ${dims.length} once; the batch, axis 0, stays first`,
        received: `[${dims.join(', ')}]`,
      });
    }
    this.#dims = dims;
  }

  protected setUp(inputShape: Shape): Shape {
    if (inputShape.length !== this.#dims.length) {
      throw this.misfit(`${this.#dims.length} axes besides the batch`, inputShape);
    }
    return this.#dims.map((dim) => inputShape[dim - 1] ?? 1);
  }

  call(x: Tensor): Tensor {
    return x.transpose([0, ...this.#dims]);
  }

  config() {
    return { dims: [...this.#dims] };
  }
}

/**
 * Axes in another order: output axis i is input axis `dims[i − 1]`, counted from 1, as the batch stays first.
 *
 * Input shape: [batch, …]. Output shape: [batch, …the same lengths in another order].
 *
 * @throws ArgumentError when an axis is missing or named twice
 * @see Keras `Permute`
 */
export function permute(dims: readonly number[], options: LayerOptions = {}): Layer {
  return new Permute(dims, options);
}

class RepeatVector extends Layer {
  readonly className = 'RepeatVector';
  override readonly takesAnyDtype = true;
  readonly #n: number;

  constructor(n: number, options: LayerOptions) {
    super(options);
    this.#n = wholeNumber('RepeatVector', 'n', n);
  }

  protected setUp(inputShape: Shape): Shape {
    const [features, ...more] = inputShape;
    if (features === undefined || more.length > 0)
      throw this.misfit('inputs of [batch, features]', inputShape);
    return [this.#n, features];
  }

  call(x: Tensor): Tensor {
    const [batch = 1, features = 1] = x.shape;
    return broadcastTo(x.reshape([batch, 1, features]), [batch, this.#n, features]);
  }

  config() {
    return { n: this.#n };
  }
}

/**
 * The input n times, as the steps of a sequence.
 *
 * Input shape: [batch, features]. Output shape: [batch, n, features].
 *
 * @see Keras `RepeatVector`
 */
export function repeatVector(n: number, options: LayerOptions = {}): Layer {
  return new RepeatVector(n, options);
}
