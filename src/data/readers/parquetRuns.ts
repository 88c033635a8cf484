/** How many values of a run-length stream there are to be, and are not null. */
interface Runs {
  /** Where the stream was left. */
  readonly at: number;
  /** Values of 1 among those read: of levels, what is not null. */
  readonly ones: number;
}

/**
 * Goes through a run-length stream without unpacking it.
 *
 * @param width bits of a value
 * @param values how many there are to be
 * @throws Error where a run has more values than that: who unpacks it would fill memory with them
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export function checkRuns(bytes: Uint8Array, from: number, width: number, values: number): Runs {
  let [at, seen, ones] = [from, 0, 0];
  while (seen < values && at < bytes.length) {
    const [header, after] = varint(bytes, at);
    at = after;
    if (header % 2 === 1) {
      const count = ((header - 1) / 2) * 8;
      if (width === 1) ones += bitsIn(bytes, at, Math.min(count, values - seen));
      at += (count * width) / 8;
      seen += count;
      continue;
    }
    const count = header / 2;
    if (count > values) throw new Error(`a run of ${count} in a page of ${values} values`);
    if ((bytes[at] ?? 0) === 1) ones += Math.min(count, values - seen);
    at += Math.ceil(width / 8);
    // A run of nothing takes its bytes, so that the stream ends.
    seen += count;
  }
  return { at, ones };
}

/** Seven bits a byte, the lowest first. */
function varint(bytes: Uint8Array, from: number): [value: number, at: number] {
  let [value, factor, at] = [0, 1, from];
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined || factor > 2 ** 35) throw new Error('a run without its length');
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
    factor *= 128;
  }
}

function bitsIn(bytes: Uint8Array, from: number, count: number): number {
  let ones = 0;
  for (let i = 0; i < count; i++) ones += ((bytes[from + (i >> 3)] ?? 0) >> (i & 7)) & 1;
  return ones;
}
