import type { Local } from '../assembly/assembler.ts';
import { type Counter, forEach, forShare, inLastPart, sumOf, UNIT } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import { LANES } from '../nests/nest.ts';
import { addProduct } from './packedProduct.ts';
import type { PlainSide } from './sides.ts';
import { type Epilogue, type Tile, vectorsOf, zeroTotals } from './tiles.ts';

/** Rows of a register tile, and its columns by its number of rows: fewer rows leave room for more columns. */
const DIRECT_ROWS = 4;
const DIRECT_COLUMNS: readonly number[] = [0, 32, 16, 8, 8];
/**
 * Depths up to this are written out without a loop. Longer ones are not unrolled at all: V8 moves the loads of
 * all unrolled steps to the front, and then spills (26 against 12 GFLOP/s at four steps).
 */
const SHORT_DEPTH = 8;

const MANY_ROWS = 64;
const RESIDENT_BYTES = 64 * 1024;

export interface Extent {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** A product of operands as they lie, for those too small or too narrow to be worth packing. The threads share panels of columns, or rows. */
export class DirectProduct {
  readonly #context: KernelContext;
  readonly #epilogue: Epilogue;
  readonly #extent: Extent;

  constructor(context: KernelContext, epilogue: Epilogue, extent: Extent) {
    this.#context = context;
    this.#epilogue = epilogue;
    this.#extent = extent;
  }

  write(left: PlainSide, right: PlainSide): void {
    const tile = (row: Counter, rows: number, column: Counter, vectors: number[]) =>
      this.#tile(
        { rows, vectors },
        row,
        column,
        { ...left, address: this.#start(left, row) },
        { ...right, address: this.#start(right, column) },
      );
    if (isByRows(this.#extent))
      this.#eachRow((row, rows) => this.#eachPanel(tile.bind(undefined, row, rows), false), true);
    else
      this.#eachPanel(
        (column, vectors) => this.#eachRow((row, rows) => tile(row, rows, column, vectors), false),
        true,
      );
  }

  #eachPanel(body: (column: Counter, vectors: number[]) => void, shared: boolean): void {
    const { code } = this.#context;
    const share = shared ? this.#context.share : undefined;
    const { rows, columns } = this.#extent;
    const width = directWidth(rows);
    const full = columns - (columns % width);
    if (share) forShare(code, share, full, width, width, (at) => body(at, vectorsOf(width)));
    else forEach(code, 0, full, width, (at) => body(at, vectorsOf(width)));
    const rest = () => {
      // What is left, by eights where panels are wider.
      for (let at = full; at < columns; ) {
        const piece = Math.min(columns - at, width > 8 ? Math.max(8, (columns - at) & ~7) : width);
        body(at * UNIT, vectorsOf(piece));
        at += piece;
      }
    };
    if (full < columns) inLastPart(code, share, rest);
  }

  #eachRow(body: (row: Counter, rows: number) => void, shared: boolean): void {
    const { code } = this.#context;
    const share = shared ? this.#context.share : undefined;
    const { rows } = this.#extent;
    const height = Math.min(rows, DIRECT_ROWS);
    const full = rows - (rows % height);
    if (share) forShare(code, share, full, height, height, (row) => body(row, height));
    else forEach(code, 0, full, height, (row) => body(row, height));
    if (full < rows) inLastPart(code, share, () => body(full * UNIT, rows - full));
  }

  #start({ address, outer }: PlainSide, at: Counter): Local {
    const { code } = this.#context;
    const terms = [{ counter: at, factor: outer / UNIT }];
    const { local, constant } = sumOf(code, { local: address, constant: 0 }, terms);
    code.get(local ?? address);
    return constant === 0 ? code.keep('i32') : code.emit('i32.const', constant).emit('i32.add').keep('i32');
  }

  #tile(tile: Tile, row: Counter, column: Counter, a: PlainSide, b: PlainSide): void {
    const { code } = this.#context;
    const { depth } = this.#extent;
    const left = code.get(a.address).keep('i32');
    const right = code.get(b.address).keep('i32');
    const totals = zeroTotals(this.#context, tile);
    if (depth <= SHORT_DEPTH) {
      for (let k = 0; k < depth; k++) this.#multiply(tile, totals, left, right, a, b, k);
    } else {
      forEach(code, 0, depth, 1, () => {
        this.#multiply(tile, totals, left, right, a, b, 0);
        code.get(left).emit('i32.const', a.depth).emit('i32.add').set(left);
        code.get(right).emit('i32.const', b.depth).emit('i32.add').set(right);
      });
    }
    this.#epilogue.write(tile, totals, row, column);
  }

  /** One step of the depth: each row's number times each vector of columns. */
  #multiply(
    tile: Tile,
    totals: readonly Local[][],
    left: Local,
    right: Local,
    a: PlainSide,
    b: PlainSide,
    k: number,
  ): void {
    const { code } = this.#context;
    const columns = tile.vectors.map((lanes, v) =>
      this.#vector(right, k * b.depth + v * LANES * b.outer, b.outer, lanes),
    );
    for (const [r, row] of totals.entries()) {
      const number = code
        .get(left)
        .emit('v128.load32_splat', k * a.depth + r * a.outer)
        .keep('v128');
      for (const [v, total] of row.entries()) {
        const column = columns[v] as Local;
        addProduct(this.#context, total, number, column);
      }
    }
  }

  /** Up to four numbers `step` bytes apart. */
  #vector(address: Local, offset: number, step: number, lanes: number): Local {
    const { code } = this.#context;
    if (step === 4) return code.get(address).emit('v128.load', offset).keep('v128');
    if (step === 0) return code.get(address).emit('v128.load32_splat', offset).keep('v128');
    let value = code.get(address).emit('v128.load32_zero', offset).keep('v128');
    for (let lane = 1; lane < lanes; lane++) {
      code
        .get(address)
        .get(value)
        .emit('v128.load32_lane', offset + lane * step, lane);
      value = code.keep('v128');
    }
    return value;
  }
}

/** Of many rows, and a right side that stays near: results are then written line by line. */
function isByRows({ rows, columns, depth }: Extent): boolean {
  return rows >= MANY_ROWS && columns > 8 && 4 * depth * columns <= RESIDENT_BYTES;
}

/** How many pieces of its work threads can share. */
export function directPieces(extent: Extent): number {
  if (isByRows(extent)) return Math.floor(extent.rows / DIRECT_ROWS);
  return Math.floor(extent.columns / directWidth(extent.rows));
}

/** How many columns a panel has. */
function directWidth(rows: number): number {
  return DIRECT_COLUMNS[Math.min(rows, DIRECT_ROWS)] ?? 8;
}
