import { type Buffer, bodyOf, type Kernel } from '../../compile/kernels.ts';
import { KernelTable } from '../../compile/kernelTable.ts';
import { bufferBytes } from '../../compile/memory.ts';
import type { Program } from '../../compile/program.ts';
import { FunctionBuilder, type Local, ModuleBuilder } from './assembler.ts';
import { BARRIER_BYTES, PATIENCE, writeBarrier } from './barrier.ts';
import { isVectorisable } from './body.ts';
import { START_BYTES } from './crew.ts';
import { writeMatmul } from './matmul.ts';
import { writeElementwise, writeReduction, writeScatter, writeUnwindow } from './nests.ts';
import { COMMON, type Means, OWN, type Phase, PhaseWriter } from './phases.ts';
import { WORTH_SHARING } from './sharing.ts';
import { Tables } from './tables.ts';

/** A program as a module: where what is in memory lies, behind the arena. */
export interface Assembled {
  readonly module: ModuleBuilder;
  readonly tables: Tables;
  /** Bytes of the tables. */
  readonly tableBytes: number;
  /** The address of the words by which threads start together. */
  readonly startAt: number;
  /** Operations in one run that threads can share. */
  readonly sharedWork: number;
  /** Bytes of everything but threads' own memory, and of that for each thread. */
  readonly bytes: number;
  readonly ownBytes: number;
}

export interface AssembleOptions {
  /** Whether large products may call the system's BLAS. */
  readonly native?: boolean;
  /** Whether a product and a sum may be one instruction. */
  readonly relaxed?: boolean;
  /** Work of a phase that is worth sharing. */
  readonly leastShared?: number;
  /** The parts of each phase in opposite order, on one thread: parts that depend on each other then show. */
  readonly backwards?: boolean;
  /** How long threads wait for one another, in milliseconds. */
  readonly patience?: number;
}

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** Two flags, three lengths, two matrices, how much of the third to keep, and that. */
const GEMM_PARAMETERS = [
  ...(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const),
  ...(['f32', 'i32', 'i32'] as const),
];

/** A kernel's phases as functions of the module. */
interface Written {
  readonly phases: readonly (Omit<Phase, 'code'> & { readonly index: number })[];
}

/**
 * The module of a program: its kernels' functions, and `run(times, thread, threads, maySleep)`, which calls them in order.
 * Kernels that are the same code at other addresses are one function.
 */
