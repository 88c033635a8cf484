import { decode, encode, isFloating } from '../graph/dtypes.ts';
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
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: (a, b) => Math.max(a, b),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  where: (condition, a, b) => (condition ? a : b),
};

/** Computes operations on single constants. */
export const fold: Rule = (node) => {
  const values = node.inputs.map(constantOf);
  if (values.length === 0 || sizeOf(node.shape) !== 1) return undefined;
  const compute = node.op === 'div' && isFloating(node.dtype) ? divide : EXACT[node.op];
  const [a, b = 0, c = 0] = values;
  if (!compute || a === undefined || values.includes(undefined)) return undefined;
  // Integer products beyond 2⁵³ lose bits in a double before they wrap: leave those to the program.
  if (node.op === 'mul' && !isFloating(node.dtype) && !Number.isSafeInteger(a * b)) return undefined;
  const data = encode([compute(a, b, c)], node.dtype);
  return constant({ dtype: node.dtype, shape: node.shape, data });
};

const divide: Arithmetic = (a, b) => a / b;

/** The value of a constant of one element. */
export function constantOf(node: Node): number | undefined {
  if (node.op !== 'constant') return undefined;
  const { data } = node.attributes.value;
  return data.length === 1 ? decode(data, node.dtype)[0] : undefined;
}
