import type { Shape } from '../../graph/ndarray.ts';
import { add, mul } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Layer, type LayerOptions } from '../layer.ts';

class Rescaling extends Layer {
  readonly className = 'Rescaling';
  readonly #scale: number;
  readonly #offset: number;

  constructor(scale: number, { offset = 0, ...options }: LayerOptions & { offset?: number }) {
    super(options);
    this.#scale = scale;
    this.#offset = offset;
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    const scaled = mul(x, this.#scale);
    return this.#offset === 0 ? scaled : add(scaled, this.#offset);
  }

  config() {
    return { scale: this.#scale, offset: this.#offset };
  }
}

/** x·scale + offset: `rescaling(1 / 255)` for pictures. Output shape: that of the input. */
export function rescaling(scale: number, options: LayerOptions & { offset?: number } = {}): Layer {
  return new Rescaling(scale, options);
}
