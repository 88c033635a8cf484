import { type Dtype, isHalf } from '../graph/dtypes.ts';
import { sizeOf } from '../graph/ndarray.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import type { Expressions, Scope } from './expressions.ts';
import type { Expression, Matrix, Root } from './kernels.ts';
import { mustStore, NeedsStorage, Path } from './paths.ts';
import type { Storage } from './storage.ts';
import {
  broadcastView,
  contiguous,
  isMovement,
  isPadded,
  permuteView,
  reshapeView,
  type View,
  windowView,
} from './views.ts';

/** What a kernel accumulates, and the space of its results. */
interface Accumulation {
  readonly space: readonly number[];
  readonly root: Root;
}

/** The node whose place is read. */
interface Read {
  readonly node: Node;
}

/** Makes what kernels accumulate: reductions, products of matrices, and sums at scattered places. */
export class Roots {
  readonly #storage: Storage;
  readonly #expressions: Expressions;

  constructor(storage: Storage, expressions: Expressions) {
    this.#storage = storage;
    this.#expressions = expressions;
  }

  /** Of a node that only a loop of its own can make; undefined for all others. */
  of(node: Node, scope: Scope): Accumulation | undefined {
    const { dtype } = node;
    if (node.op === 'sum' || node.op === 'reduceMax') {
      const x = node.inputs[0] as Node;
      const { axes } = node.attributes;
      const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
      const reduced = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [axis] : []));
      const order = [...kept, ...reduced];
      const path = new Path((view) => permuteView(view, order));
      const lengths = reduced.map((axis) => x.shape[axis] ?? 1);
      const body = this.#expressions.of(x, path, scope);
      return {
        space: kept.map((axis) => x.shape[axis] ?? 1),
        root: { kind: 'reduce', op: node.op, dtype: accumulatedAs(dtype), lengths, body },
      };
    }
    if (node.op === 'matmul') return this.#matmul(node, scope);
    if (node.op === 'scatterAdd') {
      const [indices, updates] = node.inputs as readonly [Node, Node];
      scope.reads.push({ node: indices, dense: false }, { node: updates, dense: false });
      const { rows } = node.attributes;
      const width = sizeOf(node.shape.slice(1));
      return {
        space: node.shape,
        root: {
          kind: 'scatter',
          dtype,
          indices: this.#storage.buffer(indices),
          updates: this.#storage.buffer(updates),
          rows,
          width,
        },
      };
    }
    if (node.op === 'unwindow') return this.#unwindow(node, scope);
    return undefined;
  }

  #unwindow(node: NodeOf<'unwindow'>, scope: Scope): Accumulation {
    const x = node.inputs[0] as Node;
    const { axes, size } = node.attributes;
    const first = axes[0] ?? 0;
    const inside = (axes.at(-1) ?? -1) + 1;
    const places = size.map((_, i) => inside + i);
    const others = x.shape.flatMap((_, axis) => (axis < first || places.includes(axis) ? [] : [axis]));
    const order = [...Array.from({ length: first }, (_, axis) => axis), ...places, ...others];
    const path = new Path((view) => permuteView(view, order));
    const seen = windowView(contiguous(node.shape), node.attributes, x.shape) as View;
    const root: Root = {
      kind: 'unwindow',
      dtype: node.dtype,
      lengths: order.map((axis) => x.shape[axis] ?? 1),
      body: this.#expressions.of(x, path, scope),
      view: permuteView(seen, order),
    };
    return { space: node.shape, root };
  }

  #matmul(node: NodeOf<'matmul'>, scope: Scope): Accumulation {
    const leading = node.shape.slice(0, -2);
    const [m, n] = node.shape.slice(-2) as [number, number];
    const depth = node.inputs[0]?.shape.at(-1) ?? 1;
    const sides = node.inputs.map((side) => {
      const { node: read, ...found } = this.#patches(side) ?? this.#matrix(side, leading);
      if (isPadded(found.view)) mustStore(side);
      scope.reads.push({ node: read, dense: false });
      return found;
    });
    let [a, b] = sides as [Matrix, Matrix];
    let space: readonly number[] = node.shape;
    // Where all batches share the right side, they are just more rows of the left one.
    const rows = sizeOf(leading) * m;
    const stacked = a.view.shape.length === space.length ? reshapeView(a.view, [rows, depth]) : undefined;
    if (
      leading.length > 0 &&
      stacked &&
      this.#storage.placesOf(node).every(({ view }) => reshapeView(view, [rows, n])) &&
      leading.every((_, axis) => b.view.strides[axis] === 0 || leading[axis] === 1)
    ) {
      a = { ...a, view: stacked, batches: 0 };
      b = { ...b, view: reshapeView(broadcastless(b.view), [depth, n]) ?? b.view, batches: 0 };
      space = [rows, n];
    }
    return { space, root: { kind: 'matmul', dtype: accumulatedAs(node.dtype), a, b, depth } };
  }

  /** A stored array through rearrangements only, as matmul reads its operands. */
  #matrix(side: Node, leading: readonly number[]): Matrix & Read {
    const path = new Path(
      (view) => broadcastView(view, [...leading, ...view.shape.slice(-2)]) ?? mustStore(side),
    );
    return { ...this.#expressions.operand(side, path), batches: leading.length, rows: 1 };
  }

  /**
   * A single matrix whose rows or columns run over several axes of what is stored: a reshape to two axes, or the
   * transpose of one. Undefined where it is none, or where its strides would do.
   */
  #patches(side: Node): (Matrix & Read) | undefined {
    if (side.shape.length !== 2 || this.#storage.isReadable(side)) return undefined;
    if (side.op === 'permute' && side.attributes.order[0] === 1) {
      const turned = this.#patches(side.inputs[0] as Node);
      if (!turned) return undefined;
      const rank = turned.view.shape.length;
      const order = Array.from({ length: rank }, (_, axis) => (axis + turned.rows) % rank);
      return { ...turned, view: permuteView(turned.view, order), rows: rank - turned.rows };
    }
    if (side.op !== 'reshape') return undefined;
    const x = side.inputs[0] as Node;
    const rows = splitAt(x.shape, side.shape[0] ?? 1);
    if (rows === undefined || !isMovement(x)) return undefined;
    try {
      return { ...this.#expressions.operand(x, new Path()), batches: 0, rows };
    } catch (problem) {
      // What is in the way must be stored, and then there is a view; what is not a view of anything, is not one.
      if (problem instanceof NeedsStorage && problem.node !== x) throw problem;
      return undefined;
    }
  }
}

/** How many leading axes have `size` elements together. */
function splitAt(shape: readonly number[], size: number): number | undefined {
  let product = 1;
  for (const [axis, length] of shape.entries()) {
    if (product === size) return axis;
    product *= length;
  }
  return product === size ? shape.length : undefined;
}

/** Sums of 16-bit numbers are sums of float32, rounded once at the end. */
function accumulatedAs(dtype: Dtype): Dtype {
  return isHalf(dtype) ? 'float32' : dtype;
}

/** The value of a node from what its kernel's root has accumulated. */
export function resultOf(root: Root, { dtype }: Node): Expression {
  const total: Expression = { kind: 'root', dtype: root.dtype };
  return root.dtype === dtype ? total : { kind: 'apply', op: 'cast', dtype, inputs: [total] };
}

/** The last two axes alone, of a view whose leading axes all have stride 0. */
function broadcastless(view: View): View {
  return {
    shape: view.shape.slice(-2),
    strides: view.strides.slice(-2),
    offset: view.offset,
    valid: view.valid.slice(-2),
  };
}
