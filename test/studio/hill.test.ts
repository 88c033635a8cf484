import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/hill/compute.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/hill/lesson.tsx';
import {
  type HillProperties,
  METHODS,
  PROPERTIES,
  STEPS,
  SURFACE_NAMES,
  surfaceState,
} from '../../studio/src/labs/hill/properties.ts';
import { fallbacks, readProperties } from '../../studio/src/properties.ts';
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
const at = (changes: Partial<HillProperties>) => compute({ ...start, ...changes });
const END = { at: STEPS } as const;
const bowl = { ...surfaceState('bowl'), methods: ['gd'] } as const;

describe('the optimizer hill, computed', () => {
  test('on a bowl each step of gradient descent multiplies x by 1 − α and y by 1 − α·κ', () => {
    const { x, y, k, a } = { ...start, ...bowl };
    const [way] = at({ ...bowl, at: 30 }).ways;
    way?.places.forEach(([px, py], step) => {
      expect(px).toBeCloseTo(x * (1 - a) ** step, 5);
      expect(py).toBeCloseTo(y * (1 - a * k) ** step, 5);
    });
  });

  test.each([3, 10, 40, 100])('aha: κ = %d: below 2/λmax it comes down, past it it explodes', (k) => {
    const limit = 2 / k;
    const [below, past] = [0.99, 1.01].map((by) => at({ ...bowl, ...END, k, a: limit * by }).ways[0]);
    const distance = (way: typeof below) => Math.abs(way?.places.at(-1)?.[1] ?? Number.NaN);
    expect(below?.product).toBeCloseTo(1.98, 4);
    expect(below?.limit).toBe(2);
    expect(below?.verdict).toBeUndefined();
    expect(distance(below)).toBeLessThan(0.5 * Math.abs(surfaceState('bowl').y));
    expect(distance(past)).toBeGreaterThan(2 * Math.abs(surfaceState('bowl').y));
    expect(past?.verdict).toMatch(/too high for this curvature/);
    expect(past?.lost?.overflow ?? false).toBe(false);
  });

  test.each([
    ['momentum', 2 * 1.5],
    ['nesterov', (2 * 1.5) / 2],
  ] as const)('the limit of %s with β = 0.5 is %d', (method, limit) => {
    const far = (by: number) => {
      const [way] = at({ ...bowl, ...END, methods: [method], beta: 0.5, a: (by * limit) / 10 }).ways;
      expect(way?.limit).toBe(limit);
      return Math.abs(way?.places.at(-1)?.[1] ?? Number.NaN);
    };
    expect(far(0.98)).toBeLessThan(1);
    expect(far(1.02)).toBeGreaterThan(2);
  });

  test('what the course says of the other ahas', () => {
    const [, , momentum, adam, batches] = AHAS.map(({ properties }) => at(properties).ways);
    const height = (ways: typeof momentum, method: string) =>
      ways?.find((way) => way.method === method)?.heights[1] ?? Number.NaN;
    expect(height(momentum, 'momentum')).toBeLessThan(height(momentum, 'gd') / 10);
    expect(height(momentum, 'nesterov')).toBeLessThan(height(momentum, 'gd') / 10);
    const [from, to] = adam?.find(({ method }) => method === 'adam')?.places ?? [];
    expect(Math.abs((to?.[0] ?? 0) - (from?.[0] ?? 0))).toBeCloseTo(0.15, 5);
    expect(Math.abs((to?.[1] ?? 0) - (from?.[1] ?? 0))).toBeCloseTo(0.15, 5);
    expect(height(batches, 'gd')).toBeLessThan(height(batches, 'batch'));
    expect(height(batches, 'batch')).toBeLessThan(height(batches, 'sgd'));
  });

  test('K = N is gradient descent, K = 1 is SGD', () => {
    const ways = (changes: Partial<HillProperties>) => at({ ...bowl, ...END, noise: 2, ...changes }).ways;
    const [all, gd] = [ways({ methods: ['batch'], batch: '16' }), ways({})];
    expect(all[0]?.places).toEqual(gd[0]?.places);
    const [one, sgd] = [ways({ methods: ['batch'], batch: '1' }), ways({ methods: ['sgd'] })];
    expect(one[0]?.places).toEqual(sgd[0]?.places);
    expect(one[0]?.places).not.toEqual(gd[0]?.places);
    expect(ways({ methods: ['sgd'], seed: 1 })).toEqual(ways({ methods: ['sgd'], seed: 1 }));
    expect(ways({ methods: ['sgd'], seed: 1 })).not.toEqual(ways({ methods: ['sgd'], seed: 2 }));
  });

  test.each(SURFACE_NAMES)('gradients and curvatures are those of finite differences: %s', (surface) => {
    const state = { ...surfaceState(surface), methods: ['gd'] } as const;
    const { quantities } = at({ ...state, at: 0 });
    const f = (dx: number, dy: number) =>
      at({ ...state, at: 0, x: state.x + dx, y: state.y + dy }).quantities['f[GD]'] ?? Number.NaN;
    const h = 2 ** -7;
    const scale = Math.max(1, Math.abs(quantities['λ_max[GD]'] ?? 1));
    const near = (a: number | undefined, b: number) =>
      expect(Math.abs((a ?? Number.NaN) - b) / scale).toBeLessThan(0.01);
    near(quantities['h_xx[GD]'], (f(h, 0) - 2 * f(0, 0) + f(-h, 0)) / h ** 2);
    near(quantities['h_yy[GD]'], (f(0, h) - 2 * f(0, 0) + f(0, -h)) / h ** 2);
    near(quantities['h_xy[GD]'], (f(h, h) - f(h, -h) - f(-h, h) + f(-h, -h)) / (4 * h ** 2));
    const after = at({ ...state, at: 1 }).quantities;
    near(after['g_t[GD x]'], (f(h, 0) - f(-h, 0)) / (2 * h));
    near(after['g_t[GD y]'], (f(0, h) - f(0, -h)) / (2 * h));
  });

  test('every method comes down every surface from where it is first met', () => {
    for (const surface of SURFACE_NAMES) {
      for (const method of METHODS) {
        const [way] = at({ ...surfaceState(surface), ...END, methods: [method] }).ways;
        const [first = Number.NaN, last = Number.NaN] = way?.heights ?? [];
        expect(last, `${method} on ${surface}`).toBeLessThan(first);
      }
    }
  });

  test('says what overflowed, and goes no further', () => {
    const [way] = at({ ...bowl, ...END, a: 10, k: 100 }).ways;
    expect(way?.lost?.overflow).toBe(true);
    expect(way?.places.length).toBeLessThan(STEPS);
    const undefinedThere = at({ surface: 'typed', expr: 'sqrt(x)', x: -1, ...END }).ways[0];
    expect(undefinedThere?.lost).toEqual({ step: 1, overflow: true });
    expect(at({ surface: 'typed', expr: 'ln(x)', x: 1 }).terrain.holes).not.toBe('');
  });

  test('an expression is refused with a sentence', () => {
    expect(at({ surface: 'typed', expr: 'x + *' }).problem).toMatchObject({ column: 5 });
    expect(at({ surface: 'typed', expr: 'x + z' }).problem?.text).toMatch(/z has none/);
    expect(at({ surface: 'typed', expr: 'x^2' }).problem).toBeUndefined();
    expect(at({ surface: 'typed', expr: '3', at: 1 }).quantities['g_t[GD x]']).toBe(0);
  });

  test('methods in a link are refused where they are none, too many, or twice', () => {
    const problems = (methods: string) =>
      readProperties(PROPERTIES, new URLSearchParams({ methods })).problems[0];
    expect(problems('gd,adam')).toBeUndefined();
    expect(problems('gd,steepest')).toMatch(/one of gd/);
    expect(problems('gd,sgd,batch,momentum,adam')).toMatch(/at most 4/);
    expect(problems('gd,gd')).toMatch(/once/);
    expect(problems('')).toMatch(/at least 1/);
  });

  test('the question and the self-checks answer to what happens', () => {
    const [below, past] = AHAS.map(({ properties }) => at(properties));
    expect(past && QUESTION.answer(past)).toBe(2);
    expect(below && QUESTION.answer(below)).toBeUndefined();
    expect(below && SELF_CHECKS[0]?.done(below, start)).toBe(true);
    expect(past && SELF_CHECKS[0]?.done(past, start)).toBe(false);
    expect(past && SELF_CHECKS[1]?.done(past, start)).toBe(true);
    const valleys = { ...start, ...surfaceState('himmelblau'), ...END };
    const apart = { ...valleys, methods: ['gd', 'momentum'], a: 0.01 } as const;
    expect(SELF_CHECKS[2]?.done(compute(apart), apart)).toBe(true);
  });
});

