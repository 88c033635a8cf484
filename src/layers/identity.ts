import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type LayerOptions } from './layer.ts';

class Identity extends Layer {
  readonly className = 'Identity';
  override readonly supportsMasking = true;
  override readonly takesAnyDtype = true;

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return x;
  }

  config() {
    return {};
  }
}

/** What comes in, as it is. Output shape: that of the input. @see Keras `Identity` */
export function identity(options: LayerOptions = {}): Layer {
  return new Identity(options);
}
