import { type Dtype, isFloating } from '../graph/dtypes.ts';
import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { type NDArray, type Shape, sizeOf } from '../graph/ndarray.ts';
import { autocast } from '../tensor/autocast.ts';
import type { ArgumentType } from '../tensor/compile.ts';
import { nextKey } from '../tensor/random.ts';
import { Tensor, type TensorLike } from '../tensor/tensor.ts';
import { untraced } from '../tensor/trace.ts';
import { Variable } from '../tensor/variable.ts';
import { Callable, INVOKE } from './callable.ts';
import {
  type Applied,
  type CallContext,
  type CallSite,
  callArgumentsOf,
  type LayerFunction,
  type Mask,
} from './calls.ts';
import type { Constraint } from './constraints.ts';
import {
  checkedPolicy,
  computeDtypeOf,
  type DtypePolicy,
  dtypePolicy,
  inFull,
  rounded,
  withPolicy,
} from './dtypePolicy.ts';
import { type Initializer, initializerOf } from './initializers.ts';
import { freeName, snakeCase } from './names.ts';
import { type Regularizer, regularizerOf } from './regularizers.ts';
import type { SeedGenerator } from './seedGenerator.ts';
import {
  batchesOf,
  type CallSettings,
  type LayerCall,
  SymbolicTensor,
  standIn,
  withoutNumbers,
} from './symbolic.ts';

export {
  type Applied,
  type CallArguments,
  type CallContext,
  type CallSite,
  type LayerWithOutputs,
  type Mask,
  withOutputs,
} from './calls.ts';

/** Arguments that every layer takes. */
export interface LayerOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** A penalty on the outputs, or its name; added to the loss, divided by the number of examples. */
  readonly activityRegularizer?: Regularizer | string | null;
  /** What it computes in; what `setDtypePolicy` said last by default. */
  readonly dtype?: DtypePolicy;
}

export interface WeightOptions {
  /** glorotUniform by default. */
  readonly initializer?: Initializer | string;
  /** Whether training changes it, true by default; moving averages are not trainable. */
  readonly trainable?: boolean;
  readonly dtype?: Dtype;
  /** A penalty on it, added to the loss. */
  readonly regularizer?: Regularizer | undefined;
  /** What it must satisfy after every step of training. */
  readonly constraint?: Constraint | undefined;
}

/** A weight of a layer, with what training must heed of it. */
export interface Weight {
  readonly variable: Variable;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
}

/** A layer inside of another, by the name of the attribute that holds it in Keras. */
export interface SubLayer {
  readonly attribute: string;
  readonly layer: Layer;
}

/**
 * A layer: a function of tensors with weights of its own. Shapes are those of one example; tensors have the batch
 * as their first axis in addition.
 *
 * The usual layer has one input and one output, and a `setUp` and a `call`; one of several extends `LayerOfSeveral`.
 * What `call` computes follows the shape of the tensor it is given, which may differ from call to call, as layers
 * can be shared.
 */
export abstract class Layer extends (Callable as abstract new () => LayerFunction) {
  /** The name of its kind, as Keras has it. */
  abstract readonly className: string;
  /** Unique in its model, which names layers that have no name. */
  override name = '';
  /** Whether it was made with a name. */
  readonly isNamed: boolean;
  /** Whether it passes on the mask of its input. */
  readonly supportsMasking: boolean = false;
  /** Whether whole numbers and truth values reach it as they are, rather than as float32. */
  readonly takesAnyDtype: boolean = false;
  /** Whether it computes in float32 whatever its policy, which then says only what comes out. */
  readonly computesInFull: boolean = false;
  readonly dtypePolicy: DtypePolicy;
  readonly activityRegularizer: Regularizer | undefined;
  /** Its calls on symbolic tensors. */
  readonly calls: LayerCall[] = [];
  /** Makes the first of them, where a model of layers in a row leaves that until someone asks. */
  connectLater: (() => void) | undefined;
  #trainable: boolean;
  readonly #trainableWeights: Weight[] = [];
  readonly #otherWeights: Weight[] = [];
  readonly #subLayers: SubLayer[] = [];
  #inputShapes: readonly Shape[] | undefined;
  #outputShapes: readonly Shape[] = [];

