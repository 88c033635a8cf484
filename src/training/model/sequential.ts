import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { InputLayer } from '../../layers/input.ts';
import type { Applied, CallContext, Layer, Mask } from '../../layers/layer.ts';
import { SymbolicTensor } from '../../layers/symbolic.ts';
import { checkpoint } from '../../tensor/checkpoint.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type InputSpec, Model } from './model.ts';
import { nameLayers } from './naming.ts';

export interface SequentialOptions {
  readonly name?: string;
  /**
   * Whether training keeps, of n layers, only what every √n-th gives, and computes what lies in between again for the
   * gradient: less memory, for more time. False by default; not part of a file.
   *
   * @see Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016
   */
  readonly checkpoint?: boolean;
}

/** Layers, one after the other. */
export class Sequential extends Model {
  override readonly className: string = 'Sequential';
  readonly #layers: Layer[] = [];
  #input: InputLayer | undefined;
  /** What its layers return, called in a row, once someone asked for that. */
  readonly #made: SymbolicTensor[] = [];
  #ends: readonly [first: SymbolicTensor, last: SymbolicTensor] | undefined;
  /** The shapes that come out, where a layer was added after it was built. */
  #added: readonly Shape[] | undefined;

  /** Whether training keeps only some values between its layers, and computes the others again. */
  readonly checkpoint: boolean;

  constructor(layers: readonly (Layer | SymbolicTensor)[] = [], options: SequentialOptions = {}) {
    super(options);
    this.checkpoint = options.checkpoint ?? false;
    for (const given of layers) {
      const layer = given instanceof SymbolicTensor ? given.layer : given;
      if (layer instanceof InputLayer) this.#input ??= layer;
      else this.#layers.push(layer);
    }
    nameLayers(this.#input ? [this.#input, ...this.#layers] : this.#layers);
    if (this.#input) this.build(this.#input.inputShape);
  }

  /** Puts a layer at the end. */
  add(given: Layer | SymbolicTensor): void {
    const layer = given instanceof SymbolicTensor ? given.layer : given;
    if (layer instanceof InputLayer && this.#layers.length === 0) {
      this.#input = layer;
      nameLayers([layer]);
      this.build(layer.inputShape);
      return;
    }
    this.#layers.push(layer);
    nameLayers(this.#layers);
    if (!this.isBuilt) return;
    this.#added = layer.buildMany(this.outputShapes);
    this.#ends = undefined;
    layer.connectLater ??= () => this.#connect();
  }

  /** What its layers begin with: for a model of some of them, `model({ inputs: net.inputs, outputs: layer.output })`. */
  get inputs(): readonly SymbolicTensor[] {
    return [this.input];
  }

  get outputs(): readonly SymbolicTensor[] {
    return [this.output];
  }

  override get input(): SymbolicTensor {
    return this.#connect()[0];
  }

  override get output(): SymbolicTensor {
    return this.#connect()[1];
  }

  /** Calls the layers that were not called yet, each on what the one before it gives. */
  #connect(): readonly [first: SymbolicTensor, last: SymbolicTensor] {
    if (this.#ends) return this.#ends;
    if (!this.isBuilt) {
      throw new ArgumentError({
        asked: `input of "${this.name}"`,
        expected: 'a model that knows the shape of its examples',
        fix: 'Put input(shape) first, or build it.',
      });
    }
    if (this.#made.length === 0) {
      const dtype = this.#layers[0]?.className === 'Embedding' ? 'int32' : 'float32';
      this.#made.push((this.#input ?? new InputLayer(this.inputShape, { dtype })).output);
    }
    let [last] = this.#made.slice(-1);
    for (const layer of this.#layers.slice(this.#made.length - 1)) {
      [last] = layer.connect(last ? [last] : [], [''], {});
      if (last) this.#made.push(last);
    }
    const [first] = this.#made;
    this.#ends = [first as SymbolicTensor, last as SymbolicTensor];
    return this.#ends;
  }

  override get outputShape(): Shape {
    return this.outputShapes[0] ?? [];
  }

  override get outputShapes(): readonly Shape[] {
    return this.#added ?? super.outputShapes;
  }

  /** Without the input. */
  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override get inputSpecs(): readonly InputSpec[] {
    const input = this.#input;
    return [
      {
        name: input?.name ?? 'input_layer',
        ...(input && { dtype: input.dtype, takesTexts: input.takesTexts, batchSize: input.batchSize }),
        ...(this.isBuilt && { shape: this.inputShape }),
      },
    ];
  }

  override get outputNames(): readonly string[] {
    return [this.#layers.at(-1)?.name ?? 'output'];
  }

  protected override setUpMany(inputShapes: readonly Shape[]): readonly Shape[] {
    let shapes = inputShapes;
    for (const layer of this.#layers) {
      shapes = layer.buildMany(shapes);
      layer.connectLater ??= () => this.#connect();
    }
    return shapes;
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return this.#run(inputs, context).outputs;
  }

  override apply(inputs: readonly Tensor[], context: CallContext): Applied {
    this.buildMany(inputs.map(({ shape }) => shape.slice(1)));
    const applied = this.#run(inputs, context);
    context.onApplied?.(this, inputs, applied.outputs);
    return applied;
  }

  #run(inputs: readonly Tensor[], context: CallContext): Applied {
    const { inputNames: _, settings: __, ...passed } = context;
    let outputs = this.#input ? inputs.map((x) => x.cast(this.#input?.dtype ?? x.dtype)) : inputs;
    let masks: readonly Mask[] = context.masks ?? [context.mask];
    const through = (layers: readonly Layer[]) => {
      for (const layer of layers) {
        ({ outputs, masks } = layer.apply(outputs, { ...passed, mask: masks[0], masks }));
      }
      return outputs;
    };
    if (!this.checkpoint || !context.training) through(this.#layers);
    else {
      const length = Math.ceil(Math.sqrt(this.#layers.length));
      for (let at = 0; at < this.#layers.length; at += length) {
        const group = this.#layers.slice(at, at + length);
        outputs = checkpoint(() => through(group))();
      }
    }
    return { outputs, masks };
  }

  override call(x: Tensor, context: CallContext): Tensor {
    return this.callMany([x], context)[0] as Tensor;
  }
}

/** A model of layers one after the other; an `input` first says the shape of an example. */
export function sequential(
  layers: readonly (Layer | SymbolicTensor)[] = [],
  options: SequentialOptions = {},
): Sequential {
  return new Sequential(layers, options);
}
