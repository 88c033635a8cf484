import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../studio/src/address.ts';
import { compute as computeFlow, open } from '../../studio/src/labs/gradient-flow/compute.ts';
import { PROPERTIES as FLOW } from '../../studio/src/labs/gradient-flow/properties.ts';
import { describeNetwork, receive as receiveFlow } from '../../studio/src/labs/gradient-flow/travel.ts';
import { compute as computeGraph } from '../../studio/src/labs/graph/compute.ts';
import { fromNetwork } from '../../studio/src/labs/graph/fromNetwork.ts';
import { PROPERTIES as GRAPH } from '../../studio/src/labs/graph/properties.ts';
import { compute as computeMlp } from '../../studio/src/labs/mlp/compute.ts';
import { PROPERTIES as MLP, type MlpProperties } from '../../studio/src/labs/mlp/properties.ts';
import { receive as receiveMlp } from '../../studio/src/labs/mlp/receive.ts';
import { compute, train } from '../../studio/src/labs/playground/compute.ts';
import { type PlaygroundProperties, PROPERTIES } from '../../studio/src/labs/playground/properties.ts';
import type { NetworkDescription } from '../../studio/src/network.ts';
import { fallbacks, writeProperties } from '../../studio/src/properties.ts';
import {
  checkByHand,
  executable,
  expectAccessible,
  expectNoSideways,
  expectParity,
  expectUndo,
  note,
  Studio,
} from './harness.ts';

const start = fallbacks(PROPERTIES);
const work = { signal: new AbortController().signal, progress: () => {}, breathe: async () => {} };

/** A network of the playground after so many steps. */
async function trained(changes: Partial<PlaygroundProperties>, steps = 30): Promise<PlaygroundProperties> {
  const properties = { ...start, ...changes };
  return { ...properties, ...(await train({ properties, steps }, work)) };
}
const hashOf = (properties: PlaygroundProperties) =>
  writeAddress('playground', writeProperties(PROPERTIES, properties));

/** What a lab made of a network; a sentence says why it takes none. */
function taken<P>(received: P | string): P {
  if (typeof received === 'string') throw new Error(received);
  return received;
}

/** A number on the stage. */
const shown = async ({ page }: Studio, name: string): Promise<number> =>
  Number((await page.getAttribute(`.stage [data-q="${name}"]`, 'data-value')) ?? Number.NaN);

/** Clicks the way to another lab. */
async function travel(studio: Studio, lab: string): Promise<void> {
  await studio.page.click(`.stage .open-in a[data-open="${lab}"]`);
  await studio.page.waitForSelector(`.lab[data-lab="${lab}"][data-settled="true"]`);
  await studio.settled();
}

/** Visits the lab again after so many steps. */
async function walked(studio: Studio, at: number): Promise<void> {
  const { lab, query } = readAddress(await studio.hash());
  query.set('at', String(at));
  await studio.go(writeAddress(lab, query));
}

/** The worked MLP's state that a network arrives as; a large one is in no address. */
function arrived(
  network: NetworkDescription | undefined,
  changes: Partial<MlpProperties> = {},
): MlpProperties {
  const received = network && receiveMlp(network);
  if (typeof received !== 'object') throw new Error(received);
  return { ...fallbacks(MLP), ...received, ...changes };
}

const NETWORKS = {
  'a small one of sigmoids': { data: 'xor', layers: [3], act: ['sigmoid'], e: 5 },
  'three classes': { data: 'blobs', classes: 3, layers: [4], act: ['relu'], e: 3 },
  'a regression with two kinds of units': {
    ...{ data: 'sine', loss: 'huber', features: [0], layers: [3, 2], act: ['silu', 'leakyRelu'], e: 7 },
  },
  'mean squared errors of a softmax': {
    ...{ data: 'blobs', classes: 3, layers: [3], act: ['elu'], loss: 'mse', e: 2 },
  },
  'two layers of eight': { e: 4 },
  'units of every other kind': {
    ...{ data: 'circles', layers: [2, 2, 2], act: ['gelu', 'softplus', 'softsign'], loss: 'mae', e: 4 },
  },
  'the largest': {
    features: [0, 1, 2, 3, 4, 5, 6],
    layers: [16, 16, 16, 16, 16, 16],
    act: ['tanh', 'relu', 'leakyRelu', 'elu', 'silu', 'sigmoid'],
  },
} as const satisfies Readonly<Record<string, Partial<PlaygroundProperties>>>;

const weightName = (from: number, to: number) => (from > 9 || to > 9 ? `w_${from},${to}` : `w_${from}${to}`);
const PAST_THE_END = 100_000;

