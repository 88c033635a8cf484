import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/floats/compute.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/floats/lesson.tsx';
import { type FloatProperties, FORMATS, PROPERTIES, STEPS } from '../../studio/src/labs/floats/properties.ts';
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
const at = (changes: Partial<FloatProperties>) => compute({ ...start, ...changes });

describe('the float bench, computed', () => {
  test('aha: in float16, 2048 + 1 is 2048; in float32 it is 2049', () => {
    const half = at({ format: 'float16', n: 2048, m: 1 });
    expect(half.quantities).toMatchObject({ sum: 2048, u: 2, up: 2050, down: 2047, lost: -1 });
    expect(QUESTION.answer(half)).toBe(1);
    expect(SELF_CHECKS[0]?.done(half, start)).toBe(true);
    expect(at({ format: 'float32', n: 2048, m: 1 }).quantities.sum).toBe(2049);
  });

  test.each([
    ['float16', 9.77e-4, 65504],
    ['bfloat16', 2 ** -7, 3.3895e38],
    ['float32', 1.19e-7, 3.4028e38],
    ['float64', 2.22e-16, 1.7976e308],
  ] as const)('%s has the course’s spacing at 1, and a greatest number', (format, epsilon, greatest) => {
    const { u = Number.NaN } = at({ format, n: 1 }).quantities;
    expect(u / epsilon).toBeCloseTo(1, 2);
    const bits = { float16: 16, bfloat16: 16, float32: 32, float64: 64 }[format];
    expect(at({ format, n: 1 }).bits).toHaveLength(bits);
    expect(at({ format, n: greatest * 0.999 }).kind).toBe('normal');
    expect(at({ format, n: greatest * 1.02 }).kind).toBe('infinite');
  });

  test('every number is what its bits stand for, and a bit flipped twice is as it was', () => {
    for (const format of FORMATS) {
      for (const n of [0.1, -2048, 1e-7, 3e-41, 6e4]) {
        const { quantities, bits } = at({ format, n });
        if (!Number.isFinite(quantities.x ?? Number.NaN)) continue;
        expect(quantities['x[bits]']).toBe(quantities.x);
        for (const [i, { flipped }] of bits.entries()) {
          if (Number.isNaN(flipped)) continue;
          expect(at({ format, n: flipped }).bits[i]?.flipped).toBe(quantities.x);
        }
      }
    }
  });

  test('softmax of 1000, 1001, 1002: no numbers as it is defined, .0900 .2447 .6652 shifted', () => {
    const { quantities, softmax } = at({ format: 'float32', logits: [1000, 1001, 1002] });
    expect(softmax.rows.map(({ naive }) => quantities[naive])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const wanted = [0.09, 0.2447, 0.6652];
    softmax.rows.forEach(({ stable }, i) => {
      expect(quantities[stable]).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
    });
    expect(quantities['LSE[naive]']).toBe(Number.POSITIVE_INFINITY);
    expect(quantities['LSE[stable]']).toBeCloseTo(1002.4076, 3);
    expect(at({ format: 'float16', logits: [12, 11] }).quantities['e_1[naive]']).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('1e-8 is 0 in float16, and survives a loss scale; so do three descents end', () => {
    const { quantities, descents } = at({ format: 'float16', g: 1e-8, p: 12, at: STEPS });
    expect(quantities['g[plain]']).toBe(0);
    expect((quantities['g[unscaled]'] ?? 0) / 1e-8).toBeCloseTo(1, 2);
    const ends = descents.map(({ names }) => quantities[names.weight] ?? Number.NaN);
    expect(ends[2]).toBeGreaterThan(0.95);
    expect(ends[0]).toBeLessThan(0.9);
    expect(ends[1]).toBeLessThan(ends[2] ?? 0);
  });

  test('the formula of a descent’s step is the step', () => {
    for (const step of [1, 2, 60, STEPS]) {
      const { formulas, quantities, descents } = at({ at: step });
      for (const { names } of descents) {
        expect(formulas[names.weight]?.value).toBe(quantities[names.weight]);
        expect(formulas[names.weight]?.expression.kind).toBe('call');
      }
    }
  });

  test('the ahas and self-checks answer to what happens', () => {
    const [, tenths, thousand, overflow, survives] = AHAS.map(({ properties }) => at(properties));
    expect(tenths?.quantities.sum).toBe(0.30000000000000004);
    expect(thousand && SELF_CHECKS[2]?.done(thousand, start)).toBe(true);
    expect(overflow && SELF_CHECKS[2]?.done(overflow, start)).toBe(true);
    expect(survives && SELF_CHECKS[3]?.done(survives, start)).toBe(true);
    expect(SELF_CHECKS[1]?.done(at({ n: Number.NaN }), start)).toBe(true);
    expect(SELF_CHECKS[1]?.done(at({}), start)).toBe(false);
    expect(QUESTION.answer(at({}))).toBeUndefined();
  });
});

describe.skipIf(!executable)(`the float bench in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of [
      '#/floats?n=2048&m=1&at=3',
      '#/floats?format=bfloat16&n=-0.3&m=1e-40&logits=1000,1001,1002&g=3e-5&p=3',
      '#/floats?format=float32&n=16777216&m=1&logits=90,-3.5&at=120',
    ]) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(45);
      expect((await checkByHand(studio, 80)).length).toBeGreaterThan(22);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, flips bits, and is used by keyboard alone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/floats?n=1');
    await expectUndo(studio, 2);
    const { page } = studio;
    await page.locator('.choices button').nth(1).press('Enter');
    await page.locator('.segments button').first().press('Enter');
    await page.locator('.bits .exponent button').first().press('Enter');
    await studio.settled();
    expect(await studio.hash()).toContain('n=Infinity');
    expect(await page.$('.digits.hatched')).not.toBeNull();
    await expectParity(studio, subject);
    await expectRoundTrip(studio);
    await page.locator('.bits .exponent button').first().press('Enter');
    await studio.settled();
    expect(await page.getAttribute('.stage [data-q="x"]', 'data-value')).toBe('1');
    await page.locator('.choices button').nth(1).press('Enter');
    await page.locator('.given input[aria-label="number"]').fill('2048');
    await page.locator('.given input[aria-label="number added"]').fill('1');
    await studio.settled();
    expect(await page.getAttribute('.stage [data-q="sum"]', 'data-value')).toBe('2048');
    expect(await page.textContent('.predict .outcome')).toContain('As you said');
    await page.locator('.transport button:has-text("Step")').press('Enter');
    await page.locator('.stage [data-q="n"]').press('Enter');
    await page.locator('.inspector .edit input[type="text"]').press('ArrowUp');
    await studio.settled();
    expect(await studio.hash()).toContain('n=2049');
    expect(studio.troubles).toEqual([]);
  });

  test('follows a slider within 100 ms', async () => {
    await using studio = await Studio.open();
    await studio.go('#/floats?at=100');
    await expectFollows(studio, '.controls input[type="range"]', 100);
    await studio.settled();
    await expectParity(studio, subject);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/floats?format=float64&n=0.1&logits=1000,1001,1002&at=50');
      await studio.page.click('.stage [data-q="x[bits]"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('floats', '#/floats?n=2048&m=1&logits=12,11,10&at=150');
  });
});
