import { dense, input, layers, type Model, model, optimizers, sequential } from 'pellucid';
import { measureSignals } from 'pellucid/explain';
import { describe, expect, test } from 'vitest';
import { compute, open } from '../../studio/src/labs/gradient-flow/compute.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/gradient-flow/lesson.tsx';
import { batchOf, initializerFor, networkOf } from '../../studio/src/labs/gradient-flow/network.ts';
import {
  ACTIVATIONS,
  type FlowProperties,
  PROPERTIES,
  STARTS,
} from '../../studio/src/labs/gradient-flow/properties.ts';
import { trained } from '../../studio/src/labs/gradient-flow/training.ts';
import { receive } from '../../studio/src/labs/gradient-flow/travel.ts';
import type { NetworkDescription } from '../../studio/src/network.ts';
import { fallbacks } from '../../studio/src/properties.ts';
import { operandsIn } from '../../studio/src/worker/formulaData.ts';
import { handCheck } from './handCheck.ts';
import {
  checkByHand,
  executable,
  expectAccessible,
  expectFollows,
  expectNoSideways,
  expectParity,
  expectRoundTrip,
  expectSmoothRun,
  expectUndo,
  note,
  Studio,
  screenshots,
} from './harness.ts';

const subject = { properties: PROPERTIES, compute, open };
const start = fallbacks(PROPERTIES);
const with_ = (changes: Partial<FlowProperties>): FlowProperties => ({ ...start, ...changes });
const at = (changes: Partial<FlowProperties>) => compute(with_(changes));

/** The same network as a model of the library, with layers, optimizer and all. */
function modelOf(properties: FlowProperties): Model {
  const { depth, width, start: from, f, norm, skip, seed, a, clip, limit } = properties;
  const first = input([2]);
  let x = first;
  for (let l = 0; l < depth; l++) {
    const sums = dense(width, { kernelInitializer: initializerFor(from, seed, l), name: `sums_${l + 1}` })(x);
    const plain = { center: false, scale: false };
    const normalized =
      norm === 'batch'
        ? layers.batchNormalization(plain)(sums)
        : norm === 'layer'
          ? layers.layerNormalization(plain)(sums)
          : sums;
    const bent = layers.activation(f)(normalized);
    x = skip && l > 0 ? layers.add()([x, bent]) : bent;
  }
  const last = dense(1, { kernelInitializer: initializerFor(from, seed, depth), name: `sums_${depth + 1}` })(
    x,
  );
  const made = model({ inputs: first, outputs: last });
  const clipping = clip === 'value' ? { clipvalue: limit } : clip === 'norm' ? { globalClipnorm: limit } : {};
  made.compile({ optimizer: optimizers.sgd({ learningRate: a, ...clipping }), loss: 'meanSquaredError' });
  return made;
}

const dataFor = (properties: FlowProperties) => {
  const { x, y } = batchOf(properties, networkOf(properties));
  return [x.value(), y.value()] as const;
};

/** As close as float32 sums in another order are. */
function expectClose(found: number, wanted: number, relative = 2e-4): void {
  expect(Math.abs(found - wanted), `${found} for ${wanted}`).toBeLessThanOrEqual(
    relative * Math.abs(wanted) + 1e-30,
  );
}

