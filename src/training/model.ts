import type { CompileReport } from '../compile/backend.ts';
import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { inOrder } from '../graph/graph.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';
import type { CallContext, Layer } from '../layers/layer.ts';
import { CompiledStep } from '../tensor/compile.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { History, Logs } from './callbacks.ts';
import { Evaluation, type FitOptions, inputsOf, pairOf, takeRows, fit as train } from './fit.ts';
import { type Loss, type LossName, lossOf } from './losses.ts';
import { type Metric, metricOf } from './metrics.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from './optimizers.ts';
import { batchStep, Totals } from './program.ts';

export interface CompileArguments {
  /** rmsprop by default, as in Keras. */
  readonly optimizer?: Optimizer | OptimizerName;
  readonly loss: Loss | LossName;
  readonly metrics?: readonly (Metric | string)[];
}

/** How a model is trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

/** Layers, one after the other. */
export class Sequential {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** Set by a callback to end training after the present batch or epoch. */
  stopTraining = false;
  /** Training steps done: gives each its own random numbers. */
  readonly trainingSteps = new Variable(tensor(0, { dtype: 'uint32' }), {
    name: 'training_steps',
    trainable: false,
  });
  /** What the last training program was compiled to. */
  lastReport: CompileReport | undefined;
  #inputShape: Shape | undefined;
  #compiled: Compiled | undefined;
  readonly #scopes = new WeakMap<Node, string>();
  readonly #predictors = new Map<number, CompiledStep>();

  constructor(layers: readonly Layer[], { name = 'sequential' }: { name?: string } = {}) {
    this.name = name;
    this.layers = layers.filter(({ className }) => className !== 'InputLayer');
    nameLayers(this.layers);
    const [first] = layers;
    if (first?.className === 'InputLayer') this.build(first.build([]));
  }

  /** The shape of one example, once it is known. */
  get inputShape(): Shape | undefined {
    return this.#inputShape;
  }

  get outputShape(): Shape {
    return this.layers.at(-1)?.outputShape ?? this.#inputShape ?? [];
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

  get weights(): readonly Variable[] {
    return this.layers.flatMap(({ weights }) => weights);
  }

  get trainableWeights(): readonly Variable[] {
    return this.weights.filter(({ trainable }) => trainable);
  }

  get parameters(): number {
    return this.layers.reduce((total, { parameters }) => total + parameters, 0);
  }

  /** Creates the weights for examples of a shape. @throws ShapeError when it was built for another */
  build(inputShape: Shape): void {
    if (this.#inputShape && !sameShape(this.#inputShape, inputShape)) throw this.#misfit(inputShape);
    if (this.#inputShape) return;
    let shape = inputShape;
    for (const layer of this.layers) shape = layer.build(shape);
    this.#inputShape = inputShape;
  }

  #misfit(shape: Shape): ShapeError {
    return new ShapeError({
      asked: `input of "${this.name}"`,
      expected: `examples of shape [${this.#inputShape?.join(', ')}]`,
      received: `[${shape.join(', ')}]`,
      fix: 'Reshape the data, or build the model for this shape.',
    });
  }

  /** Applies the layers to a batch. */
  call(x: Tensor, context: CallContext): Tensor {
    let value = x;
    for (const layer of this.layers) {
      value = layer.call(value, context);
      // Whatever is new in the graph was made by this layer.
      for (const node of inOrder([value.node]).reverse()) {
        if (this.#scopes.has(node)) break;
        this.#scopes.set(node, layer.name);
      }
    }
    return value;
  }

  /** The layer that made a node while the model was called. */
  scopeOf(node: Node): string | undefined {
    return this.#scopes.get(node);
  }

  /** Says how to train: optimizer, loss, metrics. */
  compile({ optimizer = 'rmsprop', loss, metrics = [] }: CompileArguments): void {
    const chosen = lossOf(loss);
    this.#compiled = {
      optimizer: optimizerOf(optimizer),
      loss: chosen,
      metrics: metrics.map((metric) => metricOf(metric, chosen)),
    };
  }

  /**
   * Trains for `epochs` passes over the examples, in batches, shuffled by a seed.
   *
   * A whole training step is one compiled program, and many run at a time; batches are gathered inside.
   *
   * @param x inputs [examples, …]
   * @param y targets [examples, …]
   * @throws NumericError when the loss is no longer a number, naming where that began
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return train(this, x, y, options);
  }

  /** One step on one batch; returns its loss and metrics before the step. */
  trainOnBatch(x: TensorLike, y: TensorLike): Logs {
    const pair = pairOf(x, y);
    this.build(pair.x.shape.slice(1));
    const totals = new Totals(this.compiled.metrics);
    const step = batchStep(this, totals, pair.x, pair.y);
    step.set(0, pair.x);
    step.set(1, pair.y);
    step.run();
    return totals.logs();
  }

  /** Loss and metrics on given examples. */
  async evaluate(
    x: TensorLike,
    y: TensorLike,
    { batchSize = 256 }: { batchSize?: number } = {},
  ): Promise<Logs> {
    const pair = pairOf(x, y);
    this.build(pair.x.shape.slice(1));
    return new Evaluation(this, pair.x, pair.y, batchSize).logs();
  }

  /**
   * The outputs for given inputs: [examples, …].
   *
   * @throws ShapeError when the examples have another shape than the model's
   */
  predict(x: TensorLike, { batchSize = 256 }: { batchSize?: number } = {}): Tensor {
    const inputs = inputsOf(x);
    const shape = inputs.shape.slice(1);
    this.build(shape);
    const count = inputs.shape[0] ?? 0;
    const width = this.outputShape.reduce((a, b) => a * b, 1);
    const out = new Float32Array(count * width);
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from);
      const step = this.#predictor(size, shape);
      step.set(
        0,
        takeRows(
          inputs,
          Int32Array.from({ length: size }, (_, i) => from + i),
        ),
      );
      step.run();
      out.set(step.outputs()[0]?.data ?? [], from * width);
    }
    return tensor({ dtype: 'float32', shape: [count, ...this.outputShape], data: out });
  }

