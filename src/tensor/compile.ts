import type { BackendOptions, CompileReport, Executable } from '../compile/backend.ts';
import { ArgumentError } from '../graph/errors.ts';
import { inOrder, input } from '../graph/graph.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import { typeText } from '../graph/shapes.ts';
import { backend, leafOf, leafValue } from './runtime.ts';
import { Tensor, type TensorLike, toArray } from './tensor.ts';
import { currentTrace, tracing } from './trace.ts';
import type { Variable } from './variable.ts';

/** Shape and dtype of an argument. */
export type ArgumentType = Pick<NDArray, 'shape' | 'dtype'>;

/** A function recorded once for given argument types: one program, its variables in place between calls. */
export class CompiledStep {
  readonly executable: Executable;
  readonly #inputs: readonly Node[];
  readonly #outputs: number;
  readonly #variables: readonly Variable[];
  readonly #updated: readonly Variable[];

  /** @param fn returns what the program returns; assignments to variables become its updates */
  constructor(
    fn: (...args: Tensor[]) => readonly Tensor[],
    types: readonly ArgumentType[],
    options: BackendOptions = {},
  ) {
    if (currentTrace()) {
      throw new ArgumentError({
        asked: 'compile',
        expected: 'to be outside of another compiled or differentiated function',
      });
    }
    const variables = new Map<Variable, Node>();
    const updates = new Map<Variable, Tensor>();
    const inputs = types.map(({ dtype, shape }, i) => input(dtype, shape, `argument ${i}`));
    const outputs = tracing(
      {
        known: new Map(),
        nodeOf(read) {
          variables.set(read, read.node);
          // After an assignment a variable is what it was assigned.
          return updates.get(read)?.node ?? read.node;
        },
        isUntouched: (asked) => !variables.has(asked),
        assign: (target, value) => {
          variables.set(target, target.node);
          updates.set(target, value);
        },
      },
      () => fn(...inputs.map((node) => new Tensor(node, true))),
    );
    this.#inputs = inputs;
    this.#outputs = outputs.length;
    this.#variables = [...variables.keys()];
    this.#updated = [...updates.keys()];
    const step = {
      outputs: outputs.map(({ node }) => node),
      updates: [...updates].map(([target, { node }]) => ({
        target: target.node as NodeOf<'input'>,
        value: node,
      })),
    };
    this.executable = backend().compile(step, { kept: true, ...options });
    // Data the function closed over are part of the program.
    for (const node of inOrder([...step.outputs, ...step.updates.map(({ value }) => value)])) {
      const value = node.op === 'input' ? leafValue(node) : undefined;
      if (value) this.executable.write(node, value);
    }
  }

  /** Sets an argument until it is set again. */
  set(index: number, value: NDArray): void {
    const node = this.#inputs[index];
    if (!node)
      throw new ArgumentError({ asked: `argument ${index}`, expected: `one of ${this.#inputs.length}` });
    this.executable.write(node, value);
  }

  /** Runs the step `times` over, on the arguments set. */
  run(times = 1): void {
    for (const used of this.#variables) used.bringTo(this.executable);
    this.executable.run(times);
    for (const changed of this.#updated) changed.changedIn(this.executable);
  }

  /** What the last run returned. */
  outputs(): NDArray[] {
    return Array.from({ length: this.#outputs }, (_, i) => this.executable.output(i));
  }

  get report(): CompileReport {
    return this.executable.report;
  }
}

/** What a compiled function may return. */
export type Result = Tensor | readonly Tensor[];

/**
 * Compiles `fn` to one program for each combination of argument shapes and dtypes it is called with. Inside,
 * variables may be read and assigned; assignments happen at the end of each call.
 *
 *     const step = compile((x, y) => { …; w.assign(w.read().sub(dw.mul(0.1))); return loss; });
 *     const loss = step(x, y).item();
 */
export function compile<R extends Result>(
  fn: (...args: Tensor[]) => R,
  options: BackendOptions = {},
): (...args: TensorLike[]) => R {
  const steps = new Map<string, { step: CompiledStep; single: boolean }>();
  return (...args) => {
    const values = args.map((value) => toArray(value));
    const key = values.map(typeText).join();
    let entry = steps.get(key);
    if (!entry) {
      let single = false;
      const step = new CompiledStep(
        (...tensors) => {
          const result: Result = fn(...tensors);
          single = result instanceof Tensor;
          return result instanceof Tensor ? [result] : result;
        },
        values,
        options,
      );
      entry = { step, single };
      steps.set(key, entry);
    }
    const { step, single } = entry;
    for (const [i, value] of values.entries()) step.set(i, value);
    step.run();
    const results = step.outputs().map((value) => new Tensor(leafOf(value)));
    return (single ? results[0] : results) as R;
  };
}