describe('gradient flow, computed', () => {
  test('aha: from Glorot to He under ReLU, gradients stop dying and the loss falls', async () => {
    const [glorot, he, sigmoids, explosion] = AHAS.map(({ properties }) => properties);
    const [before, after] = [await at(glorot ?? {}), await at(he ?? {})];
    expect(before.flow).toBeLessThan(1e-3);
    expect(after.flow).toBeGreaterThan(0.1);
    const severity = (of: typeof before) =>
      of.verdicts.find(({ topic }) => topic === 'gradient flow')?.severity;
    expect([severity(before), severity(after)]).toEqual(['warning', 'good']);
    const [stalled, learned] = [await at({ ...glorot, at: 61 }), await at({ ...he, at: 61 })];
    expect(stalled.losses.at(-1)).toBeGreaterThan(0.99 * (stalled.losses[0] ?? 0));
    expect(learned.losses.at(-1)).toBeLessThan(0.5 * (learned.losses[0] ?? 0));
    expect([QUESTION.answer(stalled), QUESTION.answer(learned), QUESTION.answer(before)]).toEqual([
      1,
      0,
      undefined,
    ]);
    expect(SELF_CHECKS[0]?.done(learned, with_({ ...he, at: 61 }))).toBe(true);
    expect(SELF_CHECKS[0]?.done(stalled, with_({ ...glorot, at: 61 }))).toBe(false);

    expect((await at(sigmoids ?? {})).flow).toBeLessThan(1e-6);
    const mended = { ...sigmoids, norm: 'batch' } as const;
    expect(SELF_CHECKS[1]?.done(await at(mended), with_(mended))).toBe(true);
    expect((await at(explosion ?? {})).flow).toBeGreaterThan(1e3);
    const held = await at({ ...explosion, clip: 'norm' });
    expect(SELF_CHECKS[2]?.done(held, start)).toBe(true);
  });

  test.each(['relu', 'sigmoid', 'tanh', 'gelu'] as const)(
    '%s: has the figures of the library’s own diagnosis',
    async (f) => {
      const properties = with_({ f, depth: 6, start: 'he', seed: 3 });
      const { quantities } = await at(properties);
      const stack = Array.from({ length: 6 }, (_, l) =>
        dense(16, { activation: f, kernelInitializer: initializerFor('he', 3, l) }),
      );
      const whole = sequential([
        input([2]),
        ...stack,
        dense(1, { kernelInitializer: initializerFor('he', 3, 6) }),
      ]);
      whole.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      for (const [i, signal] of measureSignals(whole, ...dataFor(properties)).entries()) {
        const value = (name: string) => quantities[`${name}_${i + 1}`] ?? Number.NaN;
        expectClose(value('G'), signal.weightGradientNorm ?? Number.NaN);
        expectClose(value('A'), signal.gradientNorm);
        expectClose(Math.sqrt(value('v')), signal.deviation);
        const share = signal.dead ?? signal.saturated;
        if (share !== undefined) expectClose(value('s'), 100 * share);
        else expect(quantities).not.toHaveProperty(`s_${i + 1}`);
      }
    },
  );

  test.each([
    { norm: 'batch' },
    { norm: 'layer', f: 'elu' },
    { skip: true, depth: 4 },
    { clip: 'value', limit: 0.05, start: 'large', depth: 3 },
    { clip: 'norm', limit: 0.5, f: 'tanh', a: 0.3 },
    { norm: 'batch', skip: true, clip: 'norm', limit: 1, f: 'silu' },
  ] as const)('learns as a model of the library does: case %#', async (changes) => {
    const properties = with_({ depth: 5, width: 8, start: 'he', a: 0.05, ...changes, at: 4 });
    const { now } = await trained(properties, undefined);
    const whole = modelOf(properties);
    const [x, y] = dataFor(properties);
    for (let step = 0; step < 4; step++) whole.trainOnBatch(x, y);
    for (const [l, { matrix, bias }] of now.entries()) {
      const [kernel, offset] = whole
        .getLayer(`sums_${l + 1}`)
        .weights.map((weight) => [...weight.value().data]);
      expect([...matrix.dataSync()]).toEqual(kernel?.map((value) => expect.closeTo(Number(value), 4)));
      expect([...bias.dataSync()]).toEqual(offset?.map((value) => expect.closeTo(Number(value), 4)));
    }
  });

  test('expects of a layer about what it does to gradients, where nothing is normalised', async () => {
    const { quantities } = await at({ width: 32, depth: 16, start: 'glorot', seed: 5 });
    const factors = Array.from({ length: 15 }, (_, i) => [
      quantities[`b_${i + 2}`],
      quantities[`k_${i + 2}`],
    ]);
    const mean = (of: 0 | 1) =>
      Math.exp(factors.reduce((total, pair) => total + Math.log(pair[of] ?? Number.NaN), 0) / factors.length);
    // Half of the units are on: Glorot's variance, 1/32, 32 times, of half.
    expect(mean(1)).toBeGreaterThan(0.4);
    expect(mean(1)).toBeLessThan(0.6);
    expect(mean(0) / mean(1)).toBeGreaterThan(0.6);
    expect(mean(0) / mean(1)).toBeLessThan(1.6);
    expect((await at({ norm: 'layer' })).quantities).not.toHaveProperty('k_2');
  });

  test('a step back is the same to the bit, however one came there', async () => {
    const long = await at({ start: 'he', at: 9 });
    const back = await at({ start: 'he', at: 5 });
    await at({ seed: 1 });
    const anew = await at({ start: 'he', at: 5 });
    expect(back).toEqual(anew);
    expect(long.quantities.L).not.toBe(back.quantities.L);
  });

  test('says in a line where a number stops being one, and draws nothing from it', async () => {
    const first = await at({ start: 'large', depth: 20, at: 0 });
    expect(first.trouble).toBeUndefined();
    const broken = await at({ start: 'large', depth: 20, at: 1 });
    expect(broken.trouble).toMatch(/After step 1, the outputs of layer \d+ .* 3\.4×10³⁸/);
    expect(broken.verdicts).toEqual([]);
    expect(broken.quantities).not.toHaveProperty('s_20');
    expect((await at({ start: 'large', depth: 20, at: 4 })).trouble).toMatch(/no number since step \d/);
    const still = await at({ start: 'zeros' });
    expect(still.quantities.G_1).toBe(0);
    expect(still.quantities).not.toHaveProperty('lg G_1');
  });

  test.each(STARTS)('starts with %s weights as often as one likes', async (from) => {
    const two = [await at({ start: from, depth: 3 }), await at({ start: from, depth: 3, seed: 1 })];
    const [a, b] = two.map(({ quantities }) => quantities.L);
    expect(a === b).toBe(from === 'zeros');
  });

  test('knows every activation it offers', async () => {
    for (const f of ACTIVATIONS) {
      const { quantities } = await at({ f, depth: 3, start: 'lecun' });
      expect(quantities.G_1).toBeGreaterThan(0);
    }
  });

  test('shows a network from another lab as it is, with its example', async () => {
    const network: NetworkDescription = {
      ...{ sizes: [4, 2, 1], activations: ['sigmoid', 'sigmoid'], input: [1, 0, 1, 0], target: [1] },
      weights: [
        [
          [0.3, 0.1],
          [-0.2, 0.4],
          [0.2, -0.3],
          [0.1, 0.4],
        ],
        [[-0.3], [0.2]],
      ],
      biases: [[0.2, 0.1], [-0.3]],
    };
    const changes = receive(network);
    if (typeof changes === 'string') throw new Error(changes);
    const result = await at(changes);
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const hidden = [sigmoid(0.7), sigmoid(0.1 - 0.3 + 0.1)];
    const output = sigmoid(-0.3 * (hidden[0] ?? 0) + 0.2 * (hidden[1] ?? 0) - 0.3);
    expect(result.quantities.L).toBeCloseTo((1 - output) ** 2, 6);
    // ∂L/∂a of the output is 2(o − t).
    expect(result.quantities.A_2).toBeCloseTo(2 * (1 - output), 6);
    expect(result.examples).toBe(1);
    expect(receive({ ...network, activations: ['cubic', 'sigmoid'] })).toMatch(/cubic/);
  });
});

