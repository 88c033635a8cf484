import type { Shape } from '../../graph/ndarray.ts';
import { foldIn, keyOf } from '../../graph/threefry.ts';
import type { Tensor, TensorLike } from '../../tensor/tensor.ts';
import { type CallContext, Layer, type LayerOptions } from '../layer.ts';
import { RandomImageLayer, toBatch } from './imageLayer.ts';

/** Layers one after another, as one. */
export class Pipeline extends Layer {
  readonly className = 'Pipeline';
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[], options: LayerOptions) {
    super(options);
    this.layers = layers;
    for (const layer of layers) this.addLayer('layers', layer);
  }

  protected setUp(inputShape: Shape): Shape {
    return this.layers.reduce((shape, layer) => layer.build(shape), inputShape);
  }

  call(x: Tensor, context: CallContext): Tensor {
    return this.layers.reduce<Tensor>((value, layer) => layer.apply([value], context).outputs[0] ?? value, x);
  }

  /**
   * Pictures changed as in training, outside of a model; the same seed gives the same changes.
   *
   * @param images one picture [height, width, channels], or a batch
   */
  augment(images: TensorLike, options: { seed?: number } = {}): Tensor {
    const { batch, single } = toBatch(images);
    const changed = this.layers.reduce<Tensor>((value, layer, i) => {
      if (!(layer instanceof RandomImageLayer))
        return layer.apply([value], { training: true }).outputs[0] ?? value;
      const { seed } = options;
      return layer.augment(value, seed === undefined ? {} : { seed: foldIn(keyOf(seed), i)[0] });
    }, batch);
    return single ? changed.reshape(changed.shape.slice(1)) : changed;
  }

  config() {
    return { layers: [...this.layers] };
  }
}

/**
 * Layers of preprocessing, one after another, as one layer: inside of a model, or alone by `augment`.
 *
 * @see Keras `Pipeline`
 */
export function pipeline(layers: readonly Layer[], options: LayerOptions = {}): Pipeline {
  return new Pipeline(layers, options);
}
