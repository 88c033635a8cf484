import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/topologies/compute.ts';
import { PULLS } from '../../studio/src/labs/topologies/learn.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/topologies/lesson.tsx';
import { unmarked } from '../../studio/src/labs/topologies/marks.ts';
import {
  PATTERNS,
  PROPERTIES,
  START_EDGES,
  TOPOLOGIES,
  type TopologyProperties,
  topologyOf,
  unitName,
} from '../../studio/src/labs/topologies/properties.ts';
import { fallbacks } from '../../studio/src/properties.ts';
import {
  checkByHand,
  executable,
  expectAccessible,
  expectFollows,
  expectNoSideways,
  expectParity,
  expectRoundTrip,
  expectUndo,
  note,
  Studio,
  screenshots,
} from './harness.ts';

const subject = { properties: PROPERTIES, compute };
const start = fallbacks(PROPERTIES);
const END = 100_000;
const at = (changes: Partial<TopologyProperties>) => compute({ ...start, ...changes });
const looped = { edges: [...START_EDGES, 'y-h1'], at: END } as const;
const outputs = ({ quantities }: ReturnType<typeof compute>) =>
  [1, 2, 3, 4].map((moment) => quantities[unitName('y', moment)]);

describe('topologies and learning, computed', () => {
  test('without a loop there is an order, and each moment stands for itself', () => {
    const result = at({ at: END });
    expect(result.connected?.order).toEqual(['x', 'h1', 'h2', 'y']);
    const [h, w] = [Math.tanh(0.8), 0.8];
    expect(outputs(result)[0]).toBeCloseTo(Math.tanh(w * h + w * h), 12);
    expect(outputs(result).slice(1)).toEqual([0, 0, 0]);
  });

  test('aha: a back edge names its loop and asks for a delay; with it, t depends on t − 1', () => {
    const asked = at({ ...looped, delay: false });
    expect(asked.connected?.cycle).toEqual(['h1', 'y', 'h1']);
    expect([asked.length, outputs(asked)]).toEqual([0, [undefined, undefined, undefined, undefined]]);
    expect(asked.said).toContain('is a loop');
    const free = at({ ...looped, delay: true });
    expect(free.connected?.unrolled).toContainEqual(['y@1', 'h1@2']);
    expect(free.connected?.edges.filter(({ delayed }) => delayed)).toEqual([
      { ends: ['y', 'h1'], delayed: true },
    ]);
    // By hand: h₁(2) = tanh(w·y(1)), h₂(2) = 0, y(2) = tanh(w·h₁(2)).
    const [first = Number.NaN, second] = outputs(free);
    expect(second).toBeCloseTo(Math.tanh(0.8 * Math.tanh(0.8 * first)), 12);
    const silent = at({ ...looped, delay: true, x: [0, 0, 0, 0] });
    expect(outputs(silent)).toEqual([0, 0, 0, 0]);
    expect(outputs(at({ ...looped, delay: true, x: [0.5, 0, 0, 0] }))[1]).not.toBe(second);
    expect(QUESTION.answer(free)).toBe(1);
    expect(QUESTION.answer(asked)).toBeUndefined();
  });

  test('a unit that hears itself is a loop, too', () => {
    expect(at({ edges: ['x-y', 'y-y'] }).connected?.cycle).toEqual(['y', 'y']);
    expect(at({ edges: [], at: END }).connected?.order).toHaveLength(4);
  });

  test('a damaged pattern is mended, and the energy never rises', () => {
    const { recalled, quantities } = at({ view: 'recall', at: END });
    expect(recalled?.rest).toBe('plus');
    expect(PATTERNS.plus.map((_, i) => quantities[`s_${i + 1}`])).toEqual([...PATTERNS.plus]);
    const { energies = [] } = recalled ?? {};
    expect(energies.length).toBeGreaterThan(2);
    energies.slice(1).forEach((energy, i) => {
      expect(energy).toBeLessThan(energies[i] ?? Number.NaN);
    });
    // E = −½ Σ w_ij s_i s_j, from the numbers on the page.
    let total = 0;
    for (let i = 1; i <= 9; i++) {
      for (let j = 1; j < i; j++) {
        total -= (quantities[`w_${i}${j}`] ?? 0) * (quantities[`s_${i}`] ?? 0) * (quantities[`s_${j}`] ?? 0);
      }
    }
    expect(quantities.E).toBe(total);
  });

  test('a teacher: OR is learned', () => {
    const { quantities } = at({ view: 'teacher', at: END });
    const { w_1 = 0, w_2 = 0, b = 0 } = quantities;
    for (const [x1, x2, t] of [
      [0, 0, -1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 1],
    ] as const) {
      expect(Math.sign(w_1 * x1 + w_2 * x2 + b)).toBe(t);
    }
  });

  test('nobody: each of two units comes to a heap of its own', () => {
    const { quantities } = at({ view: 'alone', at: END });
    const [low, high] = [quantities.w_11 ?? 0, quantities.w_12 ?? 0];
    expect(low).toBeLessThan(0.35);
    expect(high).toBeGreaterThan(0.65);
  });

  test('a reward: the arm that pays most is found, from its mean', () => {
    const result = at({ view: 'reward', at: PULLS });
    const { N_1 = 0, N_2 = 0, N_3 = 0, Q_3 } = result.quantities;
    expect(N_1 + N_2 + N_3).toBe(PULLS);
    expect(N_3).toBeGreaterThan(Math.max(N_1, N_2));
    expect(Math.abs((Q_3 ?? 0) - 1)).toBeLessThan(0.4);
    expect(at({ view: 'reward', at: PULLS })).toEqual(result);
    expect(at({ view: 'reward', at: PULLS, seed: 2 }).quantities).not.toEqual(result.quantities);
    expect(SELF_CHECKS[3]?.done(result, start)).toBe(true);
  });

  test('three runs side by side are the three runs, each number under a name of its own', () => {
    const runs = { teacher: 'teacher', alone: 'alone', reward: 'reward' } as const;
    const together = at({ view: 'learning', at: 17 });
    for (const view of Object.values(runs)) {
      const own = at({ view, at: 17 });
      for (const name of own.learning?.names ?? []) {
        const marked = name.endsWith(']') ? `${name.slice(0, -1)}, ${view}]` : `${name}[${view}]`;
        expect(unmarked(marked)).toBe(name);
        expect(together.quantities[marked], marked).toBe(own.quantities[name]);
        expect(marked in together.formulas).toBe(name in own.formulas);
      }
    }
    expect(Object.keys(together.quantities).every((name) => unmarked(name) !== name)).toBe(true);
  });

  test.each(Object.entries(TOPOLOGIES))('the topology %s is what it is called', (name, { edges }) => {
    expect(topologyOf(edges)).toBe(name);
    expect(topologyOf(edges.slice(1))).not.toBe(name);
    const { connected } = at({ edges });
    expect(connected?.cycle === undefined).toBe(name === 'single' || name === 'multi');
  });

  test('the ahas and self-checks answer to what happens', () => {
    const [loop, time, mended, three, alone] = AHAS.map(({ properties }) => at(properties));
    expect(loop && SELF_CHECKS[0]?.done(loop, start)).toBe(true);
    expect(time && SELF_CHECKS[1]?.done(time, start)).toBe(true);
    expect(loop && SELF_CHECKS[1]?.done(loop, start)).toBe(false);
    expect(mended && SELF_CHECKS[2]?.done(mended, start)).toBe(true);
    expect(alone?.learning?.units).toHaveLength(2);
    expect(three?.learnings?.map(({ title }) => title)).toEqual(['With a teacher', 'Alone', 'By reward']);
  });
});