describe.skipIf(!executable)(`the optimizer hill in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of [
      '#/hill?methods=gd,momentum,nesterov,adam&at=7',
      '#/hill?methods=adagrad,rmsprop,sgd,batch&noise=1.5&at=12',
      '#/hill?surface=ravine&k=100&x=-1.2&y=1&a=0.002&methods=momentum,adam&at=40',
      '#/hill?surface=beale&x=1&y=1.5&a=0.01&methods=gd,rmsprop&at=3',
      `#/hill?surface=typed&expr=${encodeURIComponent('sin(x)*exp(-y)+tanh(x*y)+y^2')}&x=1&y=0.5&at=2`,
    ]) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(30);
      expect((await checkByHand(studio, 100)).length).toBeGreaterThan(25);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and pauses', async () => {
    await using studio = await Studio.open();
    await studio.go('#/hill?methods=sgd,adam&noise=1&seed=4&at=3');
    await expectUndo(studio, 3);
    await expectRoundTrip(studio);
    const { page } = studio;
    await page.click('.choices button >> nth=2');
    await page.selectOption('.speed select', 'fast');
    await page.click('.transport button:has-text("Run")');
    await page.waitForFunction(() => Number(/at=(\d+)/.exec(location.hash)?.[1]) > 6);
    await page.click('.transport button:has-text("Pause")');
    await studio.settled();
    const paused = await studio.numbers();
    await page.waitForTimeout(250);
    expect(await studio.numbers()).toEqual(paused);
    const before = await studio.hash();
    await page.click('.seed button');
    await studio.settled();
    expect(await studio.numbers()).not.toEqual(paused);
    await page.click('.transport button:has-text("Undo")');
    await studio.settled();
    expect([await studio.hash(), await studio.numbers()]).toEqual([before, paused]);
    expect(studio.troubles).toEqual([]);
  });

  test('the start is dragged, or moved by keys; a runaway is hatched, explained and undone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/hill?methods=gd&at=40');
    const { page } = studio;
    const plane = await page.locator('.plane').boundingBox();
    const ring = await page.locator('.start').boundingBox();
    if (!plane || !ring) throw new Error('no picture');
    await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
    await page.mouse.down();
    await page.mouse.move(plane.x + plane.width * 0.75, plane.y + plane.height * 0.25, { steps: 4 });
    await page.mouse.up();
    await studio.settled();
    expect(await studio.hash()).toMatch(/x=(1\.9\d|2(\.0\d)?)&y=1\.[45]/);
    await expectParity(studio, subject);
    await page.locator('.transport button:has-text("Undo")').press('Enter');
    await studio.settled();
    expect(await studio.hash()).not.toContain('x=');
    await page.locator('.start').press('ArrowUp');
    await studio.settled();
    expect(await studio.hash()).toContain('y=1.2');
    expect(await page.$('.trail .out')).toBeNull();
    await page.locator('.rate input[type="text"]').fill('0.3');
    await page.locator('.rate input[type="text"]').press('Enter');
    await studio.settled();
    expect(await page.textContent('.trouble')).toMatch(/GD left the picture at step \d+\..*too high/);
    expect(await page.$('.trail .out')).not.toBeNull();
    await page.locator('.trouble button').press('Enter');
    await studio.settled();
    expect(await page.$('.trouble')).toBeNull();
    expect(studio.troubles).toEqual([]);
  });

  test('is used by keyboard alone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/hill');
    const { page } = studio;
    await page.locator('.choices button').nth(2).press('Enter');
    await page.locator('.segments button:has-text("Ravine")').press('Enter');
    await page.locator('.segments button:has-text("RMSprop")').press('Enter');
    for (let step = 0; step < 3; step++)
      await page.locator('.transport button:has-text("Step")').press('Enter');
    await studio.settled();
    expect(await studio.hash()).toMatch(/surface=ravine.*methods=gd,momentum,rmsprop,adam.*at=3/);
    expect(await page.locator('.segments button:has-text("Nesterov")').isDisabled()).toBe(true);
    await page.locator('.stage [data-stop][tabindex="0"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('.inspector .edit input[type="text"]').press('ArrowUp');
    await studio.settled();
    expect(await studio.hash()).toMatch(/a=/);
    await expectParity(studio, subject);
  });

  test('follows a slider within 100 ms', async () => {
    await using studio = await Studio.open();
    await studio.go('#/hill?methods=gd,sgd,momentum,adam&noise=1&at=40');
    await expectFollows(studio, '.controls .rate input[type="range"]', 100);
    await studio.settled();
    await expectParity(studio, subject);
  }, 240_000);

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/hill?methods=gd,sgd,momentum,adam&noise=1&at=20&a=0.25');
      await studio.page.click('[data-q="g_t[GD x]"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('hill', '#/hill?methods=gd,momentum,adagrad,adam&at=30&a=0.19');
  });
});
