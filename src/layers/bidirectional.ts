import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { add, concat, flip, mul } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneOf } from './arguments.ts';
import {
  type CallContext,
  type Layer,
  LayerOfSeveral,
  type LayerOptions,
  type LayerWithOutputs,
  type Mask,
} from './layer.ts';
import { snakeCase } from './names.ts';
import { Recurrent } from './recurrent.ts';
import type { SymbolicTensor } from './symbolic.ts';

export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave';

export interface BidirectionalOptions extends LayerOptions {
  /** How the outputs of both directions are joined; null returns both. concat by default. */
  readonly mergeMode?: MergeMode | null;
  /** The layer that goes backwards, if it is to be another kind; it must have `goBackwards`. */
  readonly backwardLayer?: Layer | null;
}

const MERGES: Readonly<Record<MergeMode, (a: Tensor, b: Tensor) => Tensor>> = {
  concat: (a, b) => concat([a, b], -1),
  sum: add,
  mul,
  ave: (a, b) => add(a, b).div(2),
};

class Bidirectional extends LayerOfSeveral {
  readonly className = 'Bidirectional';
  readonly #layer: Recurrent;
  readonly #backwardGiven: Recurrent | undefined;
  readonly #mergeMode: MergeMode | null;
  readonly #forward: Recurrent;
  readonly #backward: Recurrent;

  constructor(layer: Layer, { mergeMode = 'concat', backwardLayer, ...options }: BidirectionalOptions) {
    super(options);
    this.#layer = recurrent(layer);
    this.#backwardGiven = backwardLayer ? recurrent(backwardLayer) : undefined;
    const modes: MergeMode[] = ['concat', 'sum', 'mul', 'ave'];
    this.#mergeMode = mergeMode === null ? null : oneOf('Bidirectional', 'mergeMode', mergeMode, modes);
    const name = (layer.name || snakeCase(layer.className)).replace(/^(forward|backward)_/, '');
    // What is masked must not take part in the joined outputs.
    const both = { zeroOutputForMask: this.#layer.returnSequences };
    const other = this.#backwardGiven ?? this.#layer;
    const backward = other.copy({
      ...both,
      name: `backward_${name}`,
      ...(!this.#backwardGiven && { goBackwards: true }),
    });
    const { goBackwards } = this.#layer;
    if (backward.goBackwards === goBackwards || backward.returnSequences !== this.#layer.returnSequences) {
      throw new ArgumentError({
        asked: 'Bidirectional',
        expected: 'two layers that go in opposite directions and return alike',
        fix: 'Give the backwardLayer goBackwards: true, and the same returnSequences.',
      });
    }
    this.#forward = this.addLayer('forward_layer', this.#layer.copy({ ...both, name: `forward_${name}` }));
    this.#backward = this.addLayer('backward_layer', backward);
  }

  protected setUpMany(inputShapes: readonly Shape[]): undefined {
    const [inputShape = [], ...states] = inputShapes;
    const half = states.length / 2;
    this.#forward.buildMany([inputShape, ...states.slice(0, half)]);
    this.#backward.buildMany([inputShape, ...states.slice(half)]);
  }

  callMany([x, ...states]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const half = states.length / 2;
    const run = (layer: Recurrent, from: readonly Tensor[]) =>
      layer.apply([x as Tensor, ...from], { ...context, inputNames: [], masks: [context.mask] }).outputs;
    const [ahead, ...aheadStates] = run(this.#forward, states.slice(0, half)) as readonly [
      Tensor,
      ...Tensor[],
    ];
    const [back, ...backStates] = run(this.#backward, states.slice(half)) as readonly [Tensor, ...Tensor[]];
    const aligned = this.#layer.returnSequences ? flip(back, 1) : back;
    const merged = this.#mergeMode === null ? [ahead, aligned] : [MERGES[this.#mergeMode](ahead, aligned)];
    return [...merged, ...aheadStates, ...backStates];
  }

  protected override outputMasks(
    _: readonly Tensor[],
    outputs: readonly Tensor[],
    { mask }: CallContext,
  ): readonly Mask[] {
    const sequences = this.#layer.returnSequences ? (this.#mergeMode === null ? 2 : 1) : 0;
    return outputs.map((__, i) => (i < sequences ? mask : undefined));
  }

  config() {
    return {
      layer: this.#layer,
      ...(this.#backwardGiven && { backwardLayer: this.#backwardGiven }),
      mergeMode: this.#mergeMode,
    };
  }
}

function recurrent(layer: Layer): Recurrent {
  if (layer instanceof Recurrent) return layer;
  throw new ArgumentError({
    asked: 'Bidirectional',
    expected: 'a recurrent layer: simpleRNN, lstm or gru',
    received: layer.className,
  });
}

/**
 * A recurrent layer and its twin that goes from the last step to the first, outputs joined step by step.
 *
 * @param layer simpleRNN, lstm or gru; copied, so that each direction has weights of its own
 * @param options.mergeMode concat (the default), sum, mul, ave, or null for both
 *
 * Input shape: [batch, steps, features]. Output shape: that of the layer, twice as long with concat.
 *
 * @see Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997; Keras `Bidirectional`
 */
export function bidirectional(
  layer: Layer,
  options: BidirectionalOptions & { readonly mergeMode: null },
): LayerWithOutputs<[SymbolicTensor, SymbolicTensor, ...SymbolicTensor[]]>;
export function bidirectional(
  layer: LayerWithOutputs<[SymbolicTensor, SymbolicTensor, ...SymbolicTensor[]]>,
  options?: BidirectionalOptions,
): LayerWithOutputs<[SymbolicTensor, ...SymbolicTensor[]]>;
export function bidirectional(layer: Layer, options?: BidirectionalOptions): Layer;
export function bidirectional(layer: Layer, options: BidirectionalOptions = {}): Layer {
  return new Bidirectional(layer, options);
}
