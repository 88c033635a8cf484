import type { Local } from '../assembly/assembler.ts';
import {
  type Counter,
  forEach,
  forShare,
  inLastPart,
  type Share,
  sumOf,
  UNIT,
  whilst,
} from '../assembly/loops.ts';
import type { KernelContext, Position } from '../body.ts';
import { type PhaseWriter, PREPARED } from '../phases.ts';
import type { Product } from './matmul.ts';
import { packPanel, pushCounter, type Side } from './sides.ts';
import { type Epilogue, TILE_BYTES, type Tile, vectorsOf, zeroTotals } from './tiles.ts';

/** A register tile: four rows by eight columns are eight accumulators, the most that V8 does not spill. */
export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;
/** Bytes of the sums of a tile in memory. */
export const SUMS_BYTES = 4 * TILE_ROWS * TILE_COLUMNS;
/** Depths up to this are gone through at once; longer ones in blocks whose panels stay in the nearest cache. */
const WHOLE_DEPTH = 1024;
export const BLOCK_DEPTH = 512;
/** A block of packed rows stays in the second-level cache. */
const BLOCK_BYTES = 192 * 1024;
/** Right sides up to this size are read again and again without leaving the cache. */
const RESIDENT_BYTES = 64 * 1024;
/** Right sides up to this size are packed sooner than another thread is waited for. */
const SMALL_BYTES = 8 * 1024;
/** Threads need some blocks to share. */
const BLOCKS = 8;
/** Threads share the columns where there are so many of them, and at most so many rows for each. */
const SHARED_COLUMNS = 64;
const ROWS_A_COLUMN = 4;
const MANY_PANELS = 32;

/** A product of panels: both sides are copied, through whatever view they are read, to where the inner loop walks them. */
export class PackedProduct {
  readonly #phases: PhaseWriter;
  readonly #product: Product;
  readonly #blockRows: number;
  readonly #blockDepth: number;
  readonly #panels: number;
  /** Whether threads share the columns, and not the rows. */
  readonly #isByColumns: boolean;

  constructor(phases: PhaseWriter, product: Product) {
    this.#phases = phases;
    this.#product = product;
    const { depth, rows, columns } = product;
    this.#panels = Math.ceil(columns.length / TILE_COLUMNS);
    this.#blockDepth = depth <= WHOLE_DEPTH ? depth : BLOCK_DEPTH;
    this.#isByColumns = columns.length >= SHARED_COLUMNS && rows.length <= ROWS_A_COLUMN * columns.length;
    this.#blockRows = this.#rowsOfBlock();
    phases.ownBytes = Math.max(phases.ownBytes, this.#leftBytes + this.#sumsBytes + TILE_BYTES);
  }

  /** Whether sums are kept in memory between blocks of the depth. */
  get #isBlocked(): boolean {
    return this.#blockDepth < this.#product.depth;
  }

