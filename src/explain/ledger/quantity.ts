import { type Shape, sizeOf } from '../../graph/ndarray.ts';
import { type Expression, evaluate, Formula, type Operand, operand } from '../../units/formula.ts';
import { indexAt } from './places.ts';

/** What a quantity is in its layer: tables are made by it. */
export type Role =
  | 'given'
  | 'net'
  | 'output'
  | 'error'
  | 'weight'
  | 'slot'
  | 'change'
  | 'step'
  | 'new'
  | 'loss'
  | 'other';

/** An array of numbers of the same kind: all net inputs of a layer, all its weights. */
export interface Quantity {
  /** Its stable name: `layer1.O`. */
  readonly key: string;
  readonly role: Role;
  /** What it is, in words: `output`. */
  readonly title: string;
  /** Of one example, or of a weight. */
  readonly shape: Shape;
  /** Whether it is the same for all examples, as weights are. */
  readonly shared?: boolean;
  readonly symbol: (flat: number) => string;
  readonly value: (flat: number, example: number) => number;
  readonly gradient?: (flat: number, example: number) => number | undefined;
  /** How the number comes about; made when it is opened. */
  readonly formula?: (flat: number, example: number) => Formula | undefined;
  /** For weights: what unit an element belongs to, in the layer's last axis. */
  readonly unitOf?: (flat: number) => number;
}

/** One number that can be opened. */
export interface Cell {
  /** `layer1.O[0]`: a name that stays the same. */
  readonly path: string;
  readonly symbol: string;
  readonly title: string;
  readonly value: number;
  /** The derivative of the loss by this number. */
  readonly gradient: number | undefined;
  readonly formula: () => Formula | undefined;
}

export function cellOf(quantity: Quantity, flat: number, example: number): Cell {
  return {
    path: pathOf(quantity, flat),
    symbol: quantity.symbol(flat),
    title: quantity.title,
    value: quantity.value(flat, example),
    gradient: quantity.gradient?.(flat, example),
    formula: () => quantity.formula?.(flat, example),
  };
}

/** `layer1.w[0, 3]` is written without blanks: `layer1.w[0,3]`. */
export function pathOf({ key, shape }: Quantity, flat: number): string {
  return shape.length === 0 ? key : `${key}[${indexAt(shape, flat).join(',')}]`;
}

/** An element of a quantity as an operand of another's formula. */
export function operandOf(quantity: Quantity, flat: number, example: number): Operand {
  return operand(quantity.symbol(flat), quantity.value(flat, example), { path: pathOf(quantity, flat) });
}

export const countOf = ({ shape }: Quantity): number => sizeOf(shape);

/** A formula for an element of a quantity. */
export function formulaFor(
  quantity: Quantity,
  flat: number,
  example: number,
  expression: Expression,
): Formula {
  return new Formula(operandOf(quantity, flat, example), expression).sharpened();
}

/**
 * The first of some ways to write a number that comes to it, from the numbers as they are shown, too: a rule need not
 * hold everywhere, as where a loss keeps probabilities away from 0. One whose shown numbers tell too little of the
 * result stands only where no other does.
 */
export function firstTrue(
  quantity: Quantity,
  flat: number,
  example: number,
  candidates: readonly (() => Expression | undefined)[],
): Formula | undefined {
  const value = quantity.value(flat, example);
  let blunt: Formula | undefined;
  for (const candidate of candidates) {
    const expression = candidate();
    if (!expression) continue;
    const result = evaluate(expression);
    const close = Object.is(result, value) || Math.abs(result - value) <= 1e-4 * Math.abs(value) + 1e-7;
    const formula = close ? formulaFor(quantity, flat, example, expression) : undefined;
    if (!formula?.holds()) continue;
    if (formula.isSharp()) return formula;
    blunt ??= formula;
  }
  return blunt;
}
