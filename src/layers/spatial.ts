import type { Shape } from '../graph/ndarray.ts';
import { type Sliding, slidingShape } from '../tensor/nn/windowing.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf } from './arguments.ts';
import { DATA_FORMATS, type DataFormat, lastChannels, withChannelsLast } from './dataFormat.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';

export interface SpatialOptions extends LayerOptions {
  /** channels_last by default. */
  readonly dataFormat?: DataFormat;
}

/** A layer of inputs with spatial axes and channels: [batch, …spatial, channels]. */
export abstract class SpatialLayer extends Layer {
  readonly className: string;
  readonly rank: number;
  readonly dataFormat: DataFormat;

  constructor(className: string, rank: number, { dataFormat = 'channels_last', ...options }: SpatialOptions) {
    super(options);
    this.className = className;
    this.rank = rank;
    this.dataFormat = oneOf(className, 'data format', dataFormat, DATA_FORMATS);
  }

  protected setUp(inputShape: Shape): Shape | undefined {
    if (inputShape.length !== this.rank + 1) {
      const axes = this.rank === 1 ? '1 spatial axis' : `${this.rank} spatial axes`;
      throw this.misfit(
        `the batch, ${axes} and the channels`,
        inputShape,
        inputShape.length === this.rank
          ? 'Add an axis for the channels, of length 1 if there is one.'
          : undefined,
      );
    }
    const ordered = lastChannels(inputShape, this.dataFormat);
    return this.setUpSpatial(ordered.slice(0, -1), ordered.at(-1) ?? 1);
  }

  /** `setUp`, told the lengths of the spatial axes and of the channels. */
  protected setUpSpatial(_lengths: Shape, _channels: number): undefined {
    return undefined;
  }

  /** The shape of an example in the layer's own format. */
  protected exampleOf(lengths: Shape, channels: number): Shape {
    return this.dataFormat === 'channels_last' ? [...lengths, channels] : [channels, ...lengths];
  }

  /** Refuses inputs in which no window fits. */
  protected checkWindows(lengths: Shape, channels: number, sliding: Sliding): void {
    if (slidingShape(lengths, sliding).every((count) => count > 0)) return;
    const extents = sliding.size.map((size, at) => (size - 1) * (sliding.dilations[at] ?? 1) + 1);
    throw this.misfit(
      `spatial axes at least as long as its windows, [${extents.join(', ')}]`,
      this.exampleOf(lengths, channels),
      "Take a smaller window, larger inputs, or padding 'same'.",
    );
  }

  call(x: Tensor, _context: CallContext): Tensor {
    return withChannelsLast(x, this.dataFormat, (ordered) => this.callSpatial(ordered));
  }

  /** `call`, given [batch, …spatial, channels]. */
  protected abstract callSpatial(x: Tensor): Tensor;
}
