import {
  add,
  call,
  divide,
  type Expression,
  evaluate,
  multiply,
  negate,
  type Operand,
  operand,
  sum,
} from '../../../units/formula.ts';
import { firstTrue, formulaFor, operandOf, type Quantity } from '../quantity.ts';
import { movingMean, type StepNumbers } from '../rules.ts';
import type { WeightUpdate } from '../update.ts';

interface ChangeContext {
  readonly of: WeightUpdate;
  /** What the sum over the examples is divided by. */
  readonly divisor: number;
  /** The terms of −∂L/∂w, summed over the examples. */
  readonly descent?: (flat: number) => Expression[];
}

/**
 * How a weight changes and what it becomes: Δw = α·Error·O for plain gradient descent; for others by the gradient as it
 * is clipped, and by what they keep for each weight, which is opened, too.
 */
export function changes(weight: Quantity, context: ChangeContext): Quantity[] {
  const { of, divisor, descent } = context;
  const { rule, isPlain, average } = of;
  const { rate } = of.update;
  const after = (flat: number) => of.after()?.data[flat] ?? Number.NaN;
  const { key, symbol, title } = weight;
  const common = commonOf(weight);
  const gradient = gradientOf(weight, context);
  const clipped = clippedOf(weight, gradient, of);
  const moving = clipped ?? gradient;
  const slots: Quantity[] = [];
  const numbers = (flat: number): StepNumbers => ({
    gradient: operandOf(moving, flat, 0),
    weight: operandOf(weight, flat, 0),
    before: slots.map((_, at) => slotBefore(weight, of, at, flat)),
    slots: slots.map((slot) => operandOf(slot, flat, 0)),
  });
  slots.push(...slotsOf(weight, of, numbers));
  const byRule = (flat: number) => rule?.change(numbers(flat));
  const change: Quantity = {
    ...common,
    key: `${before(key)}Δ${letterOf(key)}`,
    role: 'change',
    title: `change of the ${title}`,
    symbol: (flat) => `Δ${symbol(flat)}`,
    // The difference of two float32 numbers would have few true digits.
    value: (flat) => {
      if (isPlain) return -rate.value * (weight.gradient?.(flat, 0) ?? Number.NaN);
      const expression = byRule(flat);
      return expression ? evaluate(expression) : after(flat) - weight.value(flat, 0);
    },
    formula: (flat) =>
      firstTrue(
        change,
        flat,
        0,
        isPlain
          ? [
              () => descent && stepOf(rate, descent(flat), divisor),
              () => negate(multiply(rate, operandOf(gradient, flat, 0))),
            ]
          : [() => byRule(flat)],
      ),
  };
  const moved = (flat: number) => add(operandOf(weight, flat, 0), operandOf(change, flat, 0));
  const mean = averageOf(weight, of, moved);
  const fresh: Quantity = {
    ...common,
    key: `${key}′`,
    role: 'new',
    title: `new ${title}`,
    symbol: (flat) => primed(symbol(flat)),
    value: after,
    formula: (flat) =>
      formulaFor(fresh, flat, 0, mean && average?.overwrites ? operandOf(mean, flat, 0) : moved(flat)),
  };
  const opened = rule && !isPlain ? [gradient, ...(clipped ? [clipped] : []), ...slots] : [];
  return [...opened, ...(mean ? [mean] : []), change, fresh];
}

const commonOf = ({ shape, unitOf }: Quantity) => ({ shape, shared: true, ...(unitOf && { unitOf }) });

/** ∂L/∂w, in the lecture's terms where the layer's view can say it. */
function gradientOf(weight: Quantity, { divisor, descent }: ChangeContext): Quantity {
  const gradient: Quantity = {
    ...commonOf(weight),
    key: `${weight.key}.g`,
    role: 'slot',
    title: `gradient of the ${weight.title}`,
    symbol: (flat) => `∂L/∂${weight.symbol(flat)}`,
    value: (flat) => weight.gradient?.(flat, 0) ?? Number.NaN,
    formula: (flat) => {
      const terms = descent?.(flat);
      return firstTrue(gradient, flat, 0, [() => terms && negate(meanOf(terms, divisor))]);
    },
  };
  return gradient;
}

