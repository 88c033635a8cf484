/**
 * One constructor for each primitive: what rules and passes write graphs with. A number stands for a constant
 * of the other operand's dtype.
 */
import type { Dtype } from './dtypes.ts';
import type { GradientRule } from './gradientRule.ts';
import { make, scalar } from './graph.ts';
import { type Shape, sizeOf } from './ndarray.ts';
import type { Node, Op, Windowing } from './ops.ts';
import { sameShape } from './shapes.ts';

export type Operand = Node | number;

/** What has no attributes shares these. */
const NONE = {};

const unary =
  (op: 'neg' | 'exp' | 'log' | 'sqrt' | 'sin' | 'floor' | 'tanh' | 'erf' | 'log1p' | 'expm1' | 'detach') =>
  (x: Node): Node =>
    make(op, [x], NONE);

export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const sin = unary('sin');
export const floor = unary('floor');
export const tanh = unary('tanh');
export const erf = unary('erf');
export const log1p = unary('log1p');
export const expm1 = unary('expm1');
export const detach = unary('detach');
export const checkpoint = (x: Node, others: readonly Node[], recomputed = false): Node =>
  make('checkpoint', [x, ...others], { recomputed });

export const customGradient = (
  x: Node,
  args: readonly Node[],
  others: readonly Node[],
  rule: GradientRule,
): Node => make('customGradient', [x, ...args, ...others], { rule });

const binary =
  (op: Op & ('add' | 'mul' | 'div' | 'max' | 'less' | 'equal')) =>
  (a: Operand, b: Operand): Node =>
    make(op, pair(a, b), NONE);

export const add = binary('add');
export const mul = binary('mul');
export const div = binary('div');
export const max = binary('max');
export const less = binary('less');
export const equal = binary('equal');

function pair(a: Operand, b: Operand): [Node, Node] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? scalar(b, a.dtype) : b];
  if (typeof b !== 'number') return [scalar(a, b.dtype), b];
  return [scalar(a, 'float32'), scalar(b, 'float32')];
}

export const sub = (a: Operand, b: Operand): Node => (typeof b === 'number' ? add(a, -b) : add(a, neg(b)));

export const where = (condition: Node, a: Operand, b: Operand): Node =>
  make('where', [condition, ...pair(a, b)], NONE);

export const cast = (x: Node, dtype: Dtype): Node => (x.dtype === dtype ? x : make('cast', [x], { dtype }));

export const sum = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make('sum', [x], { axes });
export const reduceMax = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make('reduceMax', [x], { axes });
export const matmul = (a: Node, b: Node): Node => make('matmul', [a, b], NONE);

export const reshape = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : make('reshape', [x], { shape });
export const permute = (x: Node, order: readonly number[]): Node =>
  order.every((axis, i) => axis === i) ? x : make('permute', [x], { order });
export const broadcast = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : make('broadcast', [x], { shape });
export const slice = (x: Node, start: readonly number[], size: Shape): Node =>
  sameShape(x.shape, size) ? x : make('slice', [x], { start, size });
export const pad = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  [...before, ...after].every((n) => n === 0) ? x : make('pad', [x], { before, after });
/** One after another along `axis`; a single part is itself. */
export function concat(parts: readonly Node[], axis: number): Node {
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : make('concat', parts, { axis });
}

export const flip = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make('flip', [x], { axes });
export const window = (x: Node, { axes, size, strides, dilations }: Windowing): Node =>
  make('window', [x], { axes, size, strides, dilations });
export const unwindow = (x: Node, { axes, size, strides, dilations }: Windowing, lengths: Shape): Node =>
  make('unwindow', [x], { axes, size, strides, dilations, lengths });

export const gather = (table: Node, indices: Node): Node => make('gather', [table, indices], NONE);
export const scatterAdd = (indices: Node, updates: Node, rows: number): Node =>
  make('scatterAdd', [indices, updates], { rows });
export const iota = (shape: Shape, axis: number, dtype: Dtype): Node =>
  make('iota', [], { shape, axis, dtype });
export const uniform = (key: Node, stream: Node, shape: Shape): Node =>
  make('uniform', [key, stream], { shape });

/** The last two axes swapped. */
export function transpose(x: Node): Node {
  const rank = x.shape.length;
  return permute(x, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);
}

/** Sums `x` down to `shape`, undoing a broadcast from `shape`. */
export function sumTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) =>
    axis < extra || (shape[axis - extra] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}

/** Zeros (or another value) of the shape and dtype of `x`. */
export function fullLike(x: Node, value: number): Node {
  return broadcast(scalar(value, x.dtype), x.shape);
}

export function elementsOf(x: Node): number {
  return sizeOf(x.shape);
}
