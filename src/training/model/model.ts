import type { CompileReport } from '../../compile/backend.ts';
import { type Dtype, makeArray } from '../../graph/dtypes.ts';
import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import { type NDArray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { sameShape, typeText } from '../../graph/shapes.ts';
import {
  type Applied,
  type CallContext,
  type Layer,
  LayerOfSeveral,
  type SubLayer,
} from '../../layers/layer.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import { type Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { Variable } from '../../tensor/variable.ts';
import { type Arrays, inputsOf, rowsBetween } from '../arrays.ts';
import type { History, Logs } from '../callbacks.ts';
import { Evaluation, type FitOptions, pairOf, fit as train } from '../fit.ts';
import { type Loss, type LossName, lossOf } from '../losses.ts';
import { type Metric, metricOf } from '../metrics.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from '../optimizers.ts';
import { batchStep, Totals } from '../program.ts';

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

/** An input as a model takes it; what it does not know is left out. */
export interface InputSpec {
  readonly name: string;
  readonly shape?: Shape;
  readonly dtype?: Dtype;
  readonly batchSize?: number | null;
}

/** A layer that is trained: what `sequential` and `model` make, and classes of one's own extend. */
export abstract class Model extends LayerOfSeveral {
  override readonly takesAnyDtype = true;
  /** Set by a callback to end training after the present batch or epoch. */
  stopTraining = false;
  /** Training steps done: gives each its own random numbers. */
  readonly trainingSteps = new Variable(tensor(0, { dtype: 'uint32' }), {
    name: 'training_steps',
    trainable: false,
  });
  /** What the last training program was compiled to. */
  lastReport: CompileReport | undefined;
  #compiled: Compiled | undefined;
  readonly #scopes = new WeakMap<Node, string>();
  readonly #predictors = new Map<string, CompiledStep>();

  /** The layers it is made of, in Keras's order. */
  abstract get layers(): readonly Layer[];
  abstract get inputSpecs(): readonly InputSpec[];
  abstract get outputNames(): readonly string[];

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
    const pair = pairOf(this, x, y);
    this.buildFor([pair.x]);
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
    const pair = pairOf(this, x, y);
    this.buildFor([pair.x]);
    return new Evaluation(this, pair.x, pair.y, batchSize).logs();
  }

  /**
   * The outputs for given inputs, [examples, …]; those of several outputs by `predictMany`.
   *
   * @throws ShapeError when the examples have another shape than the model's
   */
  predict(x: Arrays, options: { batchSize?: number } = {}): Tensor {
    return this.predictMany(x, options)[0] as Tensor;
  }

  /** All outputs for given inputs: a tensor [examples, …] for each output. */
  predictMany(x: Arrays, { batchSize = 256 }: { batchSize?: number } = {}): Tensor[] {
    const inputs = inputsOf(x, this.inputSpecs);
    this.buildFor(inputs);
    const count = inputs[0]?.shape[0] ?? 0;
    const found = this.outputShapes.map((): NDArray[] => []);
    for (let from = 0; from < count || from === 0; from += batchSize) {
      const batch = inputs.map((array) => rowsBetween(array, from, Math.min(count, from + batchSize)));
      const step = this.#predictor(batch);
      for (const [i, array] of batch.entries()) step.set(i, array);
      step.run();
      for (const [i, output] of step.outputs().entries()) found[i]?.push(output);
    }
    return found.map((parts) => tensor(joined(parts)));
  }

  #predictor(inputs: readonly NDArray[]): CompiledStep {
    const key = inputs.map(typeText).join();
    const known = this.#predictors.get(key);
    if (known) return known;
    const made = new CompiledStep((...given) => this.forward(given, { training: false }).outputs, inputs);
    this.#predictors.set(key, made);
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
