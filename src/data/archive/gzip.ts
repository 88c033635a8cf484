import { DataError } from '../../graph/errors.ts';

export const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Unpacks gzip with the platform's own decoder, which checks lengths and the CRC.
 *
 * @param check Is told after each piece how many bytes came out so far, and stops the unpacking by throwing: a few
 * packed bytes can hold gigabytes.
 * @throws DataError when the data is damaged, and what `check` throws.
 */
export async function gunzip(
  bytes: Uint8Array,
  source: string,
  check: (total: number, soFar: () => Uint8Array) => void,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const reader = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      total += value.length;
      check(total, () => concatBytes(pieces, total));
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(
      {
        asked: 'unpacking a gzipped file',
        expected: 'whole gzip data',
        received: cause instanceof Error ? `damage after ${total} bytes (${cause.message})` : 'damage',
        fix: 'The file is damaged or was not copied whole: fetch it again.',
      },
      { file: source },
      { cause },
    );
  } finally {
    // Ends the unpacking when it was left early; nothing is left to fail when it was not.
    await reader.cancel().catch(() => undefined);
  }
  return concatBytes(pieces, total);
}

export function concatBytes(pieces: readonly Uint8Array[], total: number): Uint8Array {
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
