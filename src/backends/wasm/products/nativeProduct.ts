import type { Buffer, Expression, Kernel } from '../../../compile/kernels.ts';
import type { Program } from '../../../compile/program.ts';
import { contiguous } from '../../../compile/views.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import type { Local } from '../assembly/assembler.ts';
import { type Counter, elementBytes, forEach, UNIT, whilst } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import { writeElementwise } from '../nests/elementwise.ts';
import { nestShared } from '../nests/nest.ts';
import type { PhaseWriter } from '../phases.ts';
import { eachBlock, gridOf, LEAST_CALLS, leastOf, MOST_CALLS, placeIn } from './blocks.ts';
import { COPIED_BYTES, copyLine, copyLines, lineAt } from './copies.ts';
import { chunksOf } from './deepProduct.ts';
import type { Product } from './matmul.ts';
import { plainSide, pushCounter, pushNumber, type Side } from './sides.ts';

/** Products of fewer multiplications are done before a call is worth it. */
const NATIVE_WORK = 250_000;
const NATIVE_LENGTH = 8;
/** Long sums of few results are cut into chunks. */
const DEEP = 2048;

export function isNative(phases: PhaseWriter, { work, rows, columns, depth, root }: Product): boolean {
  const least = Math.min(rows.length, columns.length, depth);
  return (
    phases.gemm !== undefined && root.dtype === 'float32' && work >= NATIVE_WORK && least >= NATIVE_LENGTH
  );
}

/** A matrix as a BLAS takes it: rows that are dense, and how far apart they begin. */
interface Stored {
  readonly transposed: boolean;
  /** In numbers. */
  readonly stride: number;
}

/** As it lies in memory; undefined where it must be copied, or widened. */
function stored(side: Side, depth: number): Stored | undefined {
  const plain = plainSide(side);
  if (!plain || side.dtype !== 'float32') return undefined;
  const [outer, along] = [plain.outer / 4, plain.depth / 4];
  if ((along === 1 || depth === 1) && outer >= depth) return { transposed: false, stride: outer };
  if ((outer === 1 || side.length === 1) && along >= side.length) return { transposed: true, stride: along };
  return undefined;
}

/**
 * A product by the system's BLAS, on the arena as it stands. What no stride can say is copied line by line, a part
 * at a time; what follows the product is a loop of its own, unless there is nothing.
 */
export class NativeProduct {
  readonly #phases: PhaseWriter;
  readonly #product: Product;
  /** Where the sums go first. */
  readonly #sums: Buffer;
  /** What is stored, if it is just the sums. */
  readonly #result: Buffer | undefined;

  constructor(phases: PhaseWriter, product: Product) {
    this.#phases = phases;
    this.#product = product;
    const { kernel, root } = product;
    const [store, ...others] = kernel.stores;
    const isPlain = others.length === 0 && store?.value.kind === 'root' && store.view === undefined;
    this.#result = isPlain ? store.buffer : undefined;
    this.#sums = phases.scratch(root.dtype, sizeOf(kernel.space));
  }

