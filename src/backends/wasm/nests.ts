import {
  bodyOf,
  type Expression,
  eachExpression,
  type Kernel,
  type Root,
  type Store,
} from '../../compile/kernels.ts';
import type { View } from '../../compile/views.ts';
import type { Dtype } from '../../graph/dtypes.ts';
import { type Shape, sizeOf } from '../../graph/ndarray.ts';
import { loadNumber, loadVector, store } from './arithmetic/access.ts';
import { Arithmetic } from './arithmetic/operations.ts';
import type { Local } from './assembly/assembler.ts';
import {
  advance,
  type Counter,
  elementBytes,
  forEach,
  forShare,
  inLastPart,
  type Loop,
  mergeAxes,
  storeView,
  strideAlong,
  sumOf,
  UNIT,
  viewsOf,
} from './assembly/loops.ts';
import { Body, clampRow, type KernelContext, type Position } from './body.ts';
import type { PhaseWriter } from './phases.ts';
import { costOf, MOST_THREADS } from './threads/sharing.ts';

/** Numbers in a SIMD register. */
export const LANES = 4;
/** Vectors in a line of cache. */
const LINE_VECTORS = 4;
/** Bodies of more operations are not written several times over. */
const LONG_BODY = 24;

/** Every distinct view under some expressions. */
export function allViews(expressions: readonly Expression[]): View[] {
  const views: View[] = [];
  eachExpression(expressions, (expression) => {
    views.push(...viewsOf(expression));
  });
  return views;
}

/** The views of results that are not written densely. */
function storeViews({ stores }: Kernel): View[] {
  return stores.flatMap(({ view }) => view ?? []);
}

/** Writes nested loops, outermost first; `body` gets the position of each. */
export function nest(
  context: KernelContext,
  loops: readonly Loop[],
  body: (positions: readonly Position[]) => void,
  positions: readonly Position[] = [],
): void {
  const [loop, ...rest] = loops;
  if (!loop) {
    body(positions);
    return;
  }
  forEach(context.code, 0, loop.length, 1, (counter) =>
    nest(context, rest, body, [...positions, { loop, counter }]),
  );
}

/** Nested loops whose outermost the threads share; each part is one of its steps. */
export function nestShared(
  context: KernelContext,
  loops: readonly Loop[],
  body: (positions: readonly Position[]) => void,
): void {
  const [loop, ...rest] = loops;
  if (!loop || !context.share) nest(context, loops, body);
  else
    forShare(
      context.code,
      context.share,
      loop.length,
      Math.ceil(loop.length / context.share.parts),
      1,
      (counter) => nest(context, rest, body, [{ loop, counter }]),
    );
}

/** Runs `body` along a loop, as many numbers at a time as fit; the last piece has what is left. */
export function strip(context: KernelContext, loop: Loop | undefined, body: StripBody, group = 1): void {
  const length = loop?.length ?? 1;
  const width = context.vector ? LANES : 1;
  const grouped = length - (length % (width * group));
  forEach(context.code, 0, grouped, width * group, (counter) => body(counter, width, group));
  stripRest(context, length, grouped, body);
}

/** What is computed at a position: for so many lanes, in so many vectors side by side. */
type StripBody = (counter: Counter, lanes: number, vectors: number) => void;

/** From `grouped` on: vector by vector, and then what does not fill one. */
function stripRest({ code, vector }: KernelContext, length: number, grouped: number, body: StripBody): void {
  const width = vector ? LANES : 1;
  const full = length - (length % width);
  forEach(code, grouped, full, width, (counter) => body(counter, width, 1));
  if (full < length) body(full * UNIT, length - full, 1);
}

/** The same where the threads share the loop, in parts that are multiples of a vector. */
export function stripShared(
  context: KernelContext,
  loop: Loop | undefined,
  body: StripBody,
  group = 1,
): void {
  const { code, share, vector } = context;
  if (!share) {
    strip(context, loop, body, group);
    return;
  }
  const length = loop?.length ?? 1;
  const width = (vector ? LANES : 1) * group;
  const grouped = length - (length % width);
  const size = Math.ceil(grouped / width / share.parts) * width;
  forShare(code, share, grouped, size, width, (counter) => body(counter, width / group, group));
  if (grouped < length) inLastPart(code, share, () => stripRest(context, length, grouped, body));
}

/**
 * A kernel without a root: the body at every point of the space.
 *
 * @param isShared whether threads share it; by default if it is worth it
 */
export function writeElementwise(phases: PhaseWriter, kernel: Kernel, isShared?: boolean): void {
  const values = bodyOf(kernel);
  const dense = storeView(kernel.space);
  const loops = mergeAxes(kernel.space, [...allViews(values), dense, ...storeViews(kernel)]);
  const inner = loops.at(-1);
  const around = loops.slice(0, -1);
  // Parts are steps of the outermost loop, or where that is too short, or the only one, pieces of the innermost.
  const [outermost] = around;
  const byOuter = outermost !== undefined && outermost.length >= MOST_THREADS;
  const work = sizeOf(kernel.space) * costOf(values);
  const pieces = byOuter ? outermost.length : Math.floor((inner?.length ?? 1) / LANES);
  const context = phases.begin(work, pieces, { isShared: isShared ?? phases.isShared(work) });
  (byOuter ? nestShared : nest)(context, around, (outer) => {
    const body = new Body(context, values, outer, inner);
    const stores = new Stores(context, kernel.stores, dense, outer, inner);
    (byOuter ? strip : stripShared)(context, inner, (counter, lanes) =>
      stores.write(body.evaluate(values, counter, lanes), counter, lanes),
    );
  });
}

