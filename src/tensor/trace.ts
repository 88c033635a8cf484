import type { Node } from '../graph/ops.ts';
import type { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/**
 * What is being recorded while a function given to `grad` or `compile` runs. Traces nest; this stack is the one
 * piece of state the tensor floor needs to know that `variable.read()` means "the variable", not "its value now".
 */
export interface Trace {
  /** Stands for a variable in the graph being recorded. */
  readonly nodeOf: (variable: Variable) => Node;
  /** Whether the variable has been neither read nor assigned: then nothing can have caught its node before. */
  readonly isUntouched?: (variable: Variable) => boolean;
  /** Takes an assignment, or leaves it to the trace around. */
  readonly assign?: (variable: Variable, value: Tensor) => void;
  /** The values of stand-ins, where they are known already: lets values be read in the middle of `grad`. */
  readonly known: ReadonlyMap<Node, Node>;
}

const traces: Trace[] = [];

export function currentTrace(): Trace | undefined {
  return traces.at(-1);
}

/** The innermost trace that takes assignments. */
export function assigningTrace(): Trace | undefined {
  return traces.findLast(({ assign }) => assign);
}

/** Runs `body` under a trace. */
export function tracing<T>(trace: Trace, body: () => T): T {
  traces.push(trace);
  try {
    return body();
  } finally {
    traces.pop();
  }
}

/** Runs `body` as if nothing were being recorded: for what is done once, such as giving weights their first values. */
export function untraced<T>(body: () => T): T {
  const outer = traces.splice(0);
  try {
    return body();
  } finally {
    traces.push(...outer);
  }
}

/** Every stand-in whose value is known, innermost last. */
export function knownValues(): Map<Node, Node>[] {
  return traces.map(({ known }) => new Map(known));
}
