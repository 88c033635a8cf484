import { optimise, type PipelineOptions } from '../passes/pipeline.ts';
import { type Buffer, type Expression, eachExpression, type Kernel, kernelText } from './kernels.ts';
import { type Lowered, type LowerOptions, lower, type Step } from './lower.ts';
import { elementBytes, type Lifetime, type MemoryPlan, planMemory } from './memory.ts';

/** A step made ready for a backend: kernels in order, and a place in one arena for every buffer. */
export interface Program extends Lowered {
  /** The buffers each kernel touches, in the order its text names them. */
  readonly touched: readonly (readonly Buffer[])[];
  readonly memory: MemoryPlan;
}

export interface CompileOptions extends LowerOptions, PipelineOptions {}

/** From a graph to a program: the passes, the grouping into kernels, the memory plan. */
export function makeProgram(step: Step, options: CompileOptions = {}): Program {
  const targets = step.updates.map(({ target }) => target);
  const results = optimise([...step.outputs, ...step.updates.map(({ value }) => value)], options);
  const outputs = results.slice(0, step.outputs.length);
  const updates = targets.map((target, i) => ({ target, value: results[outputs.length + i] ?? target }));
  const lowered = lower({ outputs, updates }, options);
  const touched = lowered.kernels.map(buffersOf);
  const { offsets, bytes } = planMemory(lifetimes(lowered, touched));
  return { ...lowered, touched, memory: { offsets: withAliases(offsets, touched), bytes } };
}

/** The places of whole buffers, and of those that begin within one. */
function withAliases(
  offsets: ReadonlyMap<Buffer, number>,
  touched: Program['touched'],
): ReadonlyMap<Buffer, number> {
  const all = new Map(offsets);
  for (const buffers of touched) {
    for (let i = 0; i < buffers.length; i++) {
      const buffer = buffers[i] as Buffer;
      const { within } = buffer;
      if (within) all.set(buffer, (offsets.get(within.buffer) ?? 0) + within.offset * elementBytes(buffer));
    }
  }
  return all;
}

/** Leaves and outputs live throughout; all else from the kernel that writes it to the last that reads it. */
function lifetimes({ kernels, leaves, outputs, copies }: Lowered, touched: Program['touched']): Lifetime[] {
  const end = kernels.length;
  const spans = new Map<Buffer, { from: number; to: number }>();
  const touch = (part: Buffer, at: number) => {
    const buffer = part.within?.buffer ?? part;
    const span = spans.get(buffer);
    if (!span) spans.set(buffer, { from: at, to: at });
    else {
      span.from = Math.min(span.from, at);
      span.to = Math.max(span.to, at);
    }
  };
  touched.forEach((buffers, at) => {
    for (let i = 0; i < buffers.length; i++) touch(buffers[i] as Buffer, at);
  });
  for (const { from, to } of copies) {
    touch(from, end);
    touch(to, end);
  }
  for (const buffer of leaves.values()) {
    touch(buffer, 0);
    touch(buffer, end);
  }
  for (const buffer of outputs) touch(buffer, end);
  return [...spans].map(([buffer, span]) => ({ buffer, ...span }));
}

/** Every buffer a kernel touches, in the order its text names them. */
export function buffersOf(kernel: Kernel): Buffer[] {
  const found = new Set<Buffer>();
  const { root } = kernel;
  const read = (expressions: readonly Expression[]) =>
    eachExpression(expressions, (expression) => {
      if (expression.kind === 'load') found.add(expression.buffer);
      else if (expression.kind === 'random') found.add(expression.key).add(expression.stream);
      else if (expression.kind === 'row') found.add(expression.buffer).add(expression.index.buffer);
    });
  if (root?.kind === 'reduce' || root?.kind === 'unwindow') read([root.body]);
  else if (root?.kind === 'matmul') found.add(root.a.buffer).add(root.b.buffer);
  else if (root?.kind === 'scatter') found.add(root.indices).add(root.updates);
  read(kernel.stores.map(({ value }) => value));
  for (const { buffer } of kernel.stores) found.add(buffer);
  return [...found];
}

/** The text form of a program: its memory, then each kernel with its buffers by address. */
export function programText(program: Program): string {
  const name = (buffer: Buffer) => `@${program.memory.offsets.get(buffer) ?? '?'}`;
  const kernels = program.kernels.map((kernel, at) => `kernel ${at} ${kernelText(kernel, name)}`);
  const copies = program.copies.map(({ from, to }) => `copy ${name(from)} to ${name(to)}`);
  return [`arena of ${program.memory.bytes} bytes`, ...kernels, ...copies].join('\n');
}
