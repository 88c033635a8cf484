import { loadNumber, loadVector } from '../arithmetic/access.ts';
import type { Local } from '../assembly/assembler.ts';
import { type Counter, elementBytes, forEach, UNIT, whilst } from '../assembly/loops.ts';
import type { KernelContext } from '../body.ts';
import type { Strided } from '../tables.ts';
import { pushCounter, pushNumber, pushOffset, type Side } from './sides.ts';

/** Lines that are copied for one call stay in the second-level cache. */
export const COPIED_BYTES = 256 * 1024;

/** Where a line begins among lines that are each so long. */
export function lineAt(context: KernelContext, start: Local, at: Counter, length: number): Local {
  pushCounter(context, at);
  return context.code.emit('i32.const', length).emit('i32.mul').get(start).emit('i32.add').keep('i32');
}

/** Copies `count` lines from the line `at` on to where each is `length` numbers and dense. */
export function copyLines(
  context: KernelContext,
  from: Side,
  lines: readonly Strided[],
  at: Counter,
  count: Local | number,
  along: readonly Strided[],
  to: Local,
  length: number,
): void {
  const { code } = context;
  pushCounter(context, at);
  const line = code.keep('i32');
  code.get(line);
  pushNumber(context, count);
  const end = code.emit('i32.const', UNIT).emit('i32.mul').emit('i32.add').keep('i32');
  const target = code.get(to).keep('i32');
  whilst(code, line, end, 1, () => {
    copyLine(context, from, lines, line, along, target);
    code
      .get(target)
      .emit('i32.const', 4 * length)
      .emit('i32.add')
      .set(target);
  });
}

/** Copies one line of a side as float32, and writes nothing behind it: there may be a line that another thread has copied. */
export function copyLine(
  context: KernelContext,
  { address, dtype }: Side,
  lines: readonly Strided[],
  at: Counter,
  along: readonly Strided[],
  to: Local,
): void {
  const { code } = context;
  code.get(address);
  pushOffset(context, lines, at);
  const start = code.emit('i32.add').keep('i32');
  const target = code.get(to).keep('i32');
  const inner = along.at(-1);
  const bytes = elementBytes({ dtype });
  const dense = inner?.step === bytes;
  const run = dense ? inner.length : 1;
  const copyRun = (source: Local) => {
    const vectors = Math.floor(run / 4);
    const move = (to: Local, from: Local, at: number) =>
      loadVector(code.get(to).get(from), dtype, at * bytes).emit('v128.store', 4 * at);
    const moveOne = (at: number) =>
      loadNumber(code.get(target).get(source), dtype, at * bytes).emit('f32.store', 4 * at);
    if (vectors <= 16) for (let v = 0; v < vectors; v++) move(target, source, 4 * v);
    else {
      const [s, t] = [code.get(source).keep('i32'), code.get(target).keep('i32')];
      forEach(code, 0, vectors, 1, () => {
        move(t, s, 0);
        code
          .get(s)
          .emit('i32.const', 4 * bytes)
          .emit('i32.add')
          .set(s);
        code.get(t).emit('i32.const', 16).emit('i32.add').set(t);
      });
    }
    for (let at = 4 * vectors; at < run; at++) moveOne(at);
    code
      .get(target)
      .emit('i32.const', 4 * run)
      .emit('i32.add')
      .set(target);
  };
  const around = dense ? along.slice(0, -1) : along;
  const walk = (axes: readonly Strided[], source: Local) => {
    const [axis, ...rest] = axes;
    if (!axis) {
      copyRun(source);
      return;
    }
    const moving = code.get(source).keep('i32');
    forEach(code, 0, axis.length, 1, () => {
      walk(rest, moving);
      code.get(moving).emit('i32.const', axis.step).emit('i32.add').set(moving);
    });
  };
  walk(around, start);
}
