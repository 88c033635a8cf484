import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/graph/compute.ts';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/graph/lesson.tsx';
import { type GraphProperties, PROPERTIES } from '../../studio/src/labs/graph/properties.ts';
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
const END = 1000;
const at = (changes: Partial<GraphProperties>) => compute({ ...start, ...changes });

describe('the computational graph, computed', () => {
  test('has the course’s figures, forward and backward', () => {
    // (a + b)(b − c) at 2, 3, 1: d = 5, e = 2, Y = 10; ∂Y/∂a = e, ∂Y/∂b = e + d, ∂Y/∂c = −d.
    const { quantities } = at({ at: END });
    expect(quantities).toMatchObject({ d: 5, e: 2, Y: 10 });
    expect(quantities).toMatchObject({ '∂Y/∂Y': 1, '∂Y/∂d': 2, '∂Y/∂e': 5 });
    expect(quantities).toMatchObject({ '∂Y/∂a': 2, '∂Y/∂b': 7, '∂Y/∂c': -5 });
    expect(quantities).toMatchObject({ '∂Y/∂b[via d]': 2, '∂Y/∂b[via e]': 5, '∂e/∂c[local]': -1 });
  });

  test('shows nothing that is not computed yet, and each step computes one number', () => {
    const { length } = at({});
    let known = Object.keys(at({}).quantities).length;
    expect(known).toBe(3);
    for (let step = 1; step <= length; step++) {
      const { quantities, focus } = at({ at: step });
      expect(Object.keys(quantities)).toHaveLength(++known);
      expect(quantities).toHaveProperty([focus ?? '']);
    }
  });

  test('counts the uses of an input that a step uses twice', () => {
    const { quantities } = at({ expr: 'x*x', x: [3], at: END });
    expect(quantities).toMatchObject({ '∂Y/∂x[via Y, use 1]': 3, '∂Y/∂x[via Y, use 2]': 3, '∂Y/∂x': 6 });
  });

  test.each([
    ['x*sin(x)+exp(-y)/x', [0.7, 1.3]],
    ['sigmoid(a*x1+b*x2)*tanh(b)', [0.4, 1.5, -0.6, 2]],
    ['relu(a-b)^2+max(a,b)*sqrt(c)', [2, 0.5, 3]],
  ])('derivatives agree with finite differences: %s', (expr, x) => {
    const all = at({ expr, x, at: END });
    for (const [i, name] of all.variables.entries()) {
      const step = 1e-6;
      const around = [step, -step].map((by) => {
        const result = at({ expr, x: x.map((value, k) => value + (k === i ? by : 0)), at: END });
        return result.quantities[result.result] ?? Number.NaN;
      });
      const slope = ((around[0] ?? 0) - (around[1] ?? 0)) / (2 * step);
      expect(all.quantities[`∂Y/∂${name}`]).toBeCloseTo(slope, 6);
    }
  });

  test('points at the character where an expression cannot be read', () => {
    expect(at({ expr: '(a+b)*(b--)' }).problem).toMatchObject({ column: 11 });
    expect(at({ expr: '' }).problem).toMatchObject({ column: 1 });
    expect(at({ expr: 'a $ b' }).problem?.text).toBe(
      'Column 3: expected a number, a name, an operator or a parenthesis, found "$".',
    );
    expect(at({ expr: Array.from({ length: 24 }, (_, i) => `x*${i + 2}`).join('+') }).problem?.text).toMatch(
      /at most/,
    );
  });

  test('says which value is no finite number, and why', () => {
    expect(at({ expr: 'ln(x)*2', x: [-1], at: END }).trouble).toMatch(/ln\(−1\) = NaN/);
    expect(at({ expr: 'ln(x)*2', x: [1], at: END }).trouble).toBeUndefined();
  });

  test('ahas: two paths add, two paths cancel, and the sigmoid from its parts', () => {
    const [add, cancel, sigmoid] = AHAS.map(({ properties }) => at(properties));
    expect(add?.meeting).toEqual({ name: '∂Y/∂b', total: 7, contributions: [5, 2] });
    expect(add && QUESTION.answer(add)).toBe(1);
    expect(cancel?.meeting?.total).toBe(0);
    expect(cancel && SELF_CHECKS[2]?.done(cancel, start)).toBe(true);
    expect(add && SELF_CHECKS[2]?.done(add, start)).toBe(false);
    const y = sigmoid?.quantities.y ?? Number.NaN;
    expect(y).toBeCloseTo(1 / (1 + Math.exp(-1)), 14);
    expect(sigmoid?.quantities['∂y/∂x']).toBeCloseTo(y * (1 - y), 14);
  });
});

describe.skipIf(!executable)(`the computational graph in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of [
      '#/graph',
      '#/graph?v=1&at=9',
      `#/graph?at=${END}&expr=${encodeURIComponent('relu(a-b)^2+max(a,b)*sqrt(c)')}`,
      `#/graph?at=${END}&expr=${encodeURIComponent('sigmoid(x)*x/exp(y)')}`,
    ]) {
      await studio.go(hash);
      await expectParity(studio, subject);
      await checkByHand(studio);
    }
    await studio.go(`#/graph?at=${END}`);
    expect(await expectParity(studio, subject)).toBeGreaterThan(30);
    expect((await checkByHand(studio)).length).toBeGreaterThan(15);
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and points at a wrong character', async () => {
    await using studio = await Studio.open();
    await studio.go('#/graph?x=1,2,3&at=5');
    await expectUndo(studio);
    await studio.page.fill('.expression input', 'z = x*y + sin(x)');
    await studio.settled();
    await expectParity(studio, subject);
    await expectRoundTrip(studio);
    await studio.page.fill('.expression input', 'x*)');
    await studio.settled();
    expect(await studio.page.textContent('.pointer')).toBe('x*)\n  ^');
    expect(await studio.page.textContent('.expression [role="alert"]')).toContain('Column 3');
    await expectAccessible(studio);
    await studio.page.click('.transport button:has-text("Undo")');
    await studio.settled();
    expect(await studio.page.inputValue('.expression input')).toBe('z = x*y + sin(x)');
    expect(studio.troubles).toEqual([]);
  });

  test('can be walked and changed by keyboard alone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/graph');
    const { page } = studio;
    await page.locator('.choices button').nth(1).press('Enter');
    for (let step = 0; step < 3; step++)
      await page.locator('.transport button:has-text("Step")').press('Enter');
    await studio.settled();
    expect(await studio.hash()).toContain('at=3');
    await page.locator('.stage [data-stop][tabindex="0"]').focus();
    await page.keyboard.press('Enter');
    const field = page.locator('.inspector .edit input[type="text"]');
    await field.press('ArrowUp');
    await studio.settled();
    expect(await studio.hash()).toMatch(/x=/);
    await expectParity(studio, subject);
  });

  test('follows a slider within a frame', async () => {
    await using studio = await Studio.open();
    await studio.go(`#/graph?at=${END}`);
    await expectFollows(studio, '.controls input[type="range"]');
    await studio.settled();
    await expectParity(studio, subject);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/graph?at=14');
      await studio.page.click('[data-q="d"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('graph', '#/graph?at=20');
  });
});
