import { detach } from '../graph/build.ts';
import { type Dtype, isHalf } from '../graph/dtypes.ts';
import { VerifyError } from '../graph/errors.ts';
import { inOrder } from '../graph/graph.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import { COSTLY, ELEMENTWISE, MOVEMENT, type Node, type NodeOf, REDUCTIONS } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';
import { constantOf } from '../passes/fold.ts';
import { seeThroughCheckpoints } from './checkpoints.ts';
import {
  addsInPlace,
  type Buffer,
  type Expression,
  type Kernel,
  type Matrix,
  type Root,
  type Store,
} from './kernels.ts';
import { ownPlace, type Place, type Places, placeParts } from './places.ts';
import {
  broadcastView,
  contiguous,
  isDense,
  isWhole,
  type MovementNode,
  move,
  permuteView,
  reshapeView,
  type View,
  windowView,
} from './views.ts';

/** What a compiled step does: values to return, and inputs that hold another value afterwards. */
export interface Step {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

export interface Update {
  readonly target: NodeOf<'input'>;
  readonly value: Node;
}

/** Kernels in the order they run, then copies for the updates that could not be made in place. */
export interface Lowered {
  readonly kernels: readonly Kernel[];
  readonly copies: readonly { readonly from: Buffer; readonly to: Buffer }[];
  /** The buffers of leaves: inputs, and constants that are not single numbers. */
  readonly leaves: ReadonlyMap<Node, Buffer>;
  readonly outputs: readonly Buffer[];
}

export interface LowerOptions {
  /** Compute every node in a kernel of its own: slow, and the same numbers. For tests. */
  readonly unfused?: boolean;
}

/** Turns a graph into kernels. */
export function lower(step: Step, options: LowerOptions = {}): Lowered {
  return new Lowering(step, options).finish();
}

/**
 * A way from a kernel's loops down to a node: the rearrangements in between, outermost first. A function from
 * the view of the node to the view of the loops.
 */
class Path {
  /** Whether it goes through padding. */
  readonly padded: boolean;
  /** Expressions of nodes that have been come to by it. */
  readonly known = new Map<Node, Expression>();
  readonly #rearrange: ((view: View) => View) | undefined;
  /** The node it leads to at the moment: what must be stored where strides cannot say the last rearrangement. */
  #end: Node | undefined;
  #further: Map<string, Path> | undefined;

  constructor(rearrange?: (view: View) => View, padded = false) {
    this.#rearrange = rearrange;
    this.padded = padded;
  }

  /** @throws NeedsStorage when strides cannot say it, naming what must be stored for that. */
  apply(view: View): View {
    return this.#rearrange ? this.#rearrange(view) : view;
  }

  /** Whether a dense array of `shape` is read in order. */
  isDense(shape: Shape): boolean {
    return !this.#rearrange || isDense(this.#rearrange(contiguous(shape)));
  }

  /**
   * The way on to a node through one more rearrangement; the same object for the same `key`, whatever the node.
   * Nodes are visited depth first, so that the last one it was taken to is the one it is applied for.
   */
  on(end: Node, key: string, rearrange: (view: View) => View | undefined, padded = this.padded): Path {
    this.#further ??= new Map();
    let path = this.#further.get(key);
    if (!path) {
      path = this.#make(rearrange, padded);
      this.#further.set(key, path);
    }
    path.#end = end;
    return path;
  }

