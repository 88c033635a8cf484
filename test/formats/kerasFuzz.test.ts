import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from '../../src/data/archive/zip.ts';
import { loadModel, modelFromJSON } from '../../src/formats/index.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { PellucidError } from '../../src/index.ts';
import { damaged, FUZZ_TIMEOUT, MUTATIONS } from '../data/mutations.ts';

const MODELS = new URL('../../fixtures/keras/models/', import.meta.url);
const files = readdirSync(MODELS).filter((name) => name.endsWith('.keras'));
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, MODELS)));

const STRANGE: readonly unknown[] = [
  null,
  -1,
  0,
  0.5,
  2 ** 31,
  2 ** 53,
  1e300,
  '',
  'relu',
  '__proto__',
  true,
  [],
  [null],
  [[1, 2], [3]],
  {},
  { class_name: 'Dense', config: {} },
  { class_name: '__lambda__', config: { code: '' } },
  ['dense', 0, 0],
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

/** One to three places of a configuration deleted, made strange, or taken from elsewhere in it. */
function disturb(config: unknown, random: RandomStream): void {
  for (let i = 0; i < 1 + random.integer(3); i++) {
    const places = placesIn(config);
    const pick = () => places[random.integer(places.length)] as [Container, string];
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
}

/** Opens, or is refused with an error for people; either within a second. */
async function expectTyped(open: () => unknown, label: string): Promise<void> {
  // Of this process alone: others may keep it waiting.
  const start = process.cpuUsage();
  try {
    await open();
  } catch (error) {
    expect(error, `${label}: ${error instanceof Error ? error.stack : error}`).toBeInstanceOf(PellucidError);
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000, label).toBeLessThan(1000);
}

describe('hostile files', () => {
  it('of disturbed configurations are opened, or refused as what they are', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const texts = await Promise.all(
      files.map(async (name) =>
        new TextDecoder().decode((await readArchive(bytesOf(name))).get('config.json')),
      ),
    );
    const random = new RandomStream(1);
    for (let i = 0; i < MUTATIONS; i++) {
      const config: unknown = JSON.parse(texts[i % texts.length] ?? '{}');
      disturb(config, random);
      await expectTyped(() => modelFromJSON(JSON.stringify(config)), `configuration ${i}`);
    }
  });

  it('of damaged bytes inside of a whole archive are opened, or refused', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const random = new RandomStream(2);
    const archives = await Promise.all(files.map((name) => readArchive(bytesOf(name))));
    for (let i = 0; i < MUTATIONS / 2; i++) {
      const members = new Map(archives[i % archives.length]);
      const path = random.uniform() < 0.3 ? 'config.json' : 'model.weights.h5';
      members.set(path, damaged(members.get(path) ?? new Uint8Array(), random));
      const bytes = await writeArchive(members);
      await expectTyped(() => loadModel(bytes), `archive ${i}`);
    }
  });

  it('of damaged archives and whole HDF5 models are opened, or refused', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const random = new RandomStream(3);
    const all = [...files.map(bytesOf), bytesOf('legacy.h5')];
    for (let i = 0; i < MUTATIONS / 2; i++) {
      const bytes = damaged(all[i % all.length] ?? new Uint8Array(), random);
      await expectTyped(() => loadModel(bytes), `file ${i}`);
    }
  });
});
