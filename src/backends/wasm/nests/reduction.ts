import { bodyOf, type Expression, eachExpression, type Kernel, type Root } from '../../../compile/kernels.ts';
import type { View } from '../../../compile/views.ts';
import type { Dtype } from '../../../graph/dtypes.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import { Arithmetic } from '../arithmetic/operations.ts';
import type { Local } from '../assembly/assembler.ts';
import {
  advance,
  type Counter,
  forEach,
  type Loop,
  mergeAxes,
  storeView,
  strideAlong,
  UNIT,
} from '../assembly/loops.ts';
import { Body, type KernelContext, type Position } from '../body.ts';
import type { PhaseWriter } from '../phases.ts';
import { costOf } from '../threads/sharing.ts';
import { Stores } from './elementwise.ts';
import { allViews, LANES, nest, nestShared, storeViews, strip, stripShared } from './nest.ts';

/** Vectors in a line of cache. */
const LINE_VECTORS = 4;
/** Bodies of more operations are not written several times over. */
const LONG_BODY = 24;

type Reduce = Extract<Root, { kind: 'reduce' }>;

/** A reduction: vectors along a kept axis where the body is dense along it, else along the reduced one. */
export function writeReduction(phases: PhaseWriter, kernel: Kernel, root: Reduce): void {
  const values = bodyOf(kernel);
  const rank = kernel.space.length;
  const views = [
    ...allViews([root.body]),
    ...allViews(values),
    storeView(kernel.space),
    ...storeViews(kernel),
  ];
  const loops = mergeAxes([...kernel.space, ...root.lengths], views, rank);
  const isKept = ({ axes }: Loop) => (axes[0] ?? 0) < rank;
  const kept = loops.filter(isKept);
  const reduced = loops.filter((loop) => !isKept(loop));
  const work = sizeOf([...kernel.space, ...root.lengths]) * costOf([root.body]);
  const across = phases.vector && !isDenseAlong(root.body, kept.at(-1), reduced.at(-1));
  const pieces = kept[0]?.length ?? 1;
  // Alone, a loop that lanes run along is shared in pieces of vectors.
  const alone = !across && kept.length === 1;
  const group = phases.vector ? groupOf(root.body, kept.at(-1)) : 1;
  const context = phases.begin(work, alone ? Math.floor(pieces / (LANES * group)) : pieces);
  const plan = new Reduction(context, kernel, root, reduced);
  if (across) plan.acrossReduced(kept);
  else plan.acrossKept(kept, group);
}

/** How many vectors of sums to keep at once: what a cache line holds, unless the body is long. */
function groupOf(body: Expression, inner: Loop | undefined): number {
  let operations = 0;
  eachExpression([body], () => {
    operations++;
  });
  const isWide = inner !== undefined && inner.length >= LINE_VECTORS * LANES;
  return isWide && operations <= LONG_BODY ? LINE_VECTORS : 1;
}

/** Whether lanes along `loop` read less from scattered places than along `other`, or else more that lies side by side. */
function isDenseAlong(body: Expression, loop: Loop | undefined, other: Loop | undefined): boolean {
  if (!other) return true;
  if (!loop) return false;
  const strides = (along: Loop) => allViews([body]).map((view) => strideAlong(view, along));
  const scattered = (along: Loop) => strides(along).filter((stride) => stride !== 0 && stride !== 1).length;
  const dense = (along: Loop) => strides(along).filter((stride) => stride === 1).length;
  return (
    scattered(loop) < scattered(other) || (scattered(loop) === scattered(other) && dense(loop) > dense(other))
  );
}

class Reduction {
  readonly #context: KernelContext;
  readonly #kernel: Kernel;
  readonly #root: Reduce;
  readonly #reduced: readonly Loop[];
  readonly #arithmetic: Arithmetic;
  readonly #dense: View;

  constructor(context: KernelContext, kernel: Kernel, root: Reduce, reduced: readonly Loop[]) {
    this.#context = context;
    this.#kernel = kernel;
    this.#root = root;
    this.#reduced = reduced;
    this.#arithmetic = new Arithmetic(context.code, context.vector);
    this.#dense = storeView(kernel.space);
  }