const NAN = '#/gradient-flow?v=1&start=large&depth=20&at=2';

describe('a number that is asked for', () => {
  /** What came with the page: data, and what was before the step that led here. */
  const isGiven = (name: string, { at: steps }: FlowProperties) =>
    /^[xt][_[]|^α$|^limit$|⁻/.test(name) || (steps === 0 && /^[wb]_/.test(name));

  test.each([
    { f: 'relu', start: 'he', depth: 3 },
    { f: 'tanh', depth: 3, norm: 'batch', at: 2 },
    { f: 'sigmoid', depth: 3, norm: 'layer', skip: true, clip: 'norm', limit: 0.5, at: 3 },
    { f: 'elu', depth: 4, width: 3, skip: true, clip: 'value', limit: 0.01, at: 1, layer: 2 },
    { f: 'gelu', depth: 2, width: 5, start: 'large' },
  ] as const)('opens back to the data and the weights at the start: $f, $norm', async (changes) => {
    const properties = with_(changes);
    const { quantities } = await compute(properties);
    const seen = new Set<string>();
    const open_ = [
      'a_2,1[1]',
      'e_1,2[64]',
      'g_2,1[2]',
      'g_1,2[bias]',
      'w_2[1]',
      'b_1,1',
      'φ_2',
      'v_3,1',
      'o[2]',
      'a_1,3[40]',
    ];
    while (open_.length > 0 && seen.size < 300) {
      const name = open_.shift() ?? '';
      if (seen.has(name)) continue;
      seen.add(name);
      const found = await open({ properties, name });
      if (isGiven(name, properties)) expect(found?.formula, name).toBeUndefined();
      else if (!(name in quantities) || found) {
        expect(found?.formula, `${name} ${found?.value}`).toBeDefined();
        open_.push(...operandsIn(found?.formula?.expression ?? NOTHING).map(({ symbol }) => symbol));
      }
      if (found && name in quantities) expectClose(found.value, quantities[name] ?? Number.NaN);
    }
    expect(seen.size).toBeGreaterThan(60);
  });

  test('knows nothing of what is not there', async () => {
    for (const name of ['a_99,1[1]', 'a_1,99[1]', 'a_1,1[99]', 'x_9[1]', 'nonsense', 'w_1[9999]']) {
      expect(await open({ properties: start, name }), name).toBeUndefined();
    }
  });
});

const NOTHING = { kind: 'number', value: 0 } as const;

describe.skipIf(!executable)(`gradient flow in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const [query, least] of [
      ['', 60],
      ['start=he&at=3&layer=24', 60],
      ['f=sigmoid&depth=5&width=4&layer=6', 40],
      ['f=tanh&start=large&norm=batch&skip=1&clip=norm&at=5&depth=4&width=5&layer=3', 40],
    ] as const) {
      await studio.go(`#/gradient-flow?v=1&${query}`);
      expect(await expectParity(studio, subject)).toBeGreaterThan(least);
      expect((await checkByHand(studio, 40)).length).toBeGreaterThan(25);
      await expectParity(studio, subject);
    }
    // The units of the layer chosen come after the layers; sums are numbers of their own, one click further.
    await studio.go('#/gradient-flow?v=1&start=he&depth=2&width=6&layer=2');
    expect((await checkByHand(studio, 80)).length).toBeGreaterThan(40);
    for (const name of [
      'L',
      'G',
      'G_2',
      'v_2',
      'm_2',
      'A_2',
      's_2',
      'm_2,3',
      'v_2,3',
      'A_2,3',
      'G_2,3',
      'ω_2',
    ]) {
      await studio.page.locator(`.stage [data-q="${name}"]`).first().click();
      await studio.page.locator('.inspector .operands [data-q*="Σ"]').first().click();
      const formula = studio.page.locator('.inspector .math.filled');
      expect(await formula.getAttribute('data-formula')).toContain('Σ');
      expect(await formula.evaluate(handCheck)).toMatchObject({ holds: true });
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and follows the keys', async () => {
    await using studio = await Studio.open();
    await studio.go('#/gradient-flow?v=1&start=he');
    await expectUndo(studio);
    const { page } = studio;
    await page.selectOption('.controls select >> nth=2', 'layer');
    await page.fill('.controls input[aria-label="hidden layers"]', '7');
    await page.locator('.controls input[type="checkbox"]').press('Space');
    await studio.settled();
    expect(await studio.hash()).toMatch(/depth=7.*norm=layer.*skip=1/);
    await expectRoundTrip(studio);
    await page.focus('.stage tbody th button >> nth=0');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await studio.settled();
    expect(await studio.hash()).toContain('layer=2');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.getAttribute('.inspector .filled', 'data-formula')).toBe('lg G_2');
    expect(studio.troubles).toEqual([]);
  });

  test('runs after a prediction, pauses, and never holds the page up', async () => {
    await using studio = await Studio.open();
    await studio.go('#/gradient-flow?v=1&start=he');
    const { page } = studio;
    await page.locator('.choices button').first().press('Enter');
    await page.selectOption('.speed select', 'fast');
    await expectSmoothRun(studio);
    await page.waitForFunction(() => Number(document.querySelector('.transport .count b')?.textContent) > 5);
    await page.click('.transport button[title^="Pause"]');
    await studio.settled();
    expect(Number(/at=(\d+)/.exec(await studio.hash())?.[1])).toBeGreaterThan(5);
    const paused = await studio.numbers();
    await page.waitForTimeout(300);
    expect(await studio.numbers()).toEqual(paused);
    await expectParity(studio, subject);
  });

  test('follows a slider', async () => {
    await using studio = await Studio.open();
    await studio.go('#/gradient-flow?v=1&width=16');
    await expectFollows(studio, '.controls input[type="range"]', 100);
  });

  test('hatches what is no number, says why in a line, and leads back', async () => {
    await using studio = await Studio.open();
    await studio.go(NAN.replace('&at=2', ''));
    await studio.page.click('.transport button:has-text("Step")');
    await studio.settled();
    expect(await studio.page.textContent('.stage [role="alert"]')).toMatch(
      /After step 1, the outputs of layer/,
    );
    expect(await studio.page.$$('.hatched')).not.toHaveLength(0);
    expect(await studio.page.$$('td.broken')).not.toHaveLength(0);
    await expectParity(studio, subject);
    await expectAccessible(studio);
    await studio.page.click('.stage [role="alert"] button');
    await studio.settled();
    expect(await studio.page.$('.stage [role="alert"]')).toBeNull();
    expect(await studio.page.$('.hatched')).toBeNull();
    // A link that begins in the middle of it leads back as well.
    await studio.go(NAN);
    await studio.page.click('.stage [role="alert"] button');
    await studio.settled();
    expect(await studio.page.$('.stage [role="alert"]')).toBeNull();
    expect(studio.troubles).toEqual([]);
  });

  test('opens an example’s way through a unit, number by number, down to the data', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/gradient-flow?v=1&depth=3&f=tanh&norm=layer&at=2&layer=2');
    await page.click('.stage [data-q="m_2,1"]');
    for (const name of ['Σa_2,1', 'a_2,1[1]', 'h_2,1[1]', 'z_2,1[1]', 'a_1,1[1]']) {
      await page.click(`.inspector .operands [data-q$="←${name}"]`);
      await page.waitForSelector(`.inspector [data-formula="${name}"].filled`);
      const checked = await page.$eval('.inspector .math.filled', handCheck);
      expect(checked.holds, checked.text).toBe(true);
      await expectParity(studio, subject);
    }
    await page.click('.stage [data-q="G_2,1"]');
    for (const name of ['Σg²_2,1', 'g_2,1[1]', 'δ_2,1[1]', 'u_2,1[1]', 'e_2,1[1]']) {
      await page.click(`.inspector .operands [data-q$="←${name}"]`);
      await page.waitForSelector(`.inspector [data-formula="${name}"].filled`);
      const checked = await page.$eval('.inspector .math.filled', handCheck);
      expect(checked.holds, checked.text).toBe(true);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('takes no network whose layers it does not know', async () => {
    await using studio = await Studio.open();
    const strange = { sizes: [1, 1], weights: [[[1]]], biases: [[0]], activations: ['cubic'] };
    await studio.go(`#/gradient-flow?v=1&net=${encodeURIComponent(JSON.stringify(strange))}`);
    expect(await studio.page.textContent('.notices')).toContain('cubic');
    expect(studio.troubles).toEqual([]);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/gradient-flow?v=1&start=he&at=10');
      await studio.page.click('.stage [data-q="G_1"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('gradient-flow', '#/gradient-flow?v=1');
  });
});
