import type { CompileReport } from '../../compile/backend.ts';
import { type Dtype, makeArray } from '../../graph/dtypes.ts';
import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import { type NDArray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { sameShape, typeText } from '../../graph/shapes.ts';
import { inFull } from '../../layers/dtypePolicy.ts';
import {
  type Applied,
  type CallContext,
  type CallSite,
  Layer,
  type LayerOptions,
  type SubLayer,
} from '../../layers/layer.ts';
import { snakeCase } from '../../layers/names.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { Variable } from '../../tensor/variable.ts';
import { type Arrays, inputsOf, rowsBetween } from '../arrays.ts';
import { type BatchSource, inputsOfBatch, isBatchSource } from '../batches.ts';
import { type Callback, Callbacks, type Logs } from '../callbacks/callback.ts';
import type { History } from '../callbacks/history.ts';
import { type EvaluateOptions, ResidentEvaluation, StreamedEvaluation } from '../evaluation.ts';
import { examplesOf, type WeightingOptions, withClassWeights } from '../examples.ts';
import { type FitOptions, fit as train } from '../fit.ts';
import { type Loss, lossOf } from '../losses.ts';
import type { Metric } from '../metrics.ts';
import { type ObjectiveArguments, type OutputObjective, objectiveOf } from '../objective.ts';
import { LossScaleOptimizer, lossScaleOptimizer } from '../optimizers/lossScale.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from '../optimizers.ts';
import { BatchSteps, type StepData, type StepKind } from '../program.ts';
import type { Progress } from '../progress.ts';
import { Totals } from '../totals.ts';
import { nameLayers } from './naming.ts';
import { type SummaryOptions, summaryOf } from './summary.ts';

export interface CompileArguments extends ObjectiveArguments {
  /** rmsprop by default, as in Keras. */
  readonly optimizer?: Optimizer | OptimizerName;
  /** Whether a model made under `mixed_float16` gets its optimizer wrapped in `lossScaleOptimizer`; true by default. */
  readonly autoScaleLoss?: boolean;
}

export interface PredictOptions {
  readonly batchSize?: number;
  /** Their hooks are not waited for. */
  readonly callbacks?: readonly Callback[];
}

/** How a model is trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  /** What is wanted of each output. */
  readonly outputs: readonly OutputObjective[];
  /** The loss of the first output that has one. */
  readonly loss: Loss;
  /** The metrics of all outputs. */
  readonly metrics: readonly Metric[];
}

/** Batches one after another. */
function joined(parts: readonly NDArray[]): NDArray {
  const [first, ...rest] = parts as [NDArray, ...NDArray[]];
  if (rest.length === 0) return first;
  const count = parts.reduce((total, { shape }) => total + (shape[0] ?? 0), 0);
  const shape = [count, ...first.shape.slice(1)];
  const data = makeArray(first.dtype, sizeOf(shape));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { dtype: first.dtype, shape, data };
}

const isOptimizer = (value: unknown): value is Optimizer =>
  typeof value === 'object' && value !== null && 'iterations' in value && 'apply' in value;

/** An input as a model takes it; what it does not know is left out. */
export interface InputSpec {
  readonly name: string;
  readonly shape?: Shape;
  readonly dtype?: Dtype;
  /** Whether it takes texts, as numbers that stand for them. */
  readonly takesTexts?: boolean;
  readonly batchSize?: number | null;
}

/**
 * A layer that is trained: what `sequential` and `model` make. A class of one's own extends it, has layers as its
 * properties, and a `call` that applies them; or a `trainStep`, where training is not one loss made small:
 *
 *     class Net extends Model {
 *       readonly hidden = dense(8, { activation: 'relu' });
 *       readonly out = dense(1);
 *       override call(x, context) { return this.out(this.hidden(x, context), context); }
 *     }
 */
export class Model extends Layer {
  readonly className: string = this.constructor.name;
  override readonly takesAnyDtype = true;
  /** Set by a callback to end training after the present batch or epoch. */
  stopTraining = false;
  /** Training steps done: gives each its own random numbers. */
  readonly trainingSteps = new Variable(tensor(0, { dtype: 'uint32' }), {
    name: 'training_steps',
    trainable: false,
  });
  /** How far the run of `fit` has come that it is in, was in, or was saved in. */
  progress: Progress | undefined;
  /** What the last training program was compiled to. */
  lastReport: CompileReport | undefined;
  #compiled: Compiled | undefined;
  readonly #scopes = new WeakMap<Node, string>();
  readonly #predictors = new Map<string, CompiledStep>();
  /** Programs of single steps, with what they add up to. */
  readonly #steps = new Map<StepKind, { readonly totals: Totals; readonly steps: BatchSteps }>();