  constructor({ name = '', trainable = true, activityRegularizer, dtype }: LayerOptions = {}) {
    super();
    this.dtypePolicy = checkedPolicy(dtype ?? dtypePolicy());
    this.name = name;
    this.isNamed = name !== '';
    this.#trainable = trainable;
    this.activityRegularizer = activityRegularizer ? regularizerOf(activityRegularizer) : undefined;
  }

  /** Whether training changes its weights. Setting it sets that of the layers inside as well. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const { variable } of this.#trainableWeights) variable.trainable = value;
    for (const { layer } of this.subLayers) layer.trainable = value;
  }

  get isBuilt(): boolean {
    return this.#inputShapes !== undefined;
  }

  /** The shape of the first input it was built for; [] before. */
  get inputShape(): Shape {
    return this.#inputShapes?.[0] ?? [];
  }

  get inputShapes(): readonly Shape[] {
    return this.#inputShapes ?? [];
  }

  get outputShape(): Shape {
    return this.#outputShapes[0] ?? [];
  }

  get outputShapes(): readonly Shape[] {
    return this.#outputShapes;
  }

  /** What it was called on, where that was once, and on one tensor: to make a model that begins there. */
  get input(): SymbolicTensor {
    return this.#onlyCall('input', ({ inputs }) => inputs);
  }

  /** What its only call returned, where that is one tensor: to make a model that ends there. */
  get output(): SymbolicTensor {
    return this.#onlyCall('output', ({ outputs }) => outputs);
  }

