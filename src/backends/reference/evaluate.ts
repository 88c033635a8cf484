import {
  type Dtype,
  decode,
  encode,
  isFloating,
  isHalf,
  makeArray,
  type TypedArray,
} from '../../graph/dtypes.ts';
import { inOrder } from '../../graph/graph.ts';
import { roundToHalf } from '../../graph/halfFloats.ts';
import { type NDArray, type Shape, sizeOf } from '../../graph/ndarray.ts';
import { applyRow, type Node, type NodeOf, type Table, type Windowing } from '../../graph/ops.ts';
import { bitsToUniform, threefry2x32 } from '../../graph/threefry.ts';
import { erf } from './erf.ts';

/**
 * The oracle: every primitive as the plainest loop that is right. Arithmetic is in double precision and rounded
 * once, when stored; so float32 results are as good as float32 can be.
 */
export function evaluate(outputs: readonly Node[], bindings: ReadonlyMap<Node, NDArray>): NDArray[] {
  const values = new Map<Node, TypedArray>();
  for (const node of inOrder(outputs)) {
    const inputs = node.inputs.map((from) => values.get(from) ?? makeArray(from.dtype, 0));
    values.set(node, applyRow(REFERENCE, node, inputs, bindings));
  }
  return outputs.map((node) => ({
    dtype: node.dtype,
    shape: node.shape,
    data: stored(values.get(node) ?? makeArray(node.dtype, 0), node.dtype),
  }));
}

type Values = readonly TypedArray[];

const REFERENCE: Table<readonly [inputs: Values, bindings: ReadonlyMap<Node, NDArray>], TypedArray> = {
  input(node, _, bindings) {
    const bound = bindings.get(node);
    if (!bound) throw new Error(`input "${node.attributes.name}" is not bound`);
    return decode(bound.data, node.dtype);
  },
  constant: (node) => decode(node.attributes.value.data, node.dtype),
  iota: (node) => fill(node, (_, index) => index[node.attributes.axis] ?? 0),
  uniform(node, [key, stream]) {
    const pair = [at(key, 0), at(key, 1)] as const;
    return fill(node, (i) => {
      const [a, b] = threefry2x32(pair, at(stream, 0), i);
      return bitsToUniform(a ^ b);
    });
  },

  neg: map((a) => -a),
  exp: map(Math.exp),
  log: map(Math.log),
  sqrt: map(Math.sqrt),
  sin: map(Math.sin),
  floor: map(Math.floor),
  tanh: map(Math.tanh),
  erf: map(erf),
  log1p: map(Math.log1p),
  expm1: map(Math.expm1),
  cast: (node, [x]) => fill(node, (i) => convert(at(x, i), node, node.inputs[0]?.dtype ?? node.dtype)),
  detach: (_, [x]) => x as TypedArray,
  checkpoint: (_, [x]) => x as TypedArray,
  customGradient: (_, [x]) => x as TypedArray,

  add: map((a, b) => a + b),
  mul: (node, inputs) => (isFloating(node.dtype) ? map((a, b) => a * b) : map(Math.imul))(node, inputs),
  div: (node, inputs) =>
    (isFloating(node.dtype) ? map((a, b) => a / b) : map((a, b) => (b === 0 ? 0 : Math.trunc(a / b))))(
      node,
      inputs,
    ),
  max: map((a, b) => Math.max(a, b)),
  less: map((a, b) => Number(a < b)),
  equal: map((a, b) => Number(a === b)),
  where: map((condition, a, b) => (condition ? a : b)),

  sum: reduce(0, (total, x) => total + x),
  reduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max),
  matmul(node, [a, b]) {
    const [left, right] = node.inputs as readonly [Node, Node];
    const depth = left.shape.at(-1) ?? 1;
    const [inA, inB] = [broadcastOffset(left.shape), broadcastOffset(right.shape)];
    return fill(node, (_, index) => {
      const leading = index.slice(0, -2);
      const [row, column] = index.slice(-2) as [number, number];
      let total = 0;
      for (let k = 0; k < depth; k++)
        total += at(a, inA([...leading, row, k])) * at(b, inB([...leading, k, column]));
      return total;
    });
  },

  reshape: (_, [x]) => x as TypedArray,
  permute(node, [x]) {
    const steps = strides(node.inputs[0]?.shape ?? []);
    return fill(node, (_, index) =>
      at(
        x,
        dot(
          index,
          node.attributes.order.map((axis) => steps[axis] ?? 0),
        ),
      ),
    );
  },
  broadcast: map((a) => a),
  slice(node, [x]) {
    const steps = strides(node.inputs[0]?.shape ?? []);
    const from = dot(node.attributes.start, steps);
    return fill(node, (_, index) => at(x, from + dot(index, steps)));
  },
  pad(node, [x]) {
    const { shape } = node.inputs[0] as Node;
    const steps = strides(shape);
    return fill(node, (_, index) => {
      const inner = index.map((i, axis) => i - (node.attributes.before[axis] ?? 0));
      const inside = inner.every((i, axis) => i >= 0 && i < (shape[axis] ?? 1));
      return inside ? at(x, dot(inner, steps)) : 0;
    });
  },
  concat(node, parts) {
    const { axis } = node.attributes;
    const inner = sizeOf(node.shape.slice(axis + 1));
    const ends = node.inputs.map(
      (
        (end) =>
        ({ shape }) =>
          (end += shape[axis] ?? 0)
      )(0),
    );
    return fill(node, (i, index) => {
      const place = index[axis] ?? 0;
      const part = ends.findIndex((end) => place < end);
      const length = node.inputs[part]?.shape[axis] ?? 0;
      const row = place - (ends[part] ?? 0) + length;
      const outer = Math.floor(i / (inner * (node.shape[axis] ?? 1)));
      return at(parts[part], (outer * length + row) * inner + (i % inner));
    });
  },
  flip(node, [x]) {
    const steps = strides(node.shape);
    const { axes } = node.attributes;
    return fill(node, (_, index) =>
      at(
        x,
        dot(
          index.map((i, axis) => (axes.includes(axis) ? (node.shape[axis] ?? 1) - 1 - i : i)),
          steps,
        ),
      ),
    );
  },
  window(node, [x]) {
    const seenAt = windowOffset(node.inputs[0]?.shape ?? [], node.attributes);
    return fill(node, (_, index) => at(x, seenAt(index)));
  },
  unwindow(node, [x]) {
    const totals = new Float64Array(sizeOf(node.shape));
    const seenAt = windowOffset(node.shape, node.attributes);
    fill({ ...(node as Node), shape: node.inputs[0]?.shape ?? [] } as Node, (i, index) => {
      const place = seenAt(index);
      totals[place] = (totals[place] ?? 0) + at(x, i);
      return 0;
    });
    return fill(node, (i) => at(totals, i));
  },

  gather(node, [table, indices]) {
    const rows = node.inputs[0]?.shape[0] ?? 0;
    const width = sizeOf(node.inputs[0]?.shape.slice(1) ?? []);
    return fill(node, (i) =>
      at(table, clampRow(at(indices, Math.floor(i / width)), rows) * width + (i % width)),
    );
  },
  scatterAdd(node, [indices, updates]) {
    const out = makeArray(isFloating(node.dtype) ? 'float64' : node.dtype, sizeOf(node.shape));
    const width = sizeOf(node.shape.slice(1));
    for (let i = 0; i < (updates?.length ?? 0); i++) {
      const place = clampRow(at(indices, Math.floor(i / width)), node.attributes.rows) * width + (i % width);
      out[place] = at(out, place) + at(updates, i);
    }
    return fill(node, (i) => at(out, i));
  },
};

