import type { Backend, Executable } from '../compile/backend.ts';
import { ArgumentError } from '../graph/errors.ts';
import { input, isInput, substitute } from '../graph/graph.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';

/** The values of leaves made from data. Weak: the data live as long as something can still ask for them. */
const leafValues = new WeakMap<Node, NDArray>();

/** A leaf of the graph that holds `value`. The array is not copied: it must not change any more. */
export function leafOf(value: NDArray): Node {
  const node = input(value.dtype, value.shape, 'data');
  leafValues.set(node, value);
  return node;
}

export function leafValue(node: Node): NDArray | undefined {
  return node.op === 'constant' ? node.attributes.value : leafValues.get(node);
}

let current: Backend | undefined;

/** Makes `backend` run what is evaluated and compiled from now on. */
export function setBackend(backend: Backend): void {
  current = backend;
  programs.clear();
}

export function backend(): Backend {
  if (!current) {
    throw new ArgumentError({
      asked: 'evaluation',
      expected: 'a backend',
      fix: 'Import from "pellucid", or call setBackend first.',
    });
  }
  return current;
}

interface EagerProgram {
  readonly executable: Executable;
  readonly inputs: readonly Node[];
}

/** Programs of expressions seen before, by structure, the last used last. */
const programs = new Map<string, EagerProgram>();
const PROGRAM_LIMIT = 256;

/** Computes nodes all of whose leaves hold data. One program computes them all; its like is compiled only once. */
export function evaluate(nodes: readonly Node[]): NDArray[] {
  const order = byStructure(nodes);
  // Constants count as data here, so that x·0.1 and x·0.2 are one program.
  const leaves = order.filter((node) => isInput(node) || node.op === 'constant');
  const key = structureOf(order, nodes);
  const program = programs.get(key) ?? compileEager(nodes, leaves);
  programs.delete(key);
  programs.set(key, program);
  if (programs.size > PROGRAM_LIMIT) programs.delete(programs.keys().next().value ?? '');
  leaves.forEach((leaf, i) => {
    const value = leafValue(leaf);
    if (!value) throw unknownValue(leaf);
    program.executable.write(program.inputs[i] as Node, value);
  });
  program.executable.run(1);
  return nodes.map((_, i) => program.executable.output(i));
}

function compileEager(nodes: readonly Node[], leaves: readonly Node[]): EagerProgram {
  // Leaves of the program's own: those of this expression hold data, and the program outlives it.
  const inputs = leaves.map(({ dtype, shape }) => input(dtype, shape, 'data'));
  const outputs = substitute(nodes, new Map(leaves.map((leaf, i) => [leaf, inputs[i] as Node])));
  return { executable: backend().compile({ outputs, updates: [] }), inputs };
}

/**
 * All nodes, each after its inputs, in an order that depends on nothing but the structure: creation order would
 * not do, as a constant may be older in one expression than in its like.
 */
function byStructure(outputs: readonly Node[]): Node[] {
  const order = new Set<Node>();
  const pending = outputs.toReversed();
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    const missing = node.inputs.filter((from) => !order.has(from));
    if (missing.length > 0) pending.push(...missing.toReversed());
    else {
      order.add(node);
      pending.pop();
    }
  }
  return [...order];
}

function structureOf(order: readonly Node[], outputs: readonly Node[]): string {
  const numbers = new Map(order.map((node, i) => [node, i]));
  const lines = order.map((node) => {
    if (isInput(node) || node.op === 'constant') return `${node.dtype}[${node.shape}]`;
    return `${node.op}(${node.inputs.map((from) => numbers.get(from))})${JSON.stringify(node.attributes)}`;
  });
  return `${lines.join(';')}>${outputs.map((node) => numbers.get(node))}`;
}

function unknownValue(node: Node): ArgumentError {
  return new ArgumentError({
    asked: `value of ${node.op === 'input' ? `"${node.attributes.name}"` : node.op}`,
    expected: 'a value that is known now',
    received: 'one that is known only when the compiled function runs',
    fix: 'Return it from the compiled function instead of reading it inside.',
  });
}