/** The gradient as it moves the weight, where gradients are clipped. */
function clippedOf(weight: Quantity, gradient: Quantity, of: WeightUpdate): Quantity | undefined {
  const { clipping } = of.update;
  if (!clipping || !of.rule) return undefined;
  const { kind, limit } = clipping;
  const expression = (flat: number): Expression => {
    const g = operandOf(gradient, flat, 0);
    if (kind === 'value') return call('max', call('min', g, limit), negate(limit));
    const length =
      kind === 'norm'
        ? operand(`n_${of.at + 1}`, of.update.lengthOf(of.at), { path: `step.n[${of.at}]` })
        : operand('n', of.update.length(), { path: 'step.N' });
    return multiply(g, divide(limit, call('max', length, limit)));
  };
  const clipped: Quantity = {
    ...commonOf(weight),
    key: `${weight.key}.ĝ`,
    role: 'slot',
    title: `clipped gradient of the ${weight.title}`,
    symbol: (flat) => slotSymbol('ĝ', weight.symbol(flat)),
    value: (flat) => evaluate(expression(flat)),
    formula: (flat) => formulaFor(clipped, flat, 0, expression(flat)),
  };
  return clipped;
}

function slotBefore(weight: Quantity, of: WeightUpdate, at: number, flat: number): Operand {
  const letter = of.rule?.slots[at]?.letter ?? '';
  return operand(slotSymbol(letter, weight.symbol(flat)), of.slots()[at]?.before.data[flat] ?? Number.NaN);
}

/** What the optimizer keeps for each weight, as it will be after the step. */
function slotsOf(weight: Quantity, of: WeightUpdate, numbers: (flat: number) => StepNumbers): Quantity[] {
  return (of.rule?.slots ?? []).map(({ letter, words, next }, at) => {
    const slot: Quantity = {
      ...commonOf(weight),
      key: `${weight.key}.${letter}′`,
      role: 'slot',
      title: words,
      symbol: (flat) => primed(slotSymbol(letter, weight.symbol(flat))),
      value: (flat) => of.slots()[at]?.after.data[flat] ?? Number.NaN,
      formula: (flat) =>
        firstTrue(slot, flat, 0, [() => next(slotBefore(weight, of, at, flat), numbers(flat))]),
    };
    return slot;
  });
}

/** The moving average of the weight: β·w̄ + (1 − β)·(w + Δw). */
function averageOf(
  weight: Quantity,
  { average }: WeightUpdate,
  moved: (flat: number) => Expression,
): Quantity | undefined {
  if (!average) return undefined;
  const symbol = (flat: number) => slotSymbol('w̄', weight.symbol(flat));
  const mean: Quantity = {
    ...commonOf(weight),
    key: `${weight.key}.w̄′`,
    role: 'slot',
    title: `moving average of the ${weight.title}`,
    symbol: (flat) => primed(symbol(flat)),
    value: (flat) => average.values()?.after.data[flat] ?? Number.NaN,
    formula: (flat) => {
      const old = operand(symbol(flat), average.values()?.before.data[flat] ?? Number.NaN);
      return firstTrue(mean, flat, 0, [() => movingMean(average.kept, old, moved(flat))]);
    },
  };
  return mean;
}

/** α·Error·O, or α times the mean of it over the examples. */
function stepOf(alpha: Expression, terms: readonly Expression[], divisor: number): Expression {
  const [only] = terms;
  if (only && terms.length === 1)
    return multiply(alpha, ...(only.kind === 'multiply' ? only.factors : [only]));
  return multiply(alpha, meanOf(terms, divisor));
}

function meanOf(terms: readonly Expression[], divisor: number): Expression {
  const [only] = terms;
  const total = only && terms.length === 1 ? only : sum(terms);
  return divisor > 1 ? divide(total, divisor) : total;
}

/** w_15 → w′_15. */
const primed = (symbol: string) => symbol.replace(/^([^_[]+)/, '$1′');
/** w_15 → m_15, θ_5 → m_θ5, kernel[0, 1] → m_kernel[0, 1]. */
const slotSymbol = (letter: string, symbol: string) =>
  /^w(⁽.+⁾)?_/.test(symbol) ? `${letter}${symbol.slice(1)}` : `${letter}_${symbol.replaceAll('_', '')}`;
const before = (key: string) => key.slice(0, key.lastIndexOf('.') + 1);
const letterOf = (key: string) => key.slice(key.lastIndexOf('.') + 1);
