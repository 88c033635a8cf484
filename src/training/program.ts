import { backward } from '../autodiff/backward.ts';
import { ArgumentError } from '../graph/errors.ts';
import type { NDArray } from '../graph/ndarray.ts';
import { inFull } from '../layers/dtypePolicy.ts';
import type { CallContext } from '../layers/layer.ts';
import { type ArgumentType, CompiledStep } from '../tensor/compile.ts';
import { add, arange, gather, mul } from '../tensor/functions.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { type Examples, listParts, mapParts, type Parts } from './examples.ts';
import type { Model } from './model/model.ts';
import { maskedWeights } from './objective.ts';
import type { BatchResult, Totals } from './totals.ts';

/** Examples held in the program, so that batches are gathered where they are used. */
export class ResidentData {
  readonly examples: Examples;
  readonly #parts: Parts<Variable>;
  /** The order in which examples are taken. */
  readonly #order: Variable;
  /** The next batch. */
  readonly #position: Variable;

  constructor(examples: Examples) {
    this.examples = examples;
    this.#parts = mapParts(examples, (array) => new Variable(array, { name: 'examples', trainable: false }));
    this.#order = new Variable(arange(examples.count), { name: 'order', trainable: false });
    this.#position = new Variable(tensor(0, { dtype: 'int32' }), { name: 'position', trainable: false });
  }

  /** Goes to the first batch, or to another; examples come in `order`. */
  rewind(order: Int32Array, batch = 0): void {
    this.#order.assign({ dtype: 'int32', shape: [this.examples.count], data: order });
    this.#position.assign(tensor(batch, { dtype: 'int32' }));
  }

  /** The next `size` examples, inside of a compiled function; moves on. */
  next(size: number, full: number): Parts<Tensor> {
    const at = this.#position.read();
    const rows = gather(this.#order.read(), add(arange(size), mul(at, full)));
    this.#position.assign(at.add(1));
    return mapParts(this.#parts, (part) => gather(part.read(), rows));
  }
}

/** What a step does with a batch: trains, or only measures. */
export type StepKind = 'train' | 'test';

/** One step on the next `size` of resident examples as one program. */
export function residentStep(
  kind: StepKind,
  model: Model,
  data: ResidentData,
  totals: Totals,
  size: number,
  full: number,
): CompiledStep {
  return new CompiledStep(() => stepOn(kind, model, data.next(size, full), totals), []);
}

/** Steps on batches that are given, one program for each combination of their shapes. */
export class BatchSteps {
  readonly #steps = new Map<string, CompiledStep>();
  readonly #kind: StepKind;
  readonly #model: Model;
  readonly #totals: Totals;

  constructor(kind: StepKind, model: Model, totals: Totals) {
    this.#kind = kind;
    this.#model = model;
    this.#totals = totals;
  }

  run(batch: Parts<NDArray>): void {
    const step = this.#stepFor(batch);
    for (const [i, array] of listParts(batch).entries()) step.set(i, array);
    step.run();
  }

  #stepFor(batch: Parts<NDArray>): CompiledStep {
    const types: ArgumentType[] = [];
    const places = mapParts(batch, ({ dtype, shape }) => types.push({ dtype, shape }) - 1);
    // Whether a layer is frozen is part of the program.
    const frozen = this.#model.weights.map(({ trainable }) => Number(trainable)).join('');
    const key = `${JSON.stringify([types, places])}${frozen}`;
    const known = this.#steps.get(key);
    if (known) return known;
    const made = new CompiledStep((...given) => {
      const parts = mapParts(places, (place) => given[place] as Tensor);
      return stepOn(this.#kind, this.#model, parts, this.#totals);
    }, types);
    this.#model.lastReport = made.report;
    this.#steps.set(key, made);
    return made;
  }
}

/** Records a step on a batch. */
function stepOn(kind: StepKind, model: Model, batch: Parts<Tensor>, totals: Totals): Tensor[] {
  if (kind === 'train') trainOn(model, batch, totals);
  else testOn(model, batch, totals);
  return [];
}

/** Records loss, gradients and updates. */
function trainOn(model: Model, batch: Parts<Tensor>, totals: Totals): void {
  const step = model.trainingSteps.read();
  if (model.trainStep) totals.addNamed(model.trainStep(stepData(batch, step)), batch);
  else {
    const { optimizer } = model.compiled;
    const result = lossOn(model, batch, { training: true, step });
    const weights = model.trainableWeights;
    const nodes = backward(
      optimizer.scaleLoss(result.total).node,
      weights.map(({ node }) => node),
    );
    optimizer.apply(
      nodes.map((node) => new Tensor(node, true)),
      weights,
    );
    totals.add(result, batch);
  }
  applyConstraints(model);
  model.trainingSteps.assign(step.add(1));
}

function testOn(model: Model, batch: Parts<Tensor>, totals: Totals): void {
  if (model.testStep) totals.addNamed(model.testStep(stepData(batch, model.trainingSteps.read())), batch);
  else totals.add(lossOn(model, batch, { training: false }), batch);
}

/** What a training step of one's own is given. */
export interface StepData {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  readonly sampleWeight: readonly (Tensor | undefined)[];
  /** For calling layers: training, with other random numbers in each step. */
  readonly context: CallContext;
}

function stepData({ inputs, targets, weights }: Parts<Tensor>, step: Tensor): StepData {
  const y = targets.filter((target): target is Tensor => target !== undefined);
  return { x: inputs, y, sampleWeight: weights, context: { training: true, step, drawn: new Map() } };
}

/** Applies a model to a batch and measures: losses by output, and what is to be made small. */
export function lossOn(model: Model, batch: Parts<Tensor>, context: CallContext): BatchResult {
  const added: Tensor[] = [];
  const addLoss = (more: Tensor) => added.push(more);
  const { outputs: found, masks } = model.forward(batch.inputs, { ...context, addLoss, drawn: new Map() });
  // What is measured is measured in full, whatever the model computes in.
  const outputs = found.map(inFull);
  const weighted: Tensor[] = [];
  const losses = model.compiled.outputs.map(({ loss, lossWeight }, i) => {
    const [output, target] = [outputs[i], batch.targets[i]];
    if (!loss || !output || !target) return undefined;
    const value = loss.reduce(target, output, maskedWeights(loss, masks[i], batch.weights[i]));
    weighted.push(lossWeight === 1 ? value : value.mul(lossWeight));
    return value;
  });
  const [first, ...others] = [...weighted, ...added, ...penalties(model)];
  if (!first) {
    throw new ArgumentError({
      asked: `training of "${model.name}"`,
      expected: 'a loss for at least one output',
      received: 'none',
      fix: "Call compile({ optimizer: 'adam', loss: … }) first.",
    });
  }
  return { total: others.reduce((sum, loss) => sum.add(loss), first), losses, outputs, masks };
}

/** What the regularisers of the weights that are trained add to the loss. */
function penalties(model: Model): Tensor[] {
  return model.ownedWeights.flatMap(({ variable, regularizer }) =>
    regularizer && variable.trainable ? [regularizer.call(variable.read())] : [],
  );
}

function applyConstraints(model: Model): void {
  for (const { variable, constraint } of model.ownedWeights) {
    if (constraint && variable.trainable) variable.assign(constraint.call(variable.read()));
  }
}
