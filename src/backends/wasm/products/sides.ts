import type { Matrix } from '../../../compile/kernels.ts';
import type { Dtype } from '../../../graph/dtypes.ts';
import { loadNumber, loadVector } from '../arithmetic/access.ts';
import type { Local } from '../assembly/assembler.ts';
import { type Counter, elementBytes, pushTimes, sumOf, UNIT } from '../assembly/loops.ts';
import type { KernelContext, Position } from '../body.ts';
import { mergeStrided, type Strided } from '../tables.ts';

/** One operand of a product, as the inner loops read it: along the axis it shares with the result, and along the depth. */
export interface Side {
  /** Of its first element in this batch. */
  readonly address: Local;
  /** As it is stored; what is copied from it is float32. */
  readonly dtype: Dtype;
  readonly outer: readonly Strided[];
  readonly depth: readonly Strided[];
  /** How many rows (or columns) it has. */
  readonly length: number;
}

/** A side whose elements two strides reach. */
export interface PlainSide {
  readonly address: Local;
  readonly outer: number;
  readonly depth: number;
}

/** @param batches the positions of the loops over batches */
export function sideOf(
  context: KernelContext,
  matrix: Matrix,
  outerIs: 'rows' | 'columns',
  batches: readonly Position[],
): Side {
  const { buffer, view } = matrix;
  const bytes = elementBytes(buffer);
  const axes = view.shape.map((length, axis) => ({ length, step: (view.strides[axis] ?? 0) * bytes }));
  const rows = mergeStrided(axes.slice(matrix.batches, matrix.batches + matrix.rows));
  const columns = mergeStrided(axes.slice(matrix.batches + matrix.rows));
  const terms = batches.map(({ loop, counter }) => ({
    counter,
    factor: (axes[loop.axes[0] ?? 0]?.step ?? 0) / UNIT,
  }));
  const start = { local: context.addressOf(buffer), constant: view.offset * bytes };
  const { local, constant } = sumOf(context.code, start, terms);
  if (local) context.code.get(local);
  const address = context.code.emit('i32.const', constant).emit('i32.add').keep('i32');
  const [outer, depth] = outerIs === 'rows' ? [rows, columns] : [columns, rows];
  const length = outer.reduce((product, axis) => product * axis.length, 1);
  return { address, dtype: buffer.dtype, outer, depth, length };
}

/** The side by two strides; undefined where its elements must be looked up in tables. */
export function plainSide({ address, outer, depth }: Side): PlainSide | undefined {
  const [o, d] = [outer[0]?.step ?? 0, depth[0]?.step ?? 0];
  if (outer.length > 1 || depth.length > 1 || o < 0 || d < 0) return undefined;
  return { address, outer: o, depth: d };
}

/** Pushes how far, in bytes, the element at a position along some axes lies from the first. */
export function pushOffset(context: KernelContext, axes: readonly Strided[], at: Counter): void {
  const { code } = context;
  const [only] = axes;
  if (axes.length > 1) {
    pushCounter(context, at);
    code.emit('i32.load', context.tableOf(axes));
  } else if (!only || only.step === 0) code.emit('i32.const', 0);
  else if (typeof at === 'number') code.emit('i32.const', (at * only.step) / UNIT);
  else pushTimes(code, at, only.step / UNIT);
}

export function pushCounter({ code }: KernelContext, at: Counter): void {
  if (typeof at === 'number') code.emit('i32.const', at);
  else code.get(at);
}

/** Whether the elements at so many neighbouring positions, counted in groups from 0, lie side by side. */
function runsAlong(axes: readonly Strided[], dtype: Dtype, group: number): boolean {
  const inner = axes.at(-1);
  const isRun = inner !== undefined && inner.step === elementBytes({ dtype });
  return isRun && (axes.length === 1 || inner.length % group === 0);
}

/**
 * Copies part of a side into a panel of float32: `width` rows (or columns) side by side for each step of the depth. Beyond the
 * side's end a panel holds whatever is there.
 *
 * @param at the first row, a multiple of `width`
 * @param from the first step of the depth
 * @param count how many steps, as a counter
 */
