import { isFloating } from '../../graph/dtypes.ts';
import { ArgumentError } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import type { Node, NodeOf, Op } from '../../graph/ops.ts';
import { windowCounts } from '../../graph/shapes.ts';
import { type Dimension, isFixed } from './dimensions.ts';
import { DATA_TYPES, type GraphWriter, INT64 } from './writer.ts';

type Row<O extends Op> = (node: NodeOf<O>, to: GraphWriter) => string;

/** Farther back than any axis is long: what a slice with steps of −1 goes down to. */
const BEFORE_ALL = -(2 ** 31);

/** What computes each primitive in ONNX, of the operators of version 18; the name of the result. */
export const OPERATORS: { readonly [O in Op]: Row<O> } = {
  // Inputs and weights have their names before anything is written.
  input: (node, to) => to.nameOf(node as Node),
  constant: ({ attributes }, to) => to.store('constant', attributes.value),
  iota,
  uniform() {
    throw new ArgumentError({
      asked: 'an ONNX graph',
      expected: 'a model whose predictions are not random',
      received: 'random numbers',
      fix: 'Leave out the layers that draw them when the model is not trained.',
    });
  },

  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  sin: direct('Sin'),
  floor: direct('Floor'),
  tanh: direct('Tanh'),
  erf: direct('Erf'),
  log1p: logOnePlus,
  expm1: expMinusOne,
  cast: (node, to) => to.apply('Cast', names(node, to), { to: DATA_TYPES[node.dtype] }),
  detach: (node, to) => names(node, to)[0] ?? '',
  checkpoint: (node, to) => names(node, to)[0] ?? '',
  customGradient: (node, to) => names(node, to)[0] ?? '',

  add: direct('Add'),
  mul: direct('Mul'),
  div: quotient,
  max: direct('Max'),
  less: direct('Less'),
  equal: direct('Equal'),
  where,

  sum: reduction('ReduceSum'),
  reduceMax: reduction('ReduceMax'),
  matmul: direct('MatMul'),

  reshape: (node, to) => to.reshape(names(node, to)[0] ?? '', to.dimensions(node)),
  permute: (node, to) => to.apply('Transpose', names(node, to), { perm: node.attributes.order }),
  broadcast: (node, to) => to.apply('Expand', [...names(node, to), to.lengths(to.dimensions(node))]),
  slice,
  pad(node, to) {
    const other = to.twin(node).attributes;
    const { before, after } = node.attributes;
    const counts = to.between([...before, ...after], [...other.before, ...other.after]);
    return to.apply('Pad', [...names(node, to), to.lengths(counts)]);
  },
  concat: (node, to) => to.apply('Concat', names(node, to), { axis: node.attributes.axis }),
  flip(node, to) {
    const { axes } = node.attributes;
    const all = (value: number) => to.integers(axes.map(() => value));
    return to.apply('Slice', [...names(node, to), all(-1), all(BEFORE_ALL), to.integers(axes), all(-1)]);
  },
  window: windows,
  unwindow: sumOfWindows,

  gather(node, to) {
    const [table = '', indices = ''] = names(node, to);
    const rows = to.dimensions(node.inputs[0] as Node).slice(0, 1);
    return to.apply('Gather', [table, nearestRow(indices, rows, to)], { axis: 0 });
  },
  scatterAdd(node, to) {
    const [indices = '', updates = ''] = names(node, to);
    const dimensions = to.dimensions(node);
    const places = to.apply('Unsqueeze', [
      to.apply('Cast', [nearestRow(indices, dimensions.slice(0, 1), to)], { to: INT64 }),
      to.integers([-1]),
    ]);
    return scattered(places, updates, dimensions, node, to);
  },
};

function names(node: NodeOf<Op>, to: GraphWriter): string[] {
  return node.inputs.map((from) => to.nameOf(from));
}

function direct(operator: string) {
  return (node: NodeOf<Op>, to: GraphWriter): string => to.apply(operator, names(node, to));
}

/** Runtimes refuse to divide whole numbers by 0, which gives 0 here. */
function quotient(node: NodeOf<'div'>, to: GraphWriter): string {
  const [a = '', b = ''] = names(node, to);
  if (isFloating(node.dtype)) return to.apply('Div', [a, b]);
  const [zero, one] = [to.scalar(0, node.dtype), to.scalar(1, node.dtype)];
  const none = to.apply('Equal', [b, zero]);
  return to.apply('Where', [none, zero, to.apply('Div', [a, to.apply('Where', [none, one, b])])]);
}

