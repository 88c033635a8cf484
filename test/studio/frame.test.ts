import { describe, expect, test } from 'vitest';
import { LONGEST, readAddress, writeAddress } from '../../studio/src/address.ts';
import { LABS } from '../../studio/src/labs/index.ts';
import { readNetwork } from '../../studio/src/network.ts';
import {
  fallbacks,
  integer,
  number,
  numbers,
  readProperties,
  writeProperties,
} from '../../studio/src/properties.ts';
import { executable, expectAccessible, expectNoSideways, note, Studio } from './harness.ts';

describe('an address', () => {
  const table = {
    a: number('a', 1, { min: 0, max: 10 }),
    n: integer('n', 2, { min: 1, max: 9 }),
    w: numbers('w', [1, 2], { min: -5, max: 5 }, { most: 2000 }),
  };

  test('holds what differs from the default, and gives it back to the bit', () => {
    const w: readonly number[] = [1e-7, -0.30000000000000004];
    const properties = { a: 0.1 + 0.2, n: 2, w };
    const hash = writeAddress('mlp', writeProperties(table, properties));
    expect(hash).toBe('#/mlp?v=1&a=0.30000000000000004&w=1e-7,-0.30000000000000004');
    expect(readProperties(table, readAddress(hash).query)).toEqual({ properties, problems: [] });
    expect(writeAddress('mlp', writeProperties(table, fallbacks(table)))).toBe('#/mlp');
  });

  test('is compressed where it is long', () => {
    const w: readonly number[] = Array.from({ length: 900 }, (_, i) => (i % 50) / 10);
    const properties = { a: 1, n: 2, w };
    const hash = writeAddress('mlp', writeProperties(table, properties));
    expect(hash.length).toBeLessThan(LONGEST);
    expect(readProperties(table, readAddress(hash).query).properties).toEqual(properties);
  });

  test.each([
    ['a=x', /a: a number was expected, found "x"/],
    ['a=', /a number was expected/],
    ['a=NaN', /a number was expected/],
    ['a=1e999', /finite|at most/],
    ['a=-1', /at least 0/],
    ['n=1.5', /whole/],
    ['w=1,,2', /number/],
    [`w=${'1,'.repeat(3000)}1`, /at most 2000/],
    ['a=%3Cscript%3E', /number/],
  ])('falls back with a sentence: case %#', (text, sentence) => {
    const { properties, problems } = readProperties(table, readAddress(`#/mlp?v=1&${text}`).query);
    expect(properties).toEqual(fallbacks(table));
    expect(problems[0]).toMatch(sentence);
  });

  test('of another version, or damaged, is said to be so', () => {
    expect(readAddress('#/mlp?v=9&a=2').problem).toMatch(/another version/);
    expect(readAddress('#/mlp?z=%00%00').problem).toMatch(/damaged/);
  });
});

test('a network travels as text, and is refused where it does not fit together', () => {
  const network = { sizes: [1, 1], weights: [[[0.5]]], biases: [[0]], activations: ['sigmoid'] };
  expect(readNetwork(JSON.stringify(network))).toEqual(network);
  expect(readNetwork('{')).toMatch(/cannot be read/);
  expect(readNetwork(JSON.stringify({ ...network, biases: [[0, 1]] }))).toMatch(/fit together/);
  expect(readNetwork(JSON.stringify({ ...network, sizes: [1e9, 1] }))).toMatch(
    /wrong with the sizes of its layers: whole numbers from 1 to 512/,
  );
  expect(readNetwork(JSON.stringify({ ...network, weights: [[[1e300]]] }))).toMatch(/its weights: numbers/);
  for (const [text, part] of [
    ['{}', 'the sizes of its layers'],
    ['[7]', 'the sizes of its layers'],
    ['null', 'all of it'],
    [JSON.stringify({ ...network, activations: [7] }), 'its activations'],
    [JSON.stringify({ ...network, loss: 'toString' }), 'its loss'],
  ] as const) {
    const sentence = 'The network in this link cannot be used. Something is wrong with';
    expect(readNetwork(text)).toBe(`${sentence} ${part}.`);
  }
});

test('every lab of the table is whole', async () => {
  for (const { id, section, title, load } of LABS) {
    const { lab } = await load();
    lab.open((definition) => {
      expect([definition.id, definition.section, definition.title]).toEqual([id, section, title]);
      expect(definition.question.choices.length).toBeGreaterThan(1);
    });
  }
});

