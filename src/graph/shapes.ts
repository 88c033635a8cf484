import type { Dtype } from './dtypes.ts';
import { isFloating } from './dtypes.ts';
import { ArgumentError, DtypeError, ShapeError } from './errors.ts';
import { type Shape, sizeOf } from './ndarray.ts';
import type { Attributes, Node, Op, Windowing } from './ops.ts';

/** Shape and dtype of a result. */
export interface Signature {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

type Rule<O extends Op> = (inputs: readonly Node[], attributes: Attributes[O]) => Signature;

/** The shape and dtype rule of every primitive; throws where the inputs do not fit. */
export const SIGNATURES: { readonly [O in Op]: Rule<O> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { value }) => ({ shape: value.shape, dtype: value.dtype }),
  iota(_, { shape, axis, dtype }) {
    checkAxes('iota', shape, [axis]);
    return { shape, dtype };
  },
  uniform(inputs, { shape }) {
    const [key, stream] = take(inputs, 2, 'uniform');
    if (key.dtype !== 'uint32' || !sameShape(key.shape, [2])) {
      throw mismatch('key of uniform', 'uint32[2]', typeText(key));
    }
    if (stream.dtype !== 'uint32' || stream.shape.length > 0) {
      throw mismatch('stream of uniform', 'uint32[]', typeText(stream));
    }
    return { shape, dtype: 'float32' };
  },

  neg: numeric('neg'),
  exp: floating('exp'),
  log: floating('log'),
  sqrt: floating('sqrt'),
  sin: floating('sin'),
  floor: floating('floor'),
  tanh: floating('tanh'),
  erf: floating('erf'),
  log1p: floating('log1p'),
  expm1: floating('expm1'),
  cast: (inputs, { dtype }) => ({ shape: take(inputs, 1, 'cast')[0].shape, dtype }),
  detach: (inputs) => take(inputs, 1, 'detach')[0],
  checkpoint: (inputs) => take(inputs.slice(0, 1), 1, 'checkpoint')[0],
  customGradient: (inputs) => take(inputs.slice(0, 1), 1, 'customGradient')[0],

  add: arithmetic('add'),
  mul: arithmetic('mul'),
  div: arithmetic('div'),
  max: arithmetic('max'),
  less: (inputs) => ({ shape: arithmetic('less')(inputs).shape, dtype: 'bool' }),
  equal: (inputs) => ({ shape: alike('equal', take(inputs, 2, 'equal')).shape, dtype: 'bool' }),
  where(inputs) {
    const [condition, a, b] = take(inputs, 3, 'where');
    if (condition.dtype !== 'bool') throw wrongDtype('where', 'a condition of bool', condition.dtype);
    const { dtype, shape } = alike('where', [a, b]);
    return { shape: broadcastShapes('where', condition.shape, shape), dtype };
  },

