import type { Local } from '../assembly/assembler.ts';
import { type Counter, forEach, forShare, UNIT, whilst } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import type { PhaseWriter } from '../phases.ts';
import type { Product } from './matmul.ts';
import {
  accumulate,
  BLOCK_DEPTH,
  eachPanel,
  eachTileIn,
  lesser,
  loadSums,
  SUMS_BYTES,
  storeSums,
  TILE_COLUMNS,
  TILE_ROWS,
} from './packedProduct.ts';
import { packPanel, plainSide, pushCounter, type Side } from './sides.ts';
import { TILE_BYTES, zeroTotals } from './tiles.ts';

/** Sums this long, of so few results, are cut into chunks of about this length. */
const DEEP = 2048;
const FEW_RESULTS = 65_536;
const CHUNK = 1024;
const MOST_CHUNKS = 16;
/** Of a right side that is so many times as long as the left, and so narrow, each thread has rows of its own. */
const LONGER = 4;
const NARROW = 256;
const SHORT_CHUNK = 64;
const FEW_CHUNKS = 8;

/** How many chunks the depth is worth cutting into: a matter of shapes alone. */
export function chunksOf(phases: PhaseWriter, product: Product): number {
  const { depth, rows, columns } = product;
  // Powers of two, which two, four or more threads share evenly.
  if (depth >= DEEP && rows.length * columns.length <= FEW_RESULTS)
    return Math.min(MOST_CHUNKS, 2 ** Math.round(Math.log2(depth / CHUNK)));
  if (depth >= LONGER * rows.length && columns.length <= NARROW && hasDenseRows(phases, product))
    return Math.min(FEW_CHUNKS, 2 ** Math.floor(Math.log2(depth / SHORT_CHUNK)));
  return 1;
}

/** Whether the right side, as weights in a forward pass, lies row by row: rows then are what a thread has at hand. */
function hasDenseRows(phases: PhaseWriter, product: Product): boolean {
  if (!phases.isShared(product.cost)) return false;
  const right = plainSide(product.probe(phases)[1]);
  return right?.outer === 4 && right.depth >= 4 * product.columns.length;
}

/**
 * A product with few results and long sums, as the gradient of a convolution's kernel: the depth is cut into chunks
 * which threads share, each with sums of its own, added up in order at the end.
 *
 * So is one with weights that a thread has just written rows of: lines of the cache that two threads have read are
 * slow to write again, and neighbours of what is read are fetched as well.
 */
export class DeepProduct {
  readonly #phases: PhaseWriter;
  readonly #product: Product;
  readonly #chunks: number;
  readonly #chunkDepth: number;
  readonly #panels: number;
  readonly #tiles: number;

  constructor(phases: PhaseWriter, product: Product, chunks: number) {
    this.#phases = phases;
    this.#product = product;
    const { depth, rows, columns } = product;
    this.#chunkDepth = Math.ceil(depth / chunks / 4) * 4;
    this.#chunks = Math.ceil(depth / this.#chunkDepth);
    this.#panels = Math.ceil(columns.length / TILE_COLUMNS);
    this.#tiles = Math.ceil(rows.length / TILE_ROWS);
  }

