import { bodyOf, type Expression, eachExpression, type Kernel, type Root } from '../../compile/kernels.ts';
import type { FunctionBuilder, Local } from './assembler.ts';
import { Body, type KernelContext, type Position } from './body.ts';
import { advance, type Counter, elementBytes, forEach, type Loop, storeView, sumOf, UNIT } from './loops.ts';
import { LANES, nest, Stores } from './nests.ts';
import { Arithmetic } from './operations.ts';

type Matmul = Extract<Root, { kind: 'matmul' }>;

/** Rows of a register tile: four rows by eight columns are eight accumulators, the most that V8 does not spill. */
const TILE_ROWS = 4;
/** Columns of a register tile by its number of rows: fewer rows leave room for more columns. */
const TILE_COLUMNS: readonly number[] = [0, 32, 16, 8, 8];
/**
 * Depths up to this are written out without a loop. Longer ones are not unrolled at all: V8 moves the loads of
 * all unrolled steps to the front, and then spills (26 against 12 GFLOP/s at four steps).
 */
const SHORT_DEPTH = 8;
/** Rows and columns of the panels that operands are packed into. */
const PANEL_ROWS = 4;
const PANEL_COLUMNS = 8;
/** Epilogues of more operations are written once and looped over a tile kept in memory. */
const LONG_EPILOGUE = 10;
/** Left operands are walked in blocks of rows that stay in the second-level cache. */
const BLOCK_BYTES = 256 * 1024;
/** Right sides up to this size are read again and again without leaving the cache. */
const RESIDENT_BYTES = 64 * 1024;

/**
 * One operand as the inner loops read it: bytes from one row (or column) and from one step of the depth to the
 * next.
 */
interface Side {
  readonly address: Local;
  /** Bytes along the axis it shares with the result. */
  readonly outer: number;
  /** Bytes along the depth. */
  readonly depth: number;
}

/**
 * A matrix product with everything that follows it: C = body(A·B), tile by tile, the accumulators in registers.
 *
 * Columns are the axis lanes run along. Sums run along the whole depth in order, one product after the other, so
 * results do not depend on tiles.
 *
 * @see Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
 */
export function writeMatmul(context: KernelContext, kernel: Kernel, root: Matmul): void {
  const rank = kernel.space.length;
  const loops = kernel.space.map((length, axis): Loop => ({ length, axes: [axis] }));
  const batches = loops.slice(0, -2).filter(({ length }) => length > 1);
  const [rows, columns] = loops.slice(-2) as [Loop, Loop];
  nest(context, batches, (outer) => {
    const a = side(context, root.a, outer, rank - 2, rank - 1);
    const b = side(context, root.b, outer, rank - 1, rank - 2);
    if (!context.vector) {
      new ScalarProduct(context, kernel, root, outer, rows, columns).write(a, b);
      return;
    }
    // Lanes along the rows where there are too few columns to fill a register: (A·B)ᵀ = Bᵀ·Aᵀ.
    const flipped = columns.length < LANES && rows.length > columns.length;
    const product = flipped
      ? new Product(context, kernel, root, outer, columns, rows)
      : new Product(context, kernel, root, outer, rows, columns);
    if (flipped) product.write(b, a);
    else product.write(a, b);
  });
}

function side(
  context: KernelContext,
  operand: Matmul['a'],
  outer: readonly Position[],
  axis: number,
  depthAxis: number,
): Side {
  const { view, buffer } = operand;
  const bytes = elementBytes(buffer);
  const terms = outer.map(({ loop, counter }) => ({
    counter,
    factor: ((view.strides[loop.axes[0] ?? 0] ?? 0) * bytes) / UNIT,
  }));
  const { local, constant } = sumOf(
    context.code,
    { local: context.addressOf(buffer), constant: view.offset * bytes },
    terms,
  );
  if (local) context.code.get(local);
  const address = context.code.emit('i32.const', constant).emit('i32.add').keep('i32');
  return {
    address,
    outer: (view.strides[axis] ?? 0) * bytes,
    depth: (view.strides[depthAxis] ?? 0) * bytes,
  };
}

/** A row tile and the vectors along its columns, each with as many lanes as hold results. */
interface Tile {
  readonly rows: number;
  readonly vectors: readonly number[];
}

/** Bytes of scratch memory that a matrix product needs: both packed sides, and one tile of results. */
export function scratchBytes(kernel: Kernel, root: Matmul): number {
  const [m = 1, n = 1] = kernel.space.slice(-2);
  const panels = 2 * PANEL_COLUMNS + m + n;
  return 4 * panels * root.depth + TILE_BYTES;
}

