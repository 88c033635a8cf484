import type { Shape } from '../graph/ndarray.ts';
import { abs, add, mul, square } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

export interface ActivityRegularizationOptions extends LayerOptions {
  /** Of Σ|x|; 0 by default. */
  readonly l1?: number;
  /** Of Σx²; 0 by default. */
  readonly l2?: number;
}

class ActivityRegularization extends Layer {
  readonly className = 'ActivityRegularization';
  override readonly supportsMasking = true;
  readonly #l1: number;
  readonly #l2: number;

  constructor({ l1 = 0, l2 = 0, ...options }: ActivityRegularizationOptions) {
    super(options);
    this.#l1 = l1;
    this.#l2 = l2;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor, { addLoss }: CallContext): Tensor {
    const penalty = add(mul(abs(x).sum(), this.#l1), mul(square(x).sum(), this.#l2));
    addLoss?.(penalty.div(x.shape[0] ?? 1));
    return x;
  }

  config() {
    return { l1: this.#l1, l2: this.#l2 };
  }
}

/**
 * The identity, which adds l1·Σ|x| + l2·Σx², divided by the number of examples, to what training makes small.
 * Output shape: that of the input.
 *
 * @see Keras `ActivityRegularization`
 */
export function activityRegularization(options: ActivityRegularizationOptions = {}): Layer {
  return new ActivityRegularization(options);
}