const stored = (data: TypedArray, dtype: Dtype) => (isHalf(dtype) ? encode(data, dtype) : data);
const at = (values: TypedArray | undefined, i: number): number => values?.[i] ?? Number.NaN;
const clampRow = (row: number, rows: number) => Math.min(Math.max(row, 0), rows - 1);
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, x, i) => total + x * (b[i] ?? 0), 0);

/** Row-major steps: how far apart neighbours along each axis lie. */
function strides(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Where the element at an index of the windows over an array of `shape` lies in that array. */
function windowOffset(shape: Shape, { axes, strides: apart, dilations }: Windowing) {
  const steps = strides(shape);
  const after = (axes.at(-1) ?? -1) + 1;
  const inside = axes.map((axis, i) => (dilations[i] ?? 1) * (steps[axis] ?? 0));
  const outside = steps.map((step, axis) => step * (apart[axes.indexOf(axis)] ?? 1));
  const all = [...outside.slice(0, after), ...inside, ...outside.slice(after)];
  return (index: readonly number[]) => dot(index, all);
}

/** The value a number has in another dtype: integers wrap into integers, floats saturate, NaN becomes 0. */
function convert(x: number, { dtype }: NodeOf<'cast'>, from: Dtype): number {
  if (dtype === 'bool') return Number(x !== 0);
  if (isFloating(dtype) || !isFloating(from)) return x;
  const [low, high] = dtype === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high);
}

/** Element by element, from the flat position and the index. */
function fill(node: Node, value: (i: number, index: readonly number[]) => number): TypedArray {
  const { dtype } = node;
  // Numbers of 16 bits are worked with as the float32 they are, too.
  const half = isHalf(dtype) ? dtype : undefined;
  const out = makeArray(half ? 'float32' : dtype, sizeOf(node.shape));
  const index = node.shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = half ? roundToHalf(value(i, index), half) : value(i, index);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (node.shape[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** Where the element at an index of a broader shape lies in an array of `shape`. */
function broadcastOffset(shape: Shape): (index: readonly number[]) => number {
  const steps = strides(shape).map((step, axis) => (shape[axis] === 1 ? 0 : step));
  return (index) => dot(index.slice(index.length - shape.length), steps);
}

function map(compute: (a: number, b: number, c: number) => number) {
  return (node: Node, inputs: Values): TypedArray => {
    const [a, b, c] = inputs;
    const [inA, inB, inC] = node.inputs.map(({ shape }) => broadcastOffset(shape));
    return fill(node, (_, index) =>
      compute(at(a, inA?.(index) ?? 0), b ? at(b, inB?.(index) ?? 0) : 0, c ? at(c, inC?.(index) ?? 0) : 0),
    );
  };
}

function reduce(start: number, combine: (total: number, x: number) => number) {
  return (node: NodeOf<'sum' | 'reduceMax'>, [x]: Values): TypedArray => {
    const { shape } = node.inputs[0] as Node;
    const place = broadcastOffset(node.shape);
    const totals = new Array<number>(sizeOf(node.shape)).fill(start);
    fill({ ...(node as Node), shape } as Node, (i, index) => {
      const to = place(index);
      totals[to] = combine(totals[to] ?? start, at(x, i));
      return 0;
    });
    return fill(node as Node, (i) => totals[i] ?? start);
  };
}
