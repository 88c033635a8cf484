import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { InputLayer } from '../../layers/input.ts';
import type { Applied, CallContext, Layer, Mask } from '../../layers/layer.ts';
import { SymbolicTensor } from '../../layers/symbolic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { StepData } from '../program.ts';
import { graphBetween, type LayerGraph } from './graph.ts';
import { type InputSpec, Model } from './model.ts';
import { nameLayers } from './naming.ts';

/** One symbolic tensor, a list of them, or a record by name. */
export type SymbolicTensors =
  | SymbolicTensor
  | readonly SymbolicTensor[]
  | Readonly<Record<string, SymbolicTensor>>;

export interface FunctionalOptions {
  readonly inputs: SymbolicTensors;
  readonly outputs: SymbolicTensors;
  readonly name?: string;
  readonly trainable?: boolean;
  /** A training step of its own, in place of one loss made small: see `Model.trainStep`. */
  readonly trainStep?: (model: Functional, data: StepData) => Readonly<Record<string, Tensor>>;
}

/** A graph of layers between inputs and outputs. */
export class Functional extends Model {
  override readonly className: string = 'Functional';
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** The names inputs were given by, where that was in a record. */
  readonly inputKeys: readonly string[] | undefined;
  /** Likewise of outputs. */
  readonly outputKeys: readonly string[] | undefined;
  readonly #outputNames: readonly string[];
  readonly #graph: LayerGraph;

  constructor({ inputs, outputs, name = 'functional', trainable = true, trainStep }: FunctionalOptions) {
    super({ name });
    const [inputKeys, inputList] = listed(inputs);
    const [outputKeys, outputList] = listed(outputs);
    if (inputList.length === 0 || outputList.length === 0) {
      throw new ArgumentError({ asked: 'model', expected: 'at least one input and one output' });
    }
    this.inputs = inputList;
    this.outputs = outputList;
    this.inputKeys = inputKeys;
    this.outputKeys = outputKeys;
    this.#graph = graphBetween(inputList, outputList);
    nameLayers(this.#graph.layers);
    this.#outputNames = outputKeys ?? uniqueNames(outputList);
    this.buildMany(inputList.map(({ exampleShape }) => exampleShape));
    if (!trainable) this.trainable = false;
    if (trainStep) this.trainStep = (data) => trainStep(this, data);
  }

  override get layers(): readonly Layer[] {
    return this.#graph.layers;
  }

  /** Every call of a layer, in the order of computation. */
  get layerCalls(): LayerGraph['calls'] {
    return this.#graph.calls;
  }

  override get input(): SymbolicTensor {
    return this.#only('input', this.inputs);
  }

  override get output(): SymbolicTensor {
    return this.#only('output', this.outputs);
  }

  #only(what: string, [only, ...others]: readonly SymbolicTensor[]): SymbolicTensor {
    if (only && others.length === 0) return only;
    throw new ArgumentError({
      asked: `${what} of model "${this.name}"`,
      expected: `one ${what}`,
      received: `${others.length + 1}`,
      fix: `Say which: ${what}s[0], and so on.`,
    });
  }

  override get outputNames(): readonly string[] {
    return this.#outputNames;
  }

  override get inputSpecs(): readonly InputSpec[] {
    return this.inputs.map(({ name, dtype, exampleShape, batchSize, layer }, i) => ({
      name: this.inputKeys?.[i] ?? name,
      dtype,
      takesTexts: layer instanceof InputLayer && layer.takesTexts,
      shape: exampleShape,
      batchSize,
    }));
  }

  protected override setUpMany(): readonly Shape[] {
    return this.outputs.map(({ exampleShape }) => exampleShape);
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return this.#run(inputs, context).outputs;
  }

  /** Computes outputs and their masks at once. */
  override apply(inputs: readonly Tensor[], context: CallContext): Applied {
    if (inputs.length !== this.inputs.length) {
      throw new ArgumentError({
        asked: `model "${this.name}"`,
        expected: `${this.inputs.length} inputs, ${this.inputSpecs.map(({ name }) => name).join(', ')}`,
        received: `${inputs.length}`,
      });
    }
    const applied = this.#run(inputs, context);
    context.onApplied?.(this, inputs, applied.outputs);
    return applied;
  }

  #run(inputs: readonly Tensor[], context: CallContext): Applied {
    const values = new Map<SymbolicTensor, { value: Tensor; mask: Mask }>();
    for (const [i, symbol] of this.inputs.entries()) {
      const value = inputs[i] as Tensor;
      const kept = value.dtype === symbol.dtype ? value : value.cast(symbol.dtype);
      values.set(symbol, { value: kept, mask: context.masks?.[i] ?? (i === 0 ? context.mask : undefined) });
    }
    for (const call of this.#graph.calls) {
      if (call.outputs.every((output) => values.has(output))) continue;
      const given = call.inputs.map((symbol) => values.get(symbol) as { value: Tensor; mask: Mask });
      const masks = given.map(({ mask }) => mask);
      const { training } = call.settings;
      const applied = call.layer.apply(
        given.map(({ value }) => value),
        {
          ...context,
          training: typeof training === 'boolean' ? training : context.training,
          mask: masks[0],
          masks,
          inputNames: call.inputNames,
          settings: call.settings,
        },
      );
      for (const [i, output] of call.outputs.entries()) {
        values.set(output, { value: applied.outputs[i] as Tensor, mask: applied.masks[i] });
      }
    }
    const results = this.outputs.map((symbol) => values.get(symbol) as { value: Tensor; mask: Mask });
    return { outputs: results.map(({ value }) => value), masks: results.map(({ mask }) => mask) };
  }

  override call(x: Tensor, context: CallContext): Tensor {
    return this.callMany([x], context)[0] as Tensor;
  }
}

/** Names, if they were given by name, and tensors. */
function listed(given: SymbolicTensors): [string[] | undefined, SymbolicTensor[]] {
  if (given instanceof SymbolicTensor) return [undefined, [given]];
  if (Array.isArray(given)) return [undefined, [...given]];
  return [Object.keys(given), Object.values(given)];
}

/** The names of the layers the outputs are of; a second output of a layer gets a number. */
function uniqueNames(outputs: readonly SymbolicTensor[]): string[] {
  const counts = new Map<string, number>();
  return outputs.map(({ name }) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/**
 * A model of any graph of layers:
 *
 *     const x = input([28, 28]);
 *     const net = model({ inputs: x, outputs: dense(10)(flatten()(x)) });
 *
 * @param options.inputs one, several, or a record by name; what `fit` and `predict` are given follows it
 * @param options.outputs likewise
 * @param options.trainStep computes losses and gradients of its own, applies them, and returns what is logged
 * @throws ArgumentError where outputs do not depend on the inputs alone
 */
export function model(options: FunctionalOptions): Functional {
  return new Functional(options);
}