function reduction(operator: string) {
  return (node: NodeOf<'sum' | 'reduceMax'>, to: GraphWriter): string =>
    to.apply(operator, [...names(node, to), to.integers(node.attributes.axes)], { keepdims: 1 });
}

function iota(node: NodeOf<'iota'>, to: GraphWriter): string {
  const { axis, dtype } = node.attributes;
  const dimensions = to.dimensions(node);
  const along = dimensions.slice(axis, axis + 1);
  const range = to.apply('Range', [
    to.integers([0], []),
    to.apply('Squeeze', [to.lengths(along)]),
    to.integers([1], []),
  ]);
  const numbers = to.apply('Cast', [range], { to: DATA_TYPES[dtype] });
  const line = dimensions.map((dimension, i) => (i === axis ? dimension : { perBatch: 0, fixed: 1 }));
  return to.apply('Expand', [to.reshape(numbers, line), to.lengths(dimensions)]);
}

/** log(1 + x) = 2·artanh(x / (2 + x)), which keeps its digits near 0. */
function logOnePlus(node: NodeOf<'log1p'>, to: GraphWriter): string {
  const [x = ''] = names(node, to);
  const number = (value: number) => to.scalar(value, node.dtype);
  const quotient = to.apply('Div', [x, to.apply('Add', [x, number(2)])]);
  const near = to.apply('Mul', [to.apply('Atanh', [quotient]), number(2)]);
  const far = to.apply('Log', [to.apply('Add', [x, number(1)])]);
  return to.apply('Where', [to.apply('Less', [to.apply('Abs', [x]), number(0.5)]), near, far]);
}

/** eˣ − 1 = tanh(x / 2)·(eˣ + 1), which keeps its digits near 0. */
function expMinusOne(node: NodeOf<'expm1'>, to: GraphWriter): string {
  const [x = ''] = names(node, to);
  const half = to.apply('Tanh', [to.apply('Mul', [x, to.scalar(0.5, node.dtype)])]);
  return to.apply('Mul', [half, to.apply('Add', [to.apply('Exp', [x]), to.scalar(1, node.dtype)])]);
}

/** Runtimes choose among numbers only; truth values are chosen by logic. */
function where(node: NodeOf<'where'>, to: GraphWriter): string {
  const [condition = '', a = '', b = ''] = names(node, to);
  if (node.dtype !== 'bool') return to.apply('Where', [condition, a, b]);
  const otherwise = to.apply('And', [to.apply('Not', [condition]), b]);
  return to.apply('Or', [to.apply('And', [condition, a]), otherwise]);
}

function slice(node: NodeOf<'slice'>, to: GraphWriter): string {
  const other = to.twin(node);
  const whole = node.inputs[0] as Node;
  const axes = node.shape.flatMap((length, axis) => (length === whole.shape[axis] ? [] : [axis]));
  if (axes.length === 0) return to.nameOf(whole);
  const ends = ({ attributes: { start, size } }: NodeOf<'slice'>) =>
    axes.map((axis) => (start[axis] ?? 0) + (size[axis] ?? 0));
  const starts = ({ attributes: { start } }: NodeOf<'slice'>) => axes.map((axis) => start[axis] ?? 0);
  const bounds = [starts, ends].map((bound) => to.lengths(to.between(bound(node), bound(other))));
  return to.apply('Slice', [...names(node, to), ...bounds, to.integers(axes)]);
}

/** Each windowed axis becomes two, places and what is seen there, by looking up where each lies. */
function windows(node: NodeOf<'window'>, to: GraphWriter): string {
  const { attributes } = node;
  const { axes, size, strides, dilations } = attributes;
  const { shape } = node.inputs[0] as Node;
  const counts = windowCounts(shape, attributes);
  refuseOpenAxes(node, to.dimensions(node.inputs[0] as Node));
  let value = names(node, to)[0] ?? '';
  for (const [i, axis] of [...axes.entries()].reverse()) {
    const [count = 1, places = 1] = [counts[i], size[i]];
    const seen = Array.from({ length: count * places }, (_, at) => {
      return Math.floor(at / places) * (strides[i] ?? 1) + (at % places) * (dilations[i] ?? 1);
    });
    value = to.apply('Gather', [value, to.integers(seen, [count, places])], { axis });
  }
  return to.transpose(value, sizesAfter(axes, shape.length));
}