const TILE_BYTES = 4 * 64;

class Product {
  readonly #context: KernelContext;
  readonly #kernel: Kernel;
  readonly #depth: number;
  readonly #outer: readonly Position[];
  readonly #rows: Loop;
  readonly #columns: Loop;
  readonly #values: readonly Expression[];
  readonly #roots: readonly Expression[];
  readonly #longEpilogue: boolean;

  constructor(
    context: KernelContext,
    kernel: Kernel,
    root: Matmul,
    outer: readonly Position[],
    rows: Loop,
    columns: Loop,
  ) {
    this.#context = context;
    this.#kernel = kernel;
    this.#depth = root.depth;
    this.#outer = outer;
    this.#rows = rows;
    this.#columns = columns;
    this.#values = bodyOf(kernel);
    const roots: Expression[] = [];
    let operations = 0;
    eachExpression(this.#values, (expression) => {
      operations++;
      if (expression.kind === 'root') roots.push(expression);
    });
    this.#roots = roots;
    this.#longEpilogue = operations > LONG_EPILOGUE;
  }

  write(left: Side, right: Side): void {
    const { code } = this.#context;
    const rows = this.#rows.length;
    const columns = this.#columns.length;
    const tileRows = Math.min(rows, TILE_ROWS);
    const tileColumns = TILE_COLUMNS[tileRows] ?? 8;
    const packRight = this.#shouldPack(right, rows);
    const rightBytes = packRight ? packedBytes(columns, this.#depth, PANEL_COLUMNS) : 0;
    if (packRight) this.#pack(right, columns, PANEL_COLUMNS, 0);
    const packLeft = rows >= TILE_ROWS && columns >= 4 * PANEL_COLUMNS && this.#depth > SHORT_DEPTH;
    const leftBytes = packLeft ? packedBytes(rows, this.#depth, PANEL_ROWS) : 0;
    if (packLeft) this.#pack(left, rows, PANEL_ROWS, rightBytes);
    const sideAt = (side: Side, packed: boolean, at: Counter, width: number, base: number): Side =>
      packed ? this.#panel(at, width, base) : { ...side, address: this.#start(side.address, at, side.outer) };

    // A right side that stays in the cache is walked whole for each row tile: what the epilogue reads and writes
    // is then gone through once, line by line.
    const small = 4 * this.#depth * columns <= RESIDENT_BYTES;
    const fitting = Math.max(Math.floor(BLOCK_BYTES / (4 * this.#depth) / tileRows), 1) * tileRows;
    const blockRows = small ? tileRows : fitting;
    forEach(code, 0, rows, blockRows, (block) => {
      const inBlock = Math.min(blockRows, rows);
      const ragged = rows % blockRows !== 0 && rows > blockRows;
      const panels = (blockLength: number) =>
        eachPanel(code, columns, tileColumns, (column, vectors) => {
          const b = sideAt(right, packRight, column, vectors.length * LANES, 0);
          this.#eachTile(block, blockLength, tileRows, (row, count) => {
            const a = sideAt(left, packLeft, row, PANEL_ROWS, rightBytes);
            this.#tile({ rows: count, vectors }, row, column, a, b, rightBytes + leftBytes);
          });
        });
      if (!ragged) {
        panels(inBlock);
        return;
      }
      // The last block has fewer rows: written apart.
      this.#push(block);
      code
        .emit('i32.const', (rows - (rows % blockRows)) * UNIT)
        .emit('i32.lt_s')
        .emit('if', 0x40);
      panels(blockRows);
      code.emit('else');
      panels(rows % blockRows);
      code.emit('end');
    });
  }

  /**
   * Packing pays where the right side is read often, and lies badly: not along its columns, or in long strides
   * whose lines would evict each other.
   */
  #shouldPack(right: Side, rows: number): boolean {
    const often = rows >= 2 * TILE_ROWS && this.#columns.length >= LANES;
    const scattered = right.outer !== 4 && this.#depth * this.#columns.length > 64;
    return often && (scattered || (right.depth > 256 && this.#depth > 32));
  }

  #push(counter: Counter): void {
    if (typeof counter === 'number') this.#context.code.emit('i32.const', counter);
    else this.#context.code.get(counter);
  }

  /** Copies a side into panels of some rows or columns, each dense along the depth, `base` bytes into scratch memory. */
  #pack(side: Side, length: number, width: number, base: number): void {
    const { code, scratch } = this.#context;
    eachPanel(code, length, width, (at, vectors) => {
      const bytes = vectors.length * LANES * 4;
      const target = this.#panel(at, vectors.length * LANES, base);
      const from = this.#start(side.address, at, side.outer);
      forEach(code, 0, this.#depth, 1, (k) => {
        const source = sumOf(code, { local: from, constant: 0 }, [{ counter: k, factor: side.depth / UNIT }]);
        const to = sumOf(code, { local: target.address, constant: 0 }, [
          { counter: k, factor: bytes / UNIT },
        ]);
        vectors.forEach((lanes, v) => {
          const offset = source.constant + v * LANES * side.outer;
          const value = this.#vector(source.local ?? scratch, offset, side.outer, lanes);
          code
            .get(to.local ?? scratch)
            .get(value)
            .emit('v128.store', to.constant + v * 16);
        });
      });
    });
  }

  /** A packed panel as a side that begins there. */
  #panel(at: Counter, width: number, base: number): Side {
    const { code, scratch } = this.#context;
    const start = { local: scratch, constant: base };
    const { local, constant } = sumOf(code, start, [{ counter: at, factor: (4 * this.#depth) / UNIT }]);
    const address = code
      .get(local ?? scratch)
      .emit('i32.const', constant)
      .emit('i32.add')
      .keep('i32');
    return { address, outer: 4, depth: 4 * width };
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

  #eachTile(block: Counter, rows: number, height: number, body: (row: Counter, count: number) => void): void {
    const { code } = this.#context;
    const full = rows - (rows % height);
    forEach(code, 0, full, height, (row) => body(this.#plus(block, row), height));
    if (full < rows) body(advance(code, block, full), rows - full);
  }

  #plus(a: Counter, b: Counter): Counter {
    if (typeof a === 'number' && typeof b === 'number') return a + b;
    this.#push(a);
    this.#push(b);
    return this.#context.code.emit('i32.add').keep('i32');
  }

  /** @param a the left side from the tile's first row on @param b the right side from its first column on */
  #tile(tile: Tile, row: Counter, column: Counter, a: Side, b: Side, tileAt: number): void {
    const { code } = this.#context;
    const left = code.get(a.address).keep('i32');
    const right = code.get(b.address).keep('i32');
    const totals = Array.from({ length: tile.rows }, () =>
      tile.vectors.map(() => code.emit('v128.const', new Uint8Array(16)).keep('v128')),
    );
    if (this.#depth <= SHORT_DEPTH) {
      for (let k = 0; k < this.#depth; k++) this.#multiply(tile, totals, left, right, a, b, k);
    } else {
      forEach(code, 0, this.#depth, 1, () => {
        this.#multiply(tile, totals, left, right, a, b, 0);
        code.get(left).emit('i32.const', a.depth).emit('i32.add').set(left);
        code.get(right).emit('i32.const', b.depth).emit('i32.add').set(right);
      });
    }
    const looped = this.#longEpilogue && tile.rows * tile.vectors.length > 1;
    if (looped) this.#loopedEpilogue(tile, totals, row, column, tileAt);
    else this.#epilogue(tile, totals, row, column);
  }

  #start(address: Local, counter: Counter, bytes: number): Local {
    const { code } = this.#context;
    const { local, constant } = sumOf(code, { local: address, constant: 0 }, [
      { counter, factor: bytes / UNIT },
    ]);
    return code
      .get(local ?? address)
      .emit('i32.const', constant)
      .emit('i32.add')
      .keep('i32');
  }

  /** One step of the depth: each row's number times each vector of columns. */
  #multiply(
    tile: Tile,
    totals: readonly Local[][],
    left: Local,
    right: Local,
    a: Side,
    b: Side,
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
        code
          .get(total)
          .get(number)
          .get(columns[v] as Local)
          .emit('f32x4.mul')
          .emit('f32x4.add')
          .set(total);
      }
    }
  }

  #epilogue(tile: Tile, totals: readonly Local[][], row: Counter, column: Counter): void {
    const { code } = this.#context;
    for (const [r, vectors] of totals.entries()) {
      const at = advance(code, row, r);
      this.#finish(at, (write) => {
        for (const [v, total] of vectors.entries()) {
          write(total, advance(code, column, v * LANES), tile.vectors[v] ?? LANES);
        }
      });
    }
  }

  /** Puts the tile into memory and goes over it in a loop, so that a long epilogue is written once. */
  #loopedEpilogue(
    tile: Tile,
    totals: readonly Local[][],
    row: Counter,
    column: Counter,
    tileAt: number,
  ): void {
    const { code, scratch } = this.#context;
    const rowBytes = tile.vectors.length * 16;
    for (const [r, vectors] of totals.entries()) {
      for (const [v, total] of vectors.entries()) {
        code
          .get(scratch)
          .get(total)
          .emit('v128.store', tileAt + r * rowBytes + v * 16);
      }
    }
    forEach(code, 0, tile.rows, 1, (r) => {
      this.#finish(this.#plus(row, r), (write) => {
        const from = sumOf(code, { local: scratch, constant: tileAt }, [
          { counter: r, factor: rowBytes / UNIT },
        ]);
        for (const [v, lanes] of tile.vectors.entries()) {
          const total = code
            .get(from.local ?? scratch)
            .emit('v128.load', from.constant + v * 16)
            .keep('v128');
          write(total, advance(code, column, v * LANES), lanes);
        }
      });
    });
  }

  /** Writes the kernel's body for one row of results. */
  #finish(row: Counter, body: (write: (total: Local, column: Counter, lanes: number) => void) => void): void {
    const outer = [...this.#outer, { loop: this.#rows, counter: row }];
    const standing = new Body(this.#context, this.#values, outer, this.#columns);
    const stores = new Stores(
      this.#context,
      this.#kernel.stores,
      storeView(this.#kernel.space),
      outer,
      this.#columns,
    );
    body((total, column, lanes) => {
      stores.write(
        standing.evaluate(this.#values, column, lanes, this.#roots.length > 0 ? total : undefined),
        column,
        lanes,
      );
    });
  }
}

/** Bytes that a side takes when it is packed. */
function packedBytes(length: number, depth: number, width: number): number {
  return 4 * depth * Math.ceil(length / width) * width;
}

/** Whole panels in a loop, then what is left, by eights where panels are wider: packed ones never are. */
function eachPanel(
  code: FunctionBuilder,
  length: number,
  width: number,
  body: (at: Counter, vectors: number[]) => void,
): void {
  const full = length - (length % width);
  forEach(code, 0, full, width, (at) => body(at, vectorsOf(width)));
  for (let at = full; at < length; ) {
    const piece = Math.min(
      length - at,
      width > PANEL_COLUMNS ? Math.max(PANEL_COLUMNS, (length - at) & ~7) : width,
    );
    body(at * UNIT, vectorsOf(piece));
    at += piece;
  }
}

/** The vectors that cover so many columns, the last one partly. */
function vectorsOf(columns: number): number[] {
  return Array.from({ length: Math.ceil(columns / LANES) }, (_, v) => Math.min(LANES, columns - v * LANES));
}

/** The plain triple loop, for float64. */
class ScalarProduct {
  readonly #context: KernelContext;
  readonly #kernel: Kernel;
  readonly #root: Matmul;
  readonly #outer: readonly Position[];
  readonly #rows: Loop;
  readonly #columns: Loop;

  constructor(
    context: KernelContext,
    kernel: Kernel,
    root: Matmul,
    outer: readonly Position[],
    rows: Loop,
    columns: Loop,
  ) {
    this.#context = context;
    this.#kernel = kernel;
    this.#root = root;
    this.#outer = outer;
    this.#rows = rows;
    this.#columns = columns;
  }

  write(left: Side, right: Side): void {
    const { code } = this.#context;
    const { dtype, depth } = this.#root;
    const lanes = new Arithmetic(code, false).lanes(dtype);
    const type = dtype === 'float64' ? 'f64' : 'f32';
    const read = (side: Side, at: Counter, k: Counter) => {
      const place = sumOf(code, { local: side.address, constant: 0 }, [
        { counter: at, factor: side.outer / UNIT },
        { counter: k, factor: side.depth / UNIT },
      ]);
      return code
        .get(place.local ?? side.address)
        .emit(`${type}.load`, place.constant)
        .keep(type);
    };
    nest(this.#context, [this.#rows, this.#columns], ([row, column]) => {
      const total = code.get(lanes.constant(0)).keep(type);
      forEach(code, 0, depth, 1, (k) => {
        const product = lanes.mul(read(left, row?.counter ?? 0, k), read(right, column?.counter ?? 0, k));
        code.get(lanes.add(total, product)).set(total);
      });
      const values = bodyOf(this.#kernel);
      const outer = [...this.#outer, ...(row ? [row] : [])];
      const body = new Body(this.#context, values, outer, this.#columns);
      const stores = new Stores(
        this.#context,
        this.#kernel.stores,
        storeView(this.#kernel.space),
        outer,
        this.#columns,
      );
      const at = column?.counter ?? 0;
      stores.write(body.evaluate(values, at, 1, total), at, 1);
    });
  }
}