  write(): void {
    const { rows, columns, depth } = this.#product;
    if (this.#product.batches.length > 0) {
      this.#batches();
      return;
    }
    const isDeep = depth >= DEEP && rows.length * columns.length <= depth * 32;
    const chunks = isDeep
      ? Math.min(MOST_CALLS / 2, Math.floor(depth / 1024))
      : Math.min(LEAST_CALLS, chunksOf(this.#phases, this.#product));
    if (chunks > 1) this.#chunks(chunks);
    else this.#blocks();
  }

  /** Writes the rest of the kernel over the sums. */
  #finish(): void {
    if (this.#result) return;
    // Where threads share the product each goes on with what it has at hand.
    const isShared = this.#phases.isShared(this.#product.cost);
    writeElementwise(this.#phases, onSums(this.#product.kernel, this.#sums), isShared);
  }

  #target(context: KernelContext): Local {
    return context.addressOf(this.#result ?? this.#sums);
  }

  #batches(): void {
    const { batches, cost, rows, columns, depth } = this.#product;
    const all = batches.reduce((total, { length }) => total * length, 1);
    const own = 4 * depth * (rows.length + columns.length) + 64;
    this.#phases.ownBytes = Math.max(this.#phases.ownBytes, own);
    const context = this.#phases.begin(cost * all, batches[0]?.length ?? 1);
    const { code } = context;
    nestShared(context, batches, (batch) => {
      const [left, right] = this.#product.sides(context, batch);
      const a = this.#whole(context, left, context.own);
      const spare = code
        .get(context.own)
        .emit('i32.const', 4 * depth * rows.length + 16)
        .emit('i32.add')
        .keep('i32');
      const b = this.#whole(context, right, spare);
      code.emit('i32.const', 0);
      for (const { loop, counter } of batch) {
        code.emit('i32.const', loop.length).emit('i32.mul');
        pushCounter(context, counter);
        code.emit('i32.add');
      }
      code
        .emit('i32.const', rows.length * columns.length)
        .emit('i32.mul')
        .get(this.#target(context))
        .emit('i32.add');
      const c = code.keep('i32');
      this.#call(
        context,
        a,
        { ...b, isRight: true },
        { rows: rows.length, columns: columns.length, depth },
        c,
        0,
      );
    });
    this.#finish();
  }

  /** A side as it lies, or copied to `spare` line by line. */
  #whole(context: KernelContext, side: Side, spare: Local): Stored & { address: Local } {
    const { depth } = this.#product;
    const asItLies = stored(side, depth);
    if (asItLies) return { ...asItLies, address: side.address };
    forEach(context.code, 0, side.length, 1, (at) =>
      copyLine(context, side, side.outer, at, side.depth, lineAt(context, spare, at, depth)),
    );
    return { transposed: false, stride: depth, address: spare };
  }

  /** Blocks of the result that threads share. */
  #blocks(): void {
    const { cost, rows, columns, depth } = this.#product;
    const probe = this.#product.probe(this.#phases);
    const [left, right] = probe.map((side) => stored(side, depth));
    const copied = right ? undefined : this.#copyRight();
    const grid = gridOf(rows.length, columns.length, depth, left === undefined);
    if (!left) this.#phases.ownBytes = Math.max(this.#phases.ownBytes, 4 * depth * grid.rows + 64);
    const context = this.#phases.begin(cost, grid.blocks);
    const { code, own } = context;
    const [a, b] = this.#product.sides(context, []);
    const from = (side: { address: Local }, as: Stored, at: Counter) => {
      pushCounter(context, at);
      code.emit('i32.const', as.transposed ? 1 : as.stride).emit('i32.mul');
      return code.get(side.address).emit('i32.add').keep('i32');
    };
    const rightSide = copied
      ? { ...copied, address: context.addressOf(copied.buffer) }
      : { ...(right as Stored), address: b.address };
    eachBlock(context, grid.blocks, 1, (block) => {
      const [row, column] = placeIn(context, grid, columns.length, block);
      const extent = {
        rows: leastOf(context, grid.rows, row, rows.length),
        columns: leastOf(context, grid.columns, column, columns.length),
        depth,
      };
      pushCounter(context, row);
      code.emit('i32.const', columns.length).emit('i32.mul');
      pushCounter(context, column);
      const c = code.emit('i32.add').get(this.#target(context)).emit('i32.add').keep('i32');
      let leftSide: Stored & { address: Local };
      if (left) leftSide = { ...left, address: from(a, left, row) };
      else {
        copyLines(context, a, a.outer, row, extent.rows, a.depth, own, depth);
        leftSide = { transposed: false, stride: depth, address: own };
      }
      const address = from(rightSide, rightSide, column);
      this.#call(context, leftSide, { ...rightSide, address, isRight: true }, extent, c, 0);
    });
    this.#finish();
  }

  /** The right side line by line, each along the depth if its numbers lie side by side so, else across it. */
  #copyRight(): Stored & { buffer: Buffer } {
    const { columns, depth } = this.#product;
    const [, probe] = this.#product.probe(this.#phases);
    const transposed = plainSide(probe)?.depth !== elementBytes(probe);
    const [count, length] = transposed ? [depth, columns.length] : [columns.length, depth];
    const buffer = this.#phases.scratch('float32', depth * columns.length);
    const context = this.#phases.begin(4 * depth * columns.length, count);
    const [, right] = this.#product.sides(context, []);
    const [lines, along] = transposed ? [right.depth, right.outer] : [right.outer, right.depth];
    const to = context.addressOf(buffer);
    eachBlock(context, count, 1, (at) =>
      copyLine(context, right, lines, at, along, lineAt(context, to, at, length)),
    );
    return { transposed, stride: length, buffer };
  }

