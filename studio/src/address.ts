import { compressToEncodedURIComponent, decompressFromEncodedURIComponent } from 'lz-string';

/** The longest address that is offered as a link; a greater state goes into a file. */
export const LONGEST = 8000;
/** From here on an address is compressed, where that makes it shorter. */
const LONG = 400;
/** Far too long for an address, compressed or not: it is not tried. */
const HOPELESS = 10 * LONGEST;
/** No more than this is unpacked: a link may be hostile. */
const UNPACKED = 400_000;

/** Which lab an address asks for, and with which properties. */
export interface Address {
  readonly lab: string;
  readonly query: URLSearchParams;
  readonly problem?: string;
}

/** `#/mlp?v=1&a=0.5`, as it stands after the `#`. */
export function readAddress(hash: string): Address {
  const [path = '', text = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const lab = path.replace(/\/+$/, '');
  const query = new URLSearchParams(text);
  const version = query.get('v');
  if (version !== null && version !== '1') {
    return {
      lab,
      query: new URLSearchParams(),
      problem: `This link is of another version (${version.slice(0, 8)}).`,
    };
  }
  const packed = query.get('z');
  if (packed === null) return { lab, query };
  const unpacked = packed.length <= LONGEST ? decompressFromEncodedURIComponent(packed) : null;
  if (!unpacked || unpacked.length > UNPACKED) {
    return { lab, query: new URLSearchParams(), problem: 'This link is damaged.' };
  }
  const inner = new URLSearchParams(unpacked);
  for (const [key, value] of query) if (key !== 'z' && key !== 'v') inner.set(key, value);
  return { lab, query: inner };
}

/** The hash of a lab with properties. */
export function writeAddress(lab: string, query: URLSearchParams): string {
  const text = query.toString();
  if (text === '') return `#/${lab}`;
  // Commas and signs are legal in a fragment and easier to read.
  const plain = text.replaceAll('%2C', ',');
  const written = `#/${lab}?v=1&${plain}`;
  if (plain.length <= LONG || plain.length > HOPELESS) return written;
  const packed = `#/${lab}?v=1&z=${compressToEncodedURIComponent(text)}`;
  return packed.length < written.length ? packed : written;
}
