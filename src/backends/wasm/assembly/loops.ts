import type { Expression } from '../../../compile/kernels.ts';
import { contiguous, isWhole, type Range, stridesOf, type View } from '../../../compile/views.ts';
import type { Shape } from '../../../graph/ndarray.ts';
import type { FunctionBuilder, Local } from './assembler.ts';

export { elementBytes } from '../../../compile/memory.ts';

/**
 * The position of a loop, as four times the index, so that for 32-bit numbers it is a byte offset. A loop that
 * runs once is a number known while the code is written, and disappears into addresses.
 */
export type Counter = Local | number;

/** Counters are signed numbers of 32 bits. */
const LONGEST = 2 ** 29;

/** Bytes that one step of a counter stands for: counters count in units of a quarter element. */
export const UNIT = 4;

/** One loop, over one axis or several that every view walks as one. */
export interface Loop {
  readonly length: number;
  readonly axes: readonly number[];
}

/**
 * Merges neighbouring axes that all views walk as one, so that a dense [32, 128] is one loop of 4096.
 *
 * @param fixed axes from here on are not merged with those before
 */
export function mergeAxes(shape: Shape, views: readonly View[], fixed = shape.length): Loop[] {
  const loops: { length: number; axes: number[] }[] = [];
  for (const [axis, length] of shape.entries()) {
    if (length === 1 && views.every((view) => axis >= view.shape.length || isWhole(view, axis))) continue;
    const last = loops.at(-1);
    const before = last?.axes.at(-1);
    const mergeable =
      before !== undefined &&
      before < fixed === axis < fixed &&
      last !== undefined &&
      last.length * length < LONGEST &&
      views.every((view) => isOneRun(view, before, axis));
    if (last && mergeable) {
      last.axes.push(axis);
      last.length *= length;
    } else loops.push({ length, axes: [axis] });
  }
  return loops;
}

/** Whether stepping over `inner` is continued by one step of `outer`; true for axes a view does not have. */
function isOneRun(view: View, outer: number, inner: number): boolean {
  const { strides, shape } = view;
  if (outer >= shape.length) return true;
  const whole = isWhole(view, outer) && isWhole(view, inner);
  return whole && strides[outer] === (strides[inner] ?? 0) * (shape[inner] ?? 1);
}

/** The step of a view along a loop. */
export function strideAlong(view: View, loop: Loop | undefined): number {
  return view.strides[loop?.axes.at(-1) ?? -1] ?? 0;
}

/** The range along a loop outside of which the view reads zeros; undefined where it is never left. */
export function rangeAlong(view: View, loop: Loop): Range | undefined {
  const axis = loop.axes.at(-1) ?? -1;
  return isWhole(view, axis) ? undefined : view.valid[axis];
}

/** Every view that expressions read through. */
export function viewsOf(expression: Expression): View[] {
  switch (expression.kind) {
    case 'load':
    case 'index':
    case 'random':
      return [expression.view];
    case 'row':
      return [expression.view, expression.index.view];
    default:
      return [];
  }
}

/** The view results are written through: densely over the kernel's space. */
export function storeView(space: Shape): View {
  return { ...contiguous(space), strides: stridesOf(space) };
}

/** Runs `body` for each position from `from` to `to` in steps; one step is written without a loop. */
export function forEach(
  code: FunctionBuilder,
  from: number,
  to: number,
  step: number,
  body: (counter: Counter) => void,
): void {
  if (from >= to) return;
  if (from + step >= to) {
    body(from * UNIT);
    return;
  }
  const counter = code.local('i32');
  code.emit('i32.const', from * UNIT).set(counter);
  code.repeat(counter, to * UNIT, step * UNIT, () => body(counter));
}

/** The parts, from `first` up to, not including, `last`, that the calling thread does of all `parts`. */
export interface Share {
  readonly first: Local;
  readonly last: Local;
  readonly parts: number;
}