/** Writes results over a kernel's space, densely unless a store says otherwise; addresses of the outer loops are computed in front. */
export class Stores {
  readonly #context: KernelContext;
  readonly #stores: readonly Store[];
  readonly #starts: ReturnType<typeof sumOf>[];
  readonly #strides: readonly number[];

  constructor(
    context: KernelContext,
    stores: readonly Store[],
    dense: View,
    outer: readonly Position[],
    inner: Loop | undefined,
  ) {
    this.#context = context;
    this.#stores = stores;
    this.#strides = stores.map(({ view = dense }) => strideAlong(view, inner));
    this.#starts = stores.map(({ buffer, view = dense }) => {
      const bytes = elementBytes(buffer);
      const terms = outer.map(({ loop, counter }) => ({
        counter,
        factor: (strideAlong(view, loop) * bytes) / UNIT,
      }));
      const start = { local: context.addressOf(buffer), constant: view.offset * bytes };
      return sumOf(context.code, start, terms);
    });
  }

  write(values: readonly Local[], counter: Counter, lanes: number): void {
    this.#stores.forEach(({ buffer }, i) => {
      const stride = this.#strides[i] ?? 0;
      const factor = (stride * elementBytes(buffer)) / UNIT;
      const start = this.#starts[i];
      const value = values[i];
      if (!start || !value) return;
      const at = sumOf(this.#context.code, start, [{ counter, factor }]);
      store(this.#context, at, value, buffer.dtype, lanes, stride);
    });
  }
}

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

type Scatter = Extract<Root, { kind: 'scatter' }>;

/** Zeros, then each update added at its row, in order: so the same sums whatever repeats. */
export function writeScatter(phases: PhaseWriter, kernel: Kernel, root: Scatter): void {
  const context = phases.begin();
  const { code } = context;
  const { rows, width, dtype } = root;
  const target = kernel.stores[0]?.buffer;
  if (!target) return;
  const bytes = elementBytes({ dtype });
  const arithmetic = new Arithmetic(code, context.vector);
  code
    .get(context.addressOf(target))
    .emit('i32.const', 0)
    .emit('i32.const', rows * width * bytes)
    .emit('memory.fill');
  forEach(code, 0, root.indices.elements, 1, (item) => {
    const from = sumOf(code, { local: context.addressOf(root.updates), constant: 0 }, [
      { counter: item, factor: (width * bytes) / UNIT },
    ]);
    const to = rowAddress(context, root, context.addressOf(target), item, rows, width * bytes);
    strip(context, { length: width, axes: [] }, (counter, lanes) => {
      const at = { local: to, constant: 0 };
      const read = (start: ReturnType<typeof sumOf>) => {
        const place = sumOf(code, start, [{ counter, factor: bytes / UNIT }]);
        code.get(place.local as Local);
        const load = context.vector ? loadVector : loadNumber;
        return load(code, dtype, place.constant).keep(arithmetic.typeOf(dtype));
      };
      const total = arithmetic.apply('add', dtype, [
        { local: read(at), dtype },
        { local: read(from), dtype },
      ]);
      store(context, sumOf(code, at, [{ counter, factor: bytes / UNIT }]), total, dtype, lanes, 1);
    });
  });
}

type Unwindow = Extract<Root, { kind: 'unwindow' }>;

/** Zeros, then each element added at its place; in one pass of the inner loops no place is met twice. */
export function writeUnwindow(phases: PhaseWriter, kernel: Kernel, root: Unwindow): void {
  const { body, view, dtype } = root;
  const target = kernel.stores[0]?.buffer;
  if (!target) return;
  const sum: Expression = {
    kind: 'apply',
    op: 'add',
    dtype,
    inputs: [{ kind: 'load', dtype, buffer: target, view }, body],
  };
  const zero: Expression = { kind: 'constant', dtype, value: 0 };
  writeElementwise(phases, { space: kernel.space, stores: [{ buffer: target, value: zero }] });
  // Batches do not meet: threads may share the leading axis, if windows run along others.
  const batches = root.lengths[0] ?? 1;
  const apart =
    batches > 1 && batches === kernel.space[0] && view.strides[0] === sizeOf(kernel.space.slice(1));
  const loops = mergeAxes(root.lengths, [...allViews([body]), view], apart ? 1 : undefined);
  const inner = loops.at(-1);
  const around = loops.slice(0, -1);
  const work = sizeOf(root.lengths) * costOf([sum]);
  const context = phases.begin(work, apart ? (around[0]?.length ?? 1) : 1);
  nestShared(context, around, (outer) => {
    const at = new Body(context, [sum], outer, inner);
    const stores = new Stores(context, kernel.stores, view, outer, inner);
    strip(context, inner, (counter, lanes) =>
      stores.write(at.evaluate([sum], counter, lanes), counter, lanes),
    );
  });
}

function rowAddress(
  { code, addressOf }: KernelContext,
  root: Scatter,
  start: Local,
  item: Counter,
  rows: number,
  rowBytes: number,
): Local {
  const place = sumOf(code, { local: addressOf(root.indices), constant: 0 }, [{ counter: item, factor: 1 }]);
  const row = code
    .get(place.local as Local)
    .emit('i32.load', place.constant)
    .keep('i32');
  const clamped = clampRow(code, row, rows);
  return code.get(clamped).emit('i32.const', rowBytes).emit('i32.mul').get(start).emit('i32.add').keep('i32');
}

/** The number of points of a shape is zero: nothing to compute. */
export function isEmpty(shape: Shape): boolean {
  return shape.includes(0);
}
