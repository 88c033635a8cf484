import { sizeOf } from '../graph/ndarray.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import { constantOf } from '../passes/fold.ts';
import { isLeaf } from './fusion.ts';
import type { Buffer, Expression } from './kernels.ts';
import { isPadding, mustStore, type Path, stretched, through } from './paths.ts';
import type { Operand, Storage } from './storage.ts';
import { broadcastView, contiguous, isDense, isMovement } from './views.ts';

/** A node that is read, and whether only at the point that is computed. */
export interface Reading {
  readonly node: Node;
  readonly dense: boolean;
}

/** An expression that has been made: of a node, by the way it is come to. */
export interface Made {
  readonly way: Path;
  readonly come: Node;
}

/** The kernel that expressions are made for. */
export interface Scope {
  /** Nodes whose values the kernel already has. */
  readonly values: ReadonlyMap<Node, Expression>;
  readonly reads: Reading[];
  /** Takes account of what is made, where it may have to be forgotten. */
  readonly made?: Made[];
  /** The stored node being computed. */
  readonly top: Node;
}

/** Makes the values of nodes, as they are computed in kernels from what is stored. */
export class Expressions {
  readonly #storage: Storage;
  /** Nodes that are computed once, and so must be stored before they are read. */
  readonly #stored: ReadonlySet<Node>;
  readonly #constants = new Map<Node, Expression>();

  constructor(storage: Storage, stored: ReadonlySet<Node>) {
    this.#storage = storage;
    this.#stored = stored;
  }

  /** The value of `node` at a point of the loops that `path` leads from. */
  of(node: Node, path: Path, scope: Scope): Expression {
    const known = path.known.get(node);
    if (known) return known;
    const made = this.#make(node, path, scope);
    path.known.set(node, made);
    scope.made?.push({ way: path, come: node });
    return made;
  }

  /** The value of what an operation reads, stretched to its shape. */
  #input(from: Node, to: Node, path: Path, scope: Scope): Expression {
    const isConstant = from.op === 'constant' && !isPadding(path, from);
    return (isConstant ? this.#constant(from) : undefined) ?? this.of(from, stretched(path, from, to), scope);
  }

  /** A constant of one number, the same expression wherever it is read. */
  #constant(node: Node): Expression | undefined {
    const known = this.#constants.get(node);
    if (known) return known;
    const value = constantOf(node);
    if (value === undefined) return undefined;
    const made: Expression = { kind: 'constant', dtype: node.dtype, value };
    this.#constants.set(node, made);
    return made;
  }

  #make(node: Node, path: Path, scope: Scope): Expression {
    const { dtype } = node;
    const constant = this.#constant(node);
    if (constant && !isPadding(path, node)) return constant;
    const local = scope.values.get(node);
    if (local && path.isDense(node.shape)) return local;
    if (isLeaf(node) || constant || this.#storage.home.has(node)) {
      const place = this.#storage.placeOf(node);
      const view = path.apply(place.view);
      scope.reads.push({ node, dense: isDense(view) });
      const { buffer, view: within } = this.#storage.within(place.root, view);
      return { kind: 'load', dtype, buffer, view: within };
    }
    if (this.#stored.has(node) && node !== scope.top) mustStore(node);
    const input = node.inputs[0] as Node;
    switch (node.op) {
      case 'detach':
        return this.of(input, path, scope);
      case 'iota':
        return this.#index(node, path);
      case 'uniform': {
        const key = this.#anywhere(node.inputs[0] as Node, scope);
        const stream = this.#anywhere(node.inputs[1] as Node, scope);
        return { kind: 'random', dtype, view: path.apply(contiguous(node.shape)), key, stream };
      }
      case 'gather':
        return this.#row(node, path, scope);
      default:
        break;
    }
    if (isMovement(node)) return this.of(input, through(path, node), scope);
    const inputs: Expression[] = [];
    for (let at = 0; at < node.inputs.length; at++)
      inputs.push(this.#input(node.inputs[at] as Node, node, path, scope));
    return { kind: 'apply', dtype, op: node.op, inputs };
  }

  #index({ dtype, shape, attributes }: NodeOf<'iota'>, path: Path): Expression {
    const strides = shape.map((_, axis) => Number(axis === attributes.axis));
    return { kind: 'index', dtype, view: path.apply({ ...contiguous(shape), strides }) };
  }

  #row(node: NodeOf<'gather'>, path: Path, scope: Scope): Expression {
    const [table, indices] = node.inputs as readonly [Node, Node];
    const [buffer, pointing] = [this.#anywhere(table, scope), this.#anywhere(indices, scope)];
    const inner = table.shape.slice(1);
    const rowShape = [...indices.shape.map(() => 1), ...inner];
    const indexShape = [...indices.shape, ...inner.map(() => 1)];
    const overAll = (shape: readonly number[]) =>
      broadcastView(contiguous(shape), node.shape) ?? contiguous(shape);
    return {
      kind: 'row',
      dtype: node.dtype,
      buffer,
      view: path.apply(overAll(rowShape)),
      index: { buffer: pointing, view: path.apply(overAll(indexShape)) },
      rows: table.shape[0] ?? 1,
      rowStride: sizeOf(inner),
    };
  }

  /** The buffer of a node of which any element may be read. */
  #anywhere(node: Node, scope: Scope): Buffer {
    if (!this.#storage.isReadable(node)) mustStore(node);
    scope.reads.push({ node, dense: false });
    return this.#storage.buffer(node);
  }

  /** A stored array through rearrangements only. */
  operand(node: Node, path: Path): Operand & { readonly node: Node } {
    if (this.#storage.isReadable(node)) {
      const place = this.#storage.placeOf(node);
      return { node, ...this.#storage.within(place.root, path.apply(place.view)) };
    }
    return isMovement(node) ? this.operand(node.inputs[0] as Node, through(path, node)) : mustStore(node);
  }
}