/**
 * Runs `body` in steps through the share of 0 … `to` that is the calling thread's; each part is `size` long, but
 * for the last, which has what is left.
 */
export function forShare(
  code: FunctionBuilder,
  { first, last, parts }: Share,
  to: number,
  size: number,
  step: number,
  body: (counter: Counter) => void,
): void {
  const counter = code
    .get(first)
    .emit('i32.const', size * UNIT)
    .emit('i32.mul')
    .keep('i32');
  code.emit('i32.const', to * UNIT);
  code
    .get(last)
    .emit('i32.const', size * UNIT)
    .emit('i32.mul');
  code.get(last).emit('i32.const', parts).emit('i32.eq').emit('select');
  const limit = code.keep('i32');
  whilst(code, counter, limit, step, () => body(counter));
}

/** Runs `body` in steps while a counter, which it moves, is below a limit. */
export function whilst(
  code: FunctionBuilder,
  counter: Local,
  limit: Local,
  step: number,
  body: () => void,
): void {
  code.get(counter).get(limit).emit('i32.lt_s');
  code.nest('if', () =>
    code.nest('loop', () => {
      body();
      code
        .get(counter)
        .emit('i32.const', step * UNIT)
        .emit('i32.add')
        .emit('local.tee', counter.index);
      code.get(limit).emit('i32.lt_s').emit('br_if', 0);
    }),
  );
}

/** Runs `body` if the calling thread does the last part. */
export function inLastPart(code: FunctionBuilder, share: Share | undefined, body: () => void): void {
  if (!share) {
    body();
    return;
  }
  code.get(share.last).emit('i32.const', share.parts).emit('i32.eq');
  code.nest('if', body);
}

/** A position further on. */
export function advance(code: FunctionBuilder, counter: Counter, steps: number): Counter {
  if (steps === 0) return counter;
  if (typeof counter === 'number') return counter + steps * UNIT;
  return code
    .get(counter)
    .emit('i32.const', steps * UNIT)
    .emit('i32.add')
    .keep('i32');
}

/**
 * `from` + Σ counter × factor, as a local and a constant to add: the known part of an address goes into the
 * instruction that uses it.
 */
export interface Sum {
  readonly local: Local | undefined;
  readonly constant: number;
  /** The local alone may be below zero, where an address must not start: the constant is added to it first. */
  readonly signed?: boolean;
}

/** Adds up `terms`, folding what is known. Factors are per unit of the counter. */
export function sumOf(
  code: FunctionBuilder,
  start: Sum,
  terms: readonly { counter: Counter; factor: number }[],
): Sum {
  let { local, constant, signed = false } = start;
  for (const { counter, factor } of terms) {
    if (factor === 0) continue;
    if (typeof counter === 'number') {
      constant += counter * factor;
      continue;
    }
    pushTimes(code, counter, factor);
    signed ||= factor < 0;
    if (local) code.get(local).emit('i32.add');
    local = code.keep('i32');
  }
  return { local, constant, signed };
}

/** Pushes counter × factor. Factors of numbers of two bytes are halves: exact, since counters are multiples of `UNIT`. */
export function pushTimes(code: FunctionBuilder, counter: Local, factor: number): void {
  const isWhole = Number.isInteger(factor);
  const times = isWhole ? factor : 2 * factor;
  code.get(counter);
  if (times !== 1) code.emit('i32.const', times).emit('i32.mul');
  if (!isWhole) code.emit('i32.const', 1).emit('i32.shr_s');
}

/** Pushes the sum as one number, but for a non-negative constant, which is returned for the instruction to add. */
export function pushAddress(code: FunctionBuilder, { local, constant, signed }: Sum): number {
  if (!local) {
    code.emit('i32.const', constant);
    return 0;
  }
  code.get(local);
  if (constant >= 0 && !signed) return constant;
  code.emit('i32.const', constant).emit('i32.add');
  return 0;
}
