import type { Local } from '../assembly/assembler.ts';
import { type Counter, forEach, forShare, UNIT } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import { COPIED_BYTES } from './copies.ts';
import { pushCounter } from './sides.ts';

/** A BLAS does products of up to so many multiplications without packing, which pays where that makes few calls. */
const SMALL_WORK = 1_000_000;
/** Multiplications of one call of a large product: less, and packing costs too much; threads need some to share. */
const CALL_WORK = 16_000_000;
export const LEAST_CALLS = 4;
export const MOST_CALLS = 16;

/** Blocks of a result: how many rows and columns each has, and how many blocks there are. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
}

/**
 * Blocks that are worth a call each, of which there are enough for threads to share: cut so that little of the two
 * sides is packed twice.
 *
 * @param byRows whether each block copies its rows of the left side, and so must have all columns
 */
export function gridOf(rows: number, columns: number, depth: number, byRows: boolean): Grid {
  const work = rows * columns * depth;
  const isSmall = work <= MOST_CALLS * SMALL_WORK;
  const wanted = isSmall ? work / SMALL_WORK : Math.max(LEAST_CALLS, work / CALL_WORK);
  const calls = Math.min(MOST_CALLS, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))));
  const fitting = byRows ? Math.max(8, Math.floor(COPIED_BYTES / (4 * depth))) : rows;
  let best: (Grid & { readonly packed: number }) | undefined;
  for (let across = 1; across <= (byRows ? 1 : calls); across *= 2) {
    const block = {
      rows: Math.min(Math.ceil((rows * across) / calls / 8) * 8, Math.ceil(fitting / 8) * 8),
      columns: Math.ceil(columns / across / 8) * 8,
    };
    const [down, over] = [Math.ceil(rows / block.rows), Math.ceil(columns / block.columns)];
    const packed = down * columns + over * rows;
    if (!best || packed <= best.packed) best = { ...block, blocks: down * over, packed };
  }
  return best ?? { rows, columns, blocks: 1 };
}

/** Where a block begins: its first row and column. */
export function placeIn(
  { code }: KernelContext,
  grid: Grid,
  columns: number,
  block: Counter,
): [Counter, Counter] {
  const across = Math.ceil(columns / grid.columns);
  if (typeof block === 'number') {
    const at = block / UNIT;
    return [Math.floor(at / across) * grid.rows * UNIT, (at % across) * grid.columns * UNIT];
  }
  const row = code
    .get(block)
    .emit('i32.const', across * UNIT)
    .emit('i32.div_u')
    .emit('i32.const', grid.rows * UNIT)
    .emit('i32.mul')
    .keep('i32');
  if (across === 1) return [row, 0];
  const column = code
    .get(block)
    .emit('i32.const', across * UNIT)
    .emit('i32.rem_u')
    .emit('i32.const', grid.columns)
    .emit('i32.mul')
    .keep('i32');
  return [row, column];
}

/** Blocks of a length that threads share. */
export function eachBlock(
  { code, share }: KernelContext,
  length: number,
  block: number,
  body: (at: Counter) => void,
): void {
  if (share) forShare(code, share, length, block, block, body);
  else forEach(code, 0, length, block, body);
}

/** The lesser of `most` and what is left from `at` to `end`, as a number. */
export function leastOf(
  context: KernelContext,
  most: number,
  at: Counter,
  end: Local | number,
): Local | number {
  if (typeof end === 'number' && end % most === 0) return most;
  const { code } = context;
  pushCounter(context, typeof end === 'number' ? end * UNIT : end);
  pushCounter(context, at);
  const left = code.emit('i32.sub').emit('i32.const', 2).emit('i32.shr_u').keep('i32');
  code.emit('i32.const', most).get(left).emit('i32.const', most).get(left);
  return code.emit('i32.lt_s').emit('select').keep('i32');
}
