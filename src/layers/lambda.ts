import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Layer, LayerOfSeveral, type LayerOptions } from './layer.ts';

type TensorFunction = (...inputs: Tensor[]) => Tensor;

class Lambda extends LayerOfSeveral {
  readonly className = 'Lambda';
  override readonly takesAnyDtype = true;
  readonly #of: TensorFunction;

  constructor(of: TensorFunction, options: LayerOptions) {
    super(options);
    this.#of = of;
  }

  protected setUpMany(): readonly Shape[] | undefined {
    return undefined;
  }

  callMany(inputs: readonly Tensor[]): readonly Tensor[] {
    return [this.#of(...inputs)];
  }

  config() {
    return { function: this.#of };
  }
}

/**
 * A function of tensors as a layer: `lambda((x) => x.mul(x))`, `lambda((a, b) => a.sub(b))`. It has no weights, and
 * is neither saved to files nor loaded from any: there it would be code to run.
 *
 * @param of of the inputs, [batch, …]
 *
 * @see Keras `Lambda`
 */
export function lambda(of: TensorFunction, options: LayerOptions = {}): Layer {
  return new Lambda(of, options);
}