  constructor(options: LayerOptions = {}) {
    super(options);
    if (!this.isNamed) this.name = snakeCase(this.constructor.name);
  }

  /**
   * A training step of one's own, recorded once as one program: computes losses and gradients, applies them, and
   * returns what is to be logged, averaged over the batches of an epoch.
   */
  trainStep?(data: StepData): Readonly<Record<string, Tensor>>;
  /** What `evaluate` measures, likewise. */
  testStep?(data: StepData): Readonly<Record<string, Tensor>>;

  /** The layers it is made of, in Keras's order: by default those its properties hold. */
  get layers(): readonly Layer[] {
    return Object.values(this)
      .flat()
      .filter((value) => value instanceof Layer);
  }

  /** What is known of its inputs; nothing before it is built. */
  get inputSpecs(): readonly InputSpec[] {
    return this.inputShapes.map((shape, i) => ({ name: `input_${i + 1}`, shape }));
  }

  get outputNames(): readonly string[] {
    if (this.outputShapes.length < 2) return ['output'];
    return this.outputShapes.map((_, i) => `output_${i + 1}`);
  }

  /** The optimizer it is compiled with, and those its properties hold. */
  get optimizers(): readonly Optimizer[] {
    const own = Object.values(this).filter(isOptimizer);
    return [...(this.#compiled ? [this.#compiled.optimizer] : []), ...own];
  }

  config(): Record<string, unknown> {
    return { name: this.name, trainable: this.trainable };
  }

  protected setUp(): undefined {
    return undefined;
  }

  protected override setUpMany(inputShapes: readonly Shape[], _site: CallSite): readonly Shape[] | undefined {
    nameLayers(this.layers);
    // A training step of its own says how the layers are used.
    return this.trainStep ? [] : super.setUpMany(inputShapes, _site);
  }

  call(_x: Tensor, _context: CallContext): Tensor {
    throw new ArgumentError({
      asked: `model "${this.name || this.className}"`,
      expected: 'a method call(x, context), or callMany(inputs, context) for several inputs or outputs',
      received: 'neither',
    });
  }

  override get subLayers(): readonly SubLayer[] {
    return this.layers.map((layer) => ({ attribute: layer.name, layer }));
  }

  /** Optimizer, loss and metrics. @throws ArgumentError before `compile` */
  get compiled(): Compiled {
    if (!this.#compiled) {
      throw new ArgumentError({
        asked: `training of "${this.name}"`,
        expected: 'a compiled model',
        fix: "Call compile({ optimizer: 'adam', loss: … }) first.",
      });
    }
    return this.#compiled;
  }

  get isCompiled(): boolean {
    return this.#compiled !== undefined;
  }

  /**
   * Creates the weights for examples of a shape.
   *
   * @throws ShapeError when it was built for another
   */
  override build(inputShape: Shape): Shape {
    this.#expect([inputShape]);
    return super.build(inputShape);
  }

  /** Builds it for batches of given arrays, or compares their shapes with those it was built for. */
  buildFor(inputs: readonly NDArray[]): void {
    const shapes = inputs.map(({ shape }) => shape.slice(1));
    this.#expect(shapes);
    this.buildMany(shapes);
  }

  #expect(shapes: readonly Shape[]): void {
    if (!this.isBuilt) return;
    for (const [i, expected] of this.inputShapes.entries()) {
      const shape = shapes[i];
      if (shape && sameShape(expected, shape)) continue;
      throw new ShapeError({
        asked: `input of "${this.name}"`,
        expected: `examples of shape [${expected.join(', ')}]`,
        received: shape ? `[${shape.join(', ')}]` : 'none',
        fix: 'Reshape the data, or build the model for this shape.',
      });
    }
  }

  /** Applies the layers to a batch, and remembers which layer made which node. */
  forward(inputs: readonly Tensor[], context: CallContext): Applied {
    return this.apply(inputs, {
      ...context,
      onApplied: (layer, from, outputs) => {
        this.#mark(layer, from, outputs);
        context.onApplied?.(layer, from, outputs);
      },
    });
  }

  /** Whatever is new in the graph was made by this layer. */
  #mark(layer: Layer, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const before = new Set(inputs.map(({ node }) => node));
    const pending = outputs.map(({ node }) => node);
    for (let node = pending.pop(); node; node = pending.pop()) {
      if (before.has(node) || this.#scopes.has(node) || node.inputs.length === 0) continue;
      this.#scopes.set(node, layer.name);
      pending.push(...node.inputs);
    }
  }

  /** The layer that made a node while the model was called. */
  scopeOf(node: Node): string | undefined {
    return this.#scopes.get(node);
  }

  /**
   * Says how to train: optimizer; losses, their weights and metrics, for all outputs alike, in a list, or in a
   * record by the names of outputs. A loss or metric of one's own is a function of targets and outputs.
   *
   * @throws ArgumentError for a name that is none, or an output that is none
   */
  compile({ optimizer = 'rmsprop', autoScaleLoss = true, ...objective }: CompileArguments): void {
    const outputs = objectiveOf(objective, this.outputNames);
    const [loss] = outputs.flatMap((output) => output.loss ?? []);
    const given = optimizerOf(optimizer);
    const scales = autoScaleLoss && this.dtypePolicy === 'mixed_float16';
    this.#compiled = {
      optimizer: scales && !(given instanceof LossScaleOptimizer) ? lossScaleOptimizer(given) : given,
      outputs,
      loss: loss ?? lossOf('mse'),
      metrics: outputs.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)),
    };
    this.#steps.clear();
  }

  get optimizer(): Optimizer | undefined {
    return this.#compiled?.optimizer;
  }

  /** What is wanted of each output; nothing where a training step of one's own is all. */
  get objectives(): readonly OutputObjective[] {
    return this.trainStep ? (this.#compiled?.outputs ?? []) : this.compiled.outputs;
  }

  /**
   * Trains for `epochs` passes over the examples, in batches, shuffled by a seed.
   *
   * A whole training step is one compiled program, and many run at a time; batches are gathered inside. Batches
   * from a source, such as a `Dataset`, are trained on one by one as they come.
   *
   * @param x inputs [examples, …]; for several inputs a list, or a record by their names; or a source of batches
   * @param y targets [examples, …], likewise by outputs
   * @throws NumericError when the loss is no longer a number, naming where that began
   */
  fit(x: Arrays, y: Arrays | undefined, options?: FitOptions): Promise<History>;
  fit(batches: BatchSource, options?: FitOptions): Promise<History>;
  fit(
    x: Arrays | BatchSource,
    y?: Arrays | FitOptions | undefined,
    options: FitOptions = {},
  ): Promise<History> {
    if (isBatchSource(x)) return train(this, x, undefined, (y as FitOptions | undefined) ?? {});
    return train(this, x, y as Arrays | undefined, options);
  }

  /** One step on one batch; returns its loss and metrics before the step. */
  trainOnBatch(x: Arrays, y?: Arrays, options: WeightingOptions = {}): Logs {
    return this.#onBatch('train', x, y, options);
  }

  /** Loss and metrics on one batch. */
  testOnBatch(x: Arrays, y?: Arrays, options: WeightingOptions = {}): Logs {
    return this.#onBatch('test', x, y, options);
  }

  #onBatch(kind: StepKind, x: Arrays, y: Arrays | undefined, options: WeightingOptions): Logs {
    const batch = withClassWeights(examplesOf(this, x, y, options.sampleWeight), options.classWeight);
    this.buildFor(batch.inputs);
    let known = this.#steps.get(kind);
    if (!known) {
      const totals = new Totals(this.objectives);
      known = { totals, steps: new BatchSteps(kind, this, totals) };
      this.#steps.set(kind, known);
    }
    known.totals.reset();
    known.steps.run(batch);
    return known.totals.logs();
  }

  /** Loss and metrics on given examples, or on batches from a source. */
  evaluate(
    x: Arrays,
    y: Arrays,
    options?: EvaluateOptions & Pick<WeightingOptions, 'sampleWeight'>,
  ): Promise<Logs>;
  evaluate(batches: BatchSource, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(
    x: Arrays | BatchSource,
    y?: Arrays | EvaluateOptions,
    options: EvaluateOptions & Pick<WeightingOptions, 'sampleWeight'> = {},
  ): Promise<Logs> {
    if (isBatchSource(x)) {
      const { steps, callbacks = [] } = (y as EvaluateOptions | undefined) ?? {};
      return new StreamedEvaluation(this, x, steps).logs(new Callbacks(callbacks));
    }
    const { batchSize = 256, steps, callbacks = [] } = options;
    const examples = examplesOf(this, x, y as Arrays, options.sampleWeight);
    this.buildFor(examples.inputs);
    return new ResidentEvaluation(this, examples, batchSize, steps).logs(new Callbacks(callbacks));
  }

  /**
   * The outputs for given inputs, [examples, …]; those of several outputs by `predictMany`.
   *
   * @throws ShapeError when the examples have another shape than the model's
   */
  predict(x: Arrays, options?: PredictOptions): Tensor;
  /** The outputs for batches from a source, one after another; targets in it are passed over. */
  predict(batches: BatchSource): Promise<Tensor>;
  predict(x: Arrays | BatchSource, options: PredictOptions = {}): Tensor | Promise<Tensor> {
    if (isBatchSource(x)) return this.#predictBatches(x);
    return this.predictMany(x, options)[0] as Tensor;
  }

  async #predictBatches(source: BatchSource): Promise<Tensor> {
    const found: NDArray[] = [];
    for await (const batch of source) found.push(this.predictOnBatch(inputsOfBatch(batch)).value());
    if (found.length > 0) return tensor(joined(found));
    throw new ArgumentError({
      asked: `predict of "${this.name}"`,
      expected: 'at least one batch',
      received: 'none',
    });
  }

  /** The outputs for one batch. */
  predictOnBatch(x: Arrays): Tensor {
    return this.predict(x, { batchSize: Number.POSITIVE_INFINITY });
  }

  /** All outputs for given inputs: a tensor [examples, …] for each output. */
  predictMany(x: Arrays, { batchSize = 256, callbacks = [] }: PredictOptions = {}): Tensor[] {
    const inputs = inputsOf(x, this.inputSpecs);
    this.buildFor(inputs);
    const count = inputs[0]?.shape[0] ?? 0;
    const found = this.outputShapes.map((): NDArray[] => []);
    for (const callback of callbacks) void callback.onPredictBegin?.(this);
    for (let from = 0; from < count || from === 0; from += batchSize) {
      for (const callback of callbacks) void callback.onPredictBatchBegin?.(from / batchSize);
      const batch = inputs.map((array) => rowsBetween(array, from, Math.min(count, from + batchSize)));
      const step = this.#predictor(batch);
      for (const [i, array] of batch.entries()) step.set(i, array);
      step.run();
      for (const [i, output] of step.outputs().entries()) found[i]?.push(output);
      for (const callback of callbacks) void callback.onPredictBatchEnd?.(from / batchSize);
    }
    for (const callback of callbacks) void callback.onPredictEnd?.();
    return found.map((parts) => tensor(joined(parts)));
  }

  #predictor(inputs: readonly NDArray[]): CompiledStep {
    const key = inputs.map(typeText).join();
    const known = this.#predictors.get(key);
    if (known) return known;
    const made = new CompiledStep(
      (...given) => this.forward(given, { training: false }).outputs.map(inFull),
      inputs,
    );
    this.#predictors.set(key, made);
    return made;
  }

  /** Everything a training step changes. */
  get state(): readonly Variable[] {
    const optimizers = this.optimizers.flatMap(({ variables }) => variables);
    return [...this.weights, ...optimizers, this.trainingSteps];
  }

  getState(): NDArray[] {
    return this.state.map((variable) => variable.value());
  }

  setState(values: readonly NDArray[]): void {
    for (const [i, variable] of this.state.entries()) {
      const value = values[i];
      if (value) variable.assign(value);
    }
  }

  /** A layer of a name, or by its number; negative ones count from the end. */
  getLayer(given: string | number | { readonly name: string } | { readonly index: number }): Layer {
    const { layers } = this;
    const which = typeof given !== 'object' ? given : 'name' in given ? given.name : given.index;
    const found = typeof which === 'number' ? layers.at(which) : layers.find(({ name }) => name === which);
    if (found) return found;
    throw new ArgumentError({
      asked: `layer ${JSON.stringify(which)} of "${this.name}"`,
      expected: `one of ${layers.map(({ name }) => name).join(', ')}`,
    });
  }

  /** Sets back what layers keep from batch to batch, such as the states of stateful recurrent layers. */
  resetStates(): void {
    this.resetState();
  }

  /** Layers, output shapes, parameters and connections, as a table. */
  summary(options: SummaryOptions = {}): string {
    return summaryOf(this, options);
  }
}
