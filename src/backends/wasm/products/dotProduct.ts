import type { Local } from '../assembly/assembler.ts';
import { type Counter, forEach, forShare, inLastPart, sumOf, UNIT } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import { LANES } from '../nests/nest.ts';
import type { Extent } from './directProduct.ts';
import { addProduct } from './packedProduct.ts';
import type { PlainSide } from './sides.ts';
import { type Epilogue, vectorsOf } from './tiles.ts';

/** Rows and columns whose sums are accumulated at once: eight accumulators. */
const ROWS = 2;
const COLUMNS = 4;
/** Shorter sums are not worth adding up across lanes. */
const LEAST_DEPTH = 16;

/** Whether both sides lie dense along the depth, and there are too few rows to copy a side for them. */
export function isDot(left: PlainSide, right: PlainSide, { depth, columns }: Extent): boolean {
  return left.depth === 4 && right.depth === 4 && depth >= LEAST_DEPTH && columns >= COLUMNS;
}

/** A product of rows by columns that both lie along the depth: lanes run along it, and are added up at its end. */
export class DotProduct {
  readonly #context: KernelContext;
  readonly #epilogue: Epilogue;
  readonly #extent: Extent;

  constructor(context: KernelContext, epilogue: Epilogue, extent: Extent) {
    this.#context = context;
    this.#epilogue = epilogue;
    this.#extent = extent;
  }

  /** How many pieces of its work threads can share. */
  static pieces({ columns }: Extent): number {
    return Math.floor(columns / COLUMNS);
  }

  write(left: PlainSide, right: PlainSide): void {
    const { code, share } = this.#context;
    const { rows, columns } = this.#extent;
    const panel = (column: Counter, count: number) => {
      const full = rows - (rows % ROWS);
      forEach(code, 0, full, ROWS, (row) => this.#tile(left, right, row, ROWS, column, count));
      if (full < rows) this.#tile(left, right, full * UNIT, rows - full, column, count);
    };
    const full = columns - (columns % COLUMNS);
    if (share) forShare(code, share, full, COLUMNS, COLUMNS, (at) => panel(at, COLUMNS));
    else forEach(code, 0, full, COLUMNS, (at) => panel(at, COLUMNS));
    if (full < columns) inLastPart(code, share, () => panel(full * UNIT, columns - full));
  }

  #tile(
    left: PlainSide,
    right: PlainSide,
    row: Counter,
    rows: number,
    column: Counter,
    columns: number,
  ): void {
    const { code } = this.#context;
    const { depth } = this.#extent;
    const a = Array.from({ length: rows }, (_, r) => this.#start(left, row, r));
    const b = Array.from({ length: columns }, (_, c) => this.#start(right, column, c));
    const sums = a.map(() => b.map(() => code.emit('v128.const', new Uint8Array(16)).keep('v128')));
    const add = (k: Counter, load: 'v128.load' | 'v128.load32_zero') => {
      const read = (start: Local) => {
        const { local, constant } = sumOf(code, { local: start, constant: 0 }, [{ counter: k, factor: 1 }]);
        return code
          .get(local ?? start)
          .emit(load, constant)
          .keep('v128');
      };
      const lefts = a.map(read);
      for (const [c, start] of b.entries()) {
        const number = read(start);
        for (const [r, leftNumber] of lefts.entries())
          addProduct(this.#context, sums[r]?.[c] as Local, leftNumber, number);
      }
    };
    const whole = depth - (depth % LANES);
    forEach(code, 0, whole, LANES, (k) => add(k, 'v128.load'));
    for (let k = whole; k < depth; k++) add(k * UNIT, 'v128.load32_zero');
    const totals = sums.map((row4) => [this.#acrossLanes(row4)]);
    const tile = { rows, vectors: vectorsOf(columns) };
    this.#epilogue.write(tile, totals, row, column);
  }

  #start({ address, outer }: PlainSide, at: Counter, ahead: number): Local {
    const { code } = this.#context;
    const terms = [{ counter: at, factor: outer / UNIT }];
    const { local, constant } = sumOf(code, { local: address, constant: ahead * outer }, terms);
    code.get(local ?? address);
    return constant === 0 ? code.keep('i32') : code.emit('i32.const', constant).emit('i32.add').keep('i32');
  }

  /** The sums over the lanes of up to four vectors, in the lanes of one. */
  #acrossLanes(vectors: readonly Local[]): Local {
    const { code } = this.#context;
    const [a, b = a, c = a, d = a] = vectors as [Local, Local?, Local?, Local?];
    const lanes = (order: readonly number[]) =>
      Uint8Array.from(order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));
    const shuffle = (x: Local, y: Local, order: readonly number[]) =>
      code.get(x).get(y).emit('i8x16.shuffle', lanes(order)).keep('v128');
    const pairs = (x: Local, y: Local) => {
      const [even, odd] = [shuffle(x, y, [0, 2, 4, 6]), shuffle(x, y, [1, 3, 5, 7])];
      return code.get(even).get(odd).emit('f32x4.add').keep('v128');
    };
    return pairs(pairs(a, b), pairs(c, d));
  }
}
