import type { Node } from '../../graph/ops.ts';
import * as functions from '../../tensor/functions.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { OPERATIONS } from './operations.ts';
import type { OperationName } from './parse.ts';

/** One node of an expression's graph, as a person sees it: a variable, a number, or an operation on other steps. */
export interface Step {
  readonly kind: 'variable' | 'number' | 'operation';
  /** `a`, `d`, `Y`; a number's digits. */
  readonly name: string;
  readonly operation?: OperationName;
  readonly inputs: readonly Step[];
  /** The graph of its value, from the variables. */
  readonly node: Node;
}

/** The symbol of a step in a formula: `x1` is x with the subscript 1. */
export const symbolOf = ({ name }: Step): string => name.replace(/^(\p{L}+)(\d+)$/u, '$1_$2');

/** The graph of one operation. A constant power is products, as far as it is whole, and so good for any base. */
export function nodeOf(operation: OperationName, inputs: readonly Node[]): Node {
  const [base, exponent] = inputs;
  const tensors = inputs.map((node) => new Tensor(node, true));
  if (operation === 'power' && base && exponent?.op === 'constant') {
    const value = exponent.attributes.value.data[0] ?? 1;
    if (Number.isInteger(value) && Math.abs(value) <= 16)
      return functions.pow(new Tensor(base, true), value).node;
  }
  return OPERATIONS[operation].apply(...tensors).node;
}