export function assemble(program: Program, options: AssembleOptions = {}): Assembled {
  const {
    native = false,
    relaxed = false,
    leastShared = WORTH_SHARING.phase,
    backwards = false,
    patience = PATIENCE,
  } = options;
  const module = new ModuleBuilder();
  for (let i = 0; i <= Math.max(COMMON, OWN); i++) module.global();
  const gemm = native ? module.import('gemm', GEMM_PARAMETERS) : undefined;
  const barrierAt = align(program.memory.bytes);
  const startAt = barrierAt + BARRIER_BYTES;
  const tables = new Tables(startAt + START_BYTES);
  const known = new KernelTable<Written>();
  let [commonBytes, ownBytes] = [0, 0];
  const calls = program.kernels.map((kernel, at) => {
    const buffers = program.touched[at] ?? [];
    const written = known.get(kernel, buffers, () => {
      const writer = writeKernel(kernel, buffers, `kernel${known.size}`, {
        tables,
        gemm,
        relaxed,
        leastShared,
      });
      commonBytes = Math.max(commonBytes, writer.commonBytes);
      ownBytes = Math.max(ownBytes, writer.ownBytes);
      return {
        phases: writer.phases.map(({ code, ...phase }) => ({ index: module.add(code), ...phase })),
      };
    });
    return { written, buffers };
  });
  const commonAt = align(startAt + START_BYTES + tables.bytes);
  const ownAt = commonAt + align(commonBytes);
  const own = align(ownBytes);
  const sharedWork = calls
    .flatMap(({ written }) => written.phases)
    .reduce((total, { parts, work }) => total + (parts > 1 ? work : 0), 0);
  const isParallel = sharedWork > 0;

  const barrier = isParallel ? writeBarrier(module, barrierAt, patience) : 0;
  const run = new FunctionBuilder('run', ['i32', 'i32', 'i32', 'i32']);
  const [times, thread, threads, maySleep] = run.params as [Local, Local, Local, Local];
  run.get(times).emit('i32.eqz');
  run.nest('if', () => run.emit('return'));
  if (commonBytes + ownBytes > 0) {
    run.emit('i32.const', commonAt).emit('global.set', COMMON);
    run.get(thread).emit('i32.const', own).emit('i32.mul').emit('i32.const', ownAt).emit('i32.add');
    run.emit('global.set', OWN);
  }
  const steps = calls.flatMap(({ written, buffers }) => written.phases.map((phase) => ({ phase, buffers })));
  const alone = (body: () => void) => {
    if (!isParallel) {
      body();
      return;
    }
    run.get(thread).emit('i32.eqz');
    run.nest('if', body);
  };
  const meet = () => {
    if (isParallel) run.get(threads).get(maySleep).emit('call', barrier);
  };
  run.nest('loop', () => {
    for (let at = 0; at < steps.length; ) {
      // Phases of one part follow each other on one thread, without waiting in between.
      let end = at;
      while (end < steps.length && steps[end]?.phase.parts === 1) end++;
      if (end > at) {
        alone(() => {
          for (const { phase, buffers } of steps.slice(at, end)) {
            pushPlaces(run, program, buffers);
            run.emit('call', phase.index);
          }
        });
        at = end;
      } else {
        const { phase, buffers } = steps[at] as (typeof steps)[number];
        at++;
        if (backwards) {
          const part = run.emit('i32.const', phase.parts).keep('i32');
          run.nest('loop', () => {
            pushPlaces(run, program, buffers);
            run.get(part).emit('i32.const', 1).emit('i32.sub').get(part).emit('call', phase.index);
            run.get(part).emit('i32.const', 1).emit('i32.sub').emit('local.tee', part.index).emit('br_if', 0);
          });
          continue;
        }
        pushPlaces(run, program, buffers);
        for (const ahead of [0, 1]) {
          run.get(thread);
          if (ahead > 0) run.emit('i32.const', ahead).emit('i32.add');
          run.emit('i32.const', phase.parts).emit('i32.mul').get(threads).emit('i32.div_u');
        }
        run.emit('call', phase.index);
      }
      meet();
    }
    if (program.copies.length > 0) {
      alone(() => writeCopies(run, program));
      meet();
    }
    run.get(times).emit('i32.const', 1).emit('i32.sub').emit('local.tee', times.index).emit('br_if', 0);
  });
  module.add(run, 'run');
  return {
    module,
    tables,
    tableBytes: align(tables.bytes),
    startAt,
    sharedWork,
    bytes: ownAt,
    ownBytes: own,
  };
}

function pushPlaces(run: FunctionBuilder, program: Program, buffers: readonly Buffer[]): void {
  for (const buffer of buffers) run.emit('i32.const', program.memory.offsets.get(buffer) ?? 0);
}

function writeCopies(run: FunctionBuilder, program: Program): void {
  const place = (buffer: Buffer) => run.emit('i32.const', program.memory.offsets.get(buffer) ?? 0);
  for (const { from, to } of program.copies) {
    place(to);
    place(from);
    run.emit('i32.const', bufferBytes(from)).emit('memory.copy');
  }
}

function writeKernel(kernel: Kernel, buffers: readonly Buffer[], name: string, means: Means): PhaseWriter {
  const { root } = kernel;
  const expressions = [...bodyOf(kernel), ...(root && 'body' in root ? [root.body] : [])];
  const vector = isVectorisable(expressions) && root?.dtype !== 'float64';
  const phases = new PhaseWriter(name, buffers, vector, means);
  if (kernel.space.includes(0)) return phases;
  if (root?.kind === 'matmul') writeMatmul(phases, kernel, root);
  else if (root?.kind === 'reduce') writeReduction(phases, kernel, root);
  else if (root?.kind === 'scatter') writeScatter(phases, kernel, root);
  else if (root?.kind === 'unwindow') writeUnwindow(phases, kernel, root);
  else writeElementwise(phases, kernel);
  return phases;
}
