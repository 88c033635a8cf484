import { type Buffer, type Expression, eachExpression } from '../../compile/kernels.ts';
import type { View } from '../../compile/views.ts';
import { type Dtype, isFloating } from '../../graph/dtypes.ts';
import { PARITY, ROTATIONS } from '../../graph/threefry.ts';
import { loadLanes, loadNumber, loadSplat, loadVector } from './arithmetic/access.ts';
import { Arithmetic, type Operand } from './arithmetic/operations.ts';
import type { FunctionBuilder, Local } from './assembly/assembler.ts';
import {
  type Counter,
  elementBytes,
  type Loop,
  pushAddress,
  rangeAlong,
  type Share,
  type Sum,
  strideAlong,
  sumOf,
  UNIT,
} from './assembly/loops.ts';
import type { Strided } from './tables.ts';

/** What all code of one kernel shares: the function being written and where its buffers are. */
export interface KernelContext {
  readonly code: FunctionBuilder;
  /** Four 32-bit numbers at a time; else one at a time, of any dtype. */
  readonly vector: boolean;
  /** A product and a sum may be one instruction, rounded once or twice as the machine likes. */
  readonly relaxed: boolean;
  /** The parameter that holds a buffer's address. */
  readonly addressOf: (buffer: Buffer) => Local;
  /** Scratch memory: in common to all threads, and this thread's own. */
  readonly common: Local;
  readonly own: Local;
  /** The parts of the work to do; undefined where one thread does all of it. */
  readonly share: Share | undefined;
  /** The address of the table of the offsets along some axes. */
  readonly tableOf: (axes: readonly Strided[]) => number;
}

/** A loop and where it stands; the body's innermost loop stands still until `evaluate`. */
export interface Position {
  readonly loop: Loop;
  readonly counter: Counter;
}

/** Where a view reads, without the innermost loop's share. */
interface Pointer {
  readonly at: Sum;
  /** Holds while the outer loops are inside the view's valid ranges; undefined if they always are. */
  readonly condition: Local | undefined;
}

/**
 * The code that computes expressions at one point of a kernel's loops. Made in front of the innermost loop, where
 * it writes all that does not change inside of it; `evaluate` then writes the rest, any number of times.
 */
export class Body {
  readonly #context: KernelContext;
  readonly #code: FunctionBuilder;
  readonly #arithmetic: Arithmetic;
  readonly #outer: readonly Position[];
  readonly #inner: Loop | undefined;
  readonly #pointers = new Map<View, Pointer>();
  readonly #fixed = new Map<Expression, Local>();

  constructor(
    context: KernelContext,
    expressions: readonly Expression[],
    outer: readonly Position[],
    inner: Loop | undefined,
    root?: ReadonlyMap<Expression, Local>,
  ) {
    this.#context = context;
    this.#code = context.code;
    this.#arithmetic = new Arithmetic(context.code, context.vector);
    this.#outer = outer;
    this.#inner = inner;
    for (const [expression, local] of root ?? []) this.#fixed.set(expression, local);
    eachExpression(expressions, (expression) => this.#prepare(expression));
  }

  /**
   * Computes expressions at the innermost loop's position: `lanes` neighbours at once in a vector kernel. Lanes
   * beyond `lanes` hold whatever is there.
   */
  evaluate(expressions: readonly Expression[], counter: Counter, lanes: number, root?: Local): Local[] {
    const known = new Map(this.#fixed);
    eachExpression(expressions, (expression) => {
      if (known.has(expression)) return;
      known.set(
        expression,
        expression.kind === 'root' && root ? root : this.#value(expression, counter, lanes, known),
      );
    });
    return expressions.map((expression) => known.get(expression) as Local);
  }

  /** Writes pointers and, for what the innermost loop does not move, values. */
  #prepare(expression: Expression): void {
    if (this.#fixed.has(expression)) return;
    switch (expression.kind) {
      case 'load':
        this.#pointers.set(expression.view, this.#pointer(expression.buffer, expression.view));
        if (this.#isStill(expression.view)) this.#fixed.set(expression, this.#load(expression, 0, 1));
        break;
      case 'row':
        this.#prepareRow(expression);
        break;
      case 'index':
      case 'random': {
        const { view } = expression;
        const at = sumOf(
          this.#code,
          { local: undefined, constant: view.offset * UNIT },
          this.#terms(view, 1),
        );
        this.#pointers.set(view, { at, condition: undefined });
        break;
      }
    }
  }

  #prepareRow(expression: Extract<Expression, { kind: 'row' }>): void {
    const { buffer, view, index } = expression;
    this.#pointers.set(index.view, this.#pointer(index.buffer, index.view));
    const start = this.#pointer(buffer, view);
    this.#pointers.set(view, start);
    // One row for the whole innermost loop, the usual case, makes this a plain load from there.
    if (this.#isStill(index.view)) {
      const row = this.#rowOffset(expression, 0, start.at.local);
      this.#pointers.set(view, {
        at: { ...start.at, local: row },
        condition: start.condition,
      });
    }
  }

