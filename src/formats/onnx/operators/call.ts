import { decode } from '../../../graph/dtypes.ts';
import { DataError, type Place } from '../../../graph/errors.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { AttributeMessage, NodeMessage } from '../schema.ts';

/** One use of an operator: its inputs and attributes, and where it stands. */
export class OperatorCall {
  readonly operator: string;
  /** The version of the set of operators. */
  readonly version: number;
  /** How many results are used. */
  readonly outputs: number;
  /** What it is called in messages: `node 3 "conv" (Conv)`. */
  readonly where: string;
  readonly #inputs: readonly (Tensor | undefined)[];
  readonly #attributes: ReadonlyMap<string, AttributeMessage>;
  readonly #place: Place;

  constructor(
    node: NodeMessage,
    inputs: readonly (Tensor | undefined)[],
    { where, version, place }: { where: string; version: number; place: Place },
  ) {
    this.operator = node.operator ?? '';
    this.version = version;
    this.outputs = node.outputs.length;
    this.where = where;
    this.#inputs = inputs;
    this.#attributes = new Map(node.attributes.map((attribute) => [attribute.name ?? '', attribute]));
    this.#place = place;
  }

  /** All inputs, none left out. */
  get inputs(): readonly Tensor[] {
    return this.#inputs.map((_, i) => this.input(i));
  }

  input(i: number): Tensor {
    const value = this.#inputs[i];
    if (!value) throw this.refusal(`an input ${i + 1}`, 'none');
    return value;
  }

  optional(i: number): Tensor | undefined {
    return this.#inputs[i];
  }

  /** The numbers of an input that does not depend on the data. */
  known(i: number): number[] {
    const value = this.input(i);
    if (value.isTraced) {
      throw this.refusal(`an input ${i + 1} known before any data`, 'one computed from them');
    }
    return Array.from(decode(value.value().data, value.dtype));
  }

  /** Numbers given as an input or, in earlier versions, as an attribute. */
  knownOr(i: number, attribute: string): readonly number[] | undefined {
    if (this.#inputs[i]) return this.known(i);
    return this.ints(attribute);
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  attribute(name: string): AttributeMessage | undefined {
    return this.#attributes.get(name);
  }

  int(name: string, otherwise: number): number {
    const attribute = this.#attributes.get(name);
    // Zeros are left out of files.
    const value = attribute ? (attribute.int ?? 0) : otherwise;
    if (!Number.isSafeInteger(value)) throw this.refusal(`a whole number for ${name}`, `${value}`);
    return value;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.#attributes.get(name);
    return attribute ? (attribute.float ?? 0) : otherwise;
  }

  text(name: string, otherwise: string): string {
    return this.#attributes.get(name)?.text ?? otherwise;
  }

  texts(name: string): readonly string[] {
    return this.#attributes.get(name)?.texts ?? [];
  }

  ints(name: string): readonly number[] | undefined {
    const ints = this.#attributes.get(name)?.ints;
    if (ints?.every(Number.isSafeInteger) === false)
      throw this.refusal(`whole numbers for ${name}`, 'others');
    return ints;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attributes.get(name)?.floats;
  }

  /** An axis from 0; negative ones count from the end. */
  axis(axis: number, rank: number): number {
    const found = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(found) && found >= 0 && found < rank) return found;
    throw this.refusal(`an axis of ${rank}`, `${axis}`);
  }

  refusal(expected: string, received: string): DataError {
    return new DataError({ asked: this.where, expected, received }, this.#place);
  }
}

/** What an operator computes; one result, or several in their order. */
export type Operator = (call: OperatorCall) => Tensor | readonly Tensor[];
export type OperatorTable = Readonly<Record<string, Operator>>;