/** From each size right after its count to all sizes after the last of them. */
function sizesAfter(axes: readonly number[], rank: number): number[] {
  const place = (axis: number) => axis + axes.filter((windowed) => windowed < axis).length;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const after = (axes.at(-1) ?? -1) + 1;
  return [
    ...all.slice(0, after).map(place),
    ...axes.map((axis) => place(axis) + 1),
    ...all.slice(after).map(place),
  ];
}

function refuseOpenAxes({ op, attributes }: NodeOf<'window' | 'unwindow'>, dimensions: readonly Dimension[]) {
  if (attributes.axes.every((axis) => isFixed(dimensions[axis] as Dimension))) return;
  throw new ArgumentError({
    asked: `an ONNX graph for any number of examples, with ${op} over them`,
    expected: 'a fixed number of examples',
    fix: 'Give a batchSize.',
  });
}

/** Everything in a window is added to zeros, at the place it was seen at. */
function sumOfWindows(node: NodeOf<'unwindow'>, to: GraphWriter): string {
  const { axes, size, strides, dilations, lengths } = node.attributes;
  const seen = node.inputs[0] as Node;
  const dimensions = to.dimensions(node);
  refuseOpenAxes(node, dimensions);
  const after = (axes.at(-1) ?? -1) + 1;
  const inside = axes.map((_, i) => after + i);
  const rest = seen.shape.flatMap((_, axis) => (axes.includes(axis) || inside.includes(axis) ? [] : [axis]));
  const counts = axes.map((axis) => seen.shape[axis] ?? 1);
  // […counts, …sizes, …rest], then one axis of places
  const front = to.transpose(names(node, to)[0] ?? '', [...axes, ...inside, ...rest]);
  const others = to.dimensions(seen).filter((_, axis) => rest.includes(axis));
  const places = flatPlaces(counts, size, strides, dilations, lengths);
  const updates = to.reshape(front, [{ perBatch: 0, fixed: places.length }, ...others]);
  const flat = [{ perBatch: 0, fixed: sizeOf(lengths) }, ...others];
  const sums = scattered(to.integers(places, [places.length, 1]), updates, flat, node, to);
  const unfolded = to.reshape(sums, [...lengths.map((fixed) => ({ perBatch: 0, fixed })), ...others]);
  const kept = node.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = node.shape.map((_, axis) =>
    axes.includes(axis) ? axes.indexOf(axis) : axes.length + kept.indexOf(axis),
  );
  return to.transpose(unfolded, order);
}

/** Where each element of […counts, …sizes] lies in an array of `lengths`, flat. */
function flatPlaces(
  counts: readonly number[],
  sizes: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  lengths: readonly number[],
): number[] {
  const steps = lengths.map((_, axis) => sizeOf(lengths.slice(axis + 1)));
  let places = [0];
  const along = (length: number, step: number) => {
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * step));
  };
  for (const [i, count] of counts.entries()) along(count, (steps[i] ?? 1) * (strides[i] ?? 1));
  for (const [i, size] of sizes.entries()) along(size, (steps[i] ?? 1) * (dilations[i] ?? 1));
  return places;
}

function scattered(
  places: string,
  updates: string,
  dimensions: readonly Dimension[],
  { dtype }: NodeOf<Op>,
  to: GraphWriter,
): string {
  const zeros = to.apply('Expand', [to.scalar(0, dtype), to.lengths(dimensions)]);
  return to.apply('ScatterND', [zeros, places, updates], { reduction: 'add' });
}

/** Indices limited to the rows there are. */
function nearestRow(indices: string, rows: readonly Dimension[], to: GraphWriter): string {
  const lastRow = rows.map(({ perBatch, fixed }) => ({ perBatch, fixed: fixed - 1 }));
  const [last = { perBatch: 0, fixed: 0 }] = lastRow;
  const greatest = isFixed(last)
    ? to.scalar(last.fixed, 'int32')
    : to.apply('Cast', [to.apply('Squeeze', [to.lengths(lastRow)])], { to: DATA_TYPES.int32 });
  return to.apply('Min', [to.apply('Max', [indices, to.scalar(0, 'int32')]), greatest]);
}