  /** One accumulator for each lane along a kept axis; several vectors of them where that makes fewer loops. */
  acrossKept(kept: readonly Loop[], group: number): void {
    const inner = kept.at(-1);
    const around = kept.slice(0, -1);
    nestShared(this.#context, around, (outer) =>
      (around.length > 0 ? strip : stripShared)(
        this.#context,
        inner,
        (at, lanes, vectors) => {
          const ats = Array.from({ length: vectors }, (_, v) => advance(this.#context.code, at, v * LANES));
          const totals = ats.map(() => this.#accumulator());
          this.#reduceAt(ats, totals, lanes, outer, inner);
          for (const [v, total] of totals.entries())
            this.#finish(total, outer, inner, ats[v] as Counter, lanes);
        },
        group,
      ),
    );
  }

  #reduceAt(
    ats: readonly Counter[],
    totals: readonly Local[],
    lanes: number,
    outer: readonly Position[],
    inner: Loop | undefined,
  ): void {
    const bodies = [this.#root.body];
    const [first] = totals as [Local];
    const innermost = this.#reduced.at(-1);
    nest(this.#context, this.#reduced.slice(0, -1), (reducing) => {
      if (!inner || lanes === 1) {
        const here = inner ? [...outer, { loop: inner, counter: ats[0] as Counter }] : outer;
        const body = new Body(this.#context, bodies, [...here, ...reducing], innermost);
        this.#each(innermost, (counter) => this.#add(first, body.evaluate(bodies, counter, 1)[0] as Local));
        return;
      }
      // Lanes run along the kept axis, so it is the body's inner loop, and the reduced ones all surround it.
      this.#each(innermost, (counter) => {
        const all = innermost
          ? [...outer, ...reducing, { loop: innermost, counter }]
          : [...outer, ...reducing];
        const body = new Body(this.#context, bodies, all, inner);
        for (const [v, total] of totals.entries())
          this.#add(total, body.evaluate(bodies, ats[v] as Counter, lanes)[0] as Local);
      });
    });
  }

  /** Lanes run along the reduced axis, and are combined at its end. */
  acrossReduced(kept: readonly Loop[]): void {
    const { code } = this.#context;
    const innermost = this.#reduced.at(-1);
    const length = innermost?.length ?? 1;
    nestShared(this.#context, kept, (outer) => {
      // Four accumulators hide the latency of addition; the order is fixed by the length alone.
      const count = length >= 4 * LANES * 4 ? 4 : 1;
      const totals = Array.from({ length: count }, () => this.#accumulator());
      const first = totals[0] as Local;
      nest(this.#context, this.#reduced.slice(0, -1), (around) => {
        const body = new Body(this.#context, [this.#root.body], [...outer, ...around], innermost);
        const value = (counter: Counter, lanes: number) =>
          body.evaluate([this.#root.body], counter, lanes)[0] as Local;
        const block = LANES * count;
        const blocks = length - (length % block);
        const full = length - (length % LANES);
        forEach(code, 0, blocks, block, (counter) => {
          totals.forEach((total, i) => {
            this.#add(total, value(advance(code, counter, i * LANES), LANES));
          });
        });
        if (count > 1)
          forEach(code, blocks, full, LANES, (counter) => this.#add(first, value(counter, LANES)));
        if (full < length) this.#add(first, this.#masked(value(full * UNIT, length - full), length - full));
      });
      for (const total of totals.slice(1)) this.#add(first, total);
      this.#combineLanes(first);
      this.#finish(first, outer, undefined, 0, 1);
    });
  }

  #each(loop: Loop | undefined, body: (counter: Counter) => void): void {
    forEach(this.#context.code, 0, loop?.length ?? 1, 1, body);
  }

  #finish(
    total: Local,
    outer: readonly Position[],
    inner: Loop | undefined,
    counter: Counter,
    lanes: number,
  ): void {
    const values = bodyOf(this.#kernel);
    const roots = new Map<Expression, Local>();
    eachExpression(values, (expression) => {
      if (expression.kind === 'root') roots.set(expression, total);
    });
    const body = new Body(this.#context, values, outer, inner, roots);
    const stores = new Stores(this.#context, this.#kernel.stores, this.#dense, outer, inner);
    stores.write(body.evaluate(values, counter, lanes), counter, lanes);
  }

  #accumulator(): Local {
    const { code } = this.#context;
    const start = this.#arithmetic.constant(neutralOf(this.#root), this.#root.dtype);
    return code.get(start).keep(start.type);
  }

  #combine(a: Local, b: Local): Local {
    const { dtype, op } = this.#root;
    const operand = (local: Local) => ({ local, dtype });
    return this.#arithmetic.apply(op === 'sum' ? 'add' : 'max', dtype, [operand(a), operand(b)]);
  }

  #add(total: Local, value: Local): void {
    this.#context.code.get(this.#combine(total, value)).set(total);
  }

  /** Lanes from `lanes` on become the neutral element. */
  #masked(value: Local, lanes: number): Local {
    const { code } = this.#context;
    const mask = new Uint8Array(
      Int32Array.from({ length: LANES }, (_, lane) => (lane < lanes ? -1 : 0)).buffer,
    );
    const neutral = this.#arithmetic.constant(neutralOf(this.#root), this.#root.dtype);
    return code.get(value).get(neutral).emit('v128.const', mask).emit('v128.bitselect').keep('v128');
  }

  /** Pairs lanes 0–2 and 1–3, then those two. */
  #combineLanes(total: Local): void {
    const { code } = this.#context;
    for (const distance of [8, 4]) {
      const turn = Uint8Array.from({ length: 16 }, (_, byte) => (byte + distance) % 16);
      const turned = code.get(total).get(total).emit('i8x16.shuffle', turn).keep('v128');
      this.#add(total, turned);
    }
  }
}

function neutralOf({ op, dtype }: { readonly op: 'sum' | 'reduceMax'; readonly dtype: Dtype }): number {
  if (op === 'sum' || dtype === 'uint32') return 0;
  return dtype === 'int32' ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
}
