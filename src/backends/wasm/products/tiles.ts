import { bodyOf, type Expression, eachExpression, type Kernel } from '../../../compile/kernels.ts';
import type { Local } from '../assembly/assembler.ts';
import { advance, type Counter, forEach, type Loop, storeView, sumOf, UNIT } from '../assembly/loops.ts';
import { Body, type KernelContext, type Position } from '../body.ts';
import { Stores } from '../nests/elementwise.ts';
import { LANES } from '../nests/nest.ts';
import { pushCounter } from './sides.ts';

/** A row tile and the vectors along its columns, each with as many lanes as hold results. */
export interface Tile {
  readonly rows: number;
  readonly vectors: readonly number[];
}

/** The sums of a tile, row by row. */
export type Totals = readonly (readonly Local[])[];

/** Bytes of memory that an epilogue may put a tile into. */
export const TILE_BYTES = 4 * 64;
/** Epilogues of more operations are written once and looped over a tile kept in memory. */
const LONG_EPILOGUE = 10;

/** The vectors that cover so many columns, the last one partly. */
export function vectorsOf(columns: number): number[] {
  return Array.from({ length: Math.ceil(columns / LANES) }, (_, v) => Math.min(LANES, columns - v * LANES));
}

export function zeroTotals({ code }: KernelContext, { rows, vectors }: Tile): Local[][] {
  return Array.from({ length: rows }, () =>
    vectors.map(() => code.emit('v128.const', new Uint8Array(16)).keep('v128')),
  );
}

/** A position further on, where both may be known or not. */
export function sumCounters(context: KernelContext, a: Counter, b: Counter): Counter {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  pushCounter(context, a);
  pushCounter(context, b);
  return context.code.emit('i32.add').keep('i32');
}

/** What a kernel computes from the sums of a product, written for one tile at a time. */
export class Epilogue {
  readonly #context: KernelContext;
  readonly #kernel: Kernel;
  readonly #outer: readonly Position[];
  readonly #rows: Loop;
  readonly #columns: Loop;
  readonly #values: readonly Expression[];
  readonly #usesSums: boolean;
  readonly #isLong: boolean;

  constructor(context: KernelContext, kernel: Kernel, outer: readonly Position[], rows: Loop, columns: Loop) {
    this.#context = context;
    this.#kernel = kernel;
    this.#outer = outer;
    this.#rows = rows;
    this.#columns = columns;
    this.#values = bodyOf(kernel);
    let operations = 0;
    let usesSums = false;
    eachExpression(this.#values, (expression) => {
      operations++;
      usesSums ||= expression.kind === 'root';
    });
    this.#usesSums = usesSums;
    this.#isLong = operations > LONG_EPILOGUE;
  }

  /** @param spare memory of `TILE_BYTES`, by default this thread's first, and how many bytes behind it to begin */
  write(
    tile: Tile,
    totals: Totals,
    row: Counter,
    column: Counter,
    spare?: { address: Local; at: number },
  ): void {
    if (this.#isLong && tile.rows * tile.vectors.length > 1) {
      const { address, at } = spare ?? { address: this.#context.own, at: 0 };
      this.#looped(tile, totals, row, column, address, at);
    } else {
      const { code } = this.#context;
      for (const [r, vectors] of totals.entries()) {
        this.#finish(advance(code, row, r), (write) => {
          for (const [v, total] of vectors.entries())
            write(total, advance(code, column, v * LANES), tile.vectors[v] ?? LANES);
        });
      }
    }
  }

  /** Puts the tile into memory and goes over it in a loop, so that a long epilogue is written once. */
  #looped(tile: Tile, totals: Totals, row: Counter, column: Counter, address: Local, spareAt: number): void {
    const { code } = this.#context;
    const rowBytes = tile.vectors.length * 16;
    for (const [r, vectors] of totals.entries()) {
      for (const [v, total] of vectors.entries()) {
        code
          .get(address)
          .get(total)
          .emit('v128.store', spareAt + r * rowBytes + v * 16);
      }
    }
    forEach(code, 0, tile.rows, 1, (r) => {
      this.#finish(sumCounters(this.#context, row, r), (write) => {
        const from = sumOf(code, { local: address, constant: spareAt }, [
          { counter: r, factor: rowBytes / UNIT },
        ]);
        for (const [v, lanes] of tile.vectors.entries()) {
          const total = code
            .get(from.local ?? address)
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
    const dense = storeView(this.#kernel.space);
    const stores = new Stores(this.#context, this.#kernel.stores, dense, outer, this.#columns);
    body((total, column, lanes) => {
      const values = standing.evaluate(this.#values, column, lanes, this.#usesSums ? total : undefined);
      stores.write(values, column, lanes);
    });
  }
}
