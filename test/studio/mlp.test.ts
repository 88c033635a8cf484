import { describe, expect, test } from 'vitest';
import { compute } from '../../studio/src/labs/mlp/compute.ts';
import { AHAS } from '../../studio/src/labs/mlp/lesson.tsx';
import { type MlpProperties, PROPERTIES } from '../../studio/src/labs/mlp/properties.ts';
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
const at = (changes: Partial<MlpProperties>) => compute({ ...start, ...changes });
const shown = (quantities: Readonly<Record<string, number>>, names: readonly string[]) =>
  names.map((name) => quantities[name]?.toFixed(4));

describe('the worked MLP, computed', () => {
  test('has the course’s figures, step by step', () => {
    const first = at({ at: 36 });
    const names = ['I_5', 'O_5', 'I_6', 'O_6', 'I_7', 'O_7', 'e_7', 'Error_7', 'Error_6', 'Error_5'];
    expect(shown(first.quantities, names)).toEqual([
      '0.4000',
      '0.5987',
      '1.0000',
      '0.7311',
      '-0.3334',
      '0.4174',
      '0.5826',
      '0.1417',
      '0.0056',
      '-0.0102',
    ]);
    expect(shown(first.quantities, ['w_15.new', 'w_67.new', 'θ_7.new'])).toEqual([
      '0.2918',
      '0.2829',
      '-0.1867',
    ]);
    const second = at({ at: 72 });
    expect(shown(second.quantities, ['I_5', 'I_6', 'I_7', 'O_7', 'e_7'])).toEqual([
      '0.3673',
      '1.0178',
      '-0.1160',
      '0.4710',
      '0.5290',
    ]);
    expect(second.quantities['w_15.old']).toBe(first.quantities['w_15.new']);
  });

  test('has the printed figures, with the slip kept and named', () => {
    const first = at({ at: 36, printed: true });
    expect(shown(first.quantities, ['I_6', 'O_6', 'I_7', 'O_7', 'e_7'])).toEqual([
      '1.2000',
      '0.7685',
      '-0.3259',
      '0.4192',
      '0.5808',
    ]);
    expect(shown(at({ at: 72, printed: true }).quantities, ['I_6', 'O_6', 'I_7', 'O_7', 'e_7'])).toEqual([
      '1.2039',
      '0.7692',
      '-0.1034',
      '0.4742',
      '0.5258',
    ]);
    expect(first.slips).toHaveLength(3);
    expect(first.slipped).toEqual(['I_6']);
  });

  test('shows nothing that is not computed yet, and nothing left over', () => {
    expect(at({ at: 0 }).quantities.I_5).toBeUndefined();
    expect(at({ at: 37 }).quantities).toHaveProperty('I_5');
    expect(at({ at: 37 }).quantities.O_7).toBeUndefined();
  });

  test('ahas: the slide, the slip, and an input of 0', () => {
    const [slide, printed, idle] = AHAS.map(({ properties }) => at(properties));
    expect(slide?.quantities.I_6).toBeCloseTo(1.2, 12);
    expect(printed?.quantities.I_6).toBeCloseTo(1.2, 12);
    expect([idle?.quantities.Δw_35, idle?.quantities.Δw_36].map((value) => Math.abs(value ?? 1))).toEqual([
      0, 0,
    ]);
  });
});

describe.skipIf(!executable)(`the worked MLP in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const hash of ['#/mlp', '#/mlp?v=1&at=10', '#/mlp?v=1&printed=1&at=36', '#/mlp?v=1&at=72&a=1.3']) {
      await studio.go(hash);
      expect(await expectParity(studio, subject)).toBeGreaterThan(30);
    }
    expect((await checkByHand(studio)).length).toBeGreaterThan(40);
    await expectParity(studio, subject);
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, and travels in its address', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp?v=1&at=8');
    await expectUndo(studio);
    await studio.page.click('[data-q="w_16"]');
    await studio.page.fill('.inspector .field input[type="text"]', '0.3');
    await studio.settled();
    expect(await studio.page.getAttribute('[data-q="I_6"]', 'data-value')).toMatch(/^1\.2/);
    await expectRoundTrip(studio);
    expect(studio.troubles).toEqual([]);
  });

  test('follows a slider within a frame', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp?v=1&at=36');
    await expectFollows(studio, '.controls input[type="range"]');
    await studio.settled();
    await expectParity(studio, subject);
  });

  test('is accessible and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/mlp?v=1&at=20');
      await studio.page.click('[data-q="I_6"]');
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    await screenshots('mlp', '#/mlp?v=1&at=20&printed=1');
    await screenshots('home', '#/');
  });
});
