import type { Backend, CompileReport, Executable, PeakBytes } from '../../compile/backend.ts';
import type { Buffer } from '../../compile/kernels.ts';
import { bufferBytes, SLACK } from '../../compile/memory.ts';
import { makeProgram, type Program, programText } from '../../compile/program.ts';
import { isHalf, makeArray, type TypedArray } from '../../graph/dtypes.ts';
import { ResourceError, ShapeError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { sameShape, typeText } from '../../graph/shapes.ts';
import { findBlas } from '../native/blas.ts';
import { UNIT } from './assembly/loops.ts';
import { type Assembled, assemble } from './module.ts';
import { hasRelaxedSimd } from './probe.ts';
import { hasLargeProduct } from './products/nativeProduct.ts';
import { type Crew, type CrewOptions, makeCrew, type Team } from './threads/crew.ts';
import { MOST_THREADS, type Thresholds, WORTH_SHARING } from './threads/sharing.ts';

const PAGE = 65536;
/** What addresses of 32 bits reach. */
const MOST_BYTES = 2 ** 32;
/** Counters of loops are signed, and count in quarters of an element. */
const MOST_ARRAY_BYTES = 2 ** 31;
const MOST_ELEMENTS = MOST_ARRAY_BYTES / UNIT;

export interface WasmOptions {
  /** How many threads compute; by default as many as there are cores. Results are the same bits for any number. */
  readonly threads?: number;
  /** Whether large products may go to the system's BLAS, where one is found; true by default. */
  readonly blas?: boolean;
  /** The same bits on every machine, with or without a BLAS: nothing is used that not all have. */
  readonly deterministic?: boolean;
}

/** What only tests set: never a matter of results. */
export interface Inner {
  readonly thresholds?: Thresholds;
  /** See `AssembleOptions`; for one thread. */
  readonly backwards?: boolean;
  /** `size` is an option of everyone. */
  readonly crew?: CrewOptions;
}

/** The WebAssembly backend: a step becomes one module, with one function for each distinct kernel. */
export function wasmBackend(options: WasmOptions = {}, inner: Inner = {}): Backend {
  const { threads, deterministic = false, blas: mayUseBlas = !deterministic } = options;
  const { thresholds = WORTH_SHARING, backwards = false } = inner;
  // Programs that run once borrow this memory; each writes all its inputs before and reads all outputs after.
  let borrowed: WebAssembly.Memory | undefined;
  let crew: Crew | undefined | 'not asked' = 'not asked';
  return {
    name: 'wasm',
    compile(step, compiling = {}) {
      const { kept = false } = compiling;
      const start = performance.now();
      const program = makeProgram(step, compiling);
      checkSize(program);
      const blas = mayUseBlas && hasLargeProduct(program) ? findBlas() : undefined;
      const assembled = assemble(program, {
        native: blas !== undefined,
        relaxed: !deterministic && hasRelaxedSimd(),
        leastShared: blas ? thresholds.native : thresholds.phase,
        backwards,
        ...(inner.crew?.patience !== undefined && { patience: inner.crew.patience }),
      });
      const { module, tables, sharedWork } = assembled;
      const worthSharing = kept && sharedWork > 0;
      if (worthSharing && crew === 'not asked')
        crew = makeCrew(MOST_THREADS, { ...inner.crew, size: threads });
      const sharing = worthSharing && crew !== 'not asked' ? crew : undefined;
      const total = assembled.bytes + assembled.ownBytes * (sharing?.size ?? 1) + SLACK;
      const pages = Math.ceil(total / PAGE);
      module.memory = { shared: sharing !== undefined, pages: kept ? pages : 1 };
      const memory = kept ? memoryOf(pages, sharing !== undefined) : borrow(pages);
      const bytes = module.encode();
      const code = new WebAssembly.Module(bytes);
      const bound = blas?.bind(memory);
      const env = bound ? { memory, gemm: bound.gemm } : { memory };
      const instance = new WebAssembly.Instance(code, { env });
      const { startAt } = assembled;
      const team = sharing?.enlist({ module: code, memory, startAt, blas: blas?.place });
      let lastThreads = 1;
      const report: CompileReport = {
        backend: 'wasm',
        kernels: program.kernels.length,
        arenaBytes: total,
        peakBytes: peakBytes(program, assembled, total),
        get threads() {
          return lastThreads;
        },
        codeBytes: bytes.length,
        milliseconds: performance.now() - start,
        text: () => `${programText(program)}\n\n${module}`,
      };
      const alone = instance.exports.run as Run;
      const run = (times: number) => {
        // Borrowed memory has seen other programs since.
        if (!kept) {
          tables.writeTo(memory.buffer);
          bound?.refresh();
        }
        const work = sharedWork * times;
        const mayShare = team && work >= thresholds.short;
        lastThreads = mayShare ? team.start(times, work >= thresholds.long ? 'long' : 'short') : 1;
        try {
          alone(times, 0, lastThreads, Number(sharing?.maySleep ?? true));
        } catch (cause) {
          if (lastThreads < 2) throw cause;
          team?.lose();
          throw lostThread(lastThreads, cause);
        }
      };
      tables.writeTo(memory.buffer);
      const executable = new WasmExecutable(program, memory, run, report);
      if (team) dismissals.register(executable, team);
      return executable;
    },
  };

  function borrow(pages: number): WebAssembly.Memory {
    borrowed ??= memoryOf(1, false);
    const memory = borrowed;
    const missing = pages - memory.buffer.byteLength / PAGE;
    if (missing > 0) allocated(pages, () => memory.grow(missing));
    return memory;
  }
}

function memoryOf(pages: number, shared: boolean): WebAssembly.Memory {
  return allocated(
    pages,
    () => new WebAssembly.Memory(shared ? { initial: pages, maximum: pages, shared } : { initial: pages }),
  );
}

/** Runs what asks the system for memory. */
function allocated<T>(pages: number, ask: () => T): T {
  const asked = `memory of ${sizeText(pages * PAGE)} for a program`;
  if (pages * PAGE > MOST_BYTES)
    throw new ResourceError({ asked, expected: 'at most 4 GiB', fix: LESS_MEMORY });
  try {
    return ask();
  } catch (cause) {
    throw new ResourceError(
      { asked, received: 'no memory of this size to be had', fix: LESS_MEMORY },
      { cause },
    );
  }
}

const LESS_MEMORY =
  'Use smaller batches or layers, or checkpoint layers, whose values are then computed again instead of kept.';

/** @throws ResourceError if a program needs more than WebAssembly can address. */
function checkSize({ memory }: Program): void {
  if (memory.bytes > MOST_BYTES) {
    throw new ResourceError({
      asked: `memory of ${sizeText(memory.bytes)} for a program`,
      expected: 'at most 4 GiB, what WebAssembly can address',
      fix: LESS_MEMORY,
    });
  }
  for (const buffer of memory.offsets.keys()) {
    if (bufferBytes(buffer) < MOST_ARRAY_BYTES && buffer.elements < MOST_ELEMENTS) continue;
    throw new ResourceError({
      asked: `an array of ${sizeText(bufferBytes(buffer))}, ${typeText(buffer.node)}`,
      expected: isHalf(buffer.dtype) ? 'less than 1 GiB' : 'less than 2 GiB',
      fix: LESS_MEMORY,
    });
  }
}

function sizeText(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function peakBytes(program: Program, { tableBytes }: Assembled, total: number): PeakBytes {
  const inputs = [...program.leaves.values()].reduce((sum, buffer) => sum + bufferBytes(buffer), 0);
  const { bytes } = program.memory;
  return { inputs, activations: bytes - inputs, scratch: total - bytes - tableBytes, tables: tableBytes };
}

function lostThread(threads: number, cause: unknown): unknown {
  // The barrier traps when somebody has not come; nothing else does.
  if (!(cause instanceof WebAssembly.RuntimeError)) return cause;
  return new ResourceError(
    {
      asked: `a run on ${threads} threads`,
      expected: 'all of them to finish',
      received: 'one that does not answer any more',
      fix: 'Start the process again; wasmBackend({ threads: 1 }) needs no others.',
    },
    { cause },
  );
}

/** Threads forget programs that are collected here. */
const dismissals = new FinalizationRegistry<Team>((team) => team.dismiss());

type Run = (times: number, thread: number, threads: number, maySleep: number) => void;

class WasmExecutable implements Executable {
  readonly report: CompileReport;
  readonly #program: Program;
  readonly #memory: WebAssembly.Memory;
  readonly #run: (times: number) => void;

  constructor(
    program: Program,
    memory: WebAssembly.Memory,
    run: (times: number) => void,
    report: CompileReport,
  ) {
    this.#program = program;
    this.#memory = memory;
    this.#run = run;
    this.report = report;
    for (const node of program.leaves.keys()) {
      if (node.op === 'constant') this.write(node, node.attributes.value);
    }
  }

  write(input: Node, value: NDArray): void {
    if (value.dtype !== input.dtype || !sameShape(value.shape, input.shape)) {
      throw new ShapeError({
        asked: `value of ${input.op === 'input' ? `"${input.attributes.name}"` : input.op}`,
        expected: typeText(input),
        received: typeText(value),
      });
    }
    const buffer = this.#program.leaves.get(input);
    if (buffer) this.#place(buffer).set(value.data);
  }

  run(times: number): void {
    this.#run(times);
  }

  output(index: number): NDArray {
    const buffer = this.#program.outputs[index];
    if (!buffer)
      throw new ShapeError({ asked: `output ${index}`, expected: `one of ${this.#program.outputs.length}` });
    return this.#copy(buffer);
  }

  read(input: Node, into?: NDArray): NDArray {
    const buffer = this.#program.leaves.get(input);
    if (!buffer) throw new ShapeError({ asked: 'value of an input', expected: 'an input of this program' });
    return this.#copy(buffer, into);
  }

  #copy(buffer: Buffer, into?: NDArray): NDArray {
    const { dtype, shape } = buffer.node;
    const data = into?.data ?? makeArray(dtype, buffer.elements);
    data.set(this.#place(buffer));
    return { dtype, shape, data };
  }

  /** The buffer in the arena, as it stands: a bool is a 32-bit 0 or 1 there. */
  #place(buffer: Buffer): TypedArray {
    const { dtype, elements } = buffer;
    const offset = this.#program.memory.offsets.get(buffer) ?? 0;
    const { buffer: bytes } = this.#memory;
    switch (dtype) {
      case 'float32':
        return new Float32Array(bytes, offset, elements);
      case 'float16':
      case 'bfloat16':
        return new Uint16Array(bytes, offset, elements);
      case 'float64':
        return new Float64Array(bytes, offset, elements);
      case 'int32':
        return new Int32Array(bytes, offset, elements);
      default:
        return new Uint32Array(bytes, offset, elements);
    }
  }
}
