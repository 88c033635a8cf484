import {
  add,
  broadcast,
  cast,
  div,
  equal,
  exp,
  flip,
  fullLike,
  gather,
  less,
  matmul,
  mul,
  neg,
  pad,
  permute,
  reshape,
  scatterAdd,
  sin,
  slice,
  sum,
  transpose,
  unwindow,
  where,
  window,
} from '../graph/build.ts';
import { isFloating } from '../graph/dtypes.ts';
import { substitute } from '../graph/graph.ts';
import type { Node, Table } from '../graph/ops.ts';

/** What flows back into each input of a node; `undefined` where nothing does. */
export type Cotangents = readonly (Node | undefined)[];

const NONE: Cotangents = [];
const inputOf = (node: { readonly inputs: readonly Node[] }, at: number) => node.inputs[at] as Node;

/**
 * The vector–Jacobian product of every primitive: from the cotangent `g` of a node's value to those of its inputs.
 *
 * Rules are graph in, graph out, so gradients have gradients. A rule may return a cotangent of the broadcast
 * shape; the walker sums it down to the input's.
 */
export const GRADIENTS: Table<readonly [g: Node], Cotangents> = {
  input: () => NONE,
  constant: () => NONE,
  iota: () => NONE,
  uniform: () => NONE,

  neg: (_, g) => [neg(g)],
  exp: (y, g) => [mul(g, y)],
  log: (y, g) => [div(g, inputOf(y, 0))],
  sqrt: (y, g) => [div(mul(g, 0.5), y)],
  sin: (y, g) => [mul(g, sin(add(inputOf(y, 0), Math.PI / 2)))],
  floor: () => NONE,
  tanh: (y, g) => [mul(g, add(1, neg(mul(y, y))))],
  erf: (y, g) => [mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(inputOf(y, 0), inputOf(y, 0))))))],
  log1p: (y, g) => [div(g, add(inputOf(y, 0), 1))],
  expm1: (y, g) => [mul(g, add(y, 1))],
  cast: (y, g) => [isFloating(y.dtype) ? cast(g, inputOf(y, 0).dtype) : undefined],
  detach: () => NONE,
  // Where it is the end of a stretch that is computed again, the walker does that instead.
  checkpoint: (_, g) => [g],
  customGradient: ({ inputs, attributes: { rule } }, g) => {
    const { results, read, cotangent } = rule;
    const others = inputs.slice(1 + results.length);
    const known = new Map<Node, Node>([
      [cotangent, g],
      ...read.map((leaf, i) => [leaf, others[i] as Node] as const),
    ]);
    const found = substitute(
      results.filter((node) => node !== undefined),
      known,
    ).values();
    return [undefined, ...results.map((result) => result && found.next().value)];
  },

  add: (_, g) => [g, g],
  mul: (y, g) => [mul(g, inputOf(y, 1)), mul(g, inputOf(y, 0))],
  div: (y, g) => {
    const share = div(g, inputOf(y, 1));
    return [share, neg(mul(share, y))];
  },
  // At a tie each side gets half, so that the result does not depend on the order of the two.
  max: ({ inputs: [a, b] }, g) => {
    const [left, right] = [a as Node, b as Node];
    const half = where(equal(left, right), 0.5, fullLike(g, 0));
    return [mul(g, where(less(right, left), 1, half)), mul(g, where(less(left, right), 1, half))];
  },
  less: () => NONE,
  equal: () => NONE,
  where: ({ inputs: [condition] }, g) => {
    const zero = fullLike(g, 0);
    return [undefined, where(condition as Node, g, zero), where(condition as Node, zero, g)];
  },

  sum: (y, g) => [broadcast(g, inputOf(y, 0).shape)],
  // Equal maxima share the cotangent.
  reduceMax: (y, g) => {
    const x = inputOf(y, 0);
    const chosen = cast(equal(x, y), x.dtype);
    return [mul(chosen, div(g, sum(chosen, y.attributes.axes)))];
  },
  matmul: (y, g) => [matmul(g, transpose(inputOf(y, 1))), matmul(transpose(inputOf(y, 0)), g)],

  reshape: (y, g) => [reshape(g, inputOf(y, 0).shape)],
  permute: ({ attributes: { order } }, g) => [
    permute(
      g,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  broadcast: (_, g) => [g],
  slice: (y, g) => {
    const { start, size } = y.attributes;
    const after = inputOf(y, 0).shape.map((length, axis) => length - (start[axis] ?? 0) - (size[axis] ?? 0));
    return [pad(g, start, after)];
  },
  pad: (y, g) => [slice(g, y.attributes.before, inputOf(y, 0).shape)],
  concat: ({ inputs, attributes: { axis } }, g) => {
    let from = 0;
    return inputs.map(({ shape }) => {
      const share = slice(g, shape.map(() => 0).with(axis, from), shape);
      from += shape[axis] ?? 0;
      return share;
    });
  },
  flip: (y, g) => [flip(g, y.attributes.axes)],
  window: (y, g) => {
    const { shape } = inputOf(y, 0);
    return [
      unwindow(
        g,
        y.attributes,
        y.attributes.axes.map((axis) => shape[axis] ?? 1),
      ),
    ];
  },
  unwindow: (y, g) => [window(g, y.attributes)],

  gather: ({ inputs: [table, indices] }, g) => [
    scatterAdd(indices as Node, g, (table as Node).shape[0] ?? 1),
  ],
  scatterAdd: ({ inputs: [indices] }, g) => [undefined, gather(g, indices as Node)],
};