describe.each(Object.entries(NETWORKS))('a network of the playground that travels: %s', (_, changes) => {
  test('has the same weights, outputs and loss in the worked MLP, and every number but what came along opens', async () => {
    const properties = await trained(changes);
    const { quantities, scene } = await compute(properties);
    const mlp = arrived(scene?.network, { n: 1 });
    const { length } = computeMlp({ ...mlp, at: PAST_THE_END });
    const before = computeMlp(mlp);
    const olds = before.parameters.map((name) => [before.quantities[`${name}.old`], quantities[name]]);
    expect(olds.filter(([old, own]) => old === undefined || !Object.is(old, own))).toEqual([]);
    const after = computeMlp({ ...mlp, at: length });
    for (const name of Object.keys(quantities).filter((one) => /^(I|O)_|^L$/.test(one))) {
      expect(after.quantities[name], name).toBeCloseTo(quantities[name] ?? Number.NaN, 5);
    }
    const computed = Object.keys(after.quantities).filter((one) => !/^[xtα]|^[wθ]_(?!.*new)/.test(one));
    expect(computed.filter((name) => after.formulas[name] === undefined)).toEqual([]);
    // Δw is the step that the library takes: gradient descent on the loss of the one example.
    const outputs = scene?.sizes.at(-1) ?? 1;
    const output = after.layers.at(-1)?.[0];
    const [change, error] = [after.quantities[`Δ${output?.bias}`], after.quantities[output?.error ?? '']];
    expect(change).toBeCloseTo(mlp.a * (error ?? Number.NaN), 6);
    expect(after.layers.at(-1)).toHaveLength(outputs);
  });

  test('is an expression whose value is the output, or the net input of a softmax', async () => {
    const { quantities, scene } = await compute(await trained(changes));
    const { sizes = [], network } = scene ?? {};
    const received = taken(fromNetwork(network as NetworkDescription));
    const graph = { ...fallbacks(GRAPH), ...received, at: PAST_THE_END };
    const [nodes, outputs] = [sizes.reduce((sum, size) => sum + size, 0), sizes.at(-1) ?? 1];
    const unit = outputs === 1 ? 0 : (network?.target?.indexOf(1) ?? 0);
    const wanted = `${outputs === 1 ? 'O' : 'I'}_${nodes - outputs + unit + 1}`;
    expect(computeGraph(graph).quantities.Y).toBeCloseTo(quantities[wanted] ?? Number.NaN, 4);
  });

  test('has the same outputs, loss and errors in gradient flow, and they open', async () => {
    const { quantities, scene } = await compute(await trained(changes));
    const received = taken(receiveFlow(scene?.network as NetworkDescription));
    const [inputs = 0, hidden = 0] = scene?.sizes ?? [];
    const flow = await computeFlow({ ...fallbacks(FLOW), ...received });
    // Of one example, a unit's mean is its output.
    for (let j = 1; j <= hidden; j++) {
      expect(flow.quantities[`m_1,${j}`]).toBeCloseTo(quantities[`O_${inputs + j}`] ?? Number.NaN, 5);
    }
    expect(flow.quantities.L).toBeCloseTo(quantities.L ?? Number.NaN, 5);
    const mlp = arrived(scene?.network, { n: 1 });
    const after = computeMlp({ ...mlp, at: PAST_THE_END });
    const properties = { ...fallbacks(FLOW), ...received };
    const last = (scene?.sizes.length ?? 2) - 1;
    for (const [k, { error = '' }] of (after.layers.at(-1) ?? []).entries()) {
      const slope = await open({ properties, name: `δ_${last},${k + 1}[1]` });
      expect(slope?.value).toBeCloseTo(-(after.quantities[error] ?? Number.NaN), 5);
      const up = await open({ properties, name: `e_${last},${k + 1}[1]` });
      expect([slope?.formula, up?.formula]).toEqual([expect.anything(), expect.anything()]);
    }
    expect((await open({ properties, name: 'ℓ[1]' }))?.formula).toBeDefined();
  });
});