  #make(rearrange: (view: View) => View | undefined, padded: boolean): Path {
    const made: Path = new Path((view) => this.apply(rearrange(view) ?? store(made.#end as Node)), padded);
    return made;
  }
}

/** A kernel while it is being filled: nodes computed in it, by the value each has at a point of its space. */
interface Draft {
  readonly space: readonly number[];
  readonly root?: Root;
  readonly values: Map<Node, Expression>;
  /** What its expressions read, with the views they read it through. */
  readonly reads: { node: Node; dense: boolean }[];
  /** The way down from a point of its space, which keeps the expressions made: what joins computes nothing twice. */
  readonly path: Path;
  /** Where it copies something to, instead of computing a node. */
  readonly copy?: Store;
}

/** Thrown inside when a view cannot be said by strides: this node must be stored first. */
class NeedsStorage extends Error {
  readonly node: Node;
  constructor(node: Node) {
    super(`%${node.id}`);
    this.node = node;
  }
}

/** Expressions of more operations than this are not computed again for a second reader. */
const RECOMPUTED_OPERATIONS = 2;

class Lowering {
  readonly #step: Step;
  readonly #unfused: boolean;
  readonly #order: readonly Node[];
  readonly #notBefore: ReadonlyMap<Node, readonly Node[]>;
  readonly #drafts: Draft[] = [];
  /** Where each stored node is computed, as a position in `#drafts`. */
  readonly #home = new Map<Node, number>();
  readonly #buffers = new Map<Node, Buffer>();
  readonly #stored: Set<Node>;
  readonly #places: Places;
  readonly #constants = new Map<Node, Expression>();
  /** Buffers that begin within others, by those and the place. */
  readonly #parts = new Map<Buffer, Map<number, Buffer>>();

  constructor(step: Step, options: LowerOptions) {
    // A result that is an input as it stands gets a place of its own: its input may be overwritten.
    const apart = (node: Node) => (isLeaf(node) ? detach(node) : node);
    const values = [...step.outputs, ...step.updates.map(({ value }) => value)];
    const { results: seen, notBefore } = seeThroughCheckpoints(values);
    const apartFrom = seen.map(apart);
    this.#notBefore = notBefore;
    this.#step = {
      outputs: apartFrom.slice(0, step.outputs.length),
      updates: step.updates.map(({ target }, i) => ({
        target,
        value: apartFrom[step.outputs.length + i] as Node,
      })),
    };
    this.#unfused = options.unfused ?? false;
    const results = [...this.#step.outputs, ...this.#step.updates.map(({ value }) => value)];
    this.#order = inOrder([...results, ...step.updates.map(({ target }) => target)]);
    this.#stored = chooseStored(this.#order, results, this.#unfused);
    const dense = needingBuffers(this.#order, results);
    this.#places = placeParts(
      this.#order,
      (node) => dense.has(node),
      (node) => !this.#unfused && isWritable(node),
    );
    for (const node of this.#places.placed.keys()) this.#stored.add(node);
  }

  finish(): Lowered {
    for (const node of this.#order) if (this.#stored.has(node)) this.#place(node);
    const { outputs, updates } = this.#step;
    const lastReads = this.#lastReads();
    const inPlace = new Map<Node, Buffer[]>();
    const copied = updates.filter(({ target, value }) => {
      if (!this.#mayOverwrite(value, lastReads.get(target))) return true;
      inPlace.set(value, [...(inPlace.get(value) ?? []), this.#buffer(target)]);
      return false;
    });
    const needed = this.#readElsewhere();
    for (const node of outputs) needed.add(node);
    for (const { value } of copied) needed.add(value);

    const kernels: Kernel[] = [];
    for (const { space, root, values, copy } of this.#drafts) {
      const stores = copy ? [copy] : [];
      for (const [node, value] of values) {
        for (const buffer of inPlace.get(node) ?? []) stores.push({ buffer, value });
        const isNeeded = needed.has(node) || addsInPlace(root);
        const places = this.#places.placed.get(node);
        if (!places && isNeeded) stores.push({ buffer: this.#buffer(node), value });
        for (const place of places ?? []) {
          if (isNeeded || !place.whole) stores.push(this.#store(place, space, value));
        }
      }
      if (stores.length > 0) kernels.push(root ? { space, root, stores } : { space, stores });
    }
    return {
      kernels,
      copies: copied.map(({ target, value }) => ({ from: this.#buffer(value), to: this.#buffer(target) })),
      leaves: this.#leaves(),
      outputs: outputs.map((node) => this.#buffer(node)),
    };
  }

  #leaves(): Map<Node, Buffer> {
    const leaves = new Map<Node, Buffer>();
    for (const [node, buffer] of this.#buffers) {
      if (node.op === 'input' || node.op === 'constant') leaves.set(node, buffer);
    }
    return leaves;
  }

  /** What kernels read that they do not compute themselves. */
  #readElsewhere(): Set<Node> {
    const found = new Set<Node>();
    for (const [at, { reads }] of this.#drafts.entries()) {
      for (const { node } of reads) if (this.#home.get(node) !== at) found.add(node);
    }
    return found;
  }

  /** The last kernel that reads each leaf, and whether it reads it only at the point it computes. */
  #lastReads(): Map<Node, { at: number; dense: boolean }> {
    const last = new Map<Node, { at: number; dense: boolean }>();
    for (const [at, { reads }] of this.#drafts.entries()) {
      for (const { node, dense } of reads) {
        const known = last.get(node);
        last.set(node, { at, dense: dense && (known?.at !== at || known.dense) });
      }
    }
    return last;
  }

  /** Whether nothing reads the old value of an update's target once its new value is being written. */
  #mayOverwrite(value: Node, last: { at: number; dense: boolean } | undefined): boolean {
    const home = this.#home.get(value);
    if (home === undefined || !this.#drafts[home]?.values.has(value)) return false;
    return !last || last.at < home || (last.at === home && last.dense);
  }

  #placesOf(node: Node): readonly Place[] {
    return this.#places.placed.get(node) ?? [ownPlace(node)];
  }

  /** A result written to one of its places, from a kernel over `space`. */
  #store(place: Place, space: readonly number[], value: Expression): Store {
    if (place.whole) return { buffer: this.#buffer(place.root), value };
    const through = reshapeView(place.view, space);
    if (!through)
      throw new VerifyError({ asked: 'place of a part', expected: 'one its kernel can write to' });
    const { buffer, view } = this.#from(this.#buffer(place.root), through);
    return isDense(view) ? { buffer, value } : { buffer, value, view };
  }

  /** A view of a buffer as a view from its beginning, so that what differs by the place alone is the same code. */
  #from(buffer: Buffer, view: View): Operand {
    const { offset } = view;
    if (offset <= 0 || view.shape.some((_, axis) => !isWhole(view, axis))) return { buffer, view };
    const parts = this.#parts.get(buffer) ?? new Map<number, Buffer>();
    this.#parts.set(buffer, parts);
    const { node, dtype, elements } = buffer;
    const part = parts.get(offset) ?? {
      node,
      dtype,
      elements: elements - offset,
      within: { buffer, offset },
    };
    parts.set(offset, part);
    return { buffer: part, view: { ...view, offset: 0 } };
  }

  #buffer(node: Node): Buffer {
    const known = this.#buffers.get(node);
    if (known) return known;
    const made = { node, dtype: node.dtype, elements: sizeOf(node.shape) };
    this.#buffers.set(node, made);
    return made;
  }

  /** Finds the kernel for a stored node: an earlier one over the same space that has all it needs, or a new one. */
  #place(node: Node): void {
    if (this.#home.has(node) || isLeaf(node)) return;
    for (;;) {
      try {
        if (node.op === 'concat') {
          this.#concatenate(node);
          return;
        }
        const home = this.#joinable(node);
        if (home !== undefined && this.#join(node, home)) return;
        this.#drafts.push(this.#draft(node));
        this.#home.set(node, this.#drafts.length - 1);
        return;
      } catch (problem) {
        if (!(problem instanceof NeedsStorage)) throw problem;
        // Each round stores one node more, or this would never end.
        if (problem.node === node || isLeaf(problem.node) || this.#home.has(problem.node)) {
          throw new VerifyError({
            asked: `kernel for %${node.id} ${node.op}`,
            expected: 'views that strides can say',
          });
        }
        this.#stored.add(problem.node);
        this.#place(problem.node);
      }
    }
  }

  /** Most parts have been written where they belong; the others are copied there. */
  #concatenate(node: NodeOf<'concat'>): void {
    const drafts = (this.#places.copies.get(node) ?? []).map(({ part, to }): Draft => {
      const reads: Draft['reads'] = [];
      const [path, values] = [new Path(), new Map()];
      const value = this.#expression(part, path, { values, reads, top: node });
      return { space: part.shape, values, reads, path, copy: this.#store(to, part.shape, value) };
    });
    this.#drafts.push(...drafts);
    const written = node.inputs.map((part) => this.#home.get(underMovement(part)) ?? -1);
    this.#home.set(node, drafts.length > 0 ? this.#drafts.length - 1 : Math.max(...written));
  }

  /** The last kernel that computes something `node` reads, if it has room for it. */
  #joinable(node: Node): number | undefined {
    if (this.#unfused || !(ELEMENTWISE.has(node.op) || MOVEMENT.has(node.op))) return undefined;
    const last = this.#lastHomeUnder(node);
    const draft = this.#drafts[last];
    if (!draft || addsInPlace(draft.root) || sizeOf(draft.space) !== sizeOf(node.shape)) return undefined;
    return last;
  }

  /** The last kernel that computes something `node` is computed from, or waits for. */
  #lastHomeUnder(node: Node): number {
    let last = -1;
    const seen = new Set<Node>();
    const pending: Node[] = [];
    const comeTo = (from: Node) => {
      const home = this.#home.get(from);
      if (home !== undefined) last = Math.max(last, home);
      else if (!seen.has(from)) pending.push(from);
    };
    for (let later: Node | undefined = node; later; later = pending.pop()) {
      seen.add(later);
      later.inputs.forEach(comeTo);
      this.#notBefore.get(later)?.forEach(comeTo);
    }
    return last;
  }

  #join(node: Node, home: number): boolean {
    const draft = this.#drafts[home] as Draft;
    const reads: Draft['reads'] = [];
    const { space, values } = draft;
    const path = sameShape(node.shape, space)
      ? draft.path
      : draft.path.on(node, `from[${node.shape}]`, (view) => reshapeView(view, space));
    const made: Made[] = [];
    const value = this.#joined(node, path, { values, reads, made, top: node });
    // A value of this very kernel read at another place than the one it is computed at is not there yet.
    const isThere = value && reads.every((read) => this.#home.get(read.node) !== home);
    // Its places must be ones that this kernel's loops can walk.
    const places = this.#places.placed.get(node) ?? [];
    if (!isThere || !places.every(({ view }) => reshapeView(view, space))) {
      // What it would have read is not read by the draft: nothing else may be made of it.
      for (const { way, come } of made) way.known.delete(come);
      return false;
    }
    values.set(node, value);
    for (const read of reads) draft.reads.push(read);
    this.#home.set(node, home);
    return true;
  }

  /** The value of a node in a kernel that it joins; undefined if something must be stored for that. */
  #joined(node: Node, path: Path, scope: Scope): Expression | undefined {
    try {
      return this.#expression(node, path, scope);
    } catch (problem) {
      if (problem instanceof NeedsStorage) return undefined;
      throw problem;
    }
  }

  #draft(node: Node): Draft {
    const reads: Draft['reads'] = [];
    const path = new Path();
    const scope = { values: new Map<Node, Expression>(), reads, top: node };
    const made = this.#root(node, scope);
    if (!made) {
      const values = new Map([[node, this.#expression(node, path, scope)]]);
      return { space: node.shape, values, reads, path };
    }
    const { space, root } = made;
    return { space, root, values: new Map([[node, resultOf(root, node)]]), reads, path };
  }

  #root(node: Node, scope: Scope): { space: readonly number[]; root: Root } | undefined {
    const { dtype } = node;
    if (node.op === 'sum' || node.op === 'reduceMax') {
      const x = node.inputs[0] as Node;
      const { axes } = node.attributes;
      const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
      const reduced = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [axis] : []));
      const order = [...kept, ...reduced];
      const path = new Path((view) => permuteView(view, order));
      const lengths = reduced.map((axis) => x.shape[axis] ?? 1);
      const body = this.#expression(x, path, scope);
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
          indices: this.#buffer(indices),
          updates: this.#buffer(updates),
          rows,
          width,
        },
      };
    }
    if (node.op === 'unwindow') return this.#unwindow(node, scope);
    return undefined;
  }

  #unwindow(node: NodeOf<'unwindow'>, scope: Scope): { space: readonly number[]; root: Root } {
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
      body: this.#expression(x, path, scope),
      view: permuteView(seen, order),
    };
    return { space: node.shape, root };
  }

  #matmul(node: NodeOf<'matmul'>, scope: Scope): { space: readonly number[]; root: Root } {
    const leading = node.shape.slice(0, -2);
    const [m, n] = node.shape.slice(-2) as [number, number];
    const depth = node.inputs[0]?.shape.at(-1) ?? 1;
    const sides = node.inputs.map((side) => {
      const { node: read, ...found } = this.#patches(side) ?? this.#matrix(side, leading);
      if (found.view.shape.some((_, axis) => !isWhole(found.view, axis))) store(side);
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
      this.#placesOf(node).every(({ view }) => reshapeView(view, [rows, n])) &&
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
      (view) => broadcastView(view, [...leading, ...view.shape.slice(-2)]) ?? store(side),
    );
    return { ...this.#operand(side, path), batches: leading.length, rows: 1 };
  }

  /**
   * A single matrix whose rows or columns run over several axes of what is stored: a reshape to two axes, or the
   * transpose of one. Undefined where it is none, or where its strides would do.
   */
  #patches(side: Node): (Matrix & Read) | undefined {
    if (side.shape.length !== 2 || this.#isReadable(side)) return undefined;
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
      return { ...this.#operand(x, new Path()), batches: 0, rows };
    } catch (problem) {
      // What is in the way must be stored, and then there is a view; what is not a view of anything, is not one.
      if (problem instanceof NeedsStorage && problem.node !== x) throw problem;
      return undefined;
    }
  }

  /** A stored array through rearrangements only. */
  #operand(node: Node, path: Path): Operand & Read {
    if (this.#isReadable(node)) {
      const [place] = this.#placesOf(node) as [Place];
      return { node, ...this.#from(this.#buffer(place.root), path.apply(place.view)) };
    }
    return isMovement(node) ? this.#operand(node.inputs[0] as Node, through(path, node)) : store(node);
  }

  #isReadable(node: Node): boolean {
    return isLeaf(node) || this.#home.has(node) || (node.op === 'constant' && sizeOf(node.shape) === 1);
  }

  /** The value of `node` at a point of the loops that `path` leads from. */
  #expression(node: Node, path: Path, scope: Scope): Expression {
    const known = path.known.get(node);
    if (known) return known;
    const made = this.#makeExpression(node, path, scope);
    path.known.set(node, made);
    scope.made?.push({ way: path, come: node });
    return made;
  }

  /** The value of what an operation reads, stretched to its shape. */
  #input(from: Node, to: Node, path: Path, scope: Scope): Expression {
    const isConstant = from.op === 'constant' && !isPadding(path, from);
    return (
      (isConstant ? this.#constant(from) : undefined) ??
      this.#expression(from, stretched(path, from, to), scope)
    );
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

  #makeExpression(node: Node, path: Path, scope: Scope): Expression {
    const { dtype } = node;
    const constant = this.#constant(node);
    if (constant && !isPadding(path, node)) return constant;
    const local = scope.values.get(node);
    if (local && path.isDense(node.shape)) return local;
    if (isLeaf(node) || constant || this.#home.has(node)) {
      const [place] = this.#placesOf(node) as [Place];
      const view = path.apply(place.view);
      scope.reads.push({ node, dense: isDense(view) });
      return { kind: 'load', dtype, ...this.#from(this.#buffer(place.root), view) };
    }
    if (this.#stored.has(node) && node !== scope.top) store(node);
    const input = node.inputs[0] as Node;
    switch (node.op) {
      case 'detach':
        return this.#expression(input, path, scope);
      case 'iota': {
        const strides = node.shape.map((_, axis) => Number(axis === node.attributes.axis));
        return {
          kind: 'index',
          dtype,
          view: path.apply({ ...contiguous(node.shape), strides }),
        };
      }
      case 'uniform': {
        const [keyNode, stream] = node.inputs as readonly [Node, Node];
        for (const from of [keyNode, stream]) {
          if (!this.#isReadable(from)) store(from);
          scope.reads.push({ node: from, dense: false });
        }
        const view = path.apply(contiguous(node.shape));
        return { kind: 'random', dtype, view, key: this.#buffer(keyNode), stream: this.#buffer(stream) };
      }
      case 'gather':
        return this.#row(node, path, scope);
      default:
        break;
    }
    if (isMovement(node)) return this.#expression(input, through(path, node), scope);
    const inputs = node.inputs.map((from) => this.#input(from, node, path, scope));
    return { kind: 'apply', dtype, op: node.op, inputs };
  }

  #row(node: NodeOf<'gather'>, path: Path, scope: Scope): Expression {
    const [table, indices] = node.inputs as readonly [Node, Node];
    for (const from of [table, indices]) {
      if (!this.#isReadable(from)) store(from);
      scope.reads.push({ node: from, dense: false });
    }
    const inner = table.shape.slice(1);
    const rowShape = [...indices.shape.map(() => 1), ...inner];
    const indexShape = [...indices.shape, ...inner.map(() => 1)];
    const overAll = (shape: readonly number[]) =>
      broadcastView(contiguous(shape), node.shape) ?? contiguous(shape);
    return {
      kind: 'row',
      dtype: node.dtype,
      buffer: this.#buffer(table),
      view: path.apply(overAll(rowShape)),
      index: { buffer: this.#buffer(indices), view: path.apply(overAll(indexShape)) },
      rows: table.shape[0] ?? 1,
      rowStride: sizeOf(inner),
    };
  }
}

/** An expression that has been made: of a node, by the way it is come to. */
interface Made {
  readonly way: Path;
  readonly come: Node;
}

/** The node whose place is read. */
interface Read {
  readonly node: Node;
}

interface Operand {
  readonly buffer: Buffer;
  readonly view: View;
}

interface Scope {
  /** Nodes whose values the kernel already has. */
  readonly values: ReadonlyMap<Node, Expression>;
  readonly reads: Draft['reads'];
  /** Takes account of what is made, where it may have to be forgotten. */
  readonly made?: Made[];
  /** The stored node being computed. */
  readonly top: Node;
}

/** Gives up what is being made, until `node` is stored. */
function store(node: Node): never {
  throw new NeedsStorage(node);
}

/** The way on through a rearrangement. Its input, once stored, is dense, and any rearrangement of that can be said. */
function through(path: Path, node: MovementNode): Path {
  let key: string = node.op;
  for (const attribute of Object.values(node.attributes)) key += `;${attribute}`;
  const padded = node.op === 'pad' || path.padded;
  return path.on(node.inputs[0] as Node, key, (view) => move(view, node), padded);
}

/** The way on to an operand that the operation broadcasts. */
function stretched(path: Path, from: Node, to: Node): Path {
  if (sameShape(from.shape, to.shape)) return path;
  return path.on(from, `to[${to.shape}]`, (view) => broadcastView(view, to.shape));
}

function isPadding(path: Path, node: Node): boolean {
  return path.padded && constantOf(node) !== 0;
}

function isMovement(node: Node): node is MovementNode {
  return MOVEMENT.has(node.op);
}

/** Inputs and arrays of constants are there before the first kernel runs. */
function isLeaf(node: Node): boolean {
  return node.op === 'input' || (node.op === 'constant' && node.attributes.value.data.length !== 1);
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
function resultOf(root: Root, { dtype }: Node): Expression {
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

/** By whom a node is read. */
interface Reading {
  last: Node;
  readers: number;
  /** Elements of the largest reader. */
  largest: number;
}

/**
 * Decides which nodes are computed once, into memory or into a kernel's registers; all others are computed where
 * they are read. Stored are: results, what only a loop of its own can make, what matmul, gather and padding read,
 * and what would otherwise cost much more than once: a costly operation with two readers, or one reader that
 * repeats it by broadcasting.
 */
function chooseStored(order: readonly Node[], results: readonly Node[], unfused: boolean): Set<Node> {
  const stored = new Set<Node>(results);
  const readings = new Map<Node, Reading>();
  for (const node of order) {
    const size = sizeOf(node.shape);
    for (const from of node.inputs) {
      const known = readings.get(from);
      if (!known) readings.set(from, { last: node, readers: 1, largest: size });
      else if (known.last !== node) {
        known.last = node;
        known.readers++;
        known.largest = Math.max(known.largest, size);
      }
    }
  }
  const operations = new Map<Node, number>();
  for (const node of order) {
    if (isLeaf(node) || constantOf(node) !== undefined) continue;
    if (unfused || needsLoop(node)) stored.add(node);
    if (node.op === 'pad') storeThrough(node.inputs[0] as Node, stored);
    if (node.op === 'window') storePadding(node.inputs[0] as Node, stored);
    if (node.op === 'matmul') for (const side of node.inputs) storeThrough(side, stored);
    if (node.op === 'gather' || node.op === 'scatterAdd' || node.op === 'uniform')
      for (const from of node.inputs) stored.add(from);

    const weight = weightOf(node, operations, stored);
    operations.set(node, weight);
    if (weight <= RECOMPUTED_OPERATIONS || MOVEMENT.has(node.op)) continue;
    const { readers = 0, largest = 0 } = readings.get(node) ?? {};
    if (readers > 1 || largest > sizeOf(node.shape)) stored.add(node);
  }
  return stored;
}

function needsLoop(node: Node): boolean {
  return REDUCTIONS.has(node.op) || ['matmul', 'scatterAdd', 'unwindow', 'concat'].includes(node.op);
}

/** Whether a kernel can write the node's value through a view. */
function isWritable(node: Node): boolean {
  const isSimple = isLeaf(node) || constantOf(node) !== undefined || MOVEMENT.has(node.op);
  return !isSimple && node.op !== 'scatterAdd' && node.op !== 'unwindow';
}

/** Nodes that are read, or returned, as a dense buffer of their own. */
function needingBuffers(order: readonly Node[], results: readonly Node[]): Set<Node> {
  const needing = new Set(results);
  for (const node of order) {
    const isIndirect = node.op === 'gather' || node.op === 'scatterAdd' || node.op === 'uniform';
    if (isIndirect) for (const from of node.inputs) needing.add(from);
  }
  return needing;
}

/** Stores what lies under rearrangements. */
function storeThrough(node: Node, stored: Set<Node>): void {
  const under = underMovement(node);
  if (constantOf(under) === undefined) stored.add(under);
}

function underMovement(node: Node): Node {
  return isMovement(node) ? underMovement(node.inputs[0] as Node) : node;
}

/** Stores padding that a window would read through. */
function storePadding(node: Node, stored: Set<Node>): void {
  if (node.op === 'pad') stored.add(node);
  else if (isMovement(node)) storePadding(node.inputs[0] as Node, stored);
}

const COSTLY_WEIGHT = 10;

/** Operations it takes to compute a node from what is stored. */
function weightOf(node: Node, operations: ReadonlyMap<Node, number>, stored: ReadonlySet<Node>): number {
  const own = COSTLY.has(node.op) ? COSTLY_WEIGHT : ELEMENTWISE.has(node.op) || node.op === 'gather' ? 1 : 0;
  let total = own;
  for (const from of node.inputs) if (!stored.has(from)) total += operations.get(from) ?? 0;
  return total;
}
