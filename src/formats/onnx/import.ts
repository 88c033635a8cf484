import type { Dtype } from '../../graph/dtypes.ts';
import { ArgumentError, DataError, type Place } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import { compile } from '../../tensor/compile.ts';
import { Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { OperatorCall } from './operators/call.ts';
import { ELEMENT_LIMIT } from './operators/shaping.ts';
import { OPERATORS } from './operators/table.ts';
import type { GraphMessage, NodeMessage, ValueMessage } from './schema.ts';
import { arrayOf, ELEMENT_TYPES } from './tensors.ts';
import { decodeModel } from './wire.ts';

/** The versions of the set of operators whose meaning is known. */
const VERSIONS = { first: 7, last: 24 };
/** The names of the set of operators that ONNX itself defines. */
const STANDARD: readonly string[] = ['', 'ai.onnx'];

/** An input or output of a program. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: Dtype;
  /** null for a length that is left open; nothing where the file does not say. */
  readonly shape: readonly (number | null)[] | undefined;
}

/** What an ONNX file computes. */
export interface OnnxProgram {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /**
   * The outputs for given inputs, by their names. Compiled once for each combination of shapes.
   *
   * @throws ArgumentError for a missing input or one of another shape; DataError where the file does not fit together
   */
  run(inputs: Readonly<Record<string, TensorLike>>): Record<string, Tensor>;
}

/**
 * Opens an ONNX file as a program on tensors. Nothing in it is run but its operators; weights in other files,
 * subgraphs and operators of other makers are refused. Whole numbers of 64 bits have 32 here.
 *
 * @param options.source where the bytes are from, for messages
 * @throws DataError for a damaged file, or an operator that is not known, with its place
 */
export function loadOnnx(bytes: Uint8Array, { source }: { source?: string } = {}): OnnxProgram {
  const place: Place = source === undefined ? {} : { file: source };
  const message = decodeModel(bytes, place);
  const { graph } = message;
  if (!graph || graph.nodes.length + graph.outputs.length === 0) {
    throw new DataError({ asked: 'reading an ONNX file', expected: 'a graph', received: 'none' }, place);
  }
  const standard = message.operators.find(({ domain = '' }) => STANDARD.includes(domain));
  const version = standard?.version ?? 0;
  if (version < VERSIONS.first || version > VERSIONS.last) {
    throw new DataError(
      {
        asked: 'reading an ONNX file',
        expected: `operators of versions ${VERSIONS.first} to ${VERSIONS.last}`,
        received: `${version}`,
      },
      place,
    );
  }
  return new Program(graph, version, place);
}

class Program implements OnnxProgram {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly #graph: GraphMessage;
  readonly #version: number;
  readonly #place: Place;
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #compute: (...inputs: TensorLike[]) => readonly Tensor[];

