import { FunctionBuilder, type Local, type ModuleBuilder } from '../assembly/assembler.ts';

const LINE = 64;
/** Three words of memory, each in a cache line of its own. */
export const BARRIER_BYTES = 3 * LINE;
/** Looks at the word this often, for a tenth of a millisecond or two, before going to sleep. */
const SPINS = 100_000;
/** A thread that others wait for this long, in milliseconds, is lost. */
export const PATIENCE = 120_000;
const NANOSECONDS = 1e6;
/** About how often a thread that must not sleep looks in a millisecond. */
const LOOKS = 500_000;

/**
 * Adds the function `barrier(threads, maySleep)` to a module. The last to arrive begins the next generation; the
 * others watch for it, first awake, then asleep. The main thread of a page must not sleep, and keeps watching.
 *
 * @param patience in milliseconds; then the function traps, as somebody will not come any more
 * @returns the index of the function
 */
export function writeBarrier(module: ModuleBuilder, address: number, patience: number): number {
  const [arrived, generation, sleepers] = [address, address + LINE, address + 2 * LINE];
  const code = new FunctionBuilder('barrier', ['i32', 'i32']);
  const [threads, maySleep] = code.params as [Local, Local];
  const load = (at: number) => code.emit('i32.const', at).emit('i32.atomic.load', 0);
  const add = (at: number, count: number) =>
    code.emit('i32.const', at).emit('i32.const', count).emit('i32.atomic.rmw.add', 0);

  code.get(threads).emit('i32.const', 2).emit('i32.lt_s');
  code.nest('if', () => code.emit('return'));
  const before = load(generation).keep('i32');
  add(arrived, 1).emit('i32.const', 1).emit('i32.add').get(threads).emit('i32.eq');
  code.nest('if', () => {
    code.emit('i32.const', arrived).emit('i32.const', 0).emit('i32.atomic.store', 0);
    add(generation, 1).emit('drop');
    load(sleepers);
    code.nest('if', () => {
      code.emit('i32.const', generation).emit('i32.const', -1).emit('memory.atomic.notify', 0).emit('drop');
    });
    code.emit('return');
  });
  code.emit('i64.const', BigInt(SPINS)).emit('i64.const', BigInt(Math.ceil(patience * LOOKS)));
  const looks = code.get(maySleep).emit('select').keep('i64');
  code.nest('loop', () => {
    load(generation).get(before).emit('i32.ne');
    code.nest('if', () => code.emit('return'));
    code.get(looks).emit('i64.const', 1n).emit('i64.sub').emit('local.tee', looks.index);
    code.emit('i64.eqz').emit('i32.eqz').emit('br_if', 0);
  });
  code.get(maySleep).emit('i32.eqz');
  code.nest('if', () => code.emit('unreachable'));
  add(sleepers, 1).emit('drop');
  code.nest('loop', () => {
    code
      .emit('i32.const', generation)
      .get(before)
      .emit('i64.const', BigInt(Math.ceil(patience * NANOSECONDS)));
    code.emit('memory.atomic.wait32', 0).emit('i32.const', 2).emit('i32.eq');
    // Nobody came: better an error than a wait without end.
    code.nest('if', () => code.emit('unreachable'));
    load(generation).get(before).emit('i32.eq').emit('br_if', 0);
  });
  add(sleepers, -1).emit('drop');
  return module.add(code);
}
