/**
 * The messages of an ONNX file, field by field: name → number and kind. What is not listed is skipped.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
type Scalar = 'int' | 'float' | 'double' | 'text' | 'bytes';
type Field = readonly [number: number, kind: Scalar | Schema] | readonly [number, Scalar | Schema, 'many'];
export interface Schema {
  readonly [name: string]: Field;
}

const DIMENSION = { value: [1, 'int'], parameter: [2, 'text'] } as const satisfies Schema;
const SHAPE = { dimensions: [1, DIMENSION, 'many'] } as const satisfies Schema;
const TENSOR_TYPE = { elementType: [1, 'int'], shape: [2, SHAPE] } as const satisfies Schema;
const TYPE = { tensor: [1, TENSOR_TYPE] } as const satisfies Schema;
const VALUE = { name: [1, 'text'], type: [2, TYPE] } as const satisfies Schema;

const TENSOR = {
  dims: [1, 'int', 'many'],
  dataType: [2, 'int'],
  floats: [4, 'float', 'many'],
  ints: [5, 'int', 'many'],
  longs: [7, 'int', 'many'],
  name: [8, 'text'],
  raw: [9, 'bytes'],
  doubles: [10, 'double', 'many'],
  unsigned: [11, 'int', 'many'],
  location: [14, 'int'],
} as const satisfies Schema;

const ATTRIBUTE = {
  name: [1, 'text'],
  float: [2, 'float'],
  int: [3, 'int'],
  text: [4, 'text'],
  tensor: [5, TENSOR],
  floats: [7, 'float', 'many'],
  ints: [8, 'int', 'many'],
  texts: [9, 'text', 'many'],
  type: [20, 'int'],
} as const satisfies Schema;

const NODE = {
  inputs: [1, 'text', 'many'],
  outputs: [2, 'text', 'many'],
  name: [3, 'text'],
  operator: [4, 'text'],
  attributes: [5, ATTRIBUTE, 'many'],
  domain: [7, 'text'],
} as const satisfies Schema;

const GRAPH = {
  nodes: [1, NODE, 'many'],
  name: [2, 'text'],
  initializers: [5, TENSOR, 'many'],
  inputs: [11, VALUE, 'many'],
  outputs: [12, VALUE, 'many'],
} as const satisfies Schema;

const OPERATORS = { domain: [1, 'text'], version: [2, 'int'] } as const satisfies Schema;

export const MODEL = {
  irVersion: [1, 'int'],
  producer: [2, 'text'],
  producerVersion: [3, 'text'],
  graph: [7, GRAPH],
  operators: [8, OPERATORS, 'many'],
} as const satisfies Schema;

interface ScalarValues {
  int: number;
  float: number;
  double: number;
  text: string;
  bytes: Uint8Array;
}
type One<K> = K extends keyof ScalarValues ? ScalarValues[K] : K extends Schema ? Message<K> : never;

/** A message: lists are always there, single fields where the file has them. */
export type Message<S extends Schema> = {
  readonly [K in keyof S as S[K] extends readonly [number, unknown, 'many'] ? K : never]: readonly One<
    S[K][1]
  >[];
} & {
  readonly [K in keyof S as S[K] extends readonly [number, unknown, 'many'] ? never : K]?: One<S[K][1]>;
};

export type ModelMessage = Message<typeof MODEL>;
export type GraphMessage = Message<typeof GRAPH>;
export type NodeMessage = Message<typeof NODE>;
export type AttributeMessage = Message<typeof ATTRIBUTE>;
export type TensorMessage = Message<typeof TENSOR>;
export type ValueMessage = Message<typeof VALUE>;

/** The numbers ONNX gives to types of attributes. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  text: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  texts: 8,
} as const;
