import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel } from 'pellucid/formats';
import { describe, expect, test } from 'vitest';
import { writeAddress } from '../../studio/src/address.ts';
import { fromNetwork } from '../../studio/src/labs/graph/fromNetwork.ts';
import { compute, train } from '../../studio/src/labs/playground/compute.ts';
import { placeOf, receive } from '../../studio/src/labs/playground/lab.tsx';
import { AHAS, QUESTION, SELF_CHECKS } from '../../studio/src/labs/playground/lesson.tsx';
import { type PlaygroundProperties, PROPERTIES } from '../../studio/src/labs/playground/properties.ts';
import { keepTable } from '../../studio/src/labs/playground/tables.ts';
import { packFloats, unpackFloats } from '../../studio/src/packed.ts';
import { fallbacks, writeProperties } from '../../studio/src/properties.ts';
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

const subject = { properties: PROPERTIES, compute };
const start = fallbacks(PROPERTIES);
const work = { signal: new AbortController().signal, progress: () => {}, breathe: async () => {} };

/** The properties after so many steps. */
async function trained(changes: Partial<PlaygroundProperties>, steps: number): Promise<PlaygroundProperties> {
  const properties = { ...start, ...changes };
  return { ...properties, ...(await train({ properties, steps }, work)) };
}
const hashOf = (properties: PlaygroundProperties) =>
  writeAddress('playground', writeProperties(PROPERTIES, properties));

