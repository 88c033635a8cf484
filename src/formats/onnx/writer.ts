import type { Dtype } from '../../graph/dtypes.ts';
import { encode } from '../../graph/dtypes.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node, NodeOf, Op } from '../../graph/ops.ts';
import { littleEndian } from '../safetensors/write.ts';
import { type Batches, type Dimension, dimensionsOf, isFixed } from './dimensions.ts';
import { ATTRIBUTE_TYPES, type AttributeMessage, type NodeMessage, type TensorMessage } from './schema.ts';

/** The numbers ONNX gives to dtypes. */
export const DATA_TYPES: { readonly [D in Dtype]: number } = {
  float32: 1,
  int32: 6,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  bfloat16: 16,
};
export const INT64 = 7;

/** Attributes of a node: whole numbers, lists of them, or texts. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | string>>;

/** Collects the nodes of an ONNX graph; values are known by their names. */
export class GraphWriter {
  readonly nodes: NodeMessage[] = [];
  readonly initializers: TensorMessage[] = [];
  readonly #names = new Map<Node, string>();
  readonly #taken = new Set<string>();
  readonly #integers = new Map<string, string>();
  readonly #computed = new Map<string, string>();
  readonly #pairs: ReadonlyMap<Node, Node>;
  readonly #batches: Batches;
  /** The layer whose nodes are being written. */
  scope = '';
  /** An input of the graph whose first axis is the batch. */
  batchInput = '';

  constructor(pairs: ReadonlyMap<Node, Node>, batches: Batches) {
    this.#pairs = pairs;
    this.#batches = batches;
  }

  /** The name of the value of a node that was written. */
  nameOf(node: Node): string {
    return this.#names.get(node) ?? '';
  }

  setName(node: Node, name: string): void {
    this.#names.set(node, name);
  }

  /** A name nothing else has. */
  freshName(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** The same node in the recording for another number of examples. */
  twin<O extends Op>(node: NodeOf<O>): NodeOf<O> {
    return (this.#pairs.get(node as NodeOf<Op> as Node) ?? node) as NodeOf<O>;
  }

  /** The shape of a node, as it depends on the batch. */
  dimensions(node: NodeOf<Op>): Dimension[] {
    return this.between(node.shape, this.twin(node).shape);
  }

  between(first: readonly number[], second: readonly number[]): Dimension[] {
    return dimensionsOf(first, second, this.#batches);
  }

  /** Applies an operator to values; returns the name of its result. */
  apply(operator: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const name = this.freshName(this.scope === '' ? operator : `${this.scope}/${operator}`);
    this.applyTo(name, operator, inputs, attributes);
    return name;
  }

  /** The same, with a name for the result. */
  applyTo(
    output: string,
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes = {},
  ): void {
    this.nodes.push({
      inputs,
      outputs: [output],
      name: output,
      operator,
      attributes: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
  }

  /** A value stored in the file. */
  store(wanted: string, array: NDArray): string {
    const name = this.freshName(wanted);
    const stored = { name, dims: array.shape, dataType: DATA_TYPES[array.dtype], raw: littleEndian(array) };
    this.initializers.push({ ...NO_NUMBERS, ...stored });
    return name;
  }

  scalar(value: number, dtype: Dtype): string {
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    const known = this.#integers.get(key);
    if (known) return known;
    const name = this.store('scalar', { dtype, shape: [], data: encode([value], dtype) });
    this.#integers.set(key, name);
    return name;
  }

  /** A list of int64, as shapes, axes and starts are; or an array of them. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const key = `[${values}] [${dims}]`;
    const known = this.#integers.get(key);
    if (known) return known;
    const raw = new Uint8Array(values.length * 8);
    const view = new DataView(raw.buffer);
    for (const [i, value] of values.entries()) view.setBigInt64(i * 8, BigInt(value), true);
    const name = this.freshName('integers');
    this.initializers.push({ ...NO_NUMBERS, name, dims, dataType: INT64, raw });
    this.#integers.set(key, name);
    return name;
  }

  /** Lengths as a list of int64, computed where they depend on the batch. */
  lengths(dimensions: readonly Dimension[]): string {
    if (dimensions.every(isFixed)) return this.integers(dimensions.map(({ fixed }) => fixed));
    const parts = dimensions.map((dimension) =>
      isFixed(dimension) ? this.integers([dimension.fixed]) : this.#computedLength(dimension),
    );
    return parts.length === 1 ? (parts[0] ?? '') : this.apply('Concat', parts, { axis: 0 });
  }

  #computedLength({ perBatch, fixed }: Dimension): string {
    const key = `${perBatch} ${fixed}`;
    const known = this.#computed.get(key);
    if (known) return known;
    let name = this.apply('Shape', [this.batchInput], { start: 0, end: 1 });
    if (perBatch !== 1) name = this.apply('Mul', [name, this.integers([perBatch])]);
    if (fixed !== 0) name = this.apply('Add', [name, this.integers([fixed])]);
    this.#computed.set(key, name);
    return name;
  }

  /** The value under another shape. */
  reshape(value: string, dimensions: readonly Dimension[]): string {
    const open = dimensions.filter((dimension) => !isFixed(dimension)).length;
    const fixed = dimensions.map((dimension) => (isFixed(dimension) ? dimension.fixed : -1));
    if (open <= 1 && !fixed.includes(0)) return this.apply('Reshape', [value, this.integers(fixed)]);
    return this.apply('Reshape', [value, this.lengths(dimensions)], { allowzero: 1 });
  }

  transpose(value: string, order: readonly number[]): string {
    return order.every((axis, i) => axis === i) ? value : this.apply('Transpose', [value], { perm: order });
  }
}

const NO_NUMBERS = { floats: [], ints: [], longs: [], doubles: [], unsigned: [] };

function attributeOf(name: string, value: number | readonly number[] | string): AttributeMessage {
  const none = { floats: [], ints: [], texts: [] };
  if (typeof value === 'number') return { ...none, name, type: ATTRIBUTE_TYPES.int, int: value };
  if (typeof value === 'string') return { ...none, name, type: ATTRIBUTE_TYPES.text, text: value };
  return { ...none, name, type: ATTRIBUTE_TYPES.ints, ints: value };
}
