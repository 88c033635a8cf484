import type { Node } from '../../../graph/ops.ts';
import {
  add,
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
import type { Update } from '../section.ts';

interface ChangeContext {
  readonly update: Update;
  /** What the sum over the examples is divided by. */
  readonly divisor: number;
  readonly node: Node;
  /** The terms of −∂L/∂w, summed over the examples. */
  readonly descent?: (flat: number) => Expression[];
}

/**
 * How a weight changes and what it becomes: Δw = α·Error·O for plain gradient descent; for momentum, Adagrad, RMSprop
 * and Adam by what they keep for each weight, which is opened, too.
 */
export function changes(weight: Quantity, context: ChangeContext): Quantity[] {
  const { update, divisor, node, descent } = context;
  const after = (flat: number) => update.after(node)?.data[flat] ?? Number.NaN;
  const { key, symbol, title } = weight;
  const common = commonOf(weight);
  const gradient = gradientOf(weight, context);
  const slots = slotsOf(weight, gradient, context);
  const byRule = (flat: number) =>
    update.rule?.change({
      gradient: operandOf(gradient, flat, 0),
      weight: operandOf(weight, flat, 0),
      slots: slots.map((slot) => operandOf(slot, flat, 0)),
    });
  const change: Quantity = {
    ...common,
    key: `${before(key)}Δ${letterOf(key)}`,
    role: 'change',
    title: `change of the ${title}`,
    symbol: (flat) => `Δ${symbol(flat)}`,
    // The difference of two float32 numbers would have few true digits.
    value: (flat) => {
      if (update.rate !== undefined) return -update.rate * (weight.gradient?.(flat, 0) ?? Number.NaN);
      const rule = byRule(flat);
      return rule ? evaluate(rule) : after(flat) - weight.value(flat, 0);
    },
    formula: (flat) => {
      const rate = update.rate;
      const alpha = operand('α', rate ?? Number.NaN);
      return firstTrue(
        change,
        flat,
        0,
        rate === undefined
          ? [() => byRule(flat)]
          : [
              () => descent && stepOf(alpha, descent(flat), divisor),
              () => negate(multiply(alpha, operandOf(gradient, flat, 0))),
            ],
      );
    },
  };
  const fresh: Quantity = {
    ...common,
    key: `${key}′`,
    role: 'new',
    title: `new ${title}`,
    symbol: (flat) => primed(symbol(flat)),
    value: after,
    formula: (flat) =>
      formulaFor(fresh, flat, 0, add(operandOf(weight, flat, 0), operandOf(change, flat, 0))),
  };
  return [...(update.rule ? [gradient, ...slots] : []), change, fresh];
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

/** What the optimizer keeps for each weight, as it will be after the step. */
function slotsOf(weight: Quantity, gradient: Quantity, { update, node }: ChangeContext): Quantity[] {
  return (update.rule?.slots ?? []).map(({ letter, words, next }, at) => {
    const old = (flat: number): Operand =>
      operand(
        slotSymbol(letter, weight.symbol(flat)),
        update.slots(node)[at]?.before.data[flat] ?? Number.NaN,
      );
    const slot: Quantity = {
      ...commonOf(weight),
      key: `${weight.key}.${letter}′`,
      role: 'slot',
      title: words,
      symbol: (flat) => primed(slotSymbol(letter, weight.symbol(flat))),
      value: (flat) => update.slots(node)[at]?.after.data[flat] ?? Number.NaN,
      formula: (flat) => firstTrue(slot, flat, 0, [() => next(old(flat), operandOf(gradient, flat, 0))]),
    };
    return slot;
  });
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
