import type { Node, NodeOf } from './ops.ts';
import { graphText } from './text.ts';

/**
 * A gradient that is given instead of derived: graph in terms of leaves of its own. These stand for the cotangent that
 * flows back into a value, and for what else the rule reads, in the order of the inputs of `customGradient`.
 */
export class GradientRule {
  readonly cotangent: NodeOf<'input'>;
  readonly read: readonly Node[];
  /** What flows back into each argument; undefined where nothing does. */
  readonly results: readonly (Node | undefined)[];

  constructor(cotangent: NodeOf<'input'>, read: readonly Node[], results: readonly (Node | undefined)[]) {
    this.cotangent = cotangent;
    this.read = read;
    this.results = results;
  }

  /** Rules differ by their cotangents, which are made for them. */
  toString(): string {
    const graph = graphText(this.results.filter((node) => node !== undefined)).replaceAll('\n', '; ');
    return `#${this.cotangent.id} { ${graph} }`;
  }

  /** Values do not depend on it: expressions that differ by it alone are one program. */
  toJSON(): null {
    return null;
  }
}
