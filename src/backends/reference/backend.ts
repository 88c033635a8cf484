import type { Backend } from '../../compile/backend.ts';
import { ArgumentError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { evaluate } from './evaluate.ts';

/** Runs steps on the reference evaluator, straight from the graph: no passes, no kernels. */
export function referenceBackend(): Backend {
  return {
    name: 'reference',
    compile({ outputs, updates }) {
      const bindings = new Map<Node, NDArray>();
      let values: NDArray[] = [];
      const bound = (input: Node): NDArray => {
        const value = bindings.get(input);
        if (!value) throw new ArgumentError({ asked: 'value of an input', expected: 'one that was written' });
        return value;
      };
      return {
        write: (input, value) => void bindings.set(input, { ...value, data: value.data.slice() }),
        read(input, into) {
          const value = bound(input);
          into?.data.set(value.data);
          return into ?? value;
        },
        output(index) {
          const value = values[index];
          if (!value)
            throw new ArgumentError({
              asked: `output ${index}`,
              expected: `one of ${outputs.length}, after a run`,
            });
          return value;
        },
        run(times) {
          for (let time = 0; time < times; time++) {
            const all = evaluate([...outputs, ...updates.map(({ value }) => value)], bindings);
            values = all.slice(0, outputs.length);
            updates.forEach(({ target }, i) => {
              bindings.set(target, all[outputs.length + i] as NDArray);
            });
          }
        },
        report: {
          backend: 'reference',
          kernels: 0,
          arenaBytes: 0,
          peakBytes: { inputs: 0, activations: 0, scratch: 0, tables: 0 },
          threads: 1,
          codeBytes: 0,
          milliseconds: 0,
          text: () => '',
        },
      };
    },
  };
}
