/** Numbers as text, bit for bit: 32-bit words in base64 as addresses write it. Much shorter than in decimals. */

const toText = (bytes: Uint8Array) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** Words, such as the bits of float32 numbers. */
export function packWords(words: Uint32Array): string {
  return toText(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
}

/** The words in a text; undefined where it holds none, or not whole ones. */
export function unpackWords(text: string): Uint32Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  let bytes: string;
  try {
    bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
  if (bytes.length % 4 !== 0) return undefined;
  return new Uint32Array(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
}

export const packFloats = (values: ArrayLike<number>): string =>
  packWords(new Uint32Array(Float32Array.from(values).buffer));

export function unpackFloats(text: string): Float32Array | undefined {
  const words = unpackWords(text);
  return words && new Float32Array(words.buffer);
}
