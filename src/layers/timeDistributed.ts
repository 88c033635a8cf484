import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

class TimeDistributed extends Layer {
  readonly className = 'TimeDistributed';
  override readonly supportsMasking = true;
  readonly #layer: Layer;

  constructor(layer: Layer, options: LayerOptions) {
    super(options);
    this.#layer = this.addLayer('layer', layer);
  }

  protected setUp(inputShape: Shape): Shape {
    const [time, ...rest] = inputShape;
    if (time === undefined || rest.length === 0) throw this.misfit('inputs of [batch, steps, …]', inputShape);
    return [time, ...this.#layer.build(rest)];
  }

  call(x: Tensor, context: CallContext): Tensor {
    const [batch = 1, time = 1, ...rest] = x.shape;
    // All steps of all examples as one batch.
    const { mask: _, masks: __, ...steps } = context;
    const [output] = this.#layer.apply([x.reshape([batch * time, ...rest])], steps).outputs as readonly [
      Tensor,
    ];
    return output.reshape([batch, time, ...output.shape.slice(1)]);
  }

  config() {
    return { layer: this.#layer };
  }
}

/**
 * A layer applied to every step of a sequence on its own, with the same weights.
 *
 * Input shape: [batch, steps, …]. Output shape: [batch, steps, …that of the layer].
 *
 * @see Keras `TimeDistributed`
 */
export function timeDistributed(layer: Layer, options: LayerOptions = {}): Layer {
  return new TimeDistributed(layer, options);
}
