import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../studio/src/address.ts';
import type { LabDefinition, LabResult } from '../../studio/src/lab.ts';
import { COMPUTATIONS } from '../../studio/src/labs/computations.ts';
import { LABS } from '../../studio/src/labs/index.ts';
import { readNetwork } from '../../studio/src/network.ts';
import { fallbacks, keysOf, readProperties, writeProperties } from '../../studio/src/properties.ts';

/** mulberry32: the same mutations on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What nobody would type, and what somebody might. */
const VALUES: readonly string[] = [
  ...[
    '',
    ' ',
    ',',
    ',,',
    '-',
    '−1',
    '+1',
    '0',
    '-0',
    '1',
    '0.5',
    '-1',
    '2',
    '3',
    '7',
    '12',
    '16',
    '30',
    '32',
  ],
  ...['64', '100', '400', '512', '1000', '20000', '100000', '999999', '4000000000', '1e-5', '1e5', '1e6'],
  ...['1e308', '-1e308', '1e309', '5e-324', 'NaN', 'Infinity', '-Infinity', 'null', 'undefined', 'true'],
  ...['0x10', '1_000', '１２', '٣', 'a', 'relu', 'softmax', 'constructor', '__proto__', '<script>', '%00'],
  ...['\u0000', '\uD800', '😀', 'x'.repeat(5000), '1,'.repeat(3000), `${'9'.repeat(400)}`, 'half', 'mse'],
  ...[
    'crossentropy',
    'example',
    'table',
    'drawn',
    'typed',
    'x^x^x',
    '1/0',
    '((((',
    '-'.repeat(100),
    'ln(0-1)',
  ],
  ...['sin(x)*y', 'x', 'exp(exp(exp(9)))', `${'('.repeat(60)}x${')'.repeat(60)}`, `x${'+x'.repeat(190)}`],
  ...['1,2,3', '1,1', '2,1', '64,64', '512,512,1', '8,8,8', Array(32).fill('512').join(), '-1,1,-1,1'],
  ...[
    Array(32).fill('64').join(),
    Array(31).fill('20').join(),
    '0,0',
    '5,5,5,5,5,5',
    '1000,-1000',
    'learning',
  ],
  ...[
    'h1-y',
    'x-x',
    'recall',
    'float64',
    'batch',
    'layer',
    'norm',
    'bowl,ravine',
    'adam,adam',
    '1e6,1e6,1e6',
  ],
];

type Pick = <T>(from: readonly T[]) => T;

/** As a link has it; half a character has no way of being written. */
const encoded = (text: string): string => (text === '\uD800' ? '%ED%A0%80' : encodeURIComponent(text));

/** An address as it may come out of a mail, an old page, or a hand that means no good. */
function mutated(
  hash: string,
  keys: readonly string[],
  accepts: (key: string, value: string) => boolean,
  random: () => number,
): string {
  const pick: Pick = (from) => from[Math.floor(random() * from.length)] as (typeof from)[number];
  const [path = '', text = ''] = hash.split(/\?(.*)/s);
  const query = new URLSearchParams(text);
  const spoiled = (given: string) => {
    const at = Math.floor(random() * (given.length + 1));
    const other = pick(['', ',', '-', '9', 'e', '.', '%', '&', '=', '?', '#', 'é', '\u0000']);
    return given.slice(0, at) + other + given.slice(at + Math.floor(random() * 3));
  };
  /** Half of them values that the property takes, however strange they are together. */
  const valueFor = (key: string) => {
    const taken = random() < 0.5 ? VALUES.filter((value) => accepts(key, value)) : [];
    return pick(taken.length > 0 ? taken : VALUES);
  };
  const change: (() => string)[] = [
    () => spoiled(hash),
    () => hash.slice(0, Math.floor(random() * hash.length)),
    () => `${hash}&${pick(keys)}=${encoded(pick(VALUES))}`,
    () => `${path}?v=${pick(['0', '2', '', 'x'.repeat(3000), '1&v=2'])}&${text}`,
    () => `${path}?z=${pick(['', 'AAAA', 'N4Ig', '_'.repeat(9000), encoded(pick(VALUES))])}`,
    () => `${path}?net=${encoded(pick(NETWORKS))}`,
    ...Array.from({ length: 12 }, () => () => {
      for (let i = 0; i <= random() * 4; i++) {
        const key = pick(keys);
        query.set(key, valueFor(key));
      }
      return `${path}?${query}`;
    }),
    () => {
      const key = pick(keys);
      query.set(key, spoiled(query.get(key) ?? ''));
      return `${path}?${query}`;
    },
  ];
  return pick(change)();
}

