import type { Shape } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';
import { constantOf } from '../passes/fold.ts';
import type { Expression } from './kernels.ts';
import { broadcastView, contiguous, isDense, type MovementNode, move, type View } from './views.ts';

/**
 * A way from a kernel's loops down to a node: the rearrangements in between, outermost first. A function from
 * the view of the node to the view of the loops.
 */
export class Path {
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
    const made: Path = new Path(
      (view) => this.apply(rearrange(view) ?? mustStore(made.#end as Node)),
      padded,
    );
    return made;
  }
}

/** Thrown inside when a view cannot be said by strides: this node must be stored first. */
export class NeedsStorage extends Error {
  readonly node: Node;
  constructor(node: Node) {
    super(`%${node.id}`);
    this.node = node;
  }
}

/** Gives up what is being made, until `node` is stored. */
export function mustStore(node: Node): never {
  throw new NeedsStorage(node);
}

/** The way on through a rearrangement. Its input, once stored, is dense, and any rearrangement of that can be said. */
export function through(path: Path, node: MovementNode): Path {
  let key: string = node.op;
  for (const attribute of Object.values(node.attributes)) key += `;${attribute}`;
  const padded = node.op === 'pad' || path.padded;
  return path.on(node.inputs[0] as Node, key, (view) => move(view, node), padded);
}

/** The way on to an operand that the operation broadcasts. */
export function stretched(path: Path, from: Node, to: Node): Path {
  if (sameShape(from.shape, to.shape)) return path;
  return path.on(from, `to[${to.shape}]`, (view) => broadcastView(view, to.shape));
}

/** Whether a constant would be read where there is padding, and is not what padding is. */
export function isPadding(path: Path, node: Node): boolean {
  return path.padded && constantOf(node) !== 0;
}