describe.skipIf(!executable)(`open in${note}`, () => {
  test.each(['three classes', 'the largest'] as const)(
    'from the playground, by clicking: %s',
    async (which) => {
      await using studio = await Studio.open();
      const { page } = studio;
      const properties = await trained(NETWORKS[which]);
      const { quantities, scene } = await compute(properties);
      const { sizes = [] } = scene ?? {};
      const [nodes, inputs, outputs] = [
        sizes.reduce((sum, size) => sum + size, 0),
        sizes[0] ?? 0,
        sizes.at(-1) ?? 0,
      ];
      const [before, first] = [nodes - outputs, nodes - outputs + 1];
      await studio.go(hashOf(properties));
      await travel(studio, 'mlp');
      const weight = weightName(before, first);
      expect(await shown(studio, `${weight}.old`)).toBe(quantities[weight]);
      // A layer at a time where it is large, else a number.
      for (let step = 0; step < 7; step++) {
        await page.click('.transport button:has-text("Step")');
        await studio.settled();
      }
      const at = which === 'three classes' ? 40 : 7;
      if (at > 7) await walked(studio, at);
      expect(await shown(studio, 'L')).toBeCloseTo(quantities.L ?? Number.NaN, 5);
      expect(await shown(studio, `O_${first}`)).toBeCloseTo(quantities[`O_${first}`] ?? Number.NaN, 5);
      const there = arrived(scene?.network, { at });
      await expectParity(studio, { properties: MLP, compute: () => computeMlp(there) });
      expect((await checkByHand(studio, 30)).length).toBeGreaterThan(8);

      await studio.go(hashOf(properties));
      await travel(studio, 'gradient-flow');
      expect(await page.textContent('.controls')).toContain('from another lab');
      const output = quantities[`O_${inputs + 1}`] ?? Number.NaN;
      expect(await shown(studio, 'm_1,1')).toBeCloseTo(output, 5);
      const flow = { ...fallbacks(FLOW), ...taken(receiveFlow(scene?.network as NetworkDescription)) };
      await expectParity(studio, {
        properties: FLOW,
        compute: () => computeFlow(flow),
        open: ({ name }) => open({ properties: flow, name }),
      });
      await page.click('.stage [data-q="m_1,1"]');
      await page.click('.inspector .operands [data-q$="←Σa_1,1"]');
      await page.click('.inspector .operands [data-q$="←a_1,1[1]"]');
      await page.waitForSelector('.inspector [data-formula="a_1,1[1]"].filled');

      await studio.go(hashOf(properties));
      await travel(studio, 'graph');
      await walked(studio, PAST_THE_END);
      const unit = outputs === 1 ? 0 : (scene?.network.target?.indexOf(1) ?? 0);
      const wanted = `${outputs === 1 ? 'O' : 'I'}_${first + unit}`;
      expect(await shown(studio, 'Y')).toBeCloseTo(quantities[wanted] ?? Number.NaN, 4);
      const graph = { ...fallbacks(GRAPH), ...taken(fromNetwork(scene?.network as NetworkDescription)) };
      await expectParity(studio, {
        properties: GRAPH,
        compute: () => computeGraph({ ...graph, at: PAST_THE_END }),
      });
      expect(studio.troubles).toEqual([]);
    },
  );

  test('goes on from lab to lab, and comes home', async () => {
    await using studio = await Studio.open();
    const properties = await trained(NETWORKS['a small one of sigmoids']);
    const { scene, quantities } = await compute(properties);
    await studio.go(hashOf(properties));
    for (const lab of ['mlp', 'gradient-flow', 'mlp', 'playground']) await travel(studio, lab);
    for (const name of ['w_13', 'w_25', 'θ_4']) expect(await shown(studio, name)).toBe(quantities[name]);
    expect(new URLSearchParams((await studio.hash()).split('?')[1]).get('w')).toBe(scene?.w);
    expect(studio.troubles).toEqual([]);
  });

  test('a network built in gradient flow is walked through in the worked MLP, one unit at a time', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/gradient-flow?v=1&depth=12&start=he&at=3');
    await travel(studio, 'mlp');
    expect(await page.textContent('.stage .summary')).toContain(`2-${'16-'.repeat(12)}1`);
    for (let step = 0; step < 2; step++) {
      await page.click('.transport button:has-text("Step")');
      await studio.settled();
    }
    await page.click('.stage .mark[data-unit="20"]');
    await studio.settled();
    expect(await page.textContent('.ledger')).toContain('Into unit 20 (relu)');
    const { parts } = await computeFlow({ ...fallbacks(FLOW), depth: 12, start: 'he', at: 3 });
    const there = arrived(parts && describeNetwork(parts, 0.01), { unit: 20, at: 2 });
    await expectParity(studio, { properties: MLP, compute: () => computeMlp(there) });
    await expectUndo(studio, 2);
    await studio.go('#/gradient-flow?v=1&depth=3&norm=batch');
    await page.click('.stage .open-in a[data-open="mlp"]');
    await page.waitForSelector('.notices p');
    expect(await page.textContent('.notices')).toContain('normalised');
    expect(await page.getAttribute('main', 'data-lab')).toBe('gradient-flow');
    expect(studio.troubles).toEqual([]);
  });

  test('is accessible and never wider than the window, however large it is', async () => {
    const hash = hashOf(await trained(NETWORKS['the largest'], 5));
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go(hash);
      await travel(studio, 'mlp');
      await studio.page.click('.transport button:has-text("Step")');
      await studio.settled();
      await expectAccessible(studio);
      await expectNoSideways(studio);
    }
  });
});