describe('the playground, computed', () => {
  test('aha: one line does not separate two spirals, two hidden layers do', async () => {
    const [line, bent] = AHAS.map(({ properties }) => properties);
    const straight = await compute(await trained(line ?? {}, 3000));
    expect(straight.scene?.accuracy).toBeLessThan(0.8);
    expect(QUESTION.answer(straight)).toBe(1);
    const properties = await trained(bent ?? {}, 3000);
    const spiral = await compute(properties);
    expect(spiral.scene?.sizes).toEqual([2, 8, 8, 1]);
    expect(spiral.scene?.accuracy).toBeGreaterThan(0.95);
    expect(SELF_CHECKS[0]?.done(spiral, properties)).toBe(true);
    expect(spiral.quantities['L[train]']).toBeLessThan((straight.quantities['L[train]'] ?? 0) / 4);
  });

  test('aha: squares separate circles without a hidden layer', async () => {
    const properties = await trained(AHAS[2]?.properties ?? {}, 400);
    expect((await compute(properties)).scene?.accuracy).toBeGreaterThan(0.95);
  });

  test('steps in pieces are the same steps, and a state taken up trains on alike', async () => {
    const whole = await trained({ drop: [0.2, 0.1] }, 25);
    const first = await trained({ drop: [0.2, 0.1] }, 9);
    await trained({ seed: 3 }, 2);
    const rest = await trained(first, 16);
    expect([rest.w, rest.o, rest.step]).toEqual([whole.w, whole.o, 25]);
    expect((await compute(rest)).quantities['L[dev]']).toBe((await compute(whole)).quantities['L[dev]']);
  });

  test('a loss that is no number stops it, with the cause in words and the last good weights', async () => {
    const properties = await trained(AHAS[3]?.properties ?? {}, 500);
    expect(properties.trouble).toMatch(/training stopped at batch \d+.*(not a number|finite|overflow)/s);
    expect(Array.from(unpackFloats(properties.w) ?? [Number.NaN]).every(Number.isFinite)).toBe(true);
    const result = await compute(properties);
    expect(result.trouble).toBe(properties.trouble);
    expect(SELF_CHECKS[2]?.done(result, properties)).toBe(true);
  });

  test('packs numbers bit for bit, and finds each weight at its place', async () => {
    const values = [0, -0, 1e-40, -3.25, Number.NaN, Number.POSITIVE_INFINITY];
    expect(Array.from(unpackFloats(packFloats(values)) ?? [])).toEqual(values.map(Math.fround));
    expect(unpackFloats('!!')).toBeUndefined();
    expect(unpackFloats('AAA')).toBeUndefined();
    const { quantities, scene } = await compute({ ...start, layers: [3, 12] });
    const weights = unpackFloats(scene?.w ?? '');
    const names = Object.keys(quantities).filter((name) => /^[wθ]_/.test(name));
    expect(names).toHaveLength(weights?.length ?? 0);
    for (const name of names)
      expect(weights?.[placeOf(name, scene?.sizes ?? []) ?? -1]).toBe(quantities[name]);
  });

  test('weights that do not fit are drawn anew, and that is said', async () => {
    const odd = await compute({ ...start, w: packFloats([1, 2, 3]) });
    expect(odd.notice).toMatch(/do not fit/);
    expect(odd.scene?.w).toBe((await compute(start)).scene?.w);
  });

  test('drawn points need two classes, and keep their letters', async () => {
    expect((await compute({ ...start, data: 'drawn' })).problem).toMatch(/no points yet/);
    const one = { ...start, data: 'drawn', points: [0, 0, 2, 1, 1, 2] } as const;
    expect((await compute(one)).problem).toMatch(/one class/);
    const two = await compute({ ...one, points: [0, 0, 2, 1, 1, 2, -1, 0, 0, -1, 1, 0] });
    expect(two.scene).toMatchObject({ kind: 'binary', classNames: ['A', 'C'], slots: [0, 2] });
    const three = await compute({ ...one, points: [0, 0, 2, 1, 1, 3, -1, 0, 0, -1, 1, 0] });
    expect(three.scene).toMatchObject({ kind: 'classes', classNames: ['A', 'C', 'D'] });
  });
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const rows = (line: (i: number) => string) => Array.from({ length: 60 }, (_, i) => line(i)).join('\n');
const iris = `id,size,weight,colour,kind\n${rows((i) => `${i},${(i % 3) + (i % 7) / 10},${(i % 5) / 4},${i % 2 ? 'red' : 'blue'},kind ${i % 3}`)}`;

describe('a table of one’s own', () => {
  test('all columns are learned from, two are drawn, and classes may be many', async () => {
    const { id, rows: count } = await keepTable('iris.csv', bytesOf(iris));
    expect(count).toBe(60);
    const table = { ...start, data: 'table', table: id, a: 0.05 } as const;
    const { scene } = await compute(table);
    expect(scene).toMatchObject({
      kind: 'classes',
      classNames: ['kind 0', 'kind 1', 'kind 2'],
      inputNames: ['size', 'weight', 'colour = blue', 'colour = red'],
      plane: { axes: 2, names: ['size', 'weight'] },
    });
    expect((await compute(await trained(table, 300))).scene?.accuracy).toBeGreaterThan(0.9);
    const other = await compute({ ...table, ax: 'weight', ay: 'colour = red' });
    expect(other.scene?.plane.names).toEqual(['weight', 'colour = red']);
    const number = await compute({ ...table, target: 'size' });
    expect(number.scene).toMatchObject({ kind: 'regression', classNames: [], sizes: [6, 8, 8, 1] });
  });

  test.each([
    ['', /empty/],
    ['a,b\n1,2\n1', /3.*fields|fields/],
    ['a,b\n1,yes\n2,yes\n3,yes\n', /at least two different/],
    [`a,b\n${rows((i) => `${i},some text ${i}`)}`, /several rows each|different values/],
    ['\u0000\u0001\u0002garbage', /expected/],
  ])('nonsense is refused in words: case %#', async (text, sentence) => {
    await expect(keepTable('odd.csv', bytesOf(text))).rejects.toThrow(sentence);
  });

  test('a file that is too large is not read, and a table that is not here is asked for', async () => {
    await expect(keepTable('big.csv', new Uint8Array(9_000_000))).rejects.toThrow(/larger than 8 MB/);
    const { problem } = await compute({ ...start, data: 'table', table: '0123456789abcdef' });
    expect(problem).toMatch(/not kept in this browser: open its CSV file again/);
  });
});

describe('a network that travels', () => {
  test('is the same when it comes back', async () => {
    const { scene } = await compute({ ...start, data: 'xor', layers: [3], act: ['sigmoid'] });
    if (!scene) throw new Error('no scene');
    const received = receive(scene.network);
    if (typeof received === 'string') throw new Error(received);
    expect((await compute({ ...start, ...received })).scene?.w).toBe(scene.w);
    expect(receive({ ...scene.network, activations: ['gelu', 'sigmoid'] })).toMatchObject({ act: ['gelu'] });
    expect(receive({ ...scene.network, activations: ['selu', 'sigmoid'] })).toMatch(/selu/);
    expect(receive({ ...scene.network, sizes: [4, 3, 1] })).toMatch(/4 inputs/);
  });

  test('is an expression where it is small, and its output unit where it is not', async () => {
    const small = await compute({ ...start, layers: [2], act: ['sigmoid'] });
    const large = await compute(start);
    const expressions = [small, large].map(({ scene }) => scene && fromNetwork(scene.network));
    const [whole, part] = expressions.map((one) => (typeof one === 'object' ? one.expr : one));
    expect(whole).toBe('Y = sigmoid(w35*sigmoid(w13*x1+w23*x2+b3)+w45*sigmoid(w14*x1+w24*x2+b4)+b5)');
    expect(part).toMatch(/^Y = sigmoid\(w1\*h1\+.*\+w8\*h8\+b\)$/);
  });
});

describe.skipIf(!executable)(`the playground in a browser${note}`, () => {
  test('every number is the library’s, opens, and can be worked out by hand', async () => {
    await using studio = await Studio.open();
    for (const changes of [
      {},
      { data: 'blobs', classes: 3, layers: [4], act: ['relu'], layer: 2, reg: 'l2' },
      { data: 'sine', loss: 'huber', features: [0], layers: [3, 2], act: ['elu', 'silu'], layer: 3 },
    ] as const) {
      await studio.go(hashOf(await trained(changes, 40)));
      expect(await expectParity(studio, subject)).toBeGreaterThan(15);
    }
    await studio.go(
      hashOf(await trained({ layers: [4], act: ['leakyRelu'], features: [0, 1, 2, 4, 5] }, 60)),
    );
    expect((await checkByHand(studio, 40)).length).toBeGreaterThan(12);
    await expectParity(studio, subject);
    expect(studio.troubles).toEqual([]);
  });

  test('undoes to the bit, travels in its address, and pauses at once', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/playground?v=1&layers=4&act=tanh');
    await expectUndo(studio, 3);
    await page.click('.choices button:has-text("Skip")');
    await page.selectOption('.speed select', 'fast');
    await page.click('.transport button.main');
    await page.waitForFunction(() =>
      document.querySelector('.said')?.textContent?.match(/[1-9],\d\d\d steps/),
    );
    await page.click('.transport button.main');
    await studio.settled();
    const paused = await studio.numbers();
    await page.waitForTimeout(300);
    expect(await studio.numbers()).toEqual(paused);
    await expectParity(studio, subject);
    await expectRoundTrip(studio);
    await page.click('.stage .layer [data-q="w_13"]');
    await page.fill('.inspector .field input[type="text"]', '1.5');
    await studio.settled();
    expect(await page.getAttribute('.stage .layer [data-q="w_13"]', 'data-value')).toBe('1.5');
    await expectParity(studio, subject);
    expect(studio.troubles).toEqual([]);
  });

  test('trains without holding up the page: 60 frames a second, no long task, and a slider is followed', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/playground?v=1&data=spirals');
    await expectFollows(studio, '.controls input[type="range"]', 100);
    await page.click('.choices button:has-text("Skip")');
    await page.selectOption('.speed select', 'fast');
    await expectSmoothRun(studio);
    expect(await page.textContent('.said')).toMatch(/\d,\d\d\d steps/);
    await page.click('.transport button.main');
    expect(studio.troubles).toEqual([]);
  });

  test('can be drawn, trained and asked by keyboard alone', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/playground?v=1&data=drawn');
    expect(await page.textContent('.playground .trouble')).toContain('There are no points yet');
    const ground = page.locator('.ground');
    const draw = async (label: string, keys: readonly string[]) => {
      await page.locator(`.tools-of-plane button:text-is("${label}")`).press('Enter');
      await ground.focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    await draw('A', [
      'Shift+ArrowLeft',
      'Enter',
      'ArrowDown',
      'ArrowDown',
      ' ',
      'ArrowDown',
      'ArrowDown',
      'Enter',
    ]);
    await draw('B', [
      ...Array(4).fill('Shift+ArrowRight'),
      'Enter',
      'ArrowUp',
      'ArrowUp',
      'Enter',
      'ArrowUp',
      'ArrowUp',
      ' ',
    ]);
    await studio.settled();
    expect(await studio.hash()).toContain('points=');
    await page.locator('.choices button').first().press('Enter');
    for (let i = 0; i < 3; i++) {
      await page.locator('.transport button:has-text("Step")').press('Enter');
      await page.waitForFunction(
        (steps) =>
          new RegExp(`^After ${steps} step`).test(document.querySelector('.said')?.textContent ?? ''),
        i + 1,
      );
    }
    await studio.settled();
    await expectParity(studio, subject);
    await page.locator('.stage [data-stop][tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.$('.inspector .opened')).not.toBeNull();
    await page.locator('.transport button:has-text("Undo")').press('Enter');
    await studio.settled();
    await expectRoundTrip(studio);
    expect(studio.troubles).toEqual([]);
  });

  test('opens a CSV file, keeps it over a reload, and refuses what it cannot read without losing anything', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    await studio.go('#/playground?v=1&layers=3');
    await page.selectOption('.playground-controls select >> nth=0', 'table');
    await studio.settled();
    expect(await page.textContent('.playground .trouble')).toContain('choose a CSV file');
    const file = page.locator('.playground-controls input[type="file"]');
    await file.setInputFiles({ name: 'iris.csv', mimeType: 'text/csv', buffer: Buffer.from(iris) });
    await page.waitForSelector('.network');
    await studio.settled();
    const before = await studio.numbers();
    expect(await page.textContent('.stage .summary')).toContain('4-3-3 network');
    for (const [name, buffer, sentence] of [
      ['huge.csv', Buffer.alloc(100_000_000), 'has 100 MB'],
      ['odd.csv', Buffer.from('a,b\n1,2\n3'), 'Nothing was changed'],
    ] as const) {
      const path = join(await mkdtemp(join(tmpdir(), 'playground-')), name);
      await writeFile(path, buffer);
      await file.setInputFiles(path);
      await page.waitForFunction(
        (text) => document.querySelector('.notices')?.textContent?.includes(text),
        sentence,
      );
      await rm(path);
    }
    expect(await studio.numbers()).toEqual(before);
    await page.reload();
    await studio.settled();
    expect(await studio.numbers()).toEqual(before);
    void page
      .workers()[0]
      ?.evaluate('for (;;);')
      .catch(() => {});
    await page.click('.transport button:has-text("Step")');
    await page.click('.notices button:has-text("Start it again")');
    await page.waitForFunction(() =>
      document.querySelector('.said')?.textContent?.startsWith('After 1 step'),
    );
    expect(studio.troubles).toEqual([]);
  });

  test('says why training stopped, hatches the picture, and undoes to the last good weights', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    const { properties = {} } = AHAS[3] ?? {};
    await studio.go(hashOf({ ...start, ...properties }));
    const before = await studio.numbers();
    await page.click('.choices button:has-text("Skip")');
    await page.selectOption('.speed select', 'fast');
    await page.click('.transport button.main');
    await page.waitForSelector('.playground .trouble');
    expect(await page.textContent('.playground .trouble')).toMatch(/training stopped at batch/);
    await expectAccessible(studio);
    await page.click('.playground .trouble button');
    await page.waitForSelector('.playground .trouble', { state: 'detached' });
    for (;;) {
      const undo = page.locator('.transport button:has-text("Undo")');
      if (await undo.isDisabled()) break;
      await undo.click();
      await studio.settled();
    }
    expect(await studio.numbers()).toEqual(before);
  });

  test('leaves as TypeScript, as Python and as a file, and the file comes back', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    const properties = await trained({ data: 'xor', layers: [3], act: ['relu'] }, 20);
    const { quantities } = await compute(properties);
    await studio.go(hashOf(properties));
    await page.click('.elsewhere button:has-text("TypeScript")');
    await page.waitForSelector('.code textarea');
    expect(await page.inputValue('.code textarea')).toMatch(/dense\(3, \{ activation: 'relu'/);
    await page.click('.elsewhere button:has-text("Python")');
    await page.waitForFunction(() =>
      document.querySelector<HTMLTextAreaElement>('.code textarea')?.value.includes('keras.layers.Dense'),
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('.elsewhere button:has-text(".keras file")'),
    ]);
    const path = await download.path();
    const { model } = await loadModel(await readFile(path));
    const [kernel] = model.getWeights();
    expect(Array.from(kernel?.data ?? [])).toEqual(
      [1, 2].flatMap((from) => [3, 4, 5].map((to) => quantities[`w_${from}${to}`])),
    );
    await studio.go('#/playground?v=1&layers=5&seed=9');
    await page.setInputFiles('.elsewhere input[type="file"]', {
      name: 'network.keras',
      mimeType: 'application/zip',
      buffer: await readFile(path),
    });
    await page.waitForFunction(() => document.querySelector('.summary')?.textContent?.includes('2-3-1'));
    expect(studio.troubles).toEqual([]);
  });

  test('is accessible in light, dark and mid-run, and never wider than the window', async () => {
    for (const dark of [false, true]) {
      await using studio = await Studio.open({ dark });
      await studio.go('#/playground?v=1&data=blobs&classes=3&reg=l2&e=3');
      await studio.page.click('.unit [data-q="θ_3"]');
      await expectAccessible(studio);
      await studio.page.click('.choices button:has-text("Skip")');
      await studio.page.click('.transport button.main');
      await studio.page.waitForFunction(() =>
        document.querySelector('.said')?.textContent?.startsWith('After'),
      );
      await expectAccessible(studio);
      await expectNoSideways(studio);
      await studio.page.keyboard.press('l');
      await expectAccessible(studio);
    }
  });

  test('has its pictures', async () => {
    let properties = await trained({ seed: 1 }, 20);
    for (let i = 0; i < 12; i++) properties = await trained(properties, 200);
    await screenshots('playground', hashOf(properties));
  });
});
