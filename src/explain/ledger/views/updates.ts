import type { Node } from '../../../graph/ops.ts';
import { add, divide, type Expression, multiply, negate, operand, sum } from '../../../units/formula.ts';
import { firstTrue, formulaFor, operandOf, type Quantity } from '../quantity.ts';
import type { Update } from '../section.ts';

interface ChangeContext {
  readonly update: Update;
  readonly examples: number;
  readonly node: Node;
  /** The terms of −∂L/∂w, summed over the examples. */
  readonly descent?: (flat: number) => Expression[];
}

/** How a weight changes, Δw = α·Error·O for plain gradient descent, and what it becomes. */
export function changes(weight: Quantity, { update, examples, node, descent }: ChangeContext): Quantity[] {
  const after = (flat: number) => update.after(node)?.data[flat] ?? Number.NaN;
  const { key, shape, unitOf, symbol, title } = weight;
  const common = { shape, shared: true, ...(unitOf && { unitOf }) };
  const change: Quantity = {
    ...common,
    key: `${before(key)}Δ${letterOf(key)}`,
    role: 'change',
    title: `change of the ${title}`,
    symbol: (flat) => `Δ${symbol(flat)}`,
    // The difference of two float32 numbers would have few true digits.
    value: (flat) =>
      update.rate === undefined
        ? after(flat) - weight.value(flat, 0)
        : -update.rate * (weight.gradient?.(flat, 0) ?? Number.NaN),
    formula: (flat) => {
      const rate = update.rate;
      if (rate === undefined) return undefined;
      const alpha = operand('α', rate);
      const expression = firstTrue(change.value(flat, 0), [
        () => descent && stepOf(alpha, descent(flat), examples),
        () =>
          negate(multiply(alpha, operand(`∂L/∂${symbol(flat)}`, weight.gradient?.(flat, 0) ?? Number.NaN))),
      ]);
      return expression && formulaFor(change, flat, 0, expression);
    },
  };
  const fresh: Quantity = {
    ...common,
    key: `${key}′`,
    role: 'new',
    title: `new ${title}`,
    symbol: (flat) => symbol(flat).replace(/^([^_[]+)/, '$1′'),
    value: after,
    formula: (flat) =>
      formulaFor(fresh, flat, 0, add(operandOf(weight, flat, 0), operandOf(change, flat, 0))),
  };
  return [change, fresh];
}

/** α·Error·O, or α times the mean of it over the examples. */
function stepOf(alpha: Expression, terms: readonly Expression[], examples: number): Expression {
  const [only] = terms;
  if (only && terms.length === 1)
    return multiply(alpha, ...(only.kind === 'multiply' ? only.factors : [only]));
  return multiply(alpha, examples > 1 ? divide(sum(terms), examples) : sum(terms));
}

const before = (key: string) => key.slice(0, key.lastIndexOf('.') + 1);
const letterOf = (key: string) => key.slice(key.lastIndexOf('.') + 1);
