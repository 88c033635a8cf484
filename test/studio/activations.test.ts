import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/activations/compute.ts';
import { AHAS } from '../../studio/src/labs/activations/lesson.tsx';
import {
  type ActivationProperties,
  NAMES,
  PROPERTIES,
} from '../../studio/src/labs/activations/properties.ts';
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
const at = (changes: Partial<ActivationProperties>) => compute({ ...start, ...changes });

describe('activations, computed', () => {
  test('aha: ten sigmoids at their steepest leave 0.25¹⁰', () => {
    const [best, open, dead] = AHAS.map(({ properties }) => at(properties));
    expect(best?.quantities['f′']).toBe(0.25);
    expect(best?.quantities.g_10).toBe(0.25 ** 10);
    expect(best?.quantities.g_10?.toExponential(2)).toBe('9.54e-7');
    expect(open?.quantities.g_10).toBe(1);
    expect(dead?.gradients.map(Math.abs)).toEqual(Array.from({ length: 10 }, () => 0));
  });

  test.each(NAMES)('%s: the slope is that of the curve, and the chain’s gradient its power', (f) => {
    for (const z of [-2.3, -0.4, 0.7, 3.1]) {
      const { quantities } = at({ f, x: z, depth: 6, at: 6 });
      const h = 0.01;
      const value = (place: number) => at({ f, x: place }).quantities.f ?? Number.NaN;
      const slope = quantities['f′'] ?? Number.NaN;
      expect(slope).toBeCloseTo((value(z + h) - value(z - h)) / (2 * h), 3);
      expect(quantities.g_6).toBeCloseTo(slope ** 6, 5);
    }
  });

  test('shows nothing of a layer the gradient has not reached', () => {
    expect(at({ at: 3 }).quantities).toHaveProperty('g_3');
    expect(at({ at: 3 }).quantities).not.toHaveProperty('g_4');
    expect(at({ at: 30, depth: 4 }).gradients).toHaveLength(4);
  });
});

describe.skipIf(!executable)(`activations in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    await studio.go('#/activations?v=1&x=-0.7&at=4');
    for (const f of NAMES) {
      await studio.page.selectOption('.controls select', f);
      await studio.settled();
      expect(await expectParity(studio, subject)).toBeGreaterThan(30);
      expect((await checkByHand(studio)).length).toBeGreaterThan(25);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and follows the keys and the slider', async () => {
    await using studio = await Studio.open();
    await studio.go('#/activations?v=1');
    await expectUndo(studio);
    await studio.page.selectOption('.controls select', 'tanh');
    await studio.page.fill('.controls input[aria-label="net input z"]', '0.5');
    await studio.settled();
    expect(await studio.page.getAttribute('.stage [data-q="f"]', 'data-value')).toMatch(/^0\.4621/);
    await expectRoundTrip(studio);
    await studio.page.focus('.stage [data-q="z"]');
    await studio.page.keyboard.press('ArrowRight');
    await studio.page.keyboard.press('ArrowRight');
    await studio.page.keyboard.press('Enter');
    expect(await studio.page.getAttribute('.inspector .filled', 'data-formula')).toBe('f′');
    await expectFollows(studio, '.controls input[type="range"]');
    expect(studio.troubles).toEqual([]);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/activations?v=1&x=0&at=10');
      await studio.page.click('.stage [data-q="g_10"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('activations', '#/activations?v=1&x=0&at=10');
  });
});