describe.skipIf(!executable)(`topologies and learning in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const [hash, least] of [
      ['#/topologies?edges=x-h1,x-h2,h1-y,h2-y,y-h1&delay=1&at=9', 6],
      ['#/topologies?view=recall&at=12', 6],
      ['#/topologies?view=teacher&at=17', 4],
      ['#/topologies?view=alone&at=23', 4],
      ['#/topologies?view=reward&at=15', 4],
      ['#/topologies?view=learning&at=16', 8],
    ] as const) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(6);
      expect((await checkByHand(studio, 40)).length).toBeGreaterThanOrEqual(least);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('an edge is added by mouse or by keys; its loop is named, delayed, walked and undone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/topologies');
    await expectUndo(studio, 3);
    const { page } = studio;
    await page.locator('.choices button').nth(1).press('Enter');
    await page.click('.net .unit >> nth=3');
    await page.click('.net .unit >> nth=1');
    await studio.settled();
    expect(await page.textContent('.trouble')).toContain('h₁ → y → h₁');
    await expectParity(studio, subject);
    await page.locator('.trouble button').press('Enter');
    for (let step = 0; step < 6; step++)
      await page.locator('.transport button:has-text("Step")').press('Enter');
    await studio.settled();
    expect(await studio.hash()).toMatch(/y-h1.*delay=1.*at=6/);
    expect(await page.textContent('.predict .outcome')).toContain('As you said');
    await expectRoundTrip(studio);
    await page.locator('.net .unit').nth(3).press('Enter');
    await page.locator('.net .unit').nth(1).press('Enter');
    await studio.settled();
    expect(await page.$('.trouble')).toBeNull();
    await page.locator('.transport button:has-text("Undo")').press('Enter');
    await studio.settled();
    expect(await page.textContent('.trouble')).toContain('takes a moment');
    await page.locator('.segments button:has-text("Remember")').press('Enter');
    await page.locator('.start button').first().press('Enter');
    await page.locator('.transport button:has-text("Step")').press('Enter');
    await studio.settled();
    expect(await studio.hash()).toMatch(/view=recall.*s=-1,1.*at=1/);
    expect(studio.troubles).toEqual([]);
  });

  test('follows a slider within a frame', async () => {
    await using studio = await Studio.open();
    await studio.go('#/topologies?edges=x-h1,x-h2,h1-y,h2-y,y-h1&delay=1&at=12');
    await expectFollows(studio, '.controls input[type="range"]');
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/topologies?edges=x-h1,x-h2,h1-y,h2-y,y-h1&delay=1&at=9');
      await studio.page.click('.stage [data-q="y[t=2]"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
      await studio.page.keyboard.press('l');
      for (const view of ['Remember', 'Who gives the signal?', 'With a teacher', 'By reward']) {
        await studio.page.locator(`.segments button:has-text("${view}")`).press('Enter');
        await studio.settled();
        await expectAccessible(studio);
        await expectNoSideways(studio, [360]);
      }
    }
  });

  test('has its pictures', async () => {
    await screenshots('topologies', '#/topologies?edges=x-h1,x-h2,h1-y,h2-y,y-h1&delay=1&at=12');
  });
});