  #onlyCall(what: string, of: (call: LayerCall) => readonly SymbolicTensor[]): SymbolicTensor {
    if (this.calls.length === 0) this.connectLater?.();
    const [call, ...more] = this.calls;
    const [only, ...others] = call ? of(call) : [];
    if (only && others.length === 0 && more.length === 0) return only;
    throw new ArgumentError({
      asked: `${what} of layer "${this.name || this.className}"`,
      expected: 'a layer that was called once, with one such tensor',
      received: call ? `${more.length + 1} calls, of ${others.length + 1}` : 'one that was not called',
      fix: call
        ? `Say which: calls[0].${what}s[0], and so on.`
        : 'Call it on an input, or begin the sequential model with one.',
    });
  }

  /** The layers it is made of. */
  get subLayers(): readonly SubLayer[] {
    return this.#subLayers;
  }

  /** What its random numbers, and those of the layers inside, come from. */
  get seedGenerators(): readonly SeedGenerator[] {
    return [...new Set(this.subLayers.flatMap(({ layer }) => layer.seedGenerators))];
  }

  /** Its own weights, then those of the layers inside, depth first, each once: of each, trainable ones first. */
  get ownedWeights(): readonly Weight[] {
    const found = new Map<Variable, Weight>();
    for (const weight of [...this.#trainableWeights, ...this.#otherWeights]) {
      found.set(weight.variable, weight);
    }
    for (const { layer } of this.subLayers) {
      for (const weight of layer.ownedWeights) {
        if (!found.has(weight.variable)) found.set(weight.variable, weight);
      }
    }
    return [...found.values()];
  }

  /** All weights in Keras's order: trainable ones first, then those only running statistics change; layer by layer. */
  get weights(): readonly Variable[] {
    return this.ownedWeights.map(({ variable }) => variable);
  }

  get trainableWeights(): readonly Variable[] {
    return this.#trainable ? this.weights.filter(({ trainable }) => trainable) : [];
  }

  get nonTrainableWeights(): readonly Variable[] {
    return this.#trainable ? this.weights.filter(({ trainable }) => !trainable) : this.weights;
  }

  /** Copies of all weights. */
  getWeights(): NDArray[] {
    return this.weights.map((weight) => weight.value());
  }

  /**
   * Gives all weights other values, in the order of `weights`.
   *
   * @throws ArgumentError for more or fewer values, ShapeError for those of other shapes
   */
  setWeights(values: readonly TensorLike[]): void {
    if (values.length !== this.weights.length) {
      throw new ArgumentError({
        asked: `weights of "${this.name || this.className}"`,
        expected: `${this.weights.length} arrays`,
        received: `${values.length}`,
        ...(!this.isBuilt && { fix: 'A layer has weights once it is built, or was called.' }),
      });
    }
    for (const [i, weight] of this.weights.entries()) {
      const value = values[i];
      if (value !== undefined) weight.assign(value);
    }
  }

  /** Its weights by their paths: `bidirectional/forward_lstm/kernel`. */
  weightPaths(prefix = ''): Map<string, Variable> {
    const path = `${prefix}${this.name || snakeCase(this.className)}`;
    const paths = new Map<string, Variable>();
    for (const { variable } of [...this.#trainableWeights, ...this.#otherWeights]) {
      paths.set(`${path}/${variable.name}`, variable);
    }
    for (const { layer } of this.subLayers) {
      for (const [key, variable] of layer.weightPaths(`${path}/`)) paths.set(key, variable);
    }
    return paths;
  }

  /** How many numbers its weights hold. */
  get parameters(): number {
    return this.weights.reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /** Creates the weights for inputs of a shape, once; returns the shape of the outputs. */
  build(inputShape: Shape): Shape {
    return this.buildMany([inputShape])[0] ?? [];
  }

  /** The same for several inputs and outputs. */
  buildMany(inputShapes: readonly Shape[], site: CallSite = {}): readonly Shape[] {
    if (this.#inputShapes) return this.#outputShapes;
    // Weights start with values of their own, whatever is being recorded; layers inside compute as this one does.
    const announced = untraced(() => withPolicy(this.dtypePolicy, () => this.setUpMany(inputShapes, site)));
    this.#inputShapes = inputShapes;
    try {
      this.#outputShapes =
        announced ??
        this.outputTypes(
          inputShapes.map((shape) => ({ dtype: 'float32', shape })),
          site,
        ).map(({ shape }) => shape);
    } catch (error) {
      this.#inputShapes = undefined;
      throw error;
    }
    return this.#outputShapes;
  }

  /**
   * Creates the weights by `addWeight` and `addLayer`. Says what shape comes out, or leaves it to be found out by
   * calling the layer without numbers.
   */
  protected abstract setUp(inputShape: Shape): Shape | undefined;

  /** What the layer computes: [batch, …inputShape] → [batch, …outputShape]. */
  abstract override call(x: Tensor, context: CallContext): Tensor;

  /** `setUp` for several inputs or outputs: see `LayerOfSeveral`. */
  protected setUpMany(inputShapes: readonly Shape[], _site: CallSite): readonly Shape[] | undefined {
    const shape = this.setUp(this.#onlyOne(inputShapes));
    return shape && [shape];
  }

  /** `call` for several inputs or outputs: see `LayerOfSeveral`. */
  callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return [this.call(this.#onlyOne(inputs), context)];
  }

  #onlyOne<T>(given: readonly T[]): T {
    const [only] = given;
    if (given.length === 1 && only !== undefined) return only;
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}"`,
      expected: 'one input',
      received: `${given.length}`,
      fix: 'Join them first, with concatenate or add.',
    });
  }

  /** The masks of its outputs: that of its first input for layers that support masking, else none. */
  protected outputMasks(
    _inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    context: CallContext,
  ): readonly Mask[] {
    return outputs.map((_, i) => (this.supportsMasking && i === 0 ? context.mask : undefined));
  }

  /** The arguments it was made with, by Keras's names in camelCase. */
  abstract config(): Record<string, unknown>;

  /** Builds it if need be, and computes: how models and other layers use a layer. */
  override apply(inputs: readonly Tensor[], context: CallContext): Applied {
    this.buildMany(
      inputs.map(({ shape }) => shape.slice(1)),
      context,
    );
    const given = inputs.map((x) => (this.takesAnyDtype ? x : this.#taken(x)));
    const outputs = this.#named(given, () => this.#compute(given, context));
    const masks = this.outputMasks(given, outputs, context);
    if (this.activityRegularizer && context.addLoss) {
      for (const output of outputs) {
        context.addLoss(this.activityRegularizer.call(inFull(output)).div(output.shape[0] ?? 1));
      }
    }
    context.onApplied?.(this, given, outputs);
    return { outputs, masks };
  }

  /** The dtype it computes in; undefined for that of what it is given. */
  get #computeDtype(): Dtype | undefined {
    return this.dtypePolicy === 'float32' ? undefined : computeDtypeOf(this.dtypePolicy);
  }

  #taken(x: Tensor): Tensor {
    const floating = isFloating(x.dtype) ? x : x.cast('float32');
    const dtype = this.#computeDtype;
    return dtype && !this.computesInFull ? rounded(floating, dtype) : inFull(floating);
  }

  /** Calls it with its weights cast to what it computes in. */
  #compute(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const dtype = this.#computeDtype;
    if (!dtype || !this.computesInFull) return autocast(dtype, () => this.callMany(inputs, context));
    return autocast(undefined, () => this.callMany(inputs, context)).map((x) => rounded(x, dtype));
  }

  /** Says of errors about shapes in which layer they were. */
  #named<R>(inputs: readonly Tensor[], body: () => R): R {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof ShapeError) || error.asked.startsWith('layer "')) throw error;
      const shapes = (of: readonly Shape[]) =>
        of.map((shape) => `[${['batch', ...shape].join(', ')}]`).join(' and ');
      throw new ShapeError(
        {
          asked: `layer "${this.name || this.className}"`,
          expected: `inputs that fit it, as those it was built for do, ${shapes(this.inputShapes)}`,
          received: `${shapes(inputs.map(({ shape }) => shape.slice(1)))}, for which ${error.message}`,
          fix: 'Check the shape of the data.',
        },
        { cause: error },
      );
    }
  }

  /** How many numbers its weights are. @see Keras `count_params` */
  countParams(): number {
    return this.weights.reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /** Shapes and dtypes of the outputs for inputs of given ones: calls it without numbers. Shapes are of one example. */
  outputTypes(inputs: readonly ArgumentType[], site: CallSite = {}): readonly ArgumentType[] {
    // A batch that no other axis is likely to be taken for.
    const given = inputs.map(({ dtype, shape }) => standIn(dtype, [2, ...shape]));
    const { outputs } = withoutNumbers(() => this.apply(given, { ...site, training: false }));
    return outputs.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
  }

  [INVOKE](given: readonly unknown[]): unknown {
    const tensors = given[0] instanceof Tensor ? [given[0]] : given[0];
    if (Array.isArray(tensors) && tensors.length > 0 && tensors.every((x) => x instanceof Tensor)) {
      const context = (given[1] as CallContext | undefined) ?? { training: false };
      const { outputs } = this.apply(tensors, context);
      return outputs.length === 1 ? outputs[0] : outputs;
    }
    const { inputs, inputNames, settings } = callArgumentsOf(`layer "${this.name || this.className}"`, given);
    const outputs = this.connect(inputs, inputNames, settings);
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  /** Calls it on symbolic tensors: what a call like that of a function comes to. */
  connect(
    inputs: readonly SymbolicTensor[],
    inputNames: readonly string[],
    settings: CallSettings,
  ): SymbolicTensor[] {
    const site = { inputNames, settings };
    const types = inputs.map(({ dtype, exampleShape }) => ({ dtype, shape: exampleShape }));
    this.buildMany(
      types.map(({ shape }) => shape),
      site,
    );
    return this.addCall(inputs, site, this.outputTypes(types, site));
  }

  /** Records a call whose outputs have given types. */
  protected addCall(
    inputs: readonly SymbolicTensor[],
    { inputNames = [], settings = {} }: CallSite,
    types: readonly ArgumentType[],
    [small, large]: readonly [number, number] = batchesOf(inputs),
  ): SymbolicTensor[] {
    return this.addResults(
      inputs,
      { inputNames, settings },
      types.map(({ shape, dtype }) => ({
        dtype,
        lengths: [
          [small, ...shape],
          [large, ...shape],
        ],
      })),
    );
  }

  /** Records a call with given results. */
  protected addResults(
    inputs: readonly SymbolicTensor[],
    { inputNames = [], settings = {} }: CallSite,
    results: readonly Pick<SymbolicTensor, 'lengths' | 'dtype'>[],
  ): SymbolicTensor[] {
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, inputs, inputNames, settings, outputs, index: this.calls.length };
    for (const [output, { lengths, dtype }] of results.entries()) {
      outputs.push(new SymbolicTensor(lengths, dtype, { call, output }));
    }
    this.calls.push(call);
    return outputs;
  }

  /**
   * What it carries from batch to batch and is no weight, such as the last states of a stateful recurrent layer: a list
   * for each layer that may carry something, itself among them.
   */
  carried(): NDArray[][] {
    return this.subLayers.flatMap(({ layer }) => layer.carried());
  }

  /** Takes from the front of the lists of `carried` those that are its own. */
  carryOn(lists: (readonly NDArray[])[]): void {
    for (const { layer } of this.subLayers) layer.carryOn(lists);
  }

  /** Sets back what it keeps from batch to batch. */
  resetState(): void {
    for (const { layer } of this.subLayers) layer.resetState();
  }

  /** Makes a weight of this layer; `name` is that of Keras, such as `kernel`. */
  protected addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    const { initializer = 'glorotUniform', trainable = true, dtype = 'float32' } = options;
    const value = initializerOf(initializer).make(shape, nextKey()).cast(dtype);
    const made = new Variable(value, { name, trainable: trainable && this.#trainable });
    const weight = { variable: made, regularizer: options.regularizer, constraint: options.constraint };
    (trainable ? this.#trainableWeights : this.#otherWeights).push(weight);
    return made;
  }

  /**
   * Makes `layer` a part of this one: its weights are this one's too. `attribute` is the name Keras has for it,
   * such as `cell` or `forward_layer`.
   */
  protected addLayer<L extends Layer>(attribute: string, layer: L): L {
    const taken = new Set(this.#subLayers.map(({ layer: other }) => other.name));
    layer.name = freeName(layer.name || snakeCase(layer.className), taken);
    this.#subLayers.push({ attribute, layer });
    if (!this.#trainable) layer.trainable = false;
    return layer;
  }

  /** An error about the shape of its input. */
  protected misfit(expected: string, inputShape: Shape, fix?: string): ShapeError {
    return new ShapeError({
      asked: `layer "${this.name || this.className}"`,
      expected,
      received: `inputs of [batch${inputShape.map((n) => `, ${n}`).join('')}]`,
      ...(fix !== undefined && { fix }),
    });
  }
}

/**
 * A layer of several inputs or outputs. Inputs are given by position, as in `add([a, b])`, or by name, as in
 * `lstm(x, { initialState: [h, c] })`: `context.inputNames` says which is which.
 */
export abstract class LayerOfSeveral extends Layer {
  /** Creates the weights. Says what shapes come out, or leaves it to be found out. */
  protected abstract override setUpMany(
    inputShapes: readonly Shape[],
    site: CallSite,
  ): readonly Shape[] | undefined;

  abstract override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[];

  protected setUp(inputShape: Shape): Shape | undefined {
    return this.setUpMany([inputShape], {})?.[0];
  }

  call(x: Tensor, context: CallContext): Tensor {
    return this.callMany([x], context)[0] as Tensor;
  }
}
