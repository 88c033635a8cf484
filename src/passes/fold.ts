import { broadcast } from '../graph/build.ts';
import { decode, encode, isFloating, isHalf } from '../graph/dtypes.ts';
import { constant } from '../graph/graph.ts';
import { sizeOf } from '../graph/ndarray.ts';
import type { Node, Op } from '../graph/ops.ts';
import type { Rule } from './rewrite.ts';

type Arithmetic = (a: number, b: number, c: number) => number;

/**
 * Only operations that IEEE 754 rounds exactly, so that folding never changes a bit: on every backend and
 * every machine the value would have been the same.
 */
const EXACT: { readonly [O in Op]?: Arithmetic } = {
  neg: (a) => -a,
  sqrt: Math.sqrt,
  floor: Math.floor,
  cast: (a) => a,
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  where: (condition, a, b) => (condition ? a : b),
};

/** Computes operations on single constants, also on stretched ones: those of the same number everywhere. */
export const fold: Rule = (node) => {
  const compute = EXACT[node.op];
  if (!compute) return undefined;
  const { inputs } = node;
  const first = inputs[0];
  const a = first && uniformOf(first);
  if (a === undefined) return undefined;
  const [, second, third] = inputs;
  const b = second ? uniformOf(second) : 0;
  const c = third ? uniformOf(third) : 0;
  if (b === undefined || c === undefined || !isExact(node, a, b)) return undefined;
  const data = encode([compute(a, b, c)], node.dtype);
  if (sizeOf(node.shape) === 1) return constant({ dtype: node.dtype, shape: node.shape, data });
  return broadcast(constant({ dtype: node.dtype, shape: [], data }), node.shape);
};

/** Whether the host computes what the program would. */
function isExact({ op, dtype, inputs }: Node, a: number, b: number): boolean {
  switch (op) {
    case 'div':
      return isFloating(dtype);
    case 'mul':
      // Integer products beyond 2⁵³ lose bits in a double before they wrap: leave those to the program.
      return isFloating(dtype) || Number.isSafeInteger(a * b);
    case 'cast':
      // Programs round a double twice on its way to 16 bits.
      return isFloating(dtype) && !(isHalf(dtype) && inputs[0]?.dtype === 'float64');
    default:
      return true;
  }
}

/** The number that every element of a node is: a constant of one element, perhaps stretched. */
export function uniformOf(node: Node): number | undefined {
  let from = node;
  while (from.op === 'broadcast' || from.op === 'reshape') from = from.inputs[0] as Node;
  return constantOf(from);
}

/** The value of a constant of one element. */
export function constantOf(node: Node): number | undefined {
  if (node.op !== 'constant') return undefined;
  const { data } = node.attributes.value;
  return data.length === 1 ? decode(data, node.dtype)[0] : undefined;
}