  constructor(graph: GraphMessage, version: number, place: Place) {
    this.#graph = graph;
    this.#version = version;
    this.#place = place;
    this.#weights = new Map(
      graph.initializers.map((stored) => {
        const name = stored.name ?? '';
        return [name, tensor(arrayOf(stored, `the weight ${quoted(name)}`, place))];
      }),
    );
    this.inputs = graph.inputs
      .filter(({ name = '' }) => !this.#weights.has(name))
      .map((value) => describedBy(value, place));
    checkNodes(graph, new Set([...this.#weights.keys(), ...this.inputs.map(({ name }) => name)]), place);
    this.outputs = graph.outputs.map((value) => describedBy(value, place));
    this.#compute = compile((...given: Tensor[]) => this.#apply(given));
  }

  run(given: Readonly<Record<string, TensorLike>>): Record<string, Tensor> {
    const values = this.inputs.map((input) => this.#checked(input, given[input.name]));
    const results = values.length === 0 ? this.#apply([]) : this.#compute(...values);
    return Object.fromEntries(this.outputs.map(({ name }, i) => [name, results[i] as Tensor]));
  }

  #checked({ name, dtype, shape }: OnnxValue, given: TensorLike | undefined): Tensor {
    const asked = `input ${quoted(name)}`;
    if (given === undefined) {
      const names = this.inputs.map((input) => quoted(input.name)).join(', ');
      throw new ArgumentError({ asked, expected: `a value for each of ${names}`, received: 'none' });
    }
    const value = tensor(given, { dtype }).cast(dtype);
    const fits =
      !shape ||
      (shape.length === value.shape.length &&
        shape.every((length, axis) => length === null || length === value.shape[axis]));
    if (fits) return value;
    throw new ArgumentError({
      asked,
      expected: `a shape [${shape.map((length) => length ?? 'any').join(', ')}]`,
      received: `[${value.shape.join(', ')}]`,
    });
  }

  #apply(given: readonly Tensor[]): readonly Tensor[] {
    const values = new Map(this.#weights);
    for (const [i, { name }] of this.inputs.entries()) values.set(name, given[i] as Tensor);
    for (const [i, node] of this.#graph.nodes.entries()) {
      const results = this.#results(node, placeOf(node, i), values);
      for (const [at, name] of node.outputs.entries()) {
        const result = results[at];
        if (name !== '' && result) values.set(name, result);
      }
    }
    return this.outputs.map(({ name }) => {
      const value = values.get(name);
      if (value) return value;
      throw new DataError(
        { asked: `output ${quoted(name)}`, expected: 'a value that is computed', received: 'none' },
        this.#place,
      );
    });
  }

  #results(node: NodeMessage, where: string, values: ReadonlyMap<string, Tensor>): readonly Tensor[] {
    const operator = OPERATORS.get(node.operator ?? '');
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const call = new OperatorCall(node, inputs, { where, version: this.#version, place: this.#place });
    if (!operator) throw call.refusal('a known operator', 'none');
    let results: readonly Tensor[];
    try {
      const result = operator(call);
      results = result instanceof Tensor ? [result] : result;
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      const reason = cause instanceof Error ? cause.message : `${cause}`;
      throw new DataError({ asked: `${where}: ${reason}` }, this.#place, { cause });
    }
    for (const { shape } of results) {
      if (sizeOf(shape) > ELEMENT_LIMIT) {
        throw call.refusal(`at most ${ELEMENT_LIMIT} elements`, `[${shape.join(', ')}]`);
      }
    }
    return results;
  }
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 100));

function placeOf({ name = '', operator = '' }: NodeMessage, i: number): string {
  return `node ${i + 1} ${quoted(name)} (${operator.slice(0, 100)})`;
}

/** Every operator is known, and every value there before it is used. */
function checkNodes({ nodes }: GraphMessage, known: Set<string>, place: Place): void {
  for (const [i, node] of nodes.entries()) {
    const { operator = '', domain = '' } = node;
    const refusal = (expected: string, received: string) =>
      new DataError({ asked: placeOf(node, i), expected, received }, place);
    if (!STANDARD.includes(domain)) throw refusal('an operator of ONNX itself', `one of ${quoted(domain)}`);
    if (!OPERATORS.has(operator)) {
      throw refusal(`one of ${[...OPERATORS.keys()].sort().join(', ')}`, operator.slice(0, 100));
    }
    const missing = node.inputs.find((name) => name !== '' && !known.has(name));
    if (missing !== undefined) throw refusal('inputs computed before', quoted(missing));
    for (const name of node.outputs) known.add(name);
  }
}

function describedBy({ name = '', type }: ValueMessage, place: Place): OnnxValue {
  const given = type?.tensor;
  const element = ELEMENT_TYPES.get(given?.elementType ?? 0);
  if (!element) {
    throw new DataError(
      {
        asked: `value ${quoted(name)}`,
        expected: 'a tensor of numbers or truth values',
        received: given ? `elements of type ${given.elementType ?? 0}` : 'another kind of value',
      },
      place,
    );
  }
  const shape = given?.shape?.dimensions.map(({ value, parameter }) =>
    parameter === undefined && value !== undefined && value >= 0 ? value : null,
  );
  return { name, dtype: element.dtype, shape };
}
