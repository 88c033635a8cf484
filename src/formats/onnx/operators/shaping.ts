import { makeArray } from '../../../graph/dtypes.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import { broadcastShapes } from '../../../graph/shapes.ts';
import { split, tile } from '../../../tensor/functions/arrange.ts';
import { scatter, scatterUpdate, take } from '../../../tensor/functions/indexing.ts';
import * as f from '../../../tensor/functions.ts';
import { padWith } from '../../../tensor/nn/windowing.ts';
import { type Tensor, tensor } from '../../../tensor/tensor.ts';
import { arrayOf } from '../tensors.ts';
import type { OperatorCall, OperatorTable } from './call.ts';

/** More elements than a result is allowed: what asks for more is damaged or hostile. */
export const ELEMENT_LIMIT = 2 ** 27;

const int32 = (numbers: readonly number[]): Tensor => tensor(Int32Array.from(numbers));

/** Operators that make and rearrange values. */
export const SHAPING_OPERATORS: OperatorTable = {
  Constant: constant,
  ConstantOfShape(call) {
    const shape = bounded(call, call.known(0));
    const value = call.attribute('value')?.tensor;
    if (!value) return f.zeros(shape);
    const one = tensor(arrayOf(value, call.where, {}));
    return f.broadcastTo(one.reshape([]), shape);
  },
  Range(call) {
    const [[from = 0], [to = 0], [step = 1]] = [call.known(0), call.known(1), call.known(2)];
    const count = Math.max(Math.ceil((to - from) / step), 0);
    bounded(call, [count]);
    const { dtype } = call.input(0);
    const numbers = makeArray(dtype, count).map((_: number, i: number) => from + i * step);
    return tensor(numbers, { dtype });
  },
  Shape(call) {
    const { shape } = call.input(0);
    const end = call.has('end') ? call.int('end', 0) : shape.length;
    return int32(shape.slice(call.int('start', 0), end));
  },
  Size: (call) => tensor(call.input(0).size, { dtype: 'int32' }),
  Reshape: reshaped,
  Flatten(call) {
    const x = call.input(0);
    const given = call.int('axis', 1);
    const axis = given < 0 ? given + x.shape.length : given;
    return x.reshape([sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
  },
  Transpose(call) {
    const x = call.input(0);
    return x.transpose(call.ints('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis));
  },
  Squeeze(call) {
    const x = call.input(0);
    const given = call.knownOr(1, 'axes');
    const axes = given?.map((axis) => call.axis(axis, x.shape.length));
    return x.reshape(x.shape.filter((length, axis) => (axes ? !axes.includes(axis) : length !== 1)));
  },
  Unsqueeze(call) {
    const x = call.input(0);
    const given = call.knownOr(1, 'axes') ?? [];
    const rank = x.shape.length + given.length;
    const axes = given.map((axis) => call.axis(axis, rank));
    const lengths = [...x.shape];
    return x.reshape(
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (lengths.shift() ?? 1))),
    );
  },
  Expand(call) {
    const x = call.input(0);
    return f.broadcastTo(x, bounded(call, broadcastShapes(call.where, x.shape, call.known(1))));
  },
  Tile(call) {
    const x = call.input(0);
    const repeats = call.known(1);
    bounded(
      call,
      x.shape.map((length, axis) => length * (repeats[axis] ?? 1)),
    );
    return tile(x, repeats);
  },
  Concat(call) {
    const axis = call.axis(call.int('axis', 0), call.input(0).shape.length);
    return f.concat(call.inputs, axis);
  },
  Split: parts,
  Slice: sliced,
  Gather(call) {
    const x = call.input(0);
    return take(x, call.input(1).cast('int32'), call.axis(call.int('axis', 0), x.shape.length));
  },
  ScatterND(call) {
    const [x, places, updates] = [call.input(0), call.input(1).cast('int32'), call.input(2)];
    const depth = places.shape.at(-1) ?? 1;
    const flat = places.reshape([-1, depth]);
    const rows = updates.reshape([flat.shape[0] ?? 1, ...x.shape.slice(depth)]);
    const how = call.text('reduction', 'none');
    if (how === 'add') return f.add(x, scatter(flat, rows, x.shape));
    if (how === 'none') return scatterUpdate(x, flat, rows);
    throw call.refusal('a reduction none or add', how);
  },
  Pad: padded,
};

/** A shape that a value may have. */
export function bounded(call: OperatorCall, shape: readonly number[]): readonly number[] {
  const whole = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (whole && sizeOf(shape) <= ELEMENT_LIMIT) return shape;
  throw call.refusal(`at most ${ELEMENT_LIMIT} elements`, `[${shape.slice(0, 16).join(', ')}]`);
}

function constant(call: OperatorCall): Tensor {
  const value = call.attribute('value')?.tensor;
  if (value) return tensor(arrayOf(value, call.where, {}));
  if (call.has('value_float')) return tensor(call.float('value_float', 0));
  if (call.has('value_int')) return tensor(call.int('value_int', 0), { dtype: 'int32' });
  if (call.has('value_ints')) return int32(call.ints('value_ints') ?? []);
  if (call.has('value_floats')) return tensor(Float32Array.from(call.floats('value_floats') ?? []));
  throw call.refusal('numbers', 'another kind of constant');
}

/** A length of 0 is that of the input at the same place, one of −1 what is left. */
function reshaped(call: OperatorCall): Tensor {
  const x = call.input(0);
  const wanted = call.has('shape') ? (call.ints('shape') ?? []) : call.known(1);
  const copies = call.int('allowzero', 0) === 0;
  const shape = wanted.map((length, axis) => (length === 0 && copies ? (x.shape[axis] ?? 0) : length));
  const open = shape.filter((length) => length === -1).length;
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const fits = open === 0 ? known === x.size : open === 1 && known > 0 && x.size % known === 0;
  if (fits && shape.every((length) => length >= -1)) return x.reshape(shape);
  throw call.refusal(`a shape of ${x.size} elements`, `[${wanted.slice(0, 16).join(', ')}]`);
}

function parts(call: OperatorCall): readonly Tensor[] {
  const x = call.input(0);
  const axis = call.axis(call.int('axis', 0), x.shape.length);
  const given = call.knownOr(1, 'split');
  const length = x.shape[axis] ?? 0;
  const share = Math.ceil(length / call.outputs);
  const lengths =
    given ?? Array.from({ length: call.outputs }, (_, i) => Math.min(share, length - i * share));
  const total = lengths.reduce((sum, part) => sum + part, 0);
  if (total !== length || lengths.some((part) => part < 0)) {
    throw call.refusal(`parts of ${length}`, `[${lengths.slice(0, 16).join(', ')}]`);
  }
  let end = 0;
  const ends = lengths.slice(0, -1).map((part) => (end += part));
  return split(x, ends, axis);
}

/** Bounds may lie outside, and steps go backwards. */
function sliced(call: OperatorCall): Tensor {
  let x = call.input(0);
  const starts = call.knownOr(1, 'starts') ?? [];
  const ends = call.knownOr(2, 'ends') ?? [];
  const axes = call.knownOr(3, 'axes') ?? starts.map((_, axis) => axis);
  const steps = call.optional(4) ? call.known(4) : starts.map(() => 1);
  for (const [i, given] of axes.entries()) {
    const axis = call.axis(given, x.shape.length);
    x = slicedAlong(call, x, axis, [starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1]);
  }
  return x;
}

function slicedAlong(
  call: OperatorCall,
  x: Tensor,
  axis: number,
  [start, end, step]: readonly [number, number, number],
): Tensor {
  const length = x.shape[axis] ?? 0;
  if (step === 0) throw call.refusal('steps other than 0', '0');
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const limited = (place: number) => Math.min(Math.max(place < 0 ? place + length : place, low), high);
  const [from, to] = [limited(start), limited(end)];
  const count = Math.max(Math.ceil((to - from) / step), 0);
  if (step === 1) {
    const zeros = x.shape.map(() => 0);
    return f.slice(x, zeros.with(axis, from), x.shape.with(axis, count));
  }
  if (step === -1 && count === length) return f.flip(x, axis);
  return take(x, int32(Array.from({ length: count }, (_, i) => from + i * step)), axis);
}

function padded(call: OperatorCall): Tensor {
  const x = call.input(0);
  const rank = x.shape.length;
  const mode = call.text('mode', 'constant');
  const counts = call.knownOr(1, 'pads') ?? [];
  const axes = (call.optional(3) ? call.known(3) : x.shape.map((_, axis) => axis)).map((axis) =>
    call.axis(axis, rank),
  );
  const margins = x.shape.map((_, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? { before: 0, after: 0 } : { before: counts[i] ?? 0, after: counts[i + axes.length] ?? 0 };
  });
  if (margins.some(({ before, after }) => before < 0 || after < 0)) {
    throw call.refusal('pads of at least 0', `[${counts.join(', ')}]`);
  }
  bounded(
    call,
    x.shape.map((length, axis) => length + (margins[axis]?.before ?? 0) + (margins[axis]?.after ?? 0)),
  );
  if (mode === 'constant') {
    const value = call.optional(2) ? (call.known(2)[0] ?? 0) : call.float('value', 0);
    return padWith(x, margins, value);
  }
  return margins.reduce((whole, { before, after }, axis) => {
    return before + after === 0 ? whole : repeatedAround(call, whole, axis, before, after, mode);
  }, x);
}

/** What lies around are the numbers at the edge, or those inside of it mirrored. */
function repeatedAround(
  call: OperatorCall,
  x: Tensor,
  axis: number,
  before: number,
  after: number,
  mode: string,
): Tensor {
  const last = (x.shape[axis] ?? 1) - 1;
  if (mode !== 'edge' && mode !== 'reflect') throw call.refusal('a mode constant, reflect or edge', mode);
  if (mode === 'reflect' && Math.max(before, after) > last) {
    throw call.refusal(`pads of at most ${last}`, `${before} and ${after}`);
  }
  const places = Array.from({ length: before + last + 1 + after }, (_, i) => {
    const at = i - before;
    if (mode === 'edge') return Math.min(Math.max(at, 0), last);
    return last - Math.abs(last - Math.abs(at));
  });
  return take(x, int32(places), axis);
}
