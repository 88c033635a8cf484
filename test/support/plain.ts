import { type Dtype, isFloating, makeArray } from '../../src/graph/dtypes.ts';
import { type NDArray, type Shape, sizeOf } from '../../src/graph/ndarray.ts';
import type { Windowing } from '../../src/graph/ops.ts';

/**
 * Arrays as a mathematician writes them, a number for each index: what expectations are computed with, sharing
 * nothing with the code under test but the order of elements.
 */
export interface Plain {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: readonly number[];
}

type Index = readonly number[];

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (indices, length) => indices.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

export function tabulate(dtype: Dtype, shape: Shape, value: (index: Index) => number): Plain {
  return { dtype, shape, data: indicesOf(shape).map(value) };
}

/** The number at an index, aligned at the last axis; axes of length 1 stretch. */
export function at({ shape, data }: Plain, index: Index): number {
  const aligned = index.slice(index.length - shape.length);
  const flat = shape.reduce((sofar, length, axis) => {
    const i = length === 1 ? 0 : (aligned[axis] ?? Number.NaN);
    return sofar * length + i;
  }, 0);
  return data[flat] ?? Number.NaN;
}

/** The numbers a dtype makes of these: rounded to floats, wrapped to integers. */
export function stored({ dtype, shape, data }: Plain): NDArray {
  const array = makeArray(dtype, sizeOf(shape));
  array.set(data);
  return { dtype, shape, data: array };
}

export function plain({ dtype, shape, data }: NDArray): Plain {
  return { dtype, shape, data: [...data] };
}

/** Element by element, after stretching. */
export function mapped(
  compute: (a: number, b: number, c: number) => number,
  dtype?: Dtype,
): (...operands: Plain[]) => Plain {
  return (...operands) => {
    const shape = stretched(operands.map((operand) => operand.shape));
    const last = operands.at(-1) as Plain;
    return tabulate(dtype ?? last.dtype, shape, (index) => {
      const [a = 0, b = 0, c = 0] = operands.map((operand) => at(operand, index));
      return compute(a, b, c);
    });
  };
}

/** Integers of 32 bits without loss, floats as they are. */
export function arithmetic(
  floating: (a: number, b: number) => number,
  whole: (a: bigint, b: bigint) => bigint,
): (...operands: Plain[]) => Plain {
  return (...operands) => {
    if (isFloating(operands[0]?.dtype ?? 'float32')) return mapped(floating)(...operands);
    const wrap = operands[0]?.dtype === 'int32' ? BigInt.asIntN : BigInt.asUintN;
    return mapped((a, b) => Number(wrap(32, whole(BigInt(a), BigInt(b)))))(...operands);
  };
}

function stretched(shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((length, shape) => {
      const own = shape[axis - rank + shape.length] ?? 1;
      return own === 1 ? length : own;
    }, 1),
  );
}

export function reduced(
  axes: readonly number[],
  combine: (numbers: readonly number[]) => number,
): (x: Plain) => Plain {
  return (x) => {
    const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const over = indicesOf(x.shape.map((length, axis) => (axes.includes(axis) ? length : 1)));
    return tabulate(x.dtype, kept, (index) =>
      combine(
        over.map((offset) =>
          at(
            x,
            index.map((i, axis) => i + (offset[axis] ?? 0)),
          ),
        ),
      ),
    );
  };
}

export const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);
export const greatest = (numbers: readonly number[]): number => Math.max(...numbers);

