import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { displayed } from '../../units/formula.ts';
import { type Block, documentHTML, documentMarkdown, documentText } from '../document.ts';
import { NodeLevel } from './nodes.ts';
import { flatAt } from './places.ts';
import { type Part, pagesOf } from './print.ts';
import { type Cell, cellOf, countOf, type Quantity } from './quantity.ts';
import type { Recording } from './recording.ts';
import type { Section } from './section.ts';

/**
 * Every number of some examples' way through a model: forward, backward and the update, by layer, unit and example.
 * Values are computed in one program; formulas are made when they are opened.
 */
export class Ledger {
  /** What stands before, the layers, and the loss. */
  readonly sections: readonly Section[];
  readonly examples: number;
  /** The primitive operations below the layers. */
  readonly nodes: NodeLevel;
  readonly #recording: Recording;

  constructor(recording: Recording, sections: readonly Section[], examples: number) {
    this.#recording = recording;
    this.sections = sections;
    this.examples = examples;
    this.nodes = new NodeLevel(recording);
  }

  /** The mean loss of the examples; of several outputs their losses together, each as often as it counts. */
  get loss(): number {
    const totals = this.#recording.ends.map(({ losses, lossWeight }) => {
      const { data } = this.#recording.value(losses);
      return lossWeight * Array.from(data).reduce((total, loss) => total + loss, 0);
    });
    return totals.reduce((total, loss) => total + loss, 0) / this.examples;
  }

  /** All numbers that layers have, by kind. */
  get quantities(): readonly Quantity[] {
    return this.sections.flatMap(({ quantities }) => quantities);
  }

  /** How many numbers it holds on the level of layers, for one example. */
  get size(): number {
    return this.quantities.reduce((total, quantity) => total + countOf(quantity), 0);
  }

  /**
   * One number: `layer1.O[0]`, `layer2.w[3,0]`, or of the graph `v12[0,3]`. A layer may be named, too: `dense.O[0]`.
   *
   * @param example which example, counted from 0
   * @throws ArgumentError when there is no such number
   */
  cell(path: string, example = 0): Cell {
    const found = this.find(path, example);
    if (found) return found;
    throw new ArgumentError({
      asked: `"${path}" of example ${example}`,
      expected: `a number such as ${this.#someKeys().join(', ')}`,
    });
  }

  /** The same; undefined when there is no such number. */
  find(path: string, example = 0): Cell | undefined {
    const { key = '', place } = /^(?<key>[^[]+)(?:\[(?<place>[^\]]*)\])?$/.exec(path)?.groups ?? {};
    const index =
      place === undefined ? [] : place.split(',').map((part) => Number(part.trim() || Number.NaN));
    if (!(example >= 0 && example < this.examples)) return undefined;
    const entry = this.nodes.entries.find((candidate) => candidate.key === key);
    if (entry) return isIn(entry.node.shape, index) ? entry.cell(flatAt(entry.node.shape, index)) : undefined;
    const quantity = this.#quantity(key);
    if (!quantity || !isIn(quantity.shape, index)) return undefined;
    return cellOf(quantity, flatAt(quantity.shape, index), example);
  }

  #quantity(key: string): Quantity | undefined {
    const exact = this.quantities.find((quantity) => quantity.key === key);
    if (exact) return exact;
    const [layer = '', ...rest] = key.split('.');
    const section = this.sections.find(({ name }) => name === layer);
    return section?.quantities.find((quantity) => quantity.key === [section.key, ...rest].join('.'));
  }

  #someKeys(): string[] {
    return this.quantities
      .slice(0, 6)
      .map(({ key, shape }) => (shape.length === 0 ? key : `${key}[${shape.map(() => 0)}]`));
  }

  /**
   * Its tables; of a network too large to print, how large it is, and the part asked for.
   *
   * @param part.layer only of one layer, by number from 1 or by name
   * @param part.unit only of one of its units, counted from 0
   * @param part.limit rows of a table at most; 200 by default
   */
  blocks(part: Part = {}): Block[] {
    const opening: Block[] = [
      {
        kind: 'heading',
        text:
          this.examples === 1
            ? 'One example, number by number'
            : `${this.examples} examples, number by number`,
      },
      { kind: 'paragraph', text: `loss ${displayed(this.loss).text}` },
    ];
    return [...opening, ...pagesOf(this.sections, this.examples, this.size, part)];
  }

  toText(part: Part = {}): string {
    return documentText(this.blocks(part));
  }

  toMarkdown(part: Part = {}): string {
    return documentMarkdown(this.blocks(part));
  }

  toHTML(part: Part = {}): string {
    return documentHTML(this.blocks(part));
  }

  /** Every number at full precision, by layer and quantity; formulas of the part asked for, where there are few. */
  toJSON(part: Part = {}): Record<string, unknown> {
    const examples = Array.from({ length: this.examples }, (_, example) => example);
    const sections = this.sections.filter((section) => isAsked(section, part));
    return {
      loss: this.loss,
      examples: this.examples,
      layers: sections.map(({ key, name, title, quantities }) => ({
        key,
        name,
        title,
        quantities: quantities.map((quantity) => jsonOf(quantity, quantity.shared ? [0] : examples)),
      })),
    };
  }
}

function isAsked({ key, name }: Section, { layer }: Part): boolean {
  return layer === undefined || name === layer || key === layer || key === `layer${layer}`;
}

function jsonOf(quantity: Quantity, examples: readonly number[]) {
  const { key, title, shape, role } = quantity;
  const all = Array.from({ length: countOf(quantity) }, (_, flat) => flat);
  const { gradient } = quantity;
  return {
    key,
    title,
    role,
    shape,
    values: examples.map((example) => all.map((flat) => quantity.value(flat, example))),
    ...(gradient && { gradients: examples.map((example) => all.map((flat) => gradient(flat, example))) }),
    ...(all.length <= FORMULAS && {
      formulas: examples.map((example) =>
        all.map((flat) => quantity.formula?.(flat, example)?.toJSON() ?? null),
      ),
    }),
  };
}

/** Of larger quantities JSON has the numbers only. */
const FORMULAS = 64;

function isIn(shape: Shape, index: readonly number[]): boolean {
  return (
    index.length === shape.length &&
    index.every((at, axis) => Number.isInteger(at) && at >= 0 && at < (shape[axis] ?? 0))
  );
}