  #isStill(view: View): boolean {
    return !this.#inner || (strideAlong(view, this.#inner) === 0 && !rangeAlong(view, this.#inner));
  }

  #terms(view: View, bytesPerUnit: number): { counter: Counter; factor: number }[] {
    return this.#outer.map(({ loop, counter }) => ({
      counter,
      factor: strideAlong(view, loop) * bytesPerUnit,
    }));
  }

  #pointer(buffer: Buffer, view: View): Pointer {
    const bytes = elementBytes(buffer);
    const start = { local: this.#context.addressOf(buffer), constant: view.offset * bytes };
    return {
      at: sumOf(this.#code, start, this.#terms(view, bytes / UNIT)),
      condition: this.#condition(view),
    };
  }

  #condition(view: View): Local | undefined {
    let all: Local | undefined;
    for (const { loop, counter } of this.#outer) {
      const inside = this.#inRange(view, loop, counter);
      if (inside) all = all ? this.#code.get(all).get(inside).emit('i32.and').keep('i32') : inside;
    }
    return all;
  }

  /** Whether a counter is inside of a view's valid range, as one unsigned comparison. */
  #inRange(view: View, loop: Loop, counter: Counter): Local | undefined {
    const range = rangeAlong(view, loop);
    if (!range) return undefined;
    this.#push(counter);
    this.#code.emit('i32.const', range.low * UNIT).emit('i32.sub');
    this.#code.emit('i32.const', Math.max(range.high - range.low, 0) * UNIT);
    return this.#code.emit('i32.lt_u').keep('i32');
  }

  #push(counter: Counter): void {
    if (typeof counter === 'number') this.#code.emit('i32.const', counter);
    else this.#code.get(counter);
  }

  #value(
    expression: Expression,
    counter: Counter,
    lanes: number,
    known: ReadonlyMap<Expression, Local>,
  ): Local {
    switch (expression.kind) {
      case 'constant':
        return this.#arithmetic.constant(expression.value, expression.dtype);
      case 'load':
        return this.#load(expression, counter, lanes);
      case 'row':
        return this.#row(expression, counter, lanes);
      case 'index':
        return this.#cast(this.#index(expression.view, counter), expression.dtype);
      case 'random':
        return this.#random(expression, counter);
      case 'root':
        throw new Error('a root is set before the body is evaluated');
      case 'apply': {
        const difference = asDifference(expression);
        if (difference) {
          const [from, taken] = difference.map((part) => known.get(part) as Local) as [Local, Local];
          return this.#arithmetic.subtract(expression.dtype, from, taken);
        }
        const operands = expression.inputs.map((from): Operand => {
          const local = known.get(from) as Local;
          return { local, dtype: from.dtype, ...(from.kind === 'constant' && { known: from.value }) };
        });
        return this.#arithmetic.apply(expression.op, expression.dtype, operands);
      }
    }
  }

  #cast(local: Local, dtype: Dtype): Local {
    return this.#arithmetic.apply('cast', dtype, [{ local, dtype: 'int32' }]);
  }

  #load({ view, dtype }: Extract<Expression, { kind: 'load' }>, counter: Counter, lanes: number): Local {
    return this.#read(view, dtype, counter, lanes, () => undefined);
  }

  #row(expression: Extract<Expression, { kind: 'row' }>, counter: Counter, lanes: number): Local {
    const still = this.#isStill(expression.index.view);
    const rowAt = (at: Counter) => (still ? undefined : this.#rowOffset(expression, at, undefined));
    return this.#read(expression.view, expression.dtype, counter, lanes, rowAt, !still);
  }

  /** Bytes from the table's start to the row that the index points to, clamped to the table; plus `start`. */
  #rowOffset(
    { index, rows, rowStride, dtype }: Extract<Expression, { kind: 'row' }>,
    at: Counter,
    start: Local | undefined,
  ): Local {
    const code = this.#code;
    const offset = pushAddress(code, this.#address(index.view, at, 4));
    const row = code.emit('i32.load', offset).keep('i32');
    code.get(clampRow(code, row, rows));
    code.emit('i32.const', rowStride * elementBytes({ dtype })).emit('i32.mul');
    if (start) code.get(start).emit('i32.add');
    return code.keep('i32');
  }

  /** Where a view reads at a position of the innermost loop, or the zeros at address 0 outside its valid ranges. */
  #address(view: View, counter: Counter, bytes: number, extra?: Local): Sum {
    const { at, condition } = this.#pointers.get(view) as Pointer;
    const factor = (strideAlong(view, this.#inner) * bytes) / UNIT;
    let sum = sumOf(this.#code, at, [{ counter, factor }]);
    if (extra) {
      this.#code.get(extra);
      if (sum.local) this.#code.get(sum.local).emit('i32.add');
      sum = { ...sum, local: this.#code.keep('i32') };
    }
    const inside = this.#inner && this.#inRange(view, this.#inner, counter);
    if (!condition && !inside) return sum;
    if (sum.local) this.#code.get(sum.local).emit('i32.const', sum.constant).emit('i32.add');
    else this.#code.emit('i32.const', sum.constant);
    this.#code.emit('i32.const', 0);
    if (condition) this.#code.get(condition);
    if (inside) this.#code.get(inside);
    if (condition && inside) this.#code.emit('i32.and');
    return { local: this.#code.emit('select').keep('i32'), constant: 0 };
  }

  #read(
    view: View,
    dtype: Dtype,
    counter: Counter,
    lanes: number,
    rowAt: (at: Counter) => Local | undefined,
    scattered = false,
  ): Local {
    const code = this.#code;
    const bytes = elementBytes({ dtype });
    const place = (at: Counter) => pushAddress(code, this.#address(view, at, bytes, rowAt(at)));
    if (!this.#context.vector)
      return loadNumber(code, dtype, place(counter)).keep(this.#arithmetic.typeOf(dtype));
    const stride = strideAlong(view, this.#inner);
    const guarded = this.#inner !== undefined && rangeAlong(view, this.#inner) !== undefined;
    if (!scattered && !guarded && (lanes === 1 || stride === 0 || stride === 1)) {
      const read = lanes === 1 || stride === 0 ? loadSplat : loadVector;
      return read(code, dtype, place(counter)).keep('v128');
    }
    return loadLanes(code, dtype, lanes, (lane) =>
      place(typeof counter === 'number' ? counter + lane * UNIT : this.#after(counter, lane)),
    ).keep('v128');
  }

  #after(counter: Local, lane: number): Local {
    return lane === 0
      ? counter
      : this.#code
          .get(counter)
          .emit('i32.const', lane * UNIT)
          .emit('i32.add')
          .keep('i32');
  }

  /** The flat index a view gives, as int32. */
  #index(view: View, counter: Counter): Local {
    const { at } = this.#pointers.get(view) as Pointer;
    const stride = strideAlong(view, this.#inner);
    const sum = sumOf(this.#code, at, [{ counter, factor: stride }]);
    if (sum.local) this.#code.get(sum.local).emit('i32.const', sum.constant).emit('i32.add');
    else this.#code.emit('i32.const', sum.constant);
    this.#code.emit('i32.const', 2).emit('i32.shr_s');
    const first = this.#code.keep('i32');
    if (!this.#context.vector) return first;
    const steps = new Uint8Array(Int32Array.of(0, stride, 2 * stride, 3 * stride).buffer);
    return this.#code.get(first).emit('i32x4.splat').emit('v128.const', steps).emit('i32x4.add').keep('v128');
  }

  /** Threefry of (key, (stream, flat index)), as a float32 in [0, 1): see `graph/threefry.ts`. */
  #random({ view, key, stream }: Extract<Expression, { kind: 'random' }>, counter: Counter): Local {
    const lanes = this.#arithmetic.lanes('float32');
    const load = (buffer: Buffer, at: number) => {
      this.#code.get(this.#context.addressOf(buffer));
      return this.#context.vector
        ? this.#code.emit('v128.load32_splat', at * 4).keep('v128')
        : this.#code.emit('i32.load', at * 4).keep('i32');
    };
    const [k0, k1] = [load(key, 0), load(key, 1)];
    const schedule = [k0, k1, lanes.xor(lanes.xor(k0, k1), lanes.integer(PARITY))];
    let x0 = lanes.addInteger(load(stream, 0), k0);
    let x1 = lanes.addInteger(this.#index(view, counter), k1);
    for (let round = 0; round < 20; round++) {
      const distance = ROTATIONS[round % 8] ?? 0;
      x0 = lanes.addInteger(x0, x1);
      x1 = lanes.xor(x0, lanes.or(lanes.shiftLeft(x1, distance), lanes.shiftRight(x1, 32 - distance)));
      if (round % 4 === 3) {
        const injection = (round + 1) / 4;
        x0 = lanes.addInteger(x0, schedule[injection % 3] as Local);
        x1 = lanes.addInteger(
          x1,
          lanes.addInteger(schedule[(injection + 1) % 3] as Local, lanes.integer(injection)),
        );
      }
    }
    const mantissa = lanes.shiftRight(lanes.xor(x0, x1), 9);
    return lanes.mul(lanes.fromInteger(mantissa), lanes.constant(2 ** -23));
  }
}

/** Whether a kernel can compute four numbers at a time: all are of 32 bits, and none is an integer division. */
export function isVectorisable(expressions: readonly Expression[]): boolean {
  let possible = true;
  eachExpression(expressions, (expression) => {
    const dividesIntegers =
      expression.kind === 'apply' && expression.op === 'div' && !isFloating(expression.dtype);
    if (expression.dtype === 'float64' || dividesIntegers) possible = false;
  });
  return possible;
}

/** A row number moved into 0 … rows − 1. */
export function clampRow(code: FunctionBuilder, row: Local, rows: number): Local {
  code.get(row).emit('i32.const', rows - 1);
  const below = code.get(row).emit('i32.const', rows).emit('i32.lt_s').emit('select').keep('i32');
  code.get(below).emit('i32.const', 0);
  return code.get(below).emit('i32.const', 0).emit('i32.gt_s').emit('select').keep('i32');
}

/** x + (−y) as x and y, whose difference is the same number; undefined for anything else. */
function asDifference(sum: Extract<Expression, { kind: 'apply' }>): [Expression, Expression] | undefined {
  if (sum.op !== 'add' || !isFloating(sum.dtype)) return undefined;
  const [a, b] = sum.inputs as [Expression, Expression];
  for (const [from, part] of [
    [a, b],
    [b, a],
  ] as const) {
    if (part.kind === 'apply' && part.op === 'neg') return [from, part.inputs[0] as Expression];
  }
  return undefined;
}
