import type { Backend, CompileReport, Executable } from '../../compile/backend.ts';
import { type Buffer, bodyOf, type Kernel, kernelText } from '../../compile/kernels.ts';
import { bufferBytes, SLACK } from '../../compile/memory.ts';
import { buffersOf, makeProgram, type Program, programText } from '../../compile/program.ts';
import { makeArray, type TypedArray } from '../../graph/dtypes.ts';
import { ShapeError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { sameShape, typeText } from '../../graph/shapes.ts';
import { FunctionBuilder, type Local, ModuleBuilder } from './assembler.ts';
import { isVectorisable, type KernelContext } from './body.ts';
import { scratchBytes, writeMatmul } from './matmul.ts';
import { writeElementwise, writeReduction, writeScatter, writeUnwindow } from './nests.ts';

const PAGE = 65536;

/** The WebAssembly backend: a step becomes one module, with one function for each distinct kernel. */
export function wasmBackend(): Backend {
  // Programs that run once borrow this memory; each writes all its inputs before and reads all outputs after.
  let shared: WebAssembly.Memory | undefined;
  return {
    name: 'wasm',
    compile(step, options = {}) {
      const start = performance.now();
      const program = makeProgram(step, options);
      const scratch = Math.max(0, ...program.kernels.map(scratchOf));
      const module = assemble(program, program.memory.bytes);
      const bytes = module.encode();
      const pages = Math.ceil((program.memory.bytes + scratch + SLACK) / PAGE);
      shared ??= new WebAssembly.Memory({ initial: 1 });
      const memory = options.kept ? new WebAssembly.Memory({ initial: pages }) : shared;
      const missing = pages - memory.buffer.byteLength / PAGE;
      if (missing > 0) memory.grow(missing);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      const report: CompileReport = {
        backend: 'wasm',
        kernels: program.kernels.length,
        arenaBytes: program.memory.bytes + scratch,
        codeBytes: bytes.length,
        milliseconds: performance.now() - start,
        text: () => `${programText(program)}\n\n${module}`,
      };
      return new WasmExecutable(program, memory, instance.exports.run as (times: number) => void, report);
    },
  };
}

function scratchOf(kernel: Kernel): number {
  return kernel.root?.kind === 'matmul' ? scratchBytes(kernel, kernel.root) : 0;
}

/** The module of a program: its kernels' functions, and `run(times)`, which calls them in order. */
function assemble(program: Program, scratchAddress: number): ModuleBuilder {
  const module = new ModuleBuilder();
  const written = new Map<string, number>();
  const run = new FunctionBuilder('run', ['i32']);
  const [times] = run.params as [Local];
  run.get(times).emit('i32.eqz');
  run.nest('if', () => run.emit('return'));
  run.nest('loop', () => {
    for (const kernel of program.kernels) {
      const buffers = buffersOf(kernel);
      const numbers = new Map(buffers.map((buffer, i) => [buffer, i]));
      // The text with buffers numbered says when two kernels are the same code at other addresses.
      const text = kernelText(kernel, (buffer) => `$${numbers.get(buffer)}`);
      const index = written.get(text) ?? module.add(writeKernel(kernel, buffers, `kernel${written.size}`));
      written.set(text, index);
      for (const buffer of buffers) run.emit('i32.const', program.memory.offsets.get(buffer) ?? 0);
      run.emit('i32.const', scratchAddress).emit('call', index);
    }
    for (const { from, to } of program.copies) {
      const place = (buffer: Buffer) => run.emit('i32.const', program.memory.offsets.get(buffer) ?? 0);
      place(to);
      place(from);
      run.emit('i32.const', bufferBytes(from)).emit('memory.copy');
    }
    run.get(times).emit('i32.const', 1).emit('i32.sub').emit('local.tee', times.index).emit('br_if', 0);
  });
  module.add(run, 'run');
  return module;
}

/** One kernel as a function of the addresses of its buffers and of scratch memory. */
function writeKernel(kernel: Kernel, buffers: readonly Buffer[], name: string): FunctionBuilder {
  const code = new FunctionBuilder(
    name,
    [...buffers, undefined].map(() => 'i32'),
  );
  const places = new Map(buffers.map((buffer, i) => [buffer, code.params[i] as Local]));
  const { root } = kernel;
  const expressions = [...bodyOf(kernel), ...(root && 'body' in root ? [root.body] : [])];
  const context: KernelContext = {
    code,
    vector: isVectorisable(expressions) && root?.dtype !== 'float64',
    addressOf: (buffer) => places.get(buffer) as Local,
    scratch: code.params.at(-1) as Local,
  };
  if (kernel.space.includes(0)) return code;
  if (root?.kind === 'matmul') writeMatmul(context, kernel, root);
  else if (root?.kind === 'reduce') writeReduction(context, kernel, root);
  else if (root?.kind === 'scatter') writeScatter(context, kernel, root);
  else if (root?.kind === 'unwindow') writeUnwindow(context, kernel, root);
  else writeElementwise(context, kernel);
  return code;
}

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

  read(input: Node): NDArray {
    const buffer = this.#program.leaves.get(input);
    if (!buffer) throw new ShapeError({ asked: 'value of an input', expected: 'an input of this program' });
    return this.#copy(buffer);
  }

  #copy(buffer: Buffer): NDArray {
    const { dtype, shape } = buffer.node;
    const data = makeArray(dtype, buffer.elements);
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
      case 'float64':
        return new Float64Array(bytes, offset, elements);
      case 'int32':
        return new Int32Array(bytes, offset, elements);
      default:
        return new Uint32Array(bytes, offset, elements);
    }
  }
}
