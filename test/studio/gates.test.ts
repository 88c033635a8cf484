import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/gates/compute.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/gates/lesson.tsx';
import {
  GATES,
  type GatesProperties,
  gateOf,
  gateState,
  PROPERTIES,
  withInputs,
} from '../../studio/src/labs/gates/properties.ts';
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
const at = (changes: Partial<GatesProperties>) => compute({ ...start, ...changes });

describe('gates and the perceptron, computed', () => {
  test('every gate but XOR is learned, and its certificate says so', () => {
    for (const gate of GATES) {
      const { x, t } = gateState(gate);
      expect(gateOf(x, t)).toBe(gate);
      const { stopped, cycle, certificates } = at({ ...gateState(gate), at: END });
      expect([stopped, cycle === undefined]).toEqual(gate === 'xor' ? [false, false] : [true, true]);
      expect(certificates.map(({ kind }) => kind)).toEqual([gate === 'xor' ? 'inseparable' : 'separable']);
    }
  });

  test('has the course’s figures: α = 1, θ = 0.2, rows 11, 10, 01, 00', () => {
    const and = at({ at: END });
    expect([and.epoch, and.quantities.w_1, and.quantities.w_2, and.quantities.b]).toEqual([10, 2, 3, -4]);
    const or = at({ ...gateState('or'), at: END });
    expect([or.epoch, or.quantities.w_1, or.quantities.w_2, or.quantities.b]).toEqual([5, 2, 2, -1]);
    const bipolar = at({ x: [-1, -1, -1, 1, 1, -1, 1, 1], at: END });
    const { w_1, w_2, b } = bipolar.quantities;
    expect([bipolar.epoch, w_1, w_2, b]).toEqual([2, 1, 1, -1]);
  });

  test('the first row of AND: 0 is never right, so everything is corrected', () => {
    // x = (1, 1), t = 1: y_in = 0, y = 0 ≠ 1, so Δw = α·t·x = 1 and Δb = α·t = 1.
    const { quantities } = at({ at: 5 });
    expect(quantities).toMatchObject({ 'y_in[row 4]': 0, 'y[row 4]': 0, 'Δw_1[row 4]': 1, 'Δb[row 4]': 1 });
    expect(quantities).toMatchObject({ w_1: 1, w_2: 1, b: 1 });
    expect(quantities).not.toHaveProperty(['y[row 3]']);
  });

  test('XOR’s proof: both sides have their middle in common', () => {
    const { quantities } = at(gateState('xor'));
    expect(quantities).toMatchObject({ 'p_1[+]': 0.5, 'p_2[+]': 0.5, 'p_1[−]': 0.5, 'p_2[−]': 0.5 });
  });

  test.each([
    ['and', 2, [1, 1, -1]],
    ['or', 2, [1, 1, 1]],
  ] as const)(
    'with inputs −1 and 1, %s stops in epoch %d with the course’s weights',
    (gate, epoch, weights) => {
      const { stopped, quantities, epoch: last } = at({ ...gateState(gate, true), at: END });
      expect([stopped, last]).toEqual([true, epoch]);
      expect(['w_1', 'w_2', 'b'].map((name) => quantities[name])).toEqual(weights);
      const { x } = withInputs({ x: gateState(gate).x }, true);
      expect(x).toEqual(gateState(gate, true).x);
      expect(withInputs({ x }, false).x).toEqual(gateState(gate).x);
    },
  );

  test('another order is another walk to a line', () => {
    const [first, other] = [at({ at: END }), at({ order: [1, 2, 3, 4], at: END })];
    expect(other.rows.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect([first.stopped, other.stopped]).toEqual([true, true]);
    expect(other.length).not.toBe(first.length);
  });

  test('ahas: AND stops, XOR goes round and a hidden layer solves it, two outputs learn two lines', () => {
    const [and, xor, two] = AHAS.map(({ properties }) => at(properties));
    expect(and?.stopped).toBe(true);
    expect(xor?.cycle).toBeDefined();
    expect(xor && QUESTION.answer(xor)).toBe(1);
    expect(xor?.solved).toBe(true);
    expect(xor?.hidden?.map(({ names }) => xor.quantities[names[2] ?? ''])).toEqual([0, 1, 1, 0]);
    expect(two?.units).toHaveLength(2);
    expect(two && SELF_CHECKS[1]?.done(two, start)).toBe(true);
  });
});

describe.skipIf(!executable)(`gates and the perceptron in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of [
      '#/gates?at=12&a=0.3',
      '#/gates?at=90&t=-1,1,1,-1',
      '#/gates?at=40&t=-1,1,1,1&u=1,1,1,-1',
    ]) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(20);
      expect((await checkByHand(studio)).length).toBeGreaterThan(8);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and is used by keyboard alone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/gates?at=4');
    await expectUndo(studio, 3);
    const { page } = studio;
    await page.locator('.choices button').nth(1).press('Enter');
    await page.locator('.segments button:has-text("XOR")').press('Enter');
    await page.locator('.transport button:has-text("Step")').press('Enter');
    await page.locator('.stage [data-stop][tabindex="0"]').focus();
    await page.keyboard.press('Enter');
    await studio.settled();
    expect(await studio.hash()).toContain('at=1');
    await expectParity(studio, subject);
    await expectRoundTrip(studio);
    expect(studio.troubles).toEqual([]);
  });

  test('points are dragged by pointer and by keys, change sides, come and go, and each is one undo', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/gates?at=12');
    const before = await studio.numbers();
    const undone = async () => {
      await page.click('.transport button:has-text("Undo")');
      await studio.settled();
      expect(await studio.numbers()).toEqual(before);
    };
    const point = (number: number) => page.locator(`.gates .handle[aria-label^="Point ${number},"]`);
    const box = await point(4).boundingBox();
    if (!box) throw new Error('no point');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let i = 1; i <= 6; i++) await page.mouse.move(x + 4 * i, y - 7 * i);
    await page.mouse.up();
    await studio.settled();
    expect(Number(await page.getAttribute('[data-q="x_1[row 4]"]', 'data-value'))).toBeGreaterThan(1.05);
    expect(Number(await page.getAttribute('[data-q="x_2[row 4]"]', 'data-value'))).toBeGreaterThan(1.15);
    await expectParity(studio, subject);
    await undone();
    await point(1).focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
    await studio.settled();
    expect(await page.getAttribute('[data-q="x_2[row 1]"]', 'data-value')).toBe('0.2');
    expect(await page.getAttribute('[data-q="x_1[row 1]"]', 'data-value')).toBe('0.1');
    for (let i = 0; i < 2; i++) await page.click('.transport button:has-text("Undo")');
    await undone();
    // Two keys before anything is drawn: the second counts from where the first has led.
    await point(1).evaluate((handle) => {
      for (let i = 0; i < 2; i++)
        handle.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
    });
    await studio.settled();
    expect(await page.getAttribute('[data-q="x_2[row 1]"]', 'data-value')).toBe('0.2');
    await undone();
    await point(2).focus();
    await page.keyboard.press('Enter');
    await studio.settled();
    expect(await page.getAttribute('[data-q="t[row 2]"]', 'data-value')).toBe('1');
    await undone();
    await point(3).focus();
    await page.keyboard.press('Delete');
    await studio.settled();
    expect(await page.locator('.gates .handle').count()).toBe(3);
    await expectParity(studio, subject);
    await undone();
    await page.click('.controls button:has-text("Add a point")');
    await studio.settled();
    expect(await page.locator('.gates .handle').count()).toBe(5);
    await expectParity(studio, subject);
    await expectRoundTrip(studio);
    expect(studio.troubles).toEqual([]);
  });

  test('follows a slider within a frame', async () => {
    await using studio = await Studio.open();
    await studio.go('#/gates?at=12');
    await expectFollows(studio, '.controls input[type="range"]');
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/gates?at=20&t=-1,1,1,-1');
      await studio.page.click('[data-q="b"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('gates', '#/gates?at=47&t=-1,1,1,-1');
  });
});
