import { FunctionBuilder, type Local, type ModuleBuilder } from '../assembly/assembler.ts';
import { MOST_THREADS } from './sharing.ts';

const LINE = 64;
/** A word for each thread, in a cache line of its own. */
const SET_BYTES = MOST_THREADS * LINE;
/** Phases use two sets in turn: while one is in use, the other is set back to the beginning. */
export const PIECES_BYTES = 2 * SET_BYTES;

/** The functions by which threads take the work of a phase piece by piece. */
export interface PieceFunctions {
  /** `claim(thread, threads, set, pieces)`: the next piece to do, -1 if none is left; `pieces` are those of one share. */
  readonly claim: number;
  /** `bound(piece, parts, all)`: the first part of a piece. */
  readonly bound: number;
  /** `rewindOther(thread, set)`: in the set not in use, the share of a thread as not begun. */
  readonly rewindOther: number;
  /** `reset()`: both sets as at first. */
  readonly reset: number;
}

/**
 * Adds the functions to a module. Each thread goes through the pieces of its own share in order, so that what it
 * wrote in one phase is likely to be near in the next; then it helps with those of others.
 *
 * @param address of `PIECES_BYTES` of memory, zeros at first
 */
export function writePieces(module: ModuleBuilder, address: number): PieceFunctions {
  return {
    claim: module.add(writeClaim(address)),
    bound: module.add(writeBound()),
    rewindOther: module.add(writeRewindOther(address)),
    reset: module.add(writeReset(address)),
  };
}

function writeClaim(address: number): FunctionBuilder {
  const code = new FunctionBuilder('claim', ['i32', 'i32', 'i32', 'i32'], ['i32']);
  const [thread, threads, set, pieces] = code.params as [Local, Local, Local, Local];
  const whose = code.get(thread).keep('i32');
  const place = code.local('i32');
  const taken = code.local('i32');
  code.nest('loop', () => {
    pushPlace(code, address, whose, set);
    code.set(place);
    // A look is cheaper than to take: it leaves the line where it is.
    code.get(place).emit('i32.atomic.load', 0).get(pieces).emit('i32.lt_s');
    code.nest('if', () => {
      code.get(place).emit('i32.const', 1).emit('i32.atomic.rmw.add', 0).set(taken);
      code.get(taken).get(pieces).emit('i32.lt_s');
      code.nest('if', () => {
        code.get(whose).get(pieces).emit('i32.mul').get(taken).emit('i32.add').emit('return');
      });
    });
    code.get(whose).emit('i32.const', 1).emit('i32.add').set(whose);
    code.emit('i32.const', 0).get(whose).get(whose).get(threads).emit('i32.eq').emit('select').set(whose);
    code.get(whose).get(thread).emit('i32.ne').emit('br_if', 0);
  });
  code.emit('i32.const', -1);
  return code;
}

/** ⌊piece · parts / all⌋, which needs more than 32 bits on the way. */
function writeBound(): FunctionBuilder {
  const code = new FunctionBuilder('bound', ['i32', 'i32', 'i32'], ['i32']);
  const [piece, parts, all] = code.params as [Local, Local, Local];
  code.get(piece).emit('i64.extend_i32_u').get(parts).emit('i64.extend_i32_u').emit('i64.mul');
  code.get(all).emit('i64.extend_i32_u').emit('i64.div_u').emit('i32.wrap_i64');
  return code;
}

function writeRewindOther(address: number): FunctionBuilder {
  const code = new FunctionBuilder('rewindOther', ['i32', 'i32']);
  const [thread, set] = code.params as [Local, Local];
  const other = code.get(set).emit('i32.const', 1).emit('i32.xor').keep('i32');
  pushPlace(code, address, thread, other);
  code.emit('i32.const', 0).emit('i32.atomic.store', 0);
  return code;
}

function writeReset(address: number): FunctionBuilder {
  const code = new FunctionBuilder('reset');
  code.emit('i32.const', address).emit('i32.const', 0).emit('i32.const', PIECES_BYTES).emit('memory.fill');
  return code;
}

function pushPlace(code: FunctionBuilder, address: number, thread: Local, set: Local): void {
  code.get(set).emit('i32.const', SET_BYTES).emit('i32.mul');
  code.get(thread).emit('i32.const', LINE).emit('i32.mul').emit('i32.add');
  code.emit('i32.const', address).emit('i32.add');
}