  /** The depth in chunks that threads share, each with sums of its own, added up in order. */
  #chunks(chunks: number): void {
    const { cost, rows, columns, depth } = this.#product;
    const [leftAs, rightAs] = this.#product.probe(this.#phases).map((side) => stored(side, depth));
    const results = rows.length * columns.length;
    const chunk = Math.ceil(depth / chunks / 8) * 8;
    const count = Math.ceil(depth / chunk);
    const partial = this.#phases.scratch('float32', count * results);
    const lines = Math.max(64, Math.floor(COPIED_BYTES / (4 * (rows.length + columns.length)) / 8) * 8);
    const call = Math.min(chunk, leftAs && rightAs ? chunk : lines);
    const rightAt = 4 * call * rows.length + 16;
    this.#phases.ownBytes = Math.max(this.#phases.ownBytes, rightAt + 4 * call * columns.length + 64);
    const context = this.#phases.begin(cost, count);
    const { code, own } = context;
    const [left, right] = this.#product.sides(context, []);
    const rightOwn = code.get(own).emit('i32.const', rightAt).emit('i32.add').keep('i32');
    eachBlock(context, depth, chunk, (at) => {
      pushCounter(context, at);
      const k = code.keep('i32');
      code.get(k);
      pushNumber(context, leastOf(context, chunk, k, depth));
      const end = code.emit('i32.const', UNIT).emit('i32.mul').emit('i32.add').keep('i32');
      code
        .get(k)
        .emit('i32.const', chunk * UNIT)
        .emit('i32.div_u');
      const c = code
        .emit('i32.const', 4 * results)
        .emit('i32.mul')
        .get(context.addressOf(partial))
        .emit('i32.add')
        .keep('i32');
      const first = code.get(k).keep('i32');
      whilst(code, k, end, call, () => {
        const some = leastOf(context, call, k, end);
        const side = (from: Side, as: Stored | undefined, spare: Local) => {
          if (as) {
            code
              .get(k)
              .emit('i32.const', as.transposed ? as.stride : 1)
              .emit('i32.mul');
            return { ...as, address: code.get(from.address).emit('i32.add').keep('i32') };
          }
          copyLines(context, from, from.depth, k, some, from.outer, spare, from.length);
          return { transposed: true, stride: from.length, address: spare };
        };
        const a = side(left, leftAs, own);
        const b = side(right, rightAs, rightOwn);
        code.get(k).get(first).emit('i32.ne').emit('f32.convert_i32_s');
        const keep = code.keep('f32');
        this.#call(
          context,
          a,
          { ...b, isRight: true },
          { rows: rows.length, columns: columns.length, depth: some },
          c,
          keep,
        );
      });
    });
    this.#combine(partial, count);
  }

  /** Adds up the chunks' sums in the order of the chunks, in the loop that does what follows. */
  #combine(partial: Buffer, chunks: number): void {
    const { kernel } = this.#product;
    const size = sizeOf(kernel.space);
    let total: Expression | undefined;
    for (let at = 0; at < chunks; at++) {
      const view = { ...contiguous(kernel.space), offset: at * size };
      const load: Expression = { kind: 'load', dtype: 'float32', buffer: partial, view };
      total = total ? { kind: 'apply', op: 'add', dtype: 'float32', inputs: [total, load] } : load;
    }
    if (total) writeElementwise(this.#phases, withRoot(kernel, total));
  }

  #call(
    context: KernelContext,
    a: Stored & { address: Local },
    b: Stored & { address: Local; isRight: true },
    extent: { rows: number | Local; columns: number | Local; depth: number | Local },
    c: Local,
    keep: number | Local,
  ): void {
    const { code } = context;
    const push = (value: number | Local) => pushNumber(context, value);
    push(Number(a.transposed));
    // A right side whose depth is dense is the transpose of what a BLAS calls B.
    push(Number(!b.transposed));
    push(extent.rows);
    push(extent.columns);
    push(extent.depth);
    code.get(a.address);
    push(a.stride);
    code.get(b.address);
    push(b.stride);
    if (typeof keep === 'number') code.emit('f32.const', keep);
    else code.get(keep);
    code.get(c);
    push(this.#product.columns.length);
    code.emit('call', this.#phases.gemm ?? 0);
  }
}

/** The kernel with its root read from where the sums are. */
function onSums(kernel: Kernel, sums: Buffer): Kernel {
  const { dtype } = sums;
  return withRoot(kernel, { kind: 'load', dtype, buffer: sums, view: contiguous(kernel.space) });
}

function withRoot({ space, stores }: Kernel, root: Expression): Kernel {
  const known = new Map<Expression, Expression>();
  const replaced = (expression: Expression): Expression => {
    if (expression.kind === 'root') return root;
    if (expression.kind !== 'apply') return expression;
    const made = known.get(expression) ?? { ...expression, inputs: expression.inputs.map(replaced) };
    known.set(expression, made);
    return made;
  };
  return { space, stores: stores.map((store) => ({ ...store, value: replaced(store.value) })) };
}

/** Whether a program has a product that a BLAS would be asked for. */
export function hasLargeProduct({ kernels }: Program): boolean {
  return kernels.some(
    ({ root, space }) =>
      root?.kind === 'matmul' && root.dtype === 'float32' && sizeOf(space) * root.depth >= NATIVE_WORK,
  );
}
