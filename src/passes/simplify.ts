import { broadcast, flip, neg, pad, permute, reshape } from '../graph/build.ts';
import { constant } from '../graph/graph.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';
import { uniformOf } from './fold.ts';
import type { Rule } from './rewrite.ts';

/**
 * Algebra that holds for every number, NaN, infinities and rounding included (x·0 is not 0 for all x, so it is
 * not here; x + 0 is taken for x although −0 + 0 is 0).
 */
export const simplify: Rule = (node) => {
  const a = node.inputs[0];
  const b = node.inputs[1];
  switch (node.op) {
    case 'add':
      return neutral(node, 0);
    case 'mul':
      return neutral(node, 1) ?? (uniformOf(b as Node) === -1 ? spread(node, neg(a as Node)) : undefined);
    case 'div':
      return uniformOf(b as Node) === 1 ? spread(node, a as Node) : undefined;
    case 'neg':
      return a?.op === 'neg' ? a.inputs[0] : undefined;
    case 'cast':
      return a?.dtype === node.dtype ? a : undefined;
    case 'customGradient':
      // Gradients have been taken: the rule has served, and what only it reads is not computed.
      return a;
    case 'where':
      return chosen(node);
    case 'sum':
    case 'reduceMax':
      return node.attributes.axes.every((axis) => a?.shape[axis] === 1) ? a : undefined;
    case 'reshape':
      return reshaped(node);
    case 'broadcast':
      return a?.op === 'broadcast' ? broadcast(a.inputs[0] as Node, node.shape) : undefined;
    case 'permute':
      return permuted(node);
    case 'flip':
      return flipped(node);
    case 'unwindow':
      return unwindowed(node);
    default:
      return undefined;
  }
};

/** The constant of shape [] under what is the same number everywhere. */
function single(node: Node): Node {
  let from = node;
  while (from.op === 'broadcast' || from.op === 'reshape') from = from.inputs[0] as Node;
  return reshape(from, []);
}

/** `x` stretched to the shape that the operation had through its other operand. */
function spread(node: Node, x: Node): Node {
  return broadcast(x, node.shape);
}

function neutral(node: Node, value: number): Node | undefined {
  const [a, b] = node.inputs as readonly [Node, Node];
  if (uniformOf(b) === value) return spread(node, a);
  return uniformOf(a) === value ? spread(node, b) : undefined;
}

function chosen(node: NodeOf<'where'>): Node | undefined {
  const [condition, a, b] = node.inputs as readonly [Node, Node, Node];
  const known = uniformOf(condition);
  if (known !== undefined) return spread(node, known ? a : b);
  return a === b ? spread(node, a) : undefined;
}

function reshaped(node: NodeOf<'reshape'>): Node | undefined {
  const x = node.inputs[0] as Node;
  if (x.op === 'reshape') return reshape(x.inputs[0] as Node, node.shape);
  if (x.op === 'constant') return constant({ ...x.attributes.value, shape: node.shape });
  if (x.op === 'broadcast' && uniformOf(x) !== undefined) return broadcast(single(x), node.shape);
  return sameShape(x.shape, node.shape) ? x : undefined;
}

function permuted(node: NodeOf<'permute'>): Node | undefined {
  const x = node.inputs[0] as Node;
  const { order } = node.attributes;
  if (x.op === 'permute') {
    return permute(
      x.inputs[0] as Node,
      order.map((axis) => x.attributes.order[axis] ?? axis),
    );
  }
  // Moving axes of length 1 about is a reshape, which costs nothing.
  const long = order.filter((axis) => x.shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? -1)) ? reshape(x, node.shape) : undefined;
}

function flipped(node: NodeOf<'flip'>): Node | undefined {
  const x = node.inputs[0] as Node;
  const axes = node.attributes.axes.filter((axis) => node.shape[axis] !== 1);
  return axes.length < node.attributes.axes.length ? flip(x, axes) : undefined;
}

/** Windows that touch but do not overlap lie side by side: a rearrangement, and zeros after the last. */
function unwindowed({ attributes, inputs, shape }: NodeOf<'unwindow'>): Node | undefined {
  const { axes, size, strides, dilations, lengths } = attributes;
  if (size.some((n, i) => n !== strides[i] || (dilations[i] !== 1 && n !== 1))) return undefined;
  const x = inputs[0] as Node;
  const after = (axes.at(-1) ?? -1) + 1;
  // [… counts …, … sizes, …] → [… count, size …, …], each count beside its size.
  const order = shape.flatMap((_, axis) => {
    const i = axes.indexOf(axis);
    if (i >= 0) return [axis, after + i];
    return axis < after ? [axis] : [axis + size.length];
  });
  const side = shape.map((length, axis) => {
    const i = axes.indexOf(axis);
    return i >= 0 ? (x.shape[axis] ?? 1) * (size[i] ?? 1) : length;
  });
  const rest = shape.map((_, axis) => {
    const i = axes.indexOf(axis);
    return i >= 0 ? (lengths[i] ?? 0) - (side[axis] ?? 0) : 0;
  });
  return pad(
    reshape(permute(x, order), side),
    shape.map(() => 0),
    rest,
  );
}
