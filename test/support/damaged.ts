import type { RandomStream } from '../../src/graph/threefry.ts';

/** How many damaged files of each format are read; a long run takes more: `PELLUCID_FUZZ=5000 npx vitest run fuzz`. */
export const MUTATIONS = Number(process.env.PELLUCID_FUZZ ?? 300);

/** A file cut off, or with a run of it copied over another, or with some bytes changed, most often early ones. */
export function damaged(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const result = bytes.slice();
  if (result.length === 0) return result;
  const kind = random.uniform();
  if (kind < 0.1) return result.subarray(0, random.integer(result.length));
  if (kind < 0.2) {
    const start = random.integer(result.length);
    result.copyWithin(random.integer(result.length), start, start + random.integer(64));
    return result;
  }
  // Structure tends to lie where values are neither zero nor floats: small, round or all ones.
  const values = [0, 1, 2, 8, 16, 64, 127, 128, 254, 255];
  const within = random.uniform() < 0.5 ? Math.min(64, result.length) : result.length;
  for (let changes = 1 + random.integer(8); changes > 0; changes--) {
    const value = random.uniform() < 0.5 ? values[random.integer(values.length)] : random.integer(256);
    result[random.integer(within)] = value ?? 0;
  }
  return result;
}

const STRANGE: readonly unknown[] = [
  ...[null, -1, 0, 0.5, 2 ** 31, 2 ** 53, 1e300, '', 'relu', '__proto__', true],
  ...[[], [null], [[1, 2], [3]], {}, ['dense', 0, 0]],
  { class_name: 'Dense', config: {} },
  { class_name: '__lambda__', config: { code: '' } },
];

type Container = Record<string, unknown> | unknown[];

/** Every place in a configuration: what holds it, and its key there. */
function placesIn(value: unknown, found: [Container, string][] = []): [Container, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Container, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** JSON with one to three places of it deleted, made strange, or taken from elsewhere in it. */
export function disturbed(json: string, random: RandomStream): string {
  const config: unknown = JSON.parse(json);
  for (let i = 0; i < 1 + random.integer(3); i++) {
    const places = placesIn(config);
    const pick = () => places[random.integer(places.length)] as [Container, string];
    if (places.length === 0) break;
    const [holder, key] = pick();
    const target = holder as Record<string, unknown>;
    const kind = random.uniform();
    if (kind < 0.2 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (kind < 0.2) delete target[key];
    else if (kind < 0.7) target[key] = structuredClone(STRANGE[random.integer(STRANGE.length)]);
    else {
      const [other, name] = pick();
      target[key] = structuredClone((other as Record<string, unknown>)[name]);
    }
  }
  return JSON.stringify(config);
}
