import * as build from '../graph/build.ts';
import { type Dtype, decode, encode, isHalf, type TypedArray } from '../graph/dtypes.ts';
import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { scalar, substitute } from '../graph/graph.ts';
import { type NDArray, ndarray, type Shape, sizeOf } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { typeText } from '../graph/shapes.ts';
import { graphText } from '../graph/text.ts';
import { evaluate, leafOf, leafValue } from './runtime.ts';
import { knownValues } from './trace.ts';

/** Numbers in brackets, as deep as there are axes. */
export type Nested = number | boolean | readonly Nested[];
/** What functions take for a tensor. */
export type TensorLike = Tensor | NDArray | Nested | TypedArray;

/**
 * A value of the graph: an array of numbers that may not have been computed yet. Reading it computes it. It needs
 * no disposal: what nothing refers to any more is collected.
 */
export class Tensor {
  #node: Node;
  readonly #traced: boolean;

  /** @param traced whether the node stands on a leaf of a function being recorded */
  constructor(node: Node, traced = false) {
    this.#node = node;
    this.#traced = traced;
  }

  get node(): Node {
    return this.#node;
  }

  get isTraced(): boolean {
    return this.#traced;
  }

  get shape(): Shape {
    return this.#node.shape;
  }

  get dtype(): Dtype {
    return this.#node.dtype;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The numbers, row by row. */
  async data(): Promise<TypedArray> {
    return this.dataSync();
  }

  /** The numbers, row by row, without waiting: on backends that compute on the CPU. */
  dataSync(): TypedArray {
    return this.value().data.slice();
  }

  /** Shape, dtype and numbers. The array is shared: do not write to it. */
  value(): NDArray {
    const known = leafValue(this.#node);
    if (known) return known;
    const [value] = computeNodes([this]);
    return value as NDArray;
  }

  /** Called once its value is known: forgets how it was computed, so that loops do not grow a graph. */
  settle(value: NDArray): void {
    if (!this.#traced) this.#node = leafOf(value);
  }

  /** The numbers as nested arrays. */
  array(): Nested {
    const { data: stored, dtype, shape } = this.value();
    const data = decode(stored, dtype);
    const nest = (axis: number, offset: number, step: number): Nested => {
      if (axis === shape.length) return dtype === 'bool' ? data[offset] === 1 : (data[offset] ?? 0);
      const length = shape[axis] ?? 0;
      return Array.from({ length }, (_, i) => nest(axis + 1, offset + (i * step) / length, step / length));
    };
    return nest(0, 0, sizeOf(shape));
  }

  /** The one number of a tensor of one element. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError({
        asked: 'item()',
        expected: 'a tensor of one number',
        received: typeText(this.#node),
      });
    }
    return decode(this.value().data, this.dtype)[0] ?? Number.NaN;
  }

  /** this + other, broadcasting. */
  add(other: TensorLike): Tensor {
    return apply(build.add, this, other);
  }

  /** this − other, broadcasting. */
  sub(other: TensorLike): Tensor {
    return apply(build.sub, this, other);
  }

  /** this · other element by element, broadcasting. */
  mul(other: TensorLike): Tensor {
    return apply(build.mul, this, other);
  }

  /** this / other, broadcasting. */
  div(other: TensorLike): Tensor {
    return apply(build.div, this, other);
  }

  /** −this. */
  neg(): Tensor {
    return apply(build.neg, this);
  }

  /** The matrix product: [… m, k] × [… k, n] → [… m, n]. */
  matmul(other: TensorLike): Tensor {
    return apply(build.matmul, this, other);
  }

  /** The sum over some axes (all, if none are given), which disappear unless `keepDims`. */
  sum(axes?: Axes, keepDims = false): Tensor {
    return reduce(build.sum, this, axes, keepDims);
  }

  /** The greatest number along some axes. */
  max(axes?: Axes, keepDims = false): Tensor {
    return reduce(build.reduceMax, this, axes, keepDims);
  }

  /** The mean over some axes. */
  mean(axes?: Axes, keepDims = false): Tensor {
    const total = this.sum(axes, keepDims);
    return total.div(this.size / Math.max(total.size, 1));
  }

  /** The same numbers in row-major order under another shape; one length may be −1, which is worked out. */
  reshape(shape: Shape): Tensor {
    const known = shape.reduce((product, length) => (length < 0 ? product : product * length), 1);
    const full = shape.map((length) => (length < 0 ? this.size / known : length));
    return apply((node) => build.reshape(node, full), this);
  }

  /** Axes in another order; the last two swapped, if none is given. */
  transpose(order?: readonly number[]): Tensor {
    return apply((node) => (order ? build.permute(node, order) : build.transpose(node)), this);
  }

  cast(dtype: Dtype): Tensor {
    return apply((node) => build.cast(node, dtype), this);
  }

  /** The graph that computes this, as text. */
  toString(): string {
    return graphText([this.#node]);
  }
}

/** One axis or several; negative ones count from the end. */
export type Axes = number | readonly number[];

/** A tensor from graph: `build` gets the operands' nodes, numbers as constants of the first tensor's dtype. */
export function apply(make: (...nodes: Node[]) => Node, ...operands: TensorLike[]): Tensor {
  const dtype = operands.find((operand) => operand instanceof Tensor)?.dtype ?? 'float32';
  const nodes: Node[] = [];
  let isTraced = false;
  for (let at = 0; at < operands.length; at++) {
    const operand = operands[at] as TensorLike;
    if (typeof operand === 'number') {
      nodes.push(scalar(operand, dtype));
      continue;
    }
    const made = tensor(operand, { dtype });
    nodes.push(made.node);
    isTraced ||= made.isTraced;
  }
  return new Tensor(make(...nodes), isTraced);
}

/** The axes meant, from 0; all of them for undefined. */
export function resolveAxes({ shape }: Pick<Tensor, 'shape'>, axes: Axes | undefined): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  return [axes].flat().map((axis) => (axis < 0 ? axis + shape.length : axis));
}

function reduce(
  op: (node: Node, axes: readonly number[]) => Node,
  x: Tensor,
  axes: Axes | undefined,
  keepDims: boolean,
): Tensor {
  const over = resolveAxes(x, axes);
  const reduced = apply((node) => op(node, over), x);
  return keepDims ? reduced : reduced.reshape(x.shape.filter((_, axis) => !over.includes(axis)));
}

/** Computes several tensors in one program. */
export function compute(tensors: readonly Tensor[]): NDArray[] {
  return computeNodes(tensors);
}

function computeNodes(tensors: readonly Tensor[]): NDArray[] {
  let nodes = tensors.map(({ node }) => node);
  if (tensors.some(({ isTraced }) => isTraced)) {
    // Inside of `grad`, stand-ins have values; from the inside out, as one may stand for another.
    for (const known of knownValues().reverse()) nodes = substitute(nodes, known);
  }
  const values = evaluate(nodes);
  for (const [i, tensor] of tensors.entries()) tensor.settle(values[i] as NDArray);
  return values;
}

/**
 * A tensor of given numbers.
 *
 * @param values nested arrays, a typed array (with `shape`), or an array of the data floor
 * @param options.dtype of the tensor; float32 for plain numbers
 * @throws ShapeError when nested arrays are ragged or `shape` does not hold the numbers
 */
export function tensor(values: TensorLike, options: { shape?: Shape; dtype?: Dtype } = {}): Tensor {
  if (values instanceof Tensor) return values;
  return new Tensor(leafOf(toArray(values, options)));
}

/** The numbers of anything tensor-like, as an array in host memory. */
export function toArray(values: TensorLike, options: { shape?: Shape; dtype?: Dtype } = {}): NDArray {
  if (values instanceof Tensor) return values.value();
  if (isArray(values)) return convert(values, options.dtype);
  if (ArrayBuffer.isView(values)) {
    const data = values as TypedArray;
    // Bytes may hold more than truth values.
    const wanted = options.dtype ?? (data instanceof Uint8Array ? 'bool' : undefined);
    const checked = wanted === 'bool' ? stored(data, 'bool') : data;
    const array = ndarray(checked, options.shape);
    // Bits of either 16-bit float, as the caller says.
    if (data instanceof Uint16Array && wanted !== undefined && isHalf(wanted)) {
      return { ...array, dtype: wanted };
    }
    return convert(array, wanted);
  }
  const nested = values as Nested;
  const shape = shapeOf(nested);
  const numbers: number[] = [];
  const collect = (value: Nested, axis: number): void => {
    if (typeof value === 'number' || typeof value === 'boolean') {
      if (axis !== shape.length) throw ragged(shape);
      numbers.push(Number(value));
      return;
    }
    if (value.length !== shape[axis]) throw ragged(shape);
    for (const item of value) collect(item, axis + 1);
  };
  collect(nested, 0);
  const dtype = options.dtype ?? (typeof firstOf(nested) === 'boolean' ? 'bool' : 'float32');
  return { ...ndarray(stored(numbers, dtype), options.shape ?? shape), dtype };
}

/** Numbers in an array of `dtype`; for bool, 1 for all that are not 0. */
function stored(numbers: ArrayLike<number>, dtype: Dtype): TypedArray {
  return encode(dtype === 'bool' ? Array.from(numbers, (x) => Number(x !== 0)) : numbers, dtype);
}

function isArray(values: object | number | boolean): values is NDArray {
  return typeof values === 'object' && 'data' in values && 'shape' in values;
}

function convert(value: NDArray, dtype: Dtype | undefined): NDArray {
  if (dtype === undefined || dtype === value.dtype) return value;
  return { dtype, shape: value.shape, data: stored(decode(value.data, value.dtype), dtype) };
}

function shapeOf(value: Nested): number[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [];
  if (!Array.isArray(value)) {
    throw new ArgumentError({
      asked: 'tensor',
      expected: 'numbers, nested arrays or a typed array',
      received: typeof value === 'object' ? `a ${(value as object)?.constructor.name}` : typeof value,
      ...(isLater(value) && {
        fix: 'It stands for values that come later: use functions of ops, or lambda((x) => …).',
      }),
    });
  }
  return [value.length, ...(value.length > 0 ? shapeOf(value[0] as Nested) : [])];
}

/** Symbolic tensors are of a higher floor; what tells them is that they know where they come from. */
const isLater = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'history' in value;

function firstOf(value: Nested): number | boolean | undefined {
  return typeof value === 'object' ? (value[0] === undefined ? undefined : firstOf(value[0])) : value;
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError({
    asked: 'tensor of nested arrays',
    expected: `[${shape.join(', ')}] throughout, as the first rows have it`,
    received: 'a row of another length',
  });
}
