import type { NDArray } from '../graph/ndarray.ts';
import type { Variable } from '../tensor/variable.ts';

/** What variables held when it was taken last; taken again and again, it is copied into the same memory. */
export class Snapshot {
  #variables: readonly Variable[] = [];
  #values: NDArray[] = [];

  take(variables: readonly Variable[]): void {
    const isSame =
      variables.length === this.#variables.length && variables.every((v, i) => v === this.#variables[i]);
    this.#values = variables.map((variable, i) => variable.copy(isSame ? this.#values[i] : undefined));
    this.#variables = variables;
  }

  /** Gives the variables their values back. */
  restore(): void {
    for (const [i, variable] of this.#variables.entries()) variable.assign(this.#values[i] as NDArray);
    // The arrays are the variables' now.
    this.#variables = [];
  }
}
