/** The kinds of fields in Thrift's compact protocol, by number. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;
/** Structures of a header lie at most so deep in one another, or it is no header. */
const DEEPEST = 8;

type Structure = ReadonlyMap<number, number | Structure>;

/** The header of a page: what is asked of memory to read it. */
export interface PageHeader {
  readonly kind: 'data' | 'data 2' | 'dictionary';
  readonly values: number;
  readonly bytes: number;
  readonly packedBytes: number;
  /** Where what is packed begins. */
  readonly at: number;
  /** How values are written, by its number. */
  readonly encoding: number;
  /** The bytes of the levels before the values of `data 2`, which are never packed. */
  readonly levelBytes: number;
  /** Whether the values of `data 2` are packed. */
  readonly isPacked: boolean;
}

/**
 * The headers of the pages between two places of a Parquet file, before any of them is read: each says how many values
 * and bytes it has, which a damaged one says wrong.
 *
 * @throws Error where there is no header
 * @see https://parquet.apache.org/docs/file-format/data-pages/
 */
export function* pageHeaders(bytes: Uint8Array, from: number, to: number): Generator<PageHeader> {
  const reader = new CompactReader(bytes, from);
  while (reader.at < to - 1) {
    const header = reader.structure(DEEPEST);
    const [data, dictionary, second] = [5, 7, 8].map((field) => header.get(field));
    const found = dictionary ?? data ?? second;
    const own: Structure = found instanceof Map ? found : new Map();
    const isSecond = own === second;
    const page: PageHeader = {
      kind: own === dictionary ? 'dictionary' : isSecond ? 'data 2' : 'data',
      values: found === undefined ? 0 : numberIn(own, 1),
      bytes: numberIn(header, 2),
      packedBytes: numberIn(header, 3),
      at: reader.at,
      encoding: found === undefined ? 0 : numberIn(own, isSecond ? 4 : 2),
      levelBytes: isSecond ? numberIn(own, 5) + numberIn(own, 6) : 0,
      isPacked: own.get(7) !== 0,
    };
    yield page;
    reader.at += page.packedBytes;
  }
}

function numberIn(structure: Structure, field: number): number {
  const value = structure.get(field);
  if (typeof value === 'number' && value >= 0) return value;
  throw new Error('a page without its lengths');
}

/** Reads structures of Thrift's compact protocol, numbers alone: what else there is is passed over. */
class CompactReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  structure(depth: number): Structure {
    if (depth === 0) throw new Error('structures that are too deep');
    const fields = new Map<number, number | Structure>();
    let field = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const delta = head >> 4;
      field = delta === 0 ? this.#signed() : field + delta;
      const value = this.#value(head & 15, depth);
      if (value !== undefined) fields.set(field, value);
    }
    return fields;
  }

  #value(kind: number, depth: number): number | Structure | undefined {
    if (kind === TRUE || kind === FALSE) return kind === TRUE ? 1 : 0;
    if (kind === BYTE) return this.#byte();
    if (kind > BYTE && kind <= I64) return this.#signed();
    if (kind === DOUBLE) return this.#skip(8);
    if (kind === BINARY) return this.#skip(this.#varint());
    if (kind === LIST || kind === SET) return this.#list(depth);
    if (kind === STRUCT) return this.structure(depth - 1);
    throw new Error(`a field of the kind ${kind}`);
  }

  #list(depth: number): undefined {
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (count > this.#bytes.length) throw new Error('a list longer than the file');
    for (let i = 0; i < count; i++) {
      const kind = head & 15;
      // In lists a truth value takes a byte.
      if (kind === TRUE || kind === FALSE) this.#byte();
      else this.#value(kind, depth);
    }
    return undefined;
  }

  #skip(count: number): undefined {
    this.at += count;
    return undefined;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error('a header that is cut off');
    return byte;
  }

  /** Seven bits a byte, the lowest first. */
  #varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
      if (factor > 2 ** 63) throw new Error('a number without an end');
    }
  }

  /** 0, −1, 1, −2, … by even and odd numbers. */
  #signed(): number {
    const number = this.#varint();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
}