  get #chunkBytes(): number {
    return this.#tiles * this.#panels * SUMS_BYTES;
  }

  get #leftBytes(): number {
    return 4 * BLOCK_DEPTH * this.#tiles * TILE_ROWS;
  }

  write(): void {
    const { cost, rows, columns, depth } = this.#product;
    this.#phases.commonBytes = Math.max(this.#phases.commonBytes, this.#chunks * this.#chunkBytes);
    const rightBytes = 4 * BLOCK_DEPTH * this.#panels * TILE_COLUMNS;
    this.#phases.ownBytes = Math.max(this.#phases.ownBytes, this.#leftBytes + rightBytes, TILE_BYTES);

    const context = this.#phases.begin(cost, this.#chunks);
    const [left, right] = this.#product.sides(context, []);
    const chunk = (at: Counter) => this.#chunk(context, left, right, at);
    const { code, share } = context;
    if (share) forShare(code, share, depth, this.#chunkDepth, this.#chunkDepth, chunk);
    else forEach(code, 0, depth, this.#chunkDepth, chunk);

    const work = rows.length * columns.length * this.#chunks;
    this.#combine(this.#phases.begin(work, this.#tiles));
  }

  /** The sums of one chunk, block by block. */
  #chunk(context: KernelContext, left: Side, right: Side, at: Counter): void {
    const { code, own } = context;
    const { rows, columns, depth } = this.#product;
    pushCounter(context, at);
    const k = code.keep('i32');
    const from = code.get(k).keep('i32');
    // [at, end): the chunk, or what is left of the depth.
    const end = code
      .get(from)
      .get(lesser(context, this.#chunkDepth * UNIT, from, depth * UNIT))
      .emit('i32.add')
      .keep('i32');
    code
      .get(from)
      .emit('i32.const', this.#chunkDepth * UNIT)
      .emit('i32.div_u');
    code.emit('i32.const', this.#chunkBytes).emit('i32.mul').get(context.common).emit('i32.add');
    const sums = code.keep('i32');
    const panels = code.get(own).emit('i32.const', this.#leftBytes).emit('i32.add').keep('i32');
    code.nest('loop', () => {
      const left4 = code.get(end).get(k).emit('i32.sub').keep('i32');
      code
        .emit('i32.const', BLOCK_DEPTH * UNIT)
        .get(left4)
        .emit('i32.const', BLOCK_DEPTH * UNIT)
        .get(left4);
      const count = code.emit('i32.lt_s').emit('select').keep('i32');
      this.#pack(context, left, TILE_ROWS, rows.length, k, count, own);
      this.#pack(context, right, TILE_COLUMNS, columns.length, k, count, panels);
      this.#eachTile(context, (count4, vectors, row, column) => {
        const tile = { rows: count4, vectors };
        const place = this.#sumsAt(context, sums, row, column);
        const totals = zeroTotals(context, tile);
        code.get(k).get(from).emit('i32.ne');
        code.nest('if', () => loadSums(context, totals, place));
        accumulate(context, tile, totals, {
          left: panelAt(context, own, row),
          right: panelAt(context, panels, column),
          count,
        });
        storeSums(context, totals, place);
      });
      code
        .get(k)
        .emit('i32.const', BLOCK_DEPTH * UNIT)
        .emit('i32.add')
        .emit('local.tee', k.index);
      code.get(end).emit('i32.lt_s').emit('br_if', 0);
    });
  }

  #pack(
    context: KernelContext,
    side: Side,
    width: number,
    length: number,
    k: Local,
    count: Local,
    target: Local,
  ): void {
    forEach(context.code, 0, Math.ceil(length / width) * width, width, (at) =>
      packPanel(context, side, width, at, k, count, panelAt(context, target, at)),
    );
  }

  #eachTile(
    context: KernelContext,
    body: (rows: number, vectors: number[], row: Counter, column: Counter) => void,
  ): void {
    const { code } = context;
    const { rows, columns } = this.#product;
    const zero = code.emit('i32.const', 0).keep('i32');
    const end = code.emit('i32.const', rows.length * UNIT).keep('i32');
    eachPanel(context, columns.length, (column, vectors) =>
      eachTileIn(context, rows.length, zero, end, (row, count) => body(count, vectors, row, column)),
    );
  }

  #sumsAt(context: KernelContext, sums: Local, row: Counter, column: Counter): Local {
    const { code } = context;
    pushCounter(context, row);
    code.emit('i32.const', (this.#panels * SUMS_BYTES) / TILE_ROWS / UNIT).emit('i32.mul');
    pushCounter(context, column);
    code
      .emit('i32.const', SUMS_BYTES / TILE_COLUMNS / UNIT)
      .emit('i32.mul')
      .emit('i32.add');
    return code.get(sums).emit('i32.add').keep('i32');
  }

  /** The chunks' sums added up in order, and what follows the product. */
  #combine(context: KernelContext): void {
    const { code, share, common } = context;
    const { rows, columns } = this.#product;
    const epilogue = this.#product.epilogue(context, []);
    const from = code.local('i32');
    const end = code.local('i32');
    const strip = (row: Counter) => {
      pushCounter(context, row);
      code.set(from);
      code
        .get(from)
        .emit('i32.const', TILE_ROWS * UNIT)
        .emit('i32.add')
        .emit('i32.const', rows.length * UNIT);
      code
        .get(from)
        .emit('i32.const', TILE_ROWS * UNIT)
        .emit('i32.add')
        .emit('i32.const', rows.length * UNIT);
      code.emit('i32.lt_s').emit('select').set(end);
      eachPanel(context, columns.length, (column, vectors) =>
        eachTileIn(context, rows.length, from, end, (at, count) => {
          const tile = { rows: count, vectors };
          const totals = zeroTotals(context, tile);
          const place = this.#sumsAt(context, common, at, column);
          loadSums(context, totals, place);
          const chunk = code.emit('i32.const', 1).keep('i32');
          const chunks = code.emit('i32.const', this.#chunks).keep('i32');
          code.get(chunk).get(chunks).emit('i32.lt_s');
          code.nest('if', () =>
            code.nest('loop', () => {
              code.get(place).emit('i32.const', this.#chunkBytes).emit('i32.add').set(place);
              addSums(context, totals, place);
              code.get(chunk).emit('i32.const', 1).emit('i32.add').emit('local.tee', chunk.index);
              code.get(chunks).emit('i32.lt_s').emit('br_if', 0);
            }),
          );
          epilogue.write(tile, totals, at, column);
        }),
      );
    };
    const length = this.#tiles * TILE_ROWS;
    if (share) forShare(code, share, length, TILE_ROWS, TILE_ROWS, strip);
    else {
      const row = code.emit('i32.const', 0).keep('i32');
      whilst(code, row, code.emit('i32.const', length * UNIT).keep('i32'), TILE_ROWS, () => strip(row));
    }
  }
}

function addSums({ code }: KernelContext, totals: readonly Local[][], from: Local): void {
  for (const [r, row] of totals.entries()) {
    for (const [v, total] of row.entries()) {
      code
        .get(total)
        .get(from)
        .emit('v128.load', 4 * (r * TILE_COLUMNS + v * 4));
      code.emit('f32x4.add').set(total);
    }
  }
}

/** Where the panel of a block that begins with a row (or column) is. */
function panelAt(context: KernelContext, start: Local, at: Counter): Local {
  const { code } = context;
  pushCounter(context, at);
  code.emit('i32.const', BLOCK_DEPTH).emit('i32.mul');
  return code.get(start).emit('i32.add').keep('i32');
}