  /** Whether all rows stay packed from one piece of the columns to the next. */
  get #isOneBlock(): boolean {
    return !this.#isBlocked && this.#blockRows >= this.#product.rows.length;
  }

  get #leftBytes(): number {
    return 4 * this.#blockRows * this.#blockDepth;
  }

  get #sumsBytes(): number {
    return this.#isBlocked ? (this.#blockRows / TILE_ROWS) * this.#panels * SUMS_BYTES : 0;
  }

  get #rightBytes(): number {
    return 4 * this.#panels * TILE_COLUMNS * this.#product.depth;
  }

  write(): void {
    if (this.#isByColumns) this.#byColumns();
    else this.#byRows();
  }

  /**
   * One phase, in which each thread packs columns of its own and multiplies all rows with them, which it packs as
   * well: once, if they are one block. What it packs stays in its cache: lines that another thread has read are slow
   * to write again.
   */
  #byColumns(): void {
    this.#phases.commonBytes = Math.max(this.#phases.commonBytes, this.#rightBytes);
    const pieces = this.#panels >= MANY_PANELS || this.#isOneBlock ? 4 : 2;
    const context = this.#phases.begin(this.#product.cost, this.#panels, { pieces });
    const [left, right] = this.#product.sides(context, []);
    this.#packRight(context, right, context.common);
    const alone = { ...context, share: undefined };
    this.#multiply(alone, left, context.common, context.own, [], context.share);
  }

  /** Blocks of rows, with the right side packed: by each thread for itself where it is small, else by all together before. */
  #byRows(): void {
    const { cost, depth, columns, rows } = this.#product;
    const blocks = Math.ceil(rows.length / this.#blockRows);
    if (this.#rightBytes <= SMALL_BYTES) {
      const behind = this.#leftBytes + this.#sumsBytes + TILE_BYTES;
      this.#phases.ownBytes = Math.max(this.#phases.ownBytes, behind + this.#rightBytes);
      const context = this.#phases.begin(cost, blocks);
      const [left, right] = this.#product.sides(context, []);
      const packed = context.code.get(context.own).emit('i32.const', behind).emit('i32.add').keep('i32');
      once(context, context.share, () => this.#packRight({ ...context, share: undefined }, right, packed));
      this.#multiply(context, left, packed, context.own, []);
      return;
    }
    this.#phases.commonBytes = Math.max(this.#phases.commonBytes, this.#rightBytes);
    const packing = this.#phases.begin(2 * depth * columns.length, this.#panels);
    const [, right] = this.#product.sides(packing, []);
    this.#packRight(packing, right, packing.common);
    const context = this.#phases.begin(cost, blocks);
    const [left] = this.#product.sides(context, []);
    this.#multiply(context, left, context.common, context.own, []);
  }

  /** All of it for one of several batches, with memory of this thread alone. */
  writeBatch(context: KernelContext, batch: readonly Position[]): void {
    const { code, own } = context;
    const bytes = this.#rightBytes;
    this.#phases.ownBytes = Math.max(
      this.#phases.ownBytes,
      this.#rightBytes + this.#leftBytes + this.#sumsBytes + TILE_BYTES,
    );
    const [left, right] = this.#product.sides(context, batch);
    this.#packRight(context, right, own);
    const rest = code.get(own).emit('i32.const', bytes).emit('i32.add').keep('i32');
    this.#multiply(context, left, own, rest, batch);
  }

  /** The panels one after the other, each along the whole depth. */
  #packRight(context: KernelContext, right: Side, target: Local): void {
    const { code, share } = context;
    const { depth } = this.#product;
    const zero = code.emit('i32.const', 0).keep('i32');
    const count = code.emit('i32.const', depth * UNIT).keep('i32');
    const pack = (at: Counter) =>
      packPanel(context, right, TILE_COLUMNS, at, zero, count, this.#panelAt(context, target, at, depth));
    const length = this.#panels * TILE_COLUMNS;
    if (share) forShare(code, share, length, TILE_COLUMNS, TILE_COLUMNS, pack);
    else forEach(code, 0, length, TILE_COLUMNS, pack);
  }

  /** Where the panel of the rows (or columns) from `at` on begins. */
  #panelAt({ code }: KernelContext, start: Local, at: Counter, depth: number): Local {
    const { local, constant } = sumOf(code, { local: start, constant: 0 }, [{ counter: at, factor: depth }]);
    code.get(local ?? start);
    return constant === 0 ? code.keep('i32') : code.emit('i32.const', constant).emit('i32.add').keep('i32');
  }

  /** @param panels the thread's panels of columns; by default all, and it has blocks of rows */
  #multiply(
    context: KernelContext,
    left: Side,
    right: Local,
    own: Local,
    batch: readonly Position[],
    panels?: Share,
  ): void {
    const { code, share } = context;
    const rows = this.#product.rows.length;
    const epilogue = this.#product.epilogue(context, batch);
    const block = (at: Counter) => this.#block(context, epilogue, left, right, own, at, panels);
    if (share) forShare(code, share, rows, this.#blockRows, this.#blockRows, block);
    else forEach(code, 0, rows, this.#blockRows, block);
  }

  /** One block of rows: packed, multiplied with every panel of columns. */
  #block(
    context: KernelContext,
    epilogue: Epilogue,
    left: Side,
    right: Local,
    own: Local,
    at: Counter,
    panels: Share | undefined,
  ): void {
    const { code } = context;
    const { rows, depth } = this.#product;
    const from = pushed(context, at);
    // Rows of this block, the last of which may have fewer.
    code.emit('i32.const', rows.length * UNIT);
    code
      .get(from)
      .emit('i32.const', this.#blockRows * UNIT)
      .emit('i32.add');
    code.emit('i32.const', rows.length * UNIT);
    code
      .get(from)
      .emit('i32.const', this.#blockRows * UNIT)
      .emit('i32.add');
    const end = code.emit('i32.lt_s').emit('select').keep('i32');
    const spare = { address: own, at: this.#leftBytes + this.#sumsBytes };
    if (!this.#isBlocked) {
      const zero = code.emit('i32.const', 0).keep('i32');
      const count = code.emit('i32.const', depth * UNIT).keep('i32');
      const pack = () => this.#packLeft(context, left, from, end, zero, count, own);
      if (panels && this.#isOneBlock) once(context, panels, pack);
      else pack();
      this.#eachTile(context, from, end, panels, (tile, row, column) => {
        const totals = zeroTotals(context, tile);
        accumulate(context, tile, totals, {
          left: this.#tilePanel(context, own, row, from, this.#blockDepth),
          right: this.#panelAt(context, right, column, depth),
          count,
        });
        epilogue.write(tile, totals, row, column, spare);
      });
      return;
    }
    const k = code.emit('i32.const', 0).keep('i32');
    code.nest('loop', () => {
      const count = lesser(context, this.#blockDepth * UNIT, k, depth * UNIT);
      this.#packLeft(context, left, from, end, k, count, own);
      this.#eachTile(context, from, end, panels, (tile, row, column) => {
        const sums = this.#sumsAt(context, own, row, from, column);
        const totals = zeroTotals(context, tile);
        code.get(k);
        code.nest('if', () => loadSums(context, totals, sums, this.#leftBytes));
        const panel = this.#panelAt(context, right, column, depth);
        accumulate(context, tile, totals, {
          left: this.#tilePanel(context, own, row, from, this.#blockDepth),
          right: code
            .get(panel)
            .get(k)
            .emit('i32.const', TILE_COLUMNS)
            .emit('i32.mul')
            .emit('i32.add')
            .keep('i32'),
          count,
        });
        storeSums(context, totals, sums, this.#leftBytes);
      });
      code
        .get(k)
        .emit('i32.const', this.#blockDepth * UNIT)
        .emit('i32.add')
        .emit('local.tee', k.index);
      code
        .emit('i32.const', depth * UNIT)
        .emit('i32.lt_s')
        .emit('br_if', 0);
    });
    this.#eachTile(context, from, end, panels, (tile, row, column) => {
      const totals = zeroTotals(context, tile);
      loadSums(context, totals, this.#sumsAt(context, own, row, from, column), this.#leftBytes);
      epilogue.write(tile, totals, row, column, spare);
    });
  }

  /** Few rows where the right side stays near anyway: what the epilogue reads and writes is then gone through once. */
  #rowsOfBlock(): number {
    const { depth, rows, columns } = this.#product;
    if (4 * depth * columns.length <= RESIDENT_BYTES) return TILE_ROWS;
    const tiles = Math.ceil(rows.length / TILE_ROWS);
    const fitting = Math.floor(BLOCK_BYTES / (4 * this.#blockDepth) / TILE_ROWS);
    const sharing = this.#isByColumns ? tiles : Math.ceil(tiles / BLOCKS);
    return Math.max(1, Math.min(fitting, sharing)) * TILE_ROWS;
  }

  #packLeft(
    context: KernelContext,
    left: Side,
    from: Local,
    end: Local,
    k: Local,
    count: Local,
    own: Local,
  ): void {
    const row = context.code.get(from).keep('i32');
    whilst(context.code, row, end, TILE_ROWS, () => {
      const target = this.#tilePanel(context, own, row, from, this.#blockDepth);
      packPanel(context, left, TILE_ROWS, row, k, count, target);
    });
  }

  /** Where the packed rows from `row` on, of the block that begins at `from`, are. */
  #tilePanel({ code }: KernelContext, own: Local, row: Counter, from: Local, depth: number): Local {
    if (typeof row === 'number') code.emit('i32.const', row);
    else code.get(row);
    code.get(from).emit('i32.sub').emit('i32.const', depth).emit('i32.mul');
    return code.get(own).emit('i32.add').keep('i32');
  }

  #sumsAt(context: KernelContext, own: Local, row: Counter, from: Local, column: Counter): Local {
    const { code } = context;
    pushCounter(context, row);
    code
      .get(from)
      .emit('i32.sub')
      .emit('i32.const', (this.#panels * SUMS_BYTES) / TILE_ROWS / UNIT);
    code.emit('i32.mul');
    pushCounter(context, column);
    code
      .emit('i32.const', SUMS_BYTES / TILE_COLUMNS / UNIT)
      .emit('i32.mul')
      .emit('i32.add');
    return code.get(own).emit('i32.add').keep('i32');
  }

  /** Every tile of the rows from `from` to `end`, panel by panel. */
  #eachTile(
    context: KernelContext,
    from: Local,
    end: Local,
    panels: Share | undefined,
    body: (tile: Tile, row: Counter, column: Counter) => void,
  ): void {
    const { rows, columns } = this.#product;
    const panel = (column: Counter, vectors: number[]) =>
      eachTileIn(context, rows.length, from, end, (row, count) =>
        body({ rows: count, vectors }, row, column),
      );
    eachPanel(context, columns.length, panel, panels);
  }
}

/** Does something in the first of a thread's pieces of a phase. */
function once({ code }: KernelContext, share: Share | undefined, body: () => void): void {
  if (!share) {
    body();
    return;
  }
  code.emit('global.get', PREPARED).emit('i32.eqz');
  code.nest('if', () => {
    body();
    code.emit('i32.const', 1).emit('global.set', PREPARED);
  });
}

/** The panels of columns, or a thread's share of them, the last with the vectors it needs. */
export function eachPanel(
  { code }: KernelContext,
  columns: number,
  body: (column: Counter, vectors: number[]) => void,
  share?: Share,
): void {
  const full = columns - (columns % TILE_COLUMNS);
  const whole = (at: Counter) => body(at, vectorsOf(TILE_COLUMNS));
  if (share) forShare(code, share, full, TILE_COLUMNS, TILE_COLUMNS, whole);
  else forEach(code, 0, full, TILE_COLUMNS, whole);
  if (full < columns) inLastPart(code, share, () => body(full * UNIT, vectorsOf(columns - full)));
}

/** The tiles of the rows from `from` to `end`; rows that do not fill one are the last of all `rows`. */
export function eachTileIn(
  { code }: KernelContext,
  rows: number,
  from: Local,
  end: Local,
  body: (row: Counter, count: number) => void,
): void {
  const rest = rows % TILE_ROWS;
  const full =
    rest === 0
      ? end
      : code
          .get(end)
          .emit('i32.const', -TILE_ROWS * UNIT)
          .emit('i32.and')
          .keep('i32');
  const row = code.get(from).keep('i32');
  if (rows >= TILE_ROWS) whilst(code, row, full, TILE_ROWS, () => body(row, TILE_ROWS));
  if (rest === 0) return;
  code.get(row).get(end).emit('i32.lt_s');
  code.nest('if', () => body((rows - rest) * UNIT, rest));
}

/** Adds the products of a panel of rows and one of columns to the sums of a tile. */
export function accumulate(
  context: KernelContext,
  tile: Tile,
  totals: readonly Local[][],
  { left, right, count }: { left: Local; right: Local; count: Local },
): void {
  const { code } = context;
  const a = code.get(left).keep('i32');
  const b = code.get(right).keep('i32');
  const end = code
    .get(b)
    .get(count)
    .emit('i32.const', TILE_COLUMNS)
    .emit('i32.mul')
    .emit('i32.add')
    .keep('i32');
  code.nest('loop', () => {
    const columns = tile.vectors.map((_, v) =>
      code
        .get(b)
        .emit('v128.load', 16 * v)
        .keep('v128'),
    );
    for (const [r, row] of totals.entries()) {
      const number = code
        .get(a)
        .emit('v128.load32_splat', 4 * r)
        .keep('v128');
      for (const [v, total] of row.entries()) {
        const column = columns[v] as Local;
        addProduct(context, total, number, column);
      }
    }
    code
      .get(a)
      .emit('i32.const', 4 * TILE_ROWS)
      .emit('i32.add')
      .set(a);
    code
      .get(b)
      .emit('i32.const', 4 * TILE_COLUMNS)
      .emit('i32.add')
      .emit('local.tee', b.index);
    code.get(end).emit('i32.lt_u').emit('br_if', 0);
  });
}

export function loadSums({ code }: KernelContext, totals: readonly Local[][], from: Local, offset = 0): void {
  for (const [r, row] of totals.entries()) {
    for (const [v, total] of row.entries())
      code
        .get(from)
        .emit('v128.load', offset + 4 * (r * TILE_COLUMNS + v * 4))
        .set(total);
  }
}

export function storeSums({ code }: KernelContext, totals: readonly Local[][], to: Local, offset = 0): void {
  for (const [r, row] of totals.entries()) {
    for (const [v, total] of row.entries())
      code
        .get(to)
        .get(total)
        .emit('v128.store', offset + 4 * (r * TILE_COLUMNS + v * 4));
  }
}

/** The counter as a local of its own. */
function pushed(context: KernelContext, at: Counter): Local {
  pushCounter(context, at);
  return context.code.keep('i32');
}

/** The lesser of `most` and what is left behind `k` up to `end`. */
export function lesser({ code }: KernelContext, most: number, k: Local, end: number): Local {
  const left = code.emit('i32.const', end).get(k).emit('i32.sub').keep('i32');
  code.emit('i32.const', most).get(left).emit('i32.const', most).get(left);
  return code.emit('i32.lt_s').emit('select').keep('i32');
}

/** total ← total + a·b, in one instruction where the machine has one. */
export function addProduct({ code, relaxed }: KernelContext, total: Local, a: Local, b: Local): void {
  if (relaxed) code.get(a).get(b).get(total).emit('f32x4.relaxed_madd').set(total);
  else code.get(total).get(a).get(b).emit('f32x4.mul').emit('f32x4.add').set(total);
}
