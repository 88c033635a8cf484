import { type Buffer, bodyOf, type Kernel } from '../../compile/kernels.ts';
import { KernelTable } from '../../compile/kernelTable.ts';
import type { Program } from '../../compile/program.ts';
import { ModuleBuilder } from './assembly/assembler.ts';
import { isVectorisable } from './body.ts';
import { writeElementwise } from './nests/elementwise.ts';
import { writeReduction } from './nests/reduction.ts';
import { writeScatter, writeUnwindow } from './nests/scatter.ts';
import { GLOBALS, type Means, PhaseWriter } from './phases.ts';
import { writeMatmul } from './products/matmul.ts';
import { type Call, RUN_BYTES, writeRun } from './run.ts';
import { Tables } from './tables.ts';
import { PATIENCE } from './threads/barrier.ts';
import { START_BYTES } from './threads/hands.ts';
import { WORTH_SHARING } from './threads/sharing.ts';

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

/**
 * The module of a program: its kernels' functions, and `run`, which calls them in order. Kernels that are the same code at
 * other addresses are one function.
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
  for (let i = 0; i < GLOBALS; i++) module.global();
  const gemm = native ? module.import('gemm', GEMM_PARAMETERS) : undefined;
  const runAt = align(program.memory.bytes);
  const startAt = runAt + RUN_BYTES;
  const tables = new Tables(startAt + START_BYTES);
  const known = new KernelTable<readonly Call['phase'][]>();
  let [commonBytes, ownBytes] = [0, 0];
  const calls: Call[] = program.kernels.flatMap((kernel, at) => {
    const buffers = program.touched[at] ?? [];
    const phases = known.get(kernel, buffers, () => {
      const writer = writeKernel(kernel, buffers, `kernel${known.size}`, {
        tables,
        gemm,
        relaxed,
        leastShared,
      });
      commonBytes = Math.max(commonBytes, writer.commonBytes);
      ownBytes = Math.max(ownBytes, writer.ownBytes);
      return writer.phases.map(({ code, ...phase }) => ({ index: module.add(code), ...phase }));
    });
    return phases.map((phase) => ({ phase, buffers }));
  });
  const commonAt = align(startAt + START_BYTES + tables.bytes);
  const ownAt = commonAt + align(commonBytes);
  const own = align(ownBytes);
  const sharedWork = calls.reduce((total, { phase }) => total + (phase.parts > 1 ? phase.work : 0), 0);
  writeRun(module, program, calls, {
    address: runAt,
    scratch: { common: commonAt, own: ownAt, ownBytes: own },
    backwards,
    patience,
  });
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