export function product(a: Plain, b: Plain): Plain {
  const [rows = 0, depth = 0] = a.shape.slice(-2);
  const columns = b.shape.at(-1) ?? 0;
  const leading = stretched([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return tabulate(a.dtype, [...leading, rows, columns], (index) => {
    const batch = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    return total(
      Array.from({ length: depth }, (_, k) => at(a, [...batch, row, k]) * at(b, [...batch, k, column])),
    );
  });
}

export const reshaped =
  (shape: Shape) =>
  (x: Plain): Plain => ({ ...x, shape });

export const permuted =
  (order: readonly number[]) =>
  (x: Plain): Plain =>
    tabulate(
      x.dtype,
      order.map((axis) => x.shape[axis] ?? 0),
      (index) => {
        const source = x.shape.map(() => 0);
        for (const [i, axis] of order.entries()) source[axis] = index[i] ?? 0;
        return at(x, source);
      },
    );

export const stretchedTo =
  (shape: Shape) =>
  (x: Plain): Plain =>
    tabulate(x.dtype, shape, (index) => at(x, index));

export const sliced =
  (start: readonly number[], size: Shape) =>
  (x: Plain): Plain =>
    tabulate(x.dtype, size, (index) =>
      at(
        x,
        index.map((i, axis) => i + (start[axis] ?? 0)),
      ),
    );

export const padded =
  (before: readonly number[], after: readonly number[]) =>
  (x: Plain): Plain =>
    tabulate(
      x.dtype,
      x.shape.map((length, axis) => length + (before[axis] ?? 0) + (after[axis] ?? 0)),
      (index) => {
        const inner = index.map((i, axis) => i - (before[axis] ?? 0));
        return inner.every((i, axis) => i >= 0 && i < (x.shape[axis] ?? 0)) ? at(x, inner) : 0;
      },
    );

export const joined =
  (axis: number) =>
  (...parts: Plain[]): Plain => {
    const [first] = parts as [Plain];
    const total = parts.reduce((length, { shape }) => length + (shape[axis] ?? 0), 0);
    return tabulate(first.dtype, first.shape.with(axis, total), (index) => {
      let place = index[axis] ?? 0;
      for (const part of parts) {
        if (place < (part.shape[axis] ?? 0)) return at(part, index.with(axis, place));
        place -= part.shape[axis] ?? 0;
      }
      return Number.NaN;
    });
  };

export const flipped =
  (axes: readonly number[]) =>
  (x: Plain): Plain =>
    tabulate(x.dtype, x.shape, (index) =>
      at(
        x,
        index.map((i, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 0) - 1 - i : i)),
      ),
    );

/** Each place a window may stand at along an axis, and the indices it sees there. */
function standings(length: number, size: number, stride: number, dilation: number): number[][] {
  const seen: number[][] = [];
  for (let start = 0; start + (size - 1) * dilation < length; start += stride)
    seen.push(Array.from({ length: size }, (_, k) => start + k * dilation));
  return seen;
}

/** The index in the array of what is at an index of its windows, whose sizes follow the last windowed axis. */
function seenAt(shape: Shape, { axes, size, strides, dilations }: Windowing): (index: Index) => number[] {
  const after = (axes.at(-1) ?? -1) + 1;
  const along = axes.map((axis, i) =>
    standings(shape[axis] ?? 0, size[i] ?? 1, strides[i] ?? 1, dilations[i] ?? 1),
  );
  return (index) => {
    const inside = index.slice(after, after + axes.length);
    const outside = [...index.slice(0, after), ...index.slice(after + axes.length)];
    return outside.map((place, axis) => {
      const i = axes.indexOf(axis);
      return i < 0 ? place : (along[i]?.[place]?.[inside[i] ?? 0] ?? Number.NaN);
    });
  };
}

function windowsShape(shape: Shape, { axes, size, strides, dilations }: Windowing): number[] {
  const after = (axes.at(-1) ?? -1) + 1;
  const outside = shape.map((length, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? length : standings(length, size[i] ?? 1, strides[i] ?? 1, dilations[i] ?? 1).length;
  });
  return [...outside.slice(0, after), ...size, ...outside.slice(after)];
}

export const windowed =
  (windowing: Windowing) =>
  (x: Plain): Plain => {
    const seen = seenAt(x.shape, windowing);
    return tabulate(x.dtype, windowsShape(x.shape, windowing), (index) => at(x, seen(index)));
  };

export const unwindowed =
  (windowing: Windowing, shape: Shape) =>
  (x: Plain): Plain => {
    const seen = seenAt(shape, windowing);
    const places = indicesOf(x.shape).map((index) => ({ index, target: seen(index).join() }));
    return tabulate(x.dtype, shape, (index) =>
      total(places.filter(({ target }) => target === index.join()).map((place) => at(x, place.index))),
    );
  };

const nearestRow = (row: number, rows: number) => (row < 0 ? 0 : row >= rows ? rows - 1 : row);

export function gathered(table: Plain, indices: Plain): Plain {
  const [rows = 0, ...inner] = table.shape;
  const rank = indices.shape.length;
  return tabulate(table.dtype, [...indices.shape, ...inner], (index) =>
    at(table, [nearestRow(at(indices, index.slice(0, rank)), rows), ...index.slice(rank)]),
  );
}

export const scattered =
  (rows: number) =>
  (indices: Plain, updates: Plain): Plain => {
    const rank = indices.shape.length;
    const places = indicesOf(indices.shape);
    return tabulate(updates.dtype, [rows, ...updates.shape.slice(rank)], ([row, ...inner]) =>
      total(
        places
          .filter((place) => nearestRow(at(indices, place), rows) === row)
          .map((place) => at(updates, [...place, ...inner])),
      ),
    );
  };