describe.skipIf(!executable)(`the frame in a browser${note}`, () => {
  test('has a contents page that is accessible and leads to every lab', async () => {
    await using studio = await Studio.open();
    await studio.go('#/');
    await expectAccessible(studio);
    await expectNoSideways(studio);
    expect(
      await studio.page.$$eval('.home li a', (links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(LABS.map(({ id }) => `#/${id}`));
    expect(studio.troubles).toEqual([]);
  });

  test('says in a line what is wrong with a link, and goes on', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp?v=1&a=letters');
    expect(await studio.page.textContent('.notices')).toContain('learning rate α: a number was expected');
    await studio.go('#/nowhere');
    expect(await studio.page.textContent('.notices')).toContain('no lab “nowhere”');
    expect(studio.troubles).toEqual([]);
  });

  test.each(['terminated', 'in an endless loop'])(
    'notices that its worker is %s, offers to start it again, and loses nothing',
    async (what) => {
      await using studio = await Studio.open();
      const { page } = studio;
      await page.addInitScript(() => {
        const Real = Worker;
        globalThis.Worker = class extends Real {
          constructor(...given: ConstructorParameters<typeof Worker>) {
            super(...given);
            addEventListener('end-worker', () => this.terminate(), { once: true });
          }
        };
      });
      await studio.go('#/mlp?v=1&at=12');
      const before = await studio.numbers();
      if (what === 'terminated') await page.evaluate(() => dispatchEvent(new Event('end-worker')));
      else {
        const [worker] = page.workers();
        void worker?.evaluate('for (;;);').catch(() => {});
      }
      await page.click('.transport button:has-text("Step")');
      await page.click('.notices button:has-text("Start it again")');
      expect(await page.textContent('.notices')).toContain('nothing you made is gone');
      await studio.settled();
      expect(await studio.hash()).toContain('at=13');
      await page.click('.transport button:has-text("Undo")');
      await studio.settled();
      expect(await studio.numbers()).toEqual(before);
      expect(studio.troubles).toEqual([]);
    },
  );

  test('restores the work that was kept, and locks or hides what a link says', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp?v=1&at=7&a=0.5');
    await studio.go('#/mlp');
    expect(await studio.hash()).toContain('a=0.5');
    await studio.go('#/mlp?v=1&at=3&lock=a&hide=printed');
    expect(await studio.page.isDisabled('.controls input[type="range"]')).toBe(true);
    expect(await studio.page.$('.controls .segments')).toBeNull();
    expect(await studio.hash()).toContain('lock=a');
  });

  test('a link takes the place of one’s work, and Undo brings that back but for what is locked', async () => {
    await using studio = await Studio.open();
    const undo = studio.page.locator('.transport button:has-text("Undo")');
    await studio.go('#/mlp?v=1&at=7&a=0.5');
    const work = await studio.numbers();
    await studio.page.reload();
    await studio.settled();
    expect(await undo.isDisabled()).toBe(true);
    await studio.go('#/mlp?v=1&at=3');
    await undo.click();
    await studio.settled();
    expect(await studio.numbers()).toEqual(work);
    await studio.go('#/mlp?v=1&at=3&a=0.25&lock=a');
    await undo.click();
    await studio.settled();
    expect(await studio.hash()).toMatch(/at=7.*a=0\.25|a=0\.25.*at=7/);
  });

  test('has a help that tells of keys, and of links that lock and hide', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp');
    const { page } = studio;
    await page.click('.tools button[aria-label="Help"]');
    expect(await page.textContent('dialog')).toMatch(/Lecture mode.*lock=.*hide=/s);
    await expectAccessible(studio);
    await page.keyboard.press('Escape');
    expect(await page.$('dialog')).toBeNull();
    expect(studio.troubles).toEqual([]);
  });

  test('runs only after a prediction or a skip, pauses, and can be used by keyboard alone', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp');
    const { page } = studio;
    const run = page.locator('.transport button.main');
    expect(await run.isDisabled()).toBe(true);
    await page.locator('.choices button').first().focus();
    await page.keyboard.press('Enter');
    expect(await run.isDisabled()).toBe(false);
    await page.selectOption('.speed select', 'fast');
    await run.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => Number(/at=(\d+)/.exec(location.hash)?.[1]) > 2);
    await page.locator('.transport button.main').press('Enter');
    await studio.settled();
    const paused = await studio.numbers();
    await page.waitForTimeout(300);
    expect(await studio.numbers()).toEqual(paused);
    await page.locator('.stage [data-stop][tabindex="0"]').focus();
    const first = await page.evaluate(() => document.activeElement?.getAttribute('data-q'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const moved = await page.evaluate(() => document.activeElement?.getAttribute('data-q'));
    expect(moved).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await page.getAttribute(`.stage [data-q="${moved}"]`, 'aria-pressed')).toBe('true');
  });

  test('refuses letters where a number belongs, with a sentence, and keeps the number', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp?v=1&at=5');
    const before = await studio.numbers();
    await studio.page.fill('.controls input[type="text"]', 'abc');
    expect(await studio.page.textContent('.controls .problem')).toContain('not a number');
    expect(await studio.numbers()).toEqual(before);
  });

  test('works without a network after the first visit', async () => {
    await using studio = await Studio.open();
    await studio.go('#/mlp');
    await studio.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await studio.page.waitForFunction(async () => (await caches.keys()).length > 0);
    await studio.page.context().setOffline(true);
    await studio.page.reload();
    await studio.settled();
    await studio.page.click('.transport button:has-text("Step")');
    await studio.settled();
    expect(await studio.hash()).toContain('at=1');
  });

  test('is isolated, so that threads can start', async () => {
    await using studio = await Studio.open();
    await studio.go('#/');
    expect(await studio.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});
