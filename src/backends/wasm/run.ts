import type { Buffer } from '../../compile/kernels.ts';
import { bufferBytes } from '../../compile/memory.ts';
import type { Program } from '../../compile/program.ts';
import { FunctionBuilder, type Local, type ModuleBuilder } from './assembly/assembler.ts';
import { COMMON, OWN, type Phase, PREPARED } from './phases.ts';
import { BARRIER_BYTES, writeBarrier } from './threads/barrier.ts';
import { PIECES_BYTES, type PieceFunctions, writePieces } from './threads/pieces.ts';

/** Bytes of the words by which threads share phases and wait for each other. */
export const RUN_BYTES = BARRIER_BYTES + PIECES_BYTES;

/** A phase of one kernel, as a function of the module, and the buffers it is called with. */
export interface Call {
  readonly phase: Omit<Phase, 'code'> & { readonly index: number };
  readonly buffers: readonly Buffer[];
}

export interface RunOptions {
  /** The address of `RUN_BYTES` of memory. */
  readonly address: number;
  /** Where scratch memory for all threads begins, and that of the first thread, with the bytes for each. */
  readonly scratch: { readonly common: number; readonly own: number; readonly ownBytes: number };
  readonly backwards: boolean;
  readonly patience: number;
}

/**
 * Adds `run(times, thread, threads, maySleep)` to a module: it calls the phases in order, those of several parts
 * shared with the other threads, which are waited for after each.
 */
export function writeRun(
  module: ModuleBuilder,
  program: Program,
  calls: readonly Call[],
  options: RunOptions,
): void {
  const { address, scratch, backwards, patience } = options;
  const isParallel = calls.some(({ phase }) => phase.parts > 1);
  const barrier = isParallel ? writeBarrier(module, address, patience) : 0;
  const functions = isParallel ? writePieces(module, address + BARRIER_BYTES) : undefined;
  const code = new FunctionBuilder('run', ['i32', 'i32', 'i32', 'i32']);
  const [times, thread, threads, maySleep] = code.params as [Local, Local, Local, Local];
  const set = code.local('i32');
  code.get(times).emit('i32.eqz');
  code.nest('if', () => code.emit('return'));
  code.emit('i32.const', scratch.common).emit('global.set', COMMON);
  code.get(thread).emit('i32.const', scratch.ownBytes).emit('i32.mul');
  code.emit('i32.const', scratch.own).emit('i32.add').emit('global.set', OWN);

  const alone = (body: () => void) => {
    if (!isParallel) {
      body();
      return;
    }
    code.get(thread).emit('i32.eqz');
    code.nest('if', body);
  };
  const meet = () => {
    if (isParallel) code.get(threads).get(maySleep).emit('call', barrier);
  };
  const share = (call: Call) => {
    code.emit('i32.const', 0).emit('global.set', PREPARED);
    if (backwards) writeBackwards(code, program, call);
    else if (functions) writeShared(code, program, call, functions, { thread, threads, set });
    meet();
  };
  code.nest('loop', () => {
    for (let at = 0; at < calls.length; ) {
      // Phases of one part follow each other on one thread, without waiting in between.
      let end = at;
      while (end < calls.length && calls[end]?.phase.parts === 1) end++;
      if (end > at) {
        alone(() => {
          for (const call of calls.slice(at, end)) {
            pushPlaces(code, program, call);
            code.emit('call', call.phase.index);
          }
        });
        meet();
        at = end;
      } else share(calls[at++] as Call);
    }
    if (program.copies.length > 0) {
      alone(() => writeCopies(code, program));
      meet();
    }
    code.get(times).emit('i32.const', 1).emit('i32.sub').emit('local.tee', times.index).emit('br_if', 0);
  });
  // All have come for the last time: the next run finds the words as the first one did.
  if (functions) alone(() => code.emit('call', functions.reset));
  module.add(code, 'run');
}

/** A phase of several parts: by one thread alone done at once, by more piece by piece. */
function writeShared(
  code: FunctionBuilder,
  program: Program,
  call: Call,
  functions: PieceFunctions,
  { thread, threads, set }: { thread: Local; threads: Local; set: Local },
): void {
  const { index, parts, pieces } = call.phase;
  code.get(threads).emit('i32.const', 2).emit('i32.lt_s');
  code.nest('if', () => {
    pushPlaces(code, program, call);
    code.emit('i32.const', 0).emit('i32.const', parts).emit('call', index);
    code.emit('else');
    const piece = code.local('i32');
    code.get(set).emit('i32.const', 1).emit('i32.xor').set(set);
    code.get(thread).get(set).emit('call', functions.rewindOther);
    code.nest('loop', () => {
      code.get(thread).get(threads).get(set).emit('i32.const', pieces).emit('call', functions.claim);
      code.emit('local.tee', piece.index);
      code.emit('i32.const', 0).emit('i32.ge_s');
      code.nest('if', () => {
        pushPlaces(code, program, call);
        for (const ahead of [0, 1]) {
          code.get(piece);
          if (ahead > 0) code.emit('i32.const', ahead).emit('i32.add');
          code.emit('i32.const', parts);
          code.get(threads).emit('i32.const', pieces).emit('i32.mul').emit('call', functions.bound);
        }
        code.emit('call', index).emit('br', 1);
      });
    });
  });
}

/** The parts one by one from the last, which shows if they depend on each other. */
function writeBackwards(code: FunctionBuilder, program: Program, call: Call): void {
  const part = code.emit('i32.const', call.phase.parts).keep('i32');
  code.nest('loop', () => {
    pushPlaces(code, program, call);
    code.get(part).emit('i32.const', 1).emit('i32.sub').get(part).emit('call', call.phase.index);
    code.get(part).emit('i32.const', 1).emit('i32.sub').emit('local.tee', part.index).emit('br_if', 0);
  });
}

function pushPlaces(code: FunctionBuilder, { memory }: Program, { buffers }: Call): void {
  for (let at = 0; at < buffers.length; at++)
    code.emit('i32.const', memory.offsets.get(buffers[at] as Buffer) ?? 0);
}

function writeCopies(code: FunctionBuilder, { copies, memory }: Program): void {
  const place = (buffer: Buffer) => code.emit('i32.const', memory.offsets.get(buffer) ?? 0);
  for (const { from, to } of copies) {
    place(to);
    place(from);
    code.emit('i32.const', bufferBytes(from)).emit('memory.copy');
  }
}
