import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Model } from '../../training/model.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import { type Expression, type Operand, operand } from '../../units/formula.ts';
import { rateOf } from './rates.ts';
import type { Recording } from './recording.ts';
import { ruleOf, type StepRule, withDecay } from './rules.ts';

/** What an optimizer makes of the weights in one step. */
export interface Update {
  readonly className: string;
  readonly rate: Operand;
  /** How the rate comes about, where it follows a schedule. */
  readonly rateRule: Expression | undefined;
  /** The weights that move, in the model's order. */
  readonly weights: readonly WeightUpdate[];
  readonly clipping: Clipping | undefined;
  /** The length of a weight's gradient, the weight counted from 0. */
  readonly lengthOf: (weight: number) => number;
  /** Of all gradients together. */
  readonly length: () => number;
}

/** Which gradients are made smaller: each number, each gradient by its length, or all by their length together. */
export interface Clipping {
  readonly kind: 'value' | 'norm' | 'global norm';
  readonly limit: Operand;
}

/** What becomes of one weight, worked out when it is first asked for. */
export interface WeightUpdate {
  readonly node: Node;
  /** Counted from 0, in the model's order. */
  readonly at: number;
  readonly update: Update;
  /** Whether it moves by −α·gradient and nothing else: then the change has the lecture's form. */
  readonly isPlain: boolean;
  /** Where it moves by a rule that can be written down. */
  readonly rule: StepRule | undefined;
  readonly after: () => NDArray | undefined;
  /** What the optimizer keeps for it, in the order of the rule. */
  readonly slots: () => readonly SlotValues[];
  /** The moving average of the weight, where one is kept. */
  readonly average: Average | undefined;
}

/** What an optimizer keeps for a weight, around one step. */
export interface SlotValues {
  readonly before: NDArray;
  readonly after: NDArray;
}

export interface Average {
  readonly values: () => SlotValues | undefined;
  /** How much of the old average stays. */
  readonly kept: Operand;
  /** Whether the weight becomes its average in this step. */
  readonly overwrites: boolean;
}

/** What an optimizer would make of the weights, without changing anything: found out when it is first asked. */
export function updateOf(model: Model, optimizer: Optimizer, recording: Recording): Update {
  const acting = optimizer.inner ?? optimizer;
  const config = acting.config();
  const iteration = Number(acting.iterations.value().data[0] ?? 0);
  const { schedule } = acting;
  const rate = operand('α', schedule ? rateNow(acting) : Number(config.learningRate));
  const base = ruleOf(acting, rate, iteration);
  const clipping = clippingOf(config);
  let fresh: Outcome | undefined;
  const outcome = () => {
    fresh ??= outcomeOf(model, optimizer, recording, base?.blocks);
    return fresh;
  };
  const update: Update = {
    className: acting.className,
    rate,
    rateRule: schedule && rateOf(schedule, iteration),
    clipping,
    ...lengthsOf(recording, model.trainableWeights),
    get weights() {
      return weights;
    },
  };
  const decay = Number(config.weightDecay ?? 0);
  const weights = model.trainableWeights.map((weight, i): WeightUpdate => {
    const decays = decay !== 0 && acting.decays(weight);
    const rule = base && decays ? withDecay(base, rate, decay) : base;
    return {
      node: weight.node,
      at: i,
      update,
      isPlain: base?.slots.length === 0 && !decays && !clipping,
      rule,
      after: () => outcome().weights[i],
      slots: () => outcome().slots[i] ?? [],
      average: averageOf(config, iteration, () => outcome().averages[i]),
    };
  });
  return update;
}

/** The lengths of gradients, worked out once. */
function lengthsOf(recording: Recording, weights: readonly Variable[]): Pick<Update, 'length' | 'lengthOf'> {
  let known: readonly number[] | undefined;
  const lengths = () => {
    known ??= weights.map(({ node }) => {
      let total = 0;
      for (const g of recording.gradient(node)?.data ?? []) total += (g / recording.divisor) ** 2;
      return Math.sqrt(total);
    });
    return known;
  };
  return { lengthOf: (at) => lengths()[at] ?? Number.NaN, length: () => Math.hypot(...lengths()) };
}

const rateNow = ({ schedule, iterations }: Optimizer): number =>
  schedule ? Number(schedule.call(iterations.read()).item()) : Number.NaN;

function clippingOf(config: Readonly<Record<string, unknown>>): Clipping | undefined {
  const kinds = { clipvalue: 'value', clipnorm: 'norm', globalClipnorm: 'global norm' } as const;
  for (const [name, kind] of Object.entries(kinds))
    if (config[name]) return { kind, limit: operand('g_max', Number(config[name])) };
  return undefined;
}

function averageOf(
  { useEma, emaMomentum, emaOverwriteFrequency }: Readonly<Record<string, unknown>>,
  iteration: number,
  values: Average['values'],
): Average | undefined {
  if (useEma !== true) return undefined;
  const frequency = Number(emaOverwriteFrequency ?? 0);
  // The first average is the weight itself.
  const kept = iteration === 0 ? 0 : Number(emaMomentum ?? 0.99);
  return {
    values,
    kept: operand('β_ema', kept),
    overwrites: frequency > 0 && (iteration + 1) % frequency === 0,
  };
}

/** What one step leaves, weight by weight. */
interface Outcome {
  readonly weights: readonly NDArray[];
  readonly slots: readonly (readonly SlotValues[])[];
  readonly averages: readonly SlotValues[];
}

/** Runs one step of the optimizer from the weights that were recorded, and puts everything back. */
function outcomeOf(
  model: Model,
  optimizer: Optimizer,
  recording: Recording,
  blocks: readonly number[] | undefined,
): Outcome {
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
  const changed = (variable: Variable): SlotValues => ({
    before: saved.get(variable) ?? variable.value(),
    after: variable.value(),
  });
  try {
    for (const weight of weights) weight.assign(recording.value(weight.node));
    const step = new CompiledStep((...given) => {
      // It divides out again what it scales a loss by.
      optimizer.apply(
        given.map((gradient) => new Tensor(optimizer.scaleLoss(gradient).node, true)),
        weights,
      );
      return [];
    }, gradients);
    gradients.forEach((gradient, i) => {
      step.set(i, gradient);
    });
    step.run();
    return {
      weights: weights.map((weight) => weight.value()),
      slots: slotsByWeight(optimizer.slots, weights.length, blocks).map((slots) => slots.map(changed)),
      averages: optimizer.averages.map(changed),
    };
  } finally {
    for (const [variable, value] of saved) variable.assign(value);
  }
}

/** Slots in the optimizer's order, gathered weight by weight. */
function slotsByWeight(
  slots: readonly Variable[],
  weights: number,
  blocks: readonly number[] = [],
): readonly (readonly Variable[])[] {
  const each = slots.length / Math.max(weights, 1);
  const found: Variable[][] = Array.from({ length: weights }, () => []);
  let [from, left] = [0, each];
  for (const block of [...blocks, each]) {
    const width = Math.min(block, left);
    for (const own of found) {
      own.push(...slots.slice(from, from + width));
      from += width;
    }
    left -= width;
  }
  return found;
}
