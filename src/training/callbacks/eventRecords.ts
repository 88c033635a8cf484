/** Event files of TensorBoard: records with checksums around protocol buffers. */

/** A table of CRC-32C (Castagnoli), bit-reversed polynomial 0x82F63B78. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return remainder;
});

export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Checksums are stored turned and shifted, as records may hold checksums themselves. */
const masked = (sum: number): number => (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;

/**
 * A record: its length in 8 bytes, the checksum of those, the data, their checksum.
 *
 * @see TensorFlow, `tensorflow/core/lib/io/record_writer.h`
 */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return bytes;
}

/** How a field of a protocol buffer is stored. */
const WIRE = { varint: 0, eightBytes: 1, lengthFirst: 2, fourBytes: 5 } as const;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const tag = (field: number, wire: number): number => field * 8 + wire;
const whole = (field: number, value: number) => [tag(field, WIRE.varint), ...varint(value)];
const double = (field: number, value: number) => [
  tag(field, WIRE.eightBytes),
  ...new Uint8Array(Float64Array.of(value).buffer),
];
const float = (field: number, value: number) => [
  tag(field, WIRE.fourBytes),
  ...new Uint8Array(Float32Array.of(value).buffer),
];
const bytes = (field: number, value: ArrayLike<number>) => [
  tag(field, WIRE.lengthFirst),
  ...varint(value.length),
  ...Array.from(value),
];
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value));

/** The first record of a file: `Event { wall_time = 1, file_version = 3 }`. */
export function fileVersionRecord(seconds: number): Uint8Array {
  return record(Uint8Array.from([...double(1, seconds), ...text(3, 'brain.Event:2')]));
}

/**
 * Numbers at a step: `Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } }`.
 *
 * @see TensorFlow, `tensorflow/core/util/event.proto` and `framework/summary.proto`
 */
export function scalarsRecord(
  seconds: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  const values = Object.entries(scalars).flatMap(([name, value]) =>
    bytes(1, [...text(1, name), ...float(2, value)]),
  );
  return record(Uint8Array.from([...double(1, seconds), ...whole(2, step), ...bytes(5, values)]));
}