export function packPanel(
  context: KernelContext,
  side: Side,
  width: number,
  at: Counter,
  from: Local,
  count: Local,
  target: Local,
): void {
  const { code } = context;
  const { dtype } = side;
  const lines = runsAlong(side.outer, dtype, 4);
  // Tables must not be read past their end; what lies behind an array may be.
  const last = lines ? side.length - 4 : side.length - 1;
  const most = lines && side.outer.length === 1 ? undefined : last * UNIT;
  const starts = Array.from({ length: lines ? width / 4 : width }, (_, i) => {
    const ahead = (lines ? 4 : 1) * i * UNIT;
    code.get(side.address);
    pushOffset(context, side.outer, clamped(context, plus(context, at, ahead), most));
    return code.emit('i32.add').keep('i32');
  });
  const end = code.get(from).get(count).emit('i32.add').keep('i32');
  const k = code.get(from).keep('i32');
  const to = code.get(target).keep('i32');
  const step = (steps: number, write: (along: Local) => void) => {
    const along = code.local('i32');
    pushOffset(context, side.depth, k);
    code.set(along);
    write(along);
    code
      .get(to)
      .emit('i32.const', steps * width * 4)
      .emit('i32.add')
      .set(to);
    code
      .get(k)
      .emit('i32.const', steps * UNIT)
      .emit('i32.add')
      .set(k);
  };
  const address = (start: Local, along: Local) => code.get(start).get(along).emit('i32.add').keep('i32');
  const whilst = (limit: Local, body: () => void) => {
    code.get(k).get(limit).emit('i32.lt_s');
    code.nest('if', () =>
      code.nest('loop', () => {
        body();
        code.get(k).get(limit).emit('i32.lt_s').emit('br_if', 0);
      }),
    );
  };
  if (lines) {
    whilst(end, () =>
      step(1, (along) => {
        for (const [i, start] of starts.entries()) {
          const line = loadVector(code.get(address(start, along)), dtype, 0).keep('v128');
          code
            .get(to)
            .get(line)
            .emit('v128.store', i * 16);
        }
      }),
    );
    return;
  }
  if (runsAlong(side.depth, dtype, 4)) {
    // Four steps of four rows at once: loaded along the depth, and transposed. `from` is a multiple of four.
    const whole = code
      .get(end)
      .emit('i32.const', -4 * UNIT)
      .emit('i32.and')
      .keep('i32');
    whilst(whole, () =>
      step(4, (along) => {
        for (let first = 0; first < width; first += 4) {
          const rows = starts
            .slice(first, first + 4)
            .map((start) => loadVector(code.get(address(start, along)), dtype, 0).keep('v128'));
          for (const [k4, column] of transposed(context, rows).entries())
            code
              .get(to)
              .get(column)
              .emit('v128.store', 4 * (k4 * width + first));
        }
      }),
    );
  }
  whilst(end, () =>
    step(1, (along) => {
      for (const [i, start] of starts.entries()) {
        const number = loadNumber(code.get(address(start, along)), dtype, 0).keep('f32');
        code
          .get(to)
          .get(number)
          .emit('f32.store', i * 4);
      }
    }),
  );
}

function plus(context: KernelContext, at: Counter, ahead: number): Counter {
  if (typeof at === 'number') return at + ahead;
  return ahead === 0 ? at : context.code.get(at).emit('i32.const', ahead).emit('i32.add').keep('i32');
}

function clamped({ code }: KernelContext, at: Counter, last: number | undefined): Counter {
  if (last === undefined) return at;
  if (typeof at === 'number') return Math.min(at, last);
  code.get(at).emit('i32.const', last);
  return code.get(at).emit('i32.const', last).emit('i32.lt_s').emit('select').keep('i32');
}

/** Four vectors as the columns of the square whose rows they are. */
function transposed({ code }: KernelContext, rows: readonly Local[]): Local[] {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  const lanes = (order: readonly number[]) =>
    Uint8Array.from(order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));
  const shuffle = (x: Local, y: Local, order: readonly number[]) =>
    code.get(x).get(y).emit('i8x16.shuffle', lanes(order)).keep('v128');
  const [low, high] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ] as const;
  const [ab0, ab1] = [shuffle(a, b, low), shuffle(a, b, high)];
  const [cd0, cd1] = [shuffle(c, d, low), shuffle(c, d, high)];
  const [front, back] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ] as const;
  return [
    shuffle(ab0, cd0, front),
    shuffle(ab0, cd0, back),
    shuffle(ab1, cd1, front),
    shuffle(ab1, cd1, back),
  ];
}

/** A number that is known, or is in a local. */
export function pushNumber({ code }: KernelContext, value: Local | number): void {
  if (typeof value === 'number') code.emit('i32.const', value);
  else code.get(value);
}