const small = { sizes: [1, 1], weights: [[[0.5]]], biases: [[0]], activations: ['sigmoid'] };
const NETWORKS: readonly string[] = [
  ...['', '{', 'null', '[]', '7', '"kept"', 'kept', '{}', JSON.stringify(small)],
  JSON.stringify({ ...small, sizes: [1e9, 1] }),
  JSON.stringify({ ...small, sizes: Array(32).fill(512) }),
  JSON.stringify({ ...small, weights: [[[null]]] }),
  JSON.stringify({ ...small, activations: ['constructor'] }),
  JSON.stringify({ ...small, activations: [7] }),
  JSON.stringify({ ...small, biases: [[1e308]], weights: [[[-1e308]]], input: [1e308], target: [1e308] }),
  JSON.stringify({ ...small, loss: 'toString', learningRate: -1 }),
  '['.repeat(100_000),
  `{"__proto__": ${JSON.stringify(small)}}`,
];

const work = { signal: new AbortController().signal, progress: () => {}, breathe: async () => {} };
/** Milliseconds of this process that no state may take; many times what the slowest needs. */
const BOUND = 15_000;
const MUTATIONS = 150;

interface Given<P extends object, R extends LabResult> {
  readonly definition: LabDefinition<P, R>;
  readonly compute: (properties: P) => Promise<R>;
}

/** Everything that the page asks of a state before anybody touches it. */
async function visited<P extends object, R extends LabResult>(
  { definition, compute }: Given<P, R>,
  hash: string,
): Promise<{ readonly properties: P; readonly problems: number }> {
  const { query, problem } = readAddress(hash);
  const { properties: read, problems } = readProperties(definition.properties, query);
  const network = query.has('net') ? readNetwork(query.get('net') ?? '') : undefined;
  const received = typeof network === 'object' ? definition.receive?.(network) : undefined;
  const properties: P =
    typeof received === 'object' ? { ...fallbacks(definition.properties), ...received } : read;
  const before = process.cpuUsage();
  const result = await compute(properties);
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  if (took > BOUND) throw new Error(`${Math.round(took)} ms`);
  structuredClone(result);
  const wrong = Object.values(result.quantities).filter((value) => typeof value !== 'number');
  if (wrong.length > 0 || result.said === '' || result.summary === '') throw new Error('nothing to show');
  definition.question.answer(result);
  for (const { done } of definition.selfChecks) done(result, properties);
  for (const name of Object.keys(result.quantities).slice(0, 40)) {
    definition.describe(name, result);
    definition.edit?.(name, properties, result);
  }
  const away = definition.network?.(properties, result);
  if (typeof away === 'object') JSON.stringify(away);
  // What is kept in this browser, and what goes into the address, gives the same state again.
  const written = writeAddress(definition.id, writeProperties(definition.properties, properties));
  const again = readProperties(definition.properties, readAddress(written).query);
  if (again.problems.length > 0) throw new Error(`does not come back: ${again.problems[0]}`);
  expect(again.properties).toEqual(properties);
  return { properties, problems: problems.length + Number(problem !== undefined) };
}

describe('a hostile or stale address ends in a state that can be shown', () => {
  test.each(LABS.map((entry, at) => [entry.id, entry, at] as const))('%s', async (id, entry, at) => {
    const { lab } = await entry.load();
    const computations = await COMPUTATIONS[id]?.();
    await lab.open(async (definition) => {
      type Result = Parameters<typeof definition.describe>[1];
      const compute = async (properties: unknown) =>
        (await computations?.compute?.(properties, work)) as Result;
      const keys = [...keysOf(definition.properties), 'lock', 'hide', 'net', 'v'];
      const base = fallbacks(definition.properties);
      const addresses = [{}, ...definition.ahas.map(({ properties }) => properties)].map((properties) =>
        writeAddress(id, writeProperties(definition.properties, { ...base, ...properties })),
      );
      const accepts = (key: string, value: string) =>
        readProperties(definition.properties, new URLSearchParams([[key, value]])).problems.length === 0;
      const random = randomFrom(1000 + at);
      const failures: string[] = [];
      let refused = 0;
      for (let i = 0; i < MUTATIONS; i++) {
        const from = addresses[i % addresses.length] ?? '';
        const hash = mutated(from.includes('?') ? from : `${from}?v=1`, keys, accepts, random);
        try {
          refused += (await visited({ definition, compute }, hash)).problems;
        } catch (problem) {
          failures.push(`${hash.slice(0, 300)}\n  ${String(problem).slice(0, 300)}`);
        }
      }
      expect(failures).toEqual([]);
      // Were none of them strange, this would prove nothing.
      expect(refused).toBeGreaterThan(MUTATIONS / 4);
    });
  });
});
