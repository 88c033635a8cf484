import type { Dtype } from '../graph/dtypes.ts';
import { ShapeError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { nextKey } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { type Initializer, initializerOf } from './initializers.ts';

/** What a layer is told besides its input. */
export interface CallContext {
  /** Whether the model is being trained: dropout drops. */
  readonly training: boolean;
  /** The number of the training step, uint32[]: gives each step other random numbers. */
  readonly step?: Tensor;
}

/** Arguments that every layer takes. */
export interface LayerOptions {
  readonly name?: string;
  readonly trainable?: boolean;
}

/**
 * A layer: a function of a tensor with weights of its own. Shapes are those of one example; tensors have the
 * batch as their first axis in addition.
 */
export abstract class Layer {
  /** The name of its kind, as Keras has it. */
  abstract readonly className: string;
  /** Unique in its model, which names layers that have no name. */
  name: string;
  readonly #trainable: boolean;
  readonly #weights: Variable[] = [];
  #inputShape: Shape | undefined;
  #outputShape: Shape | undefined;

  constructor({ name = '', trainable = true }: LayerOptions) {
    this.name = name;
    this.#trainable = trainable;
  }

  get trainable(): boolean {
    return this.#trainable;
  }

  get isBuilt(): boolean {
    return this.#inputShape !== undefined;
  }

  get inputShape(): Shape {
    return this.#inputShape ?? [];
  }

  get outputShape(): Shape {
    return this.#outputShape ?? [];
  }

  /** Trainable weights first, then those that only running statistics change. */
  get weights(): readonly Variable[] {
    return [...this.#weights.filter((w) => w.trainable), ...this.#weights.filter((w) => !w.trainable)];
  }

  get parameters(): number {
    return this.#weights.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** Creates the weights for inputs of a shape, once; returns the shape of the outputs. */
  build(inputShape: Shape): Shape {
    if (!this.#inputShape) {
      this.#outputShape = this.setUp(inputShape);
      this.#inputShape = inputShape;
    }
    return this.outputShape;
  }

  /** Creates the weights, and says what shape comes out. */
  protected abstract setUp(inputShape: Shape): Shape;

  /** What the layer computes: [batch, …inputShape] → [batch, …outputShape]. */
  abstract call(x: Tensor, context: CallContext): Tensor;

  /** The arguments it was made with, by Keras's names in camelCase. */
  abstract config(): Record<string, unknown>;

  protected addWeight(
    name: string,
    shape: Shape,
    initializer: Initializer | string,
    trainable = true,
    dtype: Dtype = 'float32',
  ): Variable {
    const value = initializerOf(initializer).make(shape, nextKey()).cast(dtype);
    const made = new Variable(value, { name, trainable: trainable && this.#trainable });
    this.#weights.push(made);
    return made;
  }

  /** An error about the shape of its input. */
  protected misfit(expected: string, inputShape: Shape, fix?: string): ShapeError {
    return new ShapeError({
      asked: `layer "${this.name || this.className}"`,
      expected,
      received: `inputs of [batch${inputShape.map((n) => `, ${n}`).join('')}]`,
      ...(fix !== undefined && { fix }),
    });
  }
}