  sum: reduction('sum'),
  reduceMax: reduction('reduceMax'),
  matmul(inputs) {
    const [a, b] = take(inputs, 2, 'matmul');
    const asked = () => `matmul of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`;
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw new ShapeError({ asked: asked(), expected: 'two arrays of at least two axes' });
    }
    const [m, k] = a.shape.slice(-2) as [number, number];
    const [rows, n] = b.shape.slice(-2) as [number, number];
    if (k !== rows) {
      throw new ShapeError({
        asked: asked(),
        expected: `the last axis of the first (${k}) to be as long as the last but one of the second`,
        received: `${rows}`,
        fix: 'Transpose one of them, or change the number of units.',
      });
    }
    if (a.dtype !== b.dtype || !isFloating(a.dtype)) {
      throw wrongDtype('matmul', 'two of the same floating dtype', `${a.dtype} and ${b.dtype}`);
    }
    const leading = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    return { shape: [...leading, m, n], dtype: a.dtype };
  },

  reshape(inputs, { shape }) {
    const [x] = take(inputs, 1, 'reshape');
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new ShapeError({
        asked: `reshape of [${x.shape.join(', ')}] to [${shape.join(', ')}]`,
        expected: `${sizeOf(x.shape)} elements`,
        received: `${sizeOf(shape)}`,
      });
    }
    return { shape, dtype: x.dtype };
  },
  permute(inputs, { order }) {
    const [x] = take(inputs, 1, 'permute');
    if (order.length !== x.shape.length || !x.shape.every((_, axis) => order.includes(axis))) {
      throw new ShapeError({
        asked: `permute of [${x.shape.join(', ')}]`,
        expected: `each axis 0 … ${x.shape.length - 1} once`,
        received: `[${order.join(', ')}]`,
      });
    }
    return { shape: order.map((axis) => lengthAt(x.shape, axis)), dtype: x.dtype };
  },
  broadcast(inputs, { shape }) {
    const [x] = take(inputs, 1, 'broadcast');
    if (!sameShape(broadcastShapes('broadcast', x.shape, shape), shape)) {
      throw mismatch(
        'broadcast',
        `a shape that [${x.shape.join(', ')}] stretches to`,
        `[${shape.join(', ')}]`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  slice(inputs, { start, size }) {
    const [x] = take(inputs, 1, 'slice');
    const inside = x.shape.every((length, axis) => {
      const from = start[axis] ?? -1;
      const count = size[axis] ?? -1;
      return from >= 0 && count >= 0 && from + count <= length;
    });
    if (!inside || start.length !== x.shape.length || size.length !== x.shape.length) {
      throw new ShapeError({
        asked: `slice of [${x.shape.join(', ')}]`,
        expected: 'a box inside of it',
        received: `size [${size.join(', ')}] at [${start.join(', ')}]`,
      });
    }
    return { shape: size, dtype: x.dtype };
  },
  pad(inputs, { before, after }) {
    const [x] = take(inputs, 1, 'pad');
    if (
      before.length !== x.shape.length ||
      after.length !== x.shape.length ||
      [...before, ...after].some((n) => n < 0)
    ) {
      throw mismatch(
        `pad of [${x.shape.join(', ')}]`,
        'two counts ≥ 0 for each axis',
        `[${before}] and [${after}]`,
      );
    }
    return {
      shape: x.shape.map((n, axis) => n + lengthAt(before, axis) + lengthAt(after, axis)),
      dtype: x.dtype,
    };
  },
  concat(inputs, { axis }) {
    const [first] = inputs;
    if (!first) throw new ArgumentError({ asked: 'concat', expected: 'at least one part', received: 'none' });
    checkAxes('concat', first.shape, [axis]);
    for (const part of inputs) {
      if (part.dtype !== first.dtype) {
        throw wrongDtype('concat', 'parts of the same dtype', `${first.dtype} and ${part.dtype}`);
      }
      const misfit =
        part.shape.length !== first.shape.length ||
        part.shape.some((length, at) => at !== axis && length !== first.shape[at]);
      if (misfit) {
        throw mismatch(
          `concat along axis ${axis}`,
          `[${first.shape.map((length, at) => (at === axis ? '…' : length)).join(', ')}]`,
          `[${part.shape.join(', ')}]`,
        );
      }
    }
    const total = inputs.reduce((length, { shape }) => length + lengthAt(shape, axis), 0);
    return { shape: first.shape.with(axis, total), dtype: first.dtype };
  },

  flip(inputs, { axes }) {
    const [x] = take(inputs, 1, 'flip');
    checkAxes('flip', x.shape, axes);
    return x;
  },
  window(inputs, windowing) {
    const [x] = take(inputs, 1, 'window');
    checkWindowing('window', x.shape, windowing);
    const { axes, size } = windowing;
    const counts = windowCounts(x.shape, windowing);
    const after = (axes.at(-1) ?? -1) + 1;
    const shape = x.shape.map((length, axis) => counts[axes.indexOf(axis)] ?? length);
    return { shape: [...shape.slice(0, after), ...size, ...shape.slice(after)], dtype: x.dtype };
  },
  unwindow(inputs, { lengths, ...windowing }) {
    const [x] = take(inputs, 1, 'unwindow');
    if (x.dtype === 'bool') throw wrongDtype('unwindow', 'numbers', 'bool');
    const { axes, size } = windowing;
    const after = (axes.at(-1) ?? -1) + 1;
    const shape = [...x.shape.slice(0, after), ...x.shape.slice(after + size.length)].map(
      (count, axis) => lengths[axes.indexOf(axis)] ?? count,
    );
    checkWindowing('unwindow', shape, windowing);
    const counts = windowCounts(shape, windowing);
    const expected = [
      ...shape.slice(0, after).map((length, axis) => counts[axes.indexOf(axis)] ?? length),
      ...size,
      ...shape.slice(after),
    ];
    if (!sameShape(expected, x.shape)) {
      throw mismatch(
        `unwindow to [${lengths.join(', ')}]`,
        `windows of [${expected.join(', ')}]`,
        `[${x.shape.join(', ')}]`,
      );
    }
    return { shape, dtype: x.dtype };
  },

  gather(inputs) {
    const [table, indices] = take(inputs, 2, 'gather');
    if (indices.dtype !== 'int32') throw wrongDtype('gather', 'int32 indices', indices.dtype);
    if (table.shape.length < 1) throw mismatch('gather', 'a table of at least one axis', 'a scalar');
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype };
  },
  scatterAdd(inputs, { rows }) {
    const [indices, updates] = take(inputs, 2, 'scatterAdd');
    if (indices.dtype !== 'int32') throw wrongDtype('scatterAdd', 'int32 indices', indices.dtype);
    if (!sameShape(updates.shape.slice(0, indices.shape.length), indices.shape)) {
      throw mismatch(
        'scatterAdd',
        `updates of [${[...indices.shape, '…'].join(', ')}]`,
        `[${updates.shape.join(', ')}]`,
      );
    }
    return { shape: [rows, ...updates.shape.slice(indices.shape.length)], dtype: updates.dtype };
  },
};

/**
 * The shape two shapes stretch to: aligned at the last axis, an axis of length 1 takes the other's length.
 *
 * @throws ShapeError when two lengths differ and neither is 1.
 */
export function broadcastShapes(asked: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError({
        asked: `${asked} of [${a.join(', ')}] and [${b.join(', ')}]`,
        expected: `equal lengths at axis ${axis}, or one of them 1`,
        received: `${left} and ${right}`,
      });
    }
    return left === 1 ? right : left;
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

export function sameType(a: Signature, b: Signature): boolean {
  return a === b || (a.dtype === b.dtype && sameShape(a.shape, b.shape));
}

/** `float32[2, 3]`. */
export function typeText({ dtype, shape }: Signature): string {
  return `${dtype}[${shape.join(', ')}]`;
}

function lengthAt(shape: Shape, axis: number): number {
  return shape[axis] ?? 1;
}

function mismatch(asked: string, expected: string, received: string): ShapeError {
  return new ShapeError({ asked, expected, received });
}

function wrongDtype(op: string, expected: string, received: string): DtypeError {
  return new DtypeError({ asked: op, expected, received, fix: 'Cast one of them.' });
}

function checkAxes(asked: string, shape: Shape, axes: readonly number[]): void {
  const whole = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
  if (!whole || new Set(axes).size !== axes.length) {
    throw new ArgumentError({
      asked: `${asked} over axes [${axes.join(', ')}]`,
      expected: `different axes of [${shape.join(', ')}]`,
    });
  }
}

/** How many places a window may stand at along each of its axes. */
export function windowCounts(shape: Shape, { axes, size, strides, dilations }: Windowing): number[] {
  return axes.map((axis, i) => {
    const extent = (lengthAt(size, i) - 1) * lengthAt(dilations, i) + 1;
    return Math.floor((lengthAt(shape, axis) - extent) / lengthAt(strides, i)) + 1;
  });
}

function checkWindowing(asked: string, shape: Shape, windowing: Windowing): void {
  const { axes, size, strides, dilations } = windowing;
  checkAxes(asked, shape, axes);
  const numbers = [...size, ...strides, ...dilations];
  const ascending = axes.every((axis, i) => i === 0 || axis > (axes[i - 1] ?? 0));
  const complete = [size, strides, dilations].every(({ length }) => length === axes.length);
  if (!ascending || !complete || numbers.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ArgumentError({
      asked: `${asked} over axes [${axes.join(', ')}]`,
      expected: 'ascending axes, and for each a size, a stride and a dilation of at least 1',
      received: `sizes [${size.join(', ')}], strides [${strides.join(', ')}], dilations [${dilations.join(', ')}]`,
    });
  }
  if (windowCounts(shape, windowing).some((count) => count < 1)) {
    throw mismatch(
      `${asked} of [${size.join(', ')}] with dilations [${dilations.join(', ')}]`,
      'windows no longer than their axes',
      `[${shape.join(', ')}]`,
    );
  }
}

type Inputs<N extends number> = readonly Node[] &
  (N extends 1 ? readonly [Node] : N extends 2 ? readonly [Node, Node] : readonly [Node, Node, Node]);

function take<N extends 1 | 2 | 3>(inputs: readonly Node[], count: N, op: Op): Inputs<N> {
  if (inputs.length !== count) {
    throw new ArgumentError({ asked: op, expected: `${count} inputs`, received: `${inputs.length}` });
  }
  return inputs as readonly Node[] as Inputs<N>;
}

function numeric(op: Op) {
  return (inputs: readonly Node[]): Signature => {
    const [x] = take(inputs, 1, op);
    if (x.dtype === 'bool') throw wrongDtype(op, 'numbers', 'bool');
    return x;
  };
}

function floating(op: Op) {
  return (inputs: readonly Node[]): Signature => {
    const [x] = take(inputs, 1, op);
    if (!isFloating(x.dtype)) throw wrongDtype(op, 'float32 or float64', x.dtype);
    return x;
  };
}

function alike(op: Op, [a, b]: readonly [Node, Node]): Signature {
  if (a.dtype !== b.dtype) throw wrongDtype(op, 'two of the same dtype', `${a.dtype} and ${b.dtype}`);
  if (sameShape(a.shape, b.shape)) return a;
  return { shape: broadcastShapes(op, a.shape, b.shape), dtype: a.dtype };
}

function arithmetic(op: Op) {
  return (inputs: readonly Node[]): Signature => {
    const result = alike(op, take(inputs, 2, op));
    if (result.dtype === 'bool') throw wrongDtype(op, 'numbers', 'bool');
    return result;
  };
}

function reduction(op: 'sum' | 'reduceMax') {
  return (inputs: readonly Node[], { axes }: Attributes['sum']): Signature => {
    const { shape, dtype } = numeric(op)(inputs);
    checkAxes(op, shape, axes);
    return { shape: shape.map((length, axis) => (axes.includes(axis) ? 1 : length)), dtype };
  };
}
