import { sizeOf } from '../../graph/ndarray.ts';
import { applyRow, type Node } from '../../graph/ops.ts';
import { Formula, operand } from '../../units/formula.ts';
import { indexAt } from './places.ts';
import { DESCRIPTIONS, ELEMENTS } from './primitives.ts';
import type { Cell } from './quantity.ts';
import type { Recording } from './recording.ts';

/** One node of the graph, as the ledger opens it: what it is, and each of its elements. */
export interface NodeEntry {
  /** `v12`: its number in the order of computation. */
  readonly key: string;
  readonly node: Node;
  /** What the operation does. */
  readonly words: string;
  readonly latex: string;
  /** Elements it has. */
  readonly size: number;
  readonly cell: (flat: number) => Cell;
}

/** Every node from the examples to the loss: the level below the layers, which is there for every model. */
export class NodeLevel {
  readonly entries: readonly NodeEntry[];
  readonly #recording: Recording;
  readonly #numbers: ReadonlyMap<Node, number>;

  constructor(recording: Recording) {
    this.#recording = recording;
    const { nodes } = recording;
    this.#numbers = new Map(nodes.map((node, i) => [node, i]));
    this.entries = nodes.map((node, i) => ({
      key: `v${i}`,
      node,
      ...DESCRIPTIONS[node.op],
      size: sizeOf(node.shape),
      cell: (flat: number) => this.#cell(node, flat),
    }));
  }

  #path(node: Node, flat: number): string {
    const place = node.shape.length === 0 ? '' : `[${indexAt(node.shape, flat).join(',')}]`;
    return `v${this.#numbers.get(node)}${place}`;
  }

  #operand(node: Node, flat: number) {
    const path = this.#path(node, flat);
    return operand(path.replace(/^v/, 'v_'), this.#value(node, flat), {
      path,
      ...(node.op === 'input' && { words: `"${node.attributes.name}"` }),
    });
  }

  #value(node: Node, flat: number): number {
    return this.#recording.value(node).data[flat] ?? Number.NaN;
  }

  #cell(node: Node, flat: number): Cell {
    const result = this.#operand(node, flat);
    return {
      path: this.#path(node, flat),
      symbol: result.symbol,
      title: DESCRIPTIONS[node.op].words,
      value: result.value,
      gradient: this.#recording.gradient(node)?.data[flat],
      formula: () => {
        const expression = applyRow(ELEMENTS, node, flat, {
          operand: (input, at) => this.#operand(node.inputs[input] as Node, at),
          value: (input, at) => this.#value(node.inputs[input] as Node, at),
        });
        return expression && new Formula(result, expression).sharpened();
      },
    };
  }
}
