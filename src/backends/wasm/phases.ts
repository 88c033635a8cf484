import type { Buffer } from '../../compile/kernels.ts';
import type { Dtype } from '../../graph/dtypes.ts';
import { FunctionBuilder, type Local } from './assembly/assembler.ts';
import type { KernelContext } from './body.ts';
import type { Strided, Tables } from './tables.ts';

/**
 * One function of a kernel. Its work falls into parts that do not depend on each other, so that any number of
 * threads may share them; after a phase all threads wait for each other. A phase of one part is done by one thread.
 */
export interface Phase {
  readonly code: FunctionBuilder;
  readonly parts: number;
  /** About how many operations it takes. */
  readonly work: number;
  /** In how many pieces a thread does its share: the last of a slow one are left to the others. */
  readonly pieces: number;
}

/** Pieces of a phase in which none has anything to prepare. */
const PIECES = 8;

/**
 * The module's globals, which every thread has for itself: where scratch memory for all threads is, and that of this
 * thread alone; and whether that has what the pieces of the present phase need.
 */
export const COMMON = 0;
export const OWN = 1;
export const PREPARED = 2;
export const GLOBALS = 3;

/** What all kernels of a module share. */
export interface Means {
  readonly tables: Tables;
  /** The function of the system's BLAS. */
  readonly gemm: number | undefined;
  readonly relaxed: boolean;
  /** Work of a phase that is worth sharing. */
  readonly leastShared: number;
}

/**
 * Writes the phases of one kernel. Every function takes the addresses of the kernel's buffers; one that threads
 * share also the first part to do and the one to stop before.
 */
export class PhaseWriter {
  readonly phases: Phase[] = [];
  readonly vector: boolean;
  /** Bytes that the kernel needs of scratch memory: in common, and for each thread. */
  commonBytes = 0;
  ownBytes = 0;
  /** The function of the system's BLAS, if there is one. */
  readonly gemm: number | undefined;
  /** Arrays in common memory, and how many bytes behind its start they lie. */
  readonly #scratch = new Map<Buffer, number>();
  readonly #relaxed: boolean;
  readonly #leastShared: number;
  readonly #name: string;
  readonly #buffers: readonly Buffer[];
  readonly #tables: Tables;

  constructor(name: string, buffers: readonly Buffer[], vector: boolean, means: Means) {
    this.gemm = means.gemm;
    this.#relaxed = means.relaxed;
    this.#leastShared = means.leastShared;
    this.#name = name;
    this.#buffers = buffers;
    this.vector = vector;
    this.#tables = means.tables;
  }

  /** An array of the kernel's own, in memory that all threads have in common. */
  scratch(dtype: Dtype, elements: number): Buffer {
    const [store] = this.#buffers;
    const buffer = { node: (store as Buffer).node, dtype, elements };
    this.#scratch.set(buffer, this.commonBytes);
    this.commonBytes += Math.ceil((4 * elements + 16) / 64) * 64;
    return buffer;
  }

  /**
   * The next phase, to be written into the context's function.
   *
   * @param work in operations on one number
   * @param most parts that the work can be cut into
   * @param options.pieces of a thread's share, fewer where each has something to prepare
   * @param options.isShared whether threads share it, a matter of shapes alone; by default if the work is worth it
   */
  begin(work = 0, most = 1, options: { pieces?: number; isShared?: boolean } = {}): KernelContext {
    const { pieces = PIECES, isShared = this.isShared(work) } = options;
    const parts = isShared ? Math.max(1, most) : 1;
    const context = this.draft(parts);
    this.phases.push({ code: context.code, parts, work, pieces });
    return context;
  }

  /** Whether so much work is worth sharing. */
  isShared(work: number): boolean {
    return work >= this.#leastShared;
  }

  /** A function that becomes a phase only if `begin` made it. */
  draft(parts = 1): KernelContext {
    const name = this.phases.length === 0 ? this.#name : `${this.#name}_${this.phases.length}`;
    const code = new FunctionBuilder(
      name,
      [...this.#buffers, ...(parts > 1 ? ['first', 'last'] : [])].map(() => 'i32'),
    );
    const places = new Map(this.#buffers.map((buffer, i) => [buffer, code.params[i] as Local]));
    const [first, last] = code.params.slice(-2) as [Local, Local];
    const global = (index: number) => code.emit('global.get', index).keep('i32');
    return {
      code,
      vector: this.vector,
      relaxed: this.#relaxed,
      addressOf: (buffer) => {
        const at = this.#scratch.get(buffer);
        if (at === undefined) return places.get(buffer) as Local;
        return code.emit('global.get', COMMON).emit('i32.const', at).emit('i32.add').keep('i32');
      },
      get common() {
        return global(COMMON);
      },
      get own() {
        return global(OWN);
      },
      share: parts > 1 ? { first, last, parts } : undefined,
      tableOf: (axes: readonly Strided[]) => this.#tables.of(axes),
    };
  }
}
