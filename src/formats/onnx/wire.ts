import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { DataError, type Place } from '../../graph/errors.ts';
import { MODEL, type ModelMessage, type Schema } from './schema.ts';

/** More messages than a model has: each node, attribute and weight is one. */
const MESSAGE_LIMIT = 250_000;
/** More single numbers and names than it has; weights are bytes as a rule. */
const VALUE_LIMIT = 16_000_000;

type Fields = Record<string, unknown>;

/** The bytes of a model. */
export function encodeModel(model: ModelMessage): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage(writer, MODEL, model);
  return writer.finish();
}

function writeMessage(writer: BinaryWriter, schema: Schema, message: Readonly<Fields>): void {
  for (const [name, [number, kind, many]] of Object.entries(schema)) {
    const value = message[name];
    if (value === undefined) continue;
    for (const one of many ? (value as readonly unknown[]) : [value]) writeOne(writer, number, kind, one);
  }
}

function writeOne(writer: BinaryWriter, number: number, kind: Schema[string][1], value: unknown): void {
  switch (kind) {
    case 'int':
      writer.tag(number, WireType.Varint).int64(value as number);
      return;
    case 'float':
      writer.tag(number, WireType.Bit32).float(value as number);
      return;
    case 'double':
      writer.tag(number, WireType.Bit64).double(value as number);
      return;
    case 'text':
      writer.tag(number, WireType.LengthDelimited).string(value as string);
      return;
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array);
      return;
    default:
      writer.tag(number, WireType.LengthDelimited).fork();
      writeMessage(writer, kind, value as Fields);
      writer.join();
  }
}

/** The model that bytes hold. @throws DataError where they are no such messages */
export function decodeModel(bytes: Uint8Array, place: Place): ModelMessage {
  try {
    return new Decoder().message(bytes, MODEL) as ModelMessage;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const received = cause instanceof Error ? cause.message : `${cause}`;
    throw new DataError(
      { asked: 'reading an ONNX file', expected: 'the messages of a model', received },
      place,
      { cause },
    );
  }
}

/** Reads messages as deep as their schema, which does not contain itself. */
class Decoder {
  #values = 0;
  #messages = 0;

  message(bytes: Uint8Array, schema: Schema): Fields {
    if (++this.#messages > MESSAGE_LIMIT) throw new RangeError(`more than ${MESSAGE_LIMIT} messages`);
    const fields = new Map(Object.entries(schema).map(([name, field]) => [field[0], { name, field }]));
    const message: Fields = {};
    for (const [name, field] of Object.entries(schema)) if (field[2]) message[name] = [];
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      const known = fields.get(number);
      if (!known) {
        reader.skip(type, number);
        continue;
      }
      const { name, field } = known;
      const [, kind, many] = field;
      if (!many) message[name] = this.#one(reader, kind, type);
      else this.#many(reader, kind, type, message[name] as unknown[]);
    }
    return message;
  }

  /** Numbers of a list may also lie one after the other in one field. */
  #many(reader: BinaryReader, kind: Schema[string][1], type: WireType, list: unknown[]): void {
    const packed = kind === 'int' || kind === 'float' || kind === 'double';
    if (!packed || type !== WireType.LengthDelimited) {
      list.push(this.#one(reader, kind, type));
      return;
    }
    const inner = new BinaryReader(reader.bytes());
    while (inner.pos < inner.len) list.push(this.#one(inner, kind, WIRES[kind]));
  }

  #one(reader: BinaryReader, kind: Schema[string][1], type: WireType): unknown {
    if (++this.#values > VALUE_LIMIT) throw new RangeError(`more than ${VALUE_LIMIT} values`);
    const wire = typeof kind === 'string' ? WIRES[kind] : WireType.LengthDelimited;
    if (type !== wire) throw new TypeError(`wire type ${type} in place of ${wire}`);
    switch (kind) {
      case 'int':
        return Number(reader.int64());
      case 'float':
        return reader.float();
      case 'double':
        return reader.double();
      case 'text':
        return reader.string();
      case 'bytes':
        return reader.bytes();
      default:
        return this.message(reader.bytes(), kind);
    }
  }
}

const WIRES = {
  int: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  text: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
} as const;
