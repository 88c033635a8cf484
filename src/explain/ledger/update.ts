import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Model } from '../../training/model.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import type { Recording } from './recording.ts';
import { ruleOf } from './rules.ts';
import type { SlotValues, Update } from './section.ts';

/** What an optimizer would make of the weights, without changing anything: found out when it is first asked. */
export function updateOf(model: Model, optimizer: Optimizer, recording: Recording): Update {
  const rule = ruleOf(optimizer, Number(optimizer.iterations.value().data[0] ?? 0));
  // Where a weight moves by −α·gradient and nothing else, the change has the lecture's form.
  const plain = rule?.slots.length === 0 && (optimizer.config().weightDecay ?? null) === null;
  let fresh: Outcome | undefined;
  const outcome = () => {
    fresh ??= outcomeOf(model, optimizer, recording);
    return fresh;
  };
  return {
    className: optimizer.className,
    rate: plain ? Number(optimizer.config().learningRate) : undefined,
    rule: plain ? undefined : rule,
    after: (weight) => outcome().weights.get(weight),
    slots: (weight) => outcome().slots.get(weight) ?? [],
  };
}

interface Outcome {
  readonly weights: ReadonlyMap<Node, NDArray>;
  readonly slots: ReadonlyMap<Node, readonly SlotValues[]>;
}

/** Runs one step of the optimizer from the weights that were recorded, and puts everything back. */
function outcomeOf(model: Model, optimizer: Optimizer, recording: Recording): Outcome {
  const weights = model.trainableWeights;
  const { divisor } = recording;
  const gradients = weights.map(({ node, shape }): NDArray => {
    const data = Float32Array.from(recording.gradient(node)?.data ?? []);
    if (divisor > 1) for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) / divisor;
    return { dtype: 'float32', shape, data };
  });
  optimizer.build(weights);
  const state = [...weights, ...optimizer.variables];
  const saved = new Map(state.map((variable) => [variable, variable.value()]));
  try {
    for (const weight of weights) weight.assign(recording.value(weight.node));
    const step = new CompiledStep((...given) => {
      optimizer.apply(given, weights);
      return [];
    }, gradients);
    gradients.forEach((gradient, i) => {
      step.set(i, gradient);
    });
    step.run();
    return {
      weights: new Map(weights.map((weight) => [weight.node, weight.value()])),
      slots: new Map(
        weights.map(({ node }, i) => [node, slotsOf(optimizer, i, weights.length).map(changed(saved))]),
      ),
    };
  } finally {
    for (const [variable, value] of saved) variable.assign(value);
  }
}

/** The slots of one weight, where all weights have as many: that is so for every optimizer with a rule. */
function slotsOf({ slots }: Optimizer, weight: number, weights: number): readonly Variable[] {
  const each = slots.length / weights;
  return slots.slice(weight * each, (weight + 1) * each);
}

const changed =
  (saved: ReadonlyMap<Variable, NDArray>) =>
  (variable: Variable): SlotValues => ({
    before: saved.get(variable) ?? variable.value(),
    after: variable.value(),
  });
