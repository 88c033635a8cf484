import { VerifyError } from '../graph/errors.ts';
import { sizeOf } from '../graph/ndarray.ts';
import { ELEMENTWISE, MOVEMENT, type Node, type NodeOf } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';
import { Expressions, type Made, type Reading, type Scope } from './expressions.ts';
import { isLeaf } from './fusion.ts';
import { addsInPlace, type Expression, type Root, type Store } from './kernels.ts';
import { NeedsStorage, Path } from './paths.ts';
import { Roots, resultOf } from './roots.ts';
import type { Storage } from './storage.ts';
import { reshapeView, underMovement } from './views.ts';

/** A kernel while it is being filled: nodes computed in it, by the value each has at a point of its space. */
export interface Draft {
  readonly space: readonly number[];
  readonly root?: Root;
  readonly values: Map<Node, Expression>;
  /** What its expressions read, with the views they read it through. */
  readonly reads: Reading[];
  /** The way down from a point of its space, which keeps the expressions made: what joins computes nothing twice. */
  readonly path: Path;
  /** Where it copies something to, instead of computing a node. */
  readonly copy?: Store;
}

export interface DraftOptions {
  /** Nodes that are computed once; what turns out to be needed so is added. */
  readonly stored: Set<Node>;
  /** What a node must not be computed sooner than, besides its inputs. */
  readonly notBefore: ReadonlyMap<Node, readonly Node[]>;
  /** Compute every node in a kernel of its own. */
  readonly unfused: boolean;
}

const NONE: readonly Node[] = [];

/** Groups nodes into kernels: each joins the last that it reads from, if it can. */
export class Drafts {
  readonly all: Draft[] = [];
  readonly #storage: Storage;
  readonly #stored: Set<Node>;
  readonly #notBefore: ReadonlyMap<Node, readonly Node[]>;
  readonly #unfused: boolean;
  readonly #expressions: Expressions;
  readonly #roots: Roots;

  constructor(storage: Storage, { stored, notBefore, unfused }: DraftOptions) {
    this.#storage = storage;
    this.#stored = stored;
    this.#notBefore = notBefore;
    this.#unfused = unfused;
    this.#expressions = new Expressions(storage, stored);
    this.#roots = new Roots(storage, this.#expressions);
  }

  /** Finds the kernel for a stored node: an earlier one over the same space that has all it needs, or a new one. */
  place(node: Node): void {
    if (this.#storage.home.has(node) || isLeaf(node)) return;
    for (;;) {
      try {
        if (node.op === 'concat') {
          this.#concatenate(node);
          return;
        }
        const home = this.#joinable(node);
        if (home !== undefined && this.#join(node, home)) return;
        this.all.push(this.#draft(node));
        this.#storage.home.set(node, this.all.length - 1);
        return;
      } catch (problem) {
        if (!(problem instanceof NeedsStorage)) throw problem;
        // Each round stores one node more, or this would never end.
        if (problem.node === node || isLeaf(problem.node) || this.#storage.home.has(problem.node)) {
          throw new VerifyError({
            asked: `kernel for %${node.id} ${node.op}`,
            expected: 'views that strides can say',
          });
        }
        this.#stored.add(problem.node);
        this.place(problem.node);
      }
    }
  }

  /** Most parts have been written where they belong; the others are copied there. */
  #concatenate(node: NodeOf<'concat'>): void {
    const drafts = this.#storage.copiesOf(node).map(({ part, to }): Draft => {
      const reads: Reading[] = [];
      const [path, values] = [new Path(), new Map()];
      const value = this.#expressions.of(part, path, { values, reads, top: node });
      return { space: part.shape, values, reads, path, copy: this.#storage.store(to, part.shape, value) };
    });
    this.all.push(...drafts);
    const written = node.inputs.map((part) => this.#storage.home.get(underMovement(part)) ?? -1);
    this.#storage.home.set(node, drafts.length > 0 ? this.all.length - 1 : Math.max(...written));
  }

  /** The last kernel that computes something `node` reads, if it has room for it. */
  #joinable(node: Node): number | undefined {
    if (this.#unfused || !(ELEMENTWISE.has(node.op) || MOVEMENT.has(node.op))) return undefined;
    const last = this.#lastHomeUnder(node);
    const draft = this.all[last];
    if (!draft || addsInPlace(draft.root) || sizeOf(draft.space) !== sizeOf(node.shape)) return undefined;
    return last;
  }

  /** The last kernel that computes something `node` is computed from, or waits for. */
  #lastHomeUnder(node: Node): number {
    let last = -1;
    const pending = [node];
    const seen = new Set(pending);
    const comeTo = (nodes: readonly Node[]) => {
      for (let at = 0; at < nodes.length; at++) {
        const from = nodes[at] as Node;
        const home = this.#storage.home.get(from);
        if (home !== undefined) last = Math.max(last, home);
        else if (!seen.has(from)) {
          seen.add(from);
          pending.push(from);
        }
      }
    };
    for (let later = pending.pop(); later; later = pending.pop()) {
      comeTo(later.inputs);
      comeTo(this.#notBefore.get(later) ?? NONE);
    }
    return last;
  }

  #join(node: Node, home: number): boolean {
    const draft = this.all[home] as Draft;
    const reads: Reading[] = [];
    const { space, values } = draft;
    const path = sameShape(node.shape, space)
      ? draft.path
      : draft.path.on(node, `from[${node.shape}]`, (view) => reshapeView(view, space));
    const made: Made[] = [];
    const value = this.#joined(node, path, { values, reads, made, top: node });
    // A value of this very kernel read at another place than the one it is computed at is not there yet.
    const isThere = value && reads.every((read) => this.#storage.home.get(read.node) !== home);
    // Its places must be ones that this kernel's loops can walk.
    const places = this.#storage.given(node) ?? [];
    if (!isThere || !places.every(({ view }) => reshapeView(view, space))) {
      // What it would have read is not read by the draft: nothing else may be made of it.
      for (const { way, come } of made) way.known.delete(come);
      return false;
    }
    values.set(node, value);
    draft.reads.push(...reads);
    this.#storage.home.set(node, home);
    return true;
  }

  /** The value of a node in a kernel that it joins; undefined if something must be stored for that. */
  #joined(node: Node, path: Path, scope: Scope): Expression | undefined {
    try {
      return this.#expressions.of(node, path, scope);
    } catch (problem) {
      if (problem instanceof NeedsStorage) return undefined;
      throw problem;
    }
  }

  #draft(node: Node): Draft {
    const reads: Reading[] = [];
    const path = new Path();
    const scope = { values: new Map<Node, Expression>(), reads, top: node };
    const made = this.#roots.of(node, scope);
    if (!made) {
      const values = new Map([[node, this.#expressions.of(node, path, scope)]]);
      return { space: node.shape, values, reads, path };
    }
    const { space, root } = made;
    return { space, root, values: new Map([[node, resultOf(root, node)]]), reads, path };
  }
}
