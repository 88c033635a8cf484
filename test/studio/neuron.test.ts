import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/neuron/compute.ts';
import { GATE_NAMES, gateUnit } from '../../studio/src/labs/neuron/gate.ts';
import { AHAS, SELF_CHECKS } from '../../studio/src/labs/neuron/lesson.tsx';
import { type NeuronProperties, PROPERTIES } from '../../studio/src/labs/neuron/properties.ts';
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
const at = (changes: Partial<NeuronProperties>) => compute({ ...start, ...changes });

describe('the neuron, computed', () => {
  test('aha: the same sum, a new threshold, another output', () => {
    const [above, below, inhibited] = AHAS.map(({ properties }) => at(properties).quantities);
    expect([above?.Σ, above?.Y]).toEqual([0.9, 1]);
    expect([below?.Σ, below?.Y]).toEqual([0.9, 0]);
    expect(inhibited?.Σ).toBeCloseTo(0.6, 12);
    expect(inhibited?.Y).toBe(0);
  });

  test('as a gate: OR with T = 0.5, AND from 1 < T ≤ 2, and each of the library’s units is its own', () => {
    const named = (T: number) => at({ w: [1, 1], x: [0, 0], T }).gate?.name;
    expect([0.5, 1, 1.1, 2, 2.1].map(named)).toEqual(['or', 'or', 'and', 'and', undefined]);
    for (const name of GATE_NAMES) expect(at({ ...gateUnit(name), x: [0] }).gate?.name).toBe(name);
    expect(at({}).gate).toBeUndefined();
    const and = at(AHAS[3]?.properties ?? {});
    expect(and.gate?.rows.map(({ output }) => and.quantities[output])).toEqual([0, 0, 0, 1]);
    const nor = { ...start, w: [-1, -1], x: [0, 0], T: -0.25 };
    expect(SELF_CHECKS[3]?.done(compute(nor), nor)).toBe(true);
  });

  test('equality fires, and nothing is shown before it is computed', () => {
    expect(at({ w: [1, 1], x: [1, 1], T: 2, at: 2 }).quantities).toMatchObject({ net: 0, Y: 1 });
    expect(at({ at: 0 }).quantities).not.toHaveProperty('net');
    expect(at({ at: 1 }).quantities).not.toHaveProperty('Y');
    expect(at({ w: [1, 2, 3], x: [1], at: 1 }).quantities).toMatchObject({ x_3: 0, Σ: 1 });
  });
});

describe.skipIf(!executable)(`the neuron in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of ['#/neuron', '#/neuron?v=1&at=2', '#/neuron?v=1&at=2&w=0.25&x=-3&T=-0.75']) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(4);
      // A unit of one input has a truth table of two rows, too.
      const formulas = hash.includes('w=') ? 7 : hash.includes('at=2') ? 3 : 0;
      expect((await checkByHand(studio)).length).toBe(formulas);
    }
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, links both halves, and obeys the keys', async () => {
    await using studio = await Studio.open();
    await studio.go('#/neuron');
    await expectUndo(studio, 2);
    await studio.go('#/neuron?v=1&at=2');
    await studio.page.focus('.drawing [data-q="T"]');
    await studio.page.keyboard.press('Enter');
    expect(await studio.page.$('.nucleus.linked')).not.toBeNull();
    expect(await studio.page.$$('tr.linked')).toHaveLength(1);
    await studio.page.fill('.inspector .field input[type="text"]', '1');
    await studio.settled();
    expect(await studio.page.getAttribute('.drawing [data-q="Y"]', 'data-value')).toBe('0');
    await expectRoundTrip(studio);
    const outline = () => studio.page.getAttribute('.neuron .body', 'd');
    const cell = await outline();
    await studio.page.focus('.morph input');
    await studio.page.keyboard.press('End');
    await studio.settled();
    expect(await outline()).not.toBe(cell);
    await expectFollows(studio, '.controls input[type="range"]');
    expect(studio.troubles).toEqual([]);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/neuron?v=1&at=2&morph=0.5');
      await studio.page.click('.drawing [data-q="net"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('neuron', '#/neuron?v=1&at=2&morph=0.3');
  });
});
