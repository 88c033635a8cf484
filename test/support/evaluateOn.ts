import { referenceBackend } from '../../src/backends/reference/backend.ts';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import type { Backend, BackendOptions } from '../../src/compile/backend.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import type { Node } from '../../src/graph/ops.ts';

/** Every backend that computes here, by name. */
export const BACKENDS: readonly { readonly name: string; readonly backend: Backend }[] = [
  { name: 'reference', backend: referenceBackend() },
  { name: 'wasm', backend: wasmBackend() },
];

/** The outputs as a function of the values of some inputs: compiled once, called often. */
export function evaluator(
  backend: Backend,
  inputs: readonly Node[],
  outputs: readonly Node[],
  options: BackendOptions = {},
): (values: readonly NDArray[]) => NDArray[] {
  // An arena of its own, so that two of these may take turns.
  const program = backend.compile({ outputs, updates: [] }, { verify: true, kept: true, ...options });
  return (values) => {
    for (const [i, value] of values.entries()) program.write(inputs[i] as Node, value);
    program.run(1);
    return outputs.map((_, i) => program.output(i));
  };
}