  #predictor(size: number, shape: Shape): CompiledStep {
    const known = this.#predictors.get(size);
    if (known) return known;
    const type = { dtype: 'float32' as const, shape: [size, ...shape] };
    const made = new CompiledStep((x) => [this.call(x as Tensor, { training: false })], [type]);
    this.#predictors.set(size, made);
    return made;
  }

  /** Copies of all weights. */
  getWeights(): NDArray[] {
    return this.weights.map((weight) => weight.value());
  }

  /** Gives all weights other values, in the order of `weights`. @throws ArgumentError for more or fewer values */
  setWeights(values: readonly NDArray[]): void {
    if (values.length !== this.weights.length) {
      throw new ArgumentError({
        asked: `weights of "${this.name}"`,
        expected: `${this.weights.length} arrays`,
        received: `${values.length}`,
      });
    }
    for (const [i, weight] of this.weights.entries()) {
      const value = values[i];
      if (value) weight.assign(value);
    }
  }

  /** Everything a training step changes. */
  get state(): readonly Variable[] {
    return [...this.weights, ...(this.#compiled?.optimizer.variables ?? []), this.trainingSteps];
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

  /** Layers, output shapes and parameters, as a table. */
  summary(): string {
    const rows = [
      ['layer', 'output shape', 'parameters'],
      ...this.layers.map((layer) => [
        `${layer.name} (${layer.className})`,
        `[${['batch', ...layer.outputShape].join(', ')}]`,
        `${layer.parameters}`,
      ]),
    ];
    const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    const lines = rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    return [`Model: ${this.name}`, ...lines, `Total parameters: ${this.parameters}`].join('\n');
  }
}

/** A model of layers one after the other; an `input` first says the shape of an example. */
export function sequential(layers: readonly Layer[], options: { name?: string } = {}): Sequential {
  return new Sequential(layers, options);
}

/** `Dense` → `dense`, `LeakyReLU` → `leaky_re_lu`: as Keras names layers and files. */
export function snakeCase(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Gives names to layers without one: `dense`, `dense_1`, … */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set(layers.map(({ name }) => name));
  for (const layer of layers) {
    if (layer.name !== '') continue;
    const base = snakeCase(layer.className);
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    layer.name = name;
    taken.add(name);
  }
}
