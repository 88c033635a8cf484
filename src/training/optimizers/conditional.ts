import { where } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';

/**
 * Runs `body`, and lets what it assigns to `variables` stand only where `condition` holds. Both sides are computed:
 * a compiled step has no branches.
 */
export function onlyIf(condition: Tensor, variables: readonly Variable[], body: () => void): void {
  const before = variables.map((variable) => variable.read());
  body();
  for (const [i, variable] of variables.entries()) {
    const [old, changed] = [before[i] as Tensor, variable.read()];
    if (changed.node !== old.node) variable.assign(where(condition, changed, old));
  }
}
