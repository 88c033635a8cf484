import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { LABS } from '../../studio/src/labs/index.ts';
import { compute } from '../../studio/src/labs/playground/compute.ts';
import { PROPERTIES } from '../../studio/src/labs/playground/properties.ts';
import { serve } from '../support/browser.ts';
import { executable, expectParity, note, Studio } from './harness.ts';

const subject = { properties: PROPERTIES, compute };
const BUILT = fileURLToPath(new URL('../../dist/studio', import.meta.url));

const noticesOf = (page: Page) =>
  page.$$eval('.notices p', (all) => all.map(({ textContent }) => textContent ?? ''));

/** Waits for a notice with these words; there is one line of them. */
async function told({ page }: Studio, words: string): Promise<void> {
  await page.locator('.notices p', { hasText: words }).waitFor();
  expect((await noticesOf(page)).filter((text) => text.includes(words))).toHaveLength(1);
}

/** One step of the playground. */
async function step(studio: Studio, steps: RegExp): Promise<void> {
  await studio.page.click('.transport button:has-text("Step")');
  await studio.page.locator('.said', { hasText: steps }).waitFor();
  await studio.settled();
}

/** One step of the playground, whose numbers are then the library's. */
async function trainsOn(studio: Studio): Promise<void> {
  await step(studio, /^After 1 step/);
  await expectParity(studio, subject);
}

describe.skipIf(!executable)(`bad surroundings${note}`, () => {
  test.each([
    ['is full', 'QuotaExceededError', 'There is no room left in this browser'],
    ['is forbidden', 'SecurityError', 'This browser keeps nothing here'],
  ] as const)(
    'where local storage %s, the page says so and loses nothing while it is open',
    async (_, name, words) => {
      await using studio = await Studio.open();
      const { page } = studio;
      await page.addInitScript((problem) => {
        const refuse = () => {
          throw new DOMException('not here', problem);
        };
        Storage.prototype.setItem = refuse;
        if (problem === 'SecurityError') Storage.prototype.getItem = refuse;
      }, name);
      await studio.go('#/playground?v=1&data=xor&layers=16,16,16,16,16,16&act=relu,relu,relu,relu,relu,relu');
      await told(studio, words);
      await step(studio, /^After 1 step/);
      const before = await studio.numbers();
      // A network too large for a link travels all the same, and what one comes back to is there.
      await page.click('.stage .open-in a[data-open="mlp"]');
      await page.waitForSelector('.lab[data-lab="mlp"][data-settled="true"]');
      expect(await page.textContent('.stage .summary')).toContain('2-16-16');
      await page.evaluate(() => {
        location.hash = '#/playground';
      });
      await page.waitForSelector('.lab[data-lab="playground"][data-settled="true"]');
      await studio.settled();
      expect(await studio.numbers()).toEqual(before);
      await page.click('.notices button:has-text("Dismiss")');
      await step(studio, /^After 2 steps/);
      expect((await noticesOf(page)).filter((text) => text.includes(words))).toEqual([]);
      expect(studio.troubles).toEqual([]);
    },
  );

  test('a service worker that is refused is told of, and everything works', async () => {
    await using studio = await Studio.open();
    await studio.page.addInitScript(() => {
      if (!isSecureContext) return;
      ServiceWorkerContainer.prototype.register = () => Promise.reject(new TypeError('refused'));
    });
    await studio.go('#/playground?v=1&data=xor&layers=3');
    await told(studio, 'Here the studio needs the network');
    await trainsOn(studio);
    expect(studio.troubles).toEqual([]);
  });

  test('a file server that isolates nothing, so that no memory is shared: everything works', async () => {
    await using site = await serve(BUILT, '/studio');
    await using studio = await Studio.open();
    const { page } = studio;
    await page.goto(`${site.url}/studio/index.html#/playground?v=1&data=xor&layers=3`);
    await studio.settled();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await trainsOn(studio);
    expect(await noticesOf(page)).toEqual([]);
    expect(studio.troubles.filter((trouble) => !trouble.startsWith('foreign'))).toEqual([]);
  });

  test('without WebAssembly the page says so, and every lab computes', async () => {
    await using site = await serve(BUILT, '/studio', { policy: "script-src 'self'" });
    await using studio = await Studio.open();
    const { page } = studio;
    for (const { id } of LABS) {
      await page.goto('about:blank');
      await page.goto(`${site.url}/studio/index.html#/${id}`);
      await page.waitForSelector('.lab[data-settled="true"] .summary');
      expect(await page.$$('.stage [data-q]'), id).not.toHaveLength(0);
      expect(await page.$('.stage > .problem'), id).toBeNull();
      expect(await noticesOf(page)).toEqual([expect.stringContaining('This browser runs no WebAssembly')]);
    }
    await page.goto('about:blank');
    await page.goto(`${site.url}/studio/index.html#/playground?v=1&data=xor&layers=3`);
    await step(studio, /^After 1 step/);
    expect(studio.troubles.filter((trouble) => trouble.startsWith('error'))).toEqual([]);
  });
});

/** What a hand that means no good, or an old page, would ask for; `hostile.test.ts` asks for a great deal more. */
const HOSTILE: Readonly<Record<string, string>> = {
  mlp: `sizes=${Array(32).fill(64).join()}&w=x&at=100000`,
  graph: `expr=${'('.repeat(390)}&x=Infinity`,
  'gradient-flow': `sizes=${Array(32).fill(512).join()}&data=example&at=100`,
  playground: 'data=table&layers=99&w=%00%00&curve=!!!!&z=AAAA',
};

describe.skipIf(!executable)(`hostile addresses in a browser${note}`, () => {
  test('each opens a page that can be used, and one line says what is wrong', async () => {
    await using studio = await Studio.open();
    const { page } = studio;
    for (const [id, query] of Object.entries(HOSTILE)) {
      await studio.go(`#/${id}?v=1&${query}`);
      const said = await noticesOf(page);
      expect(said, id).toHaveLength(1);
      expect(said[0]?.length, said[0]).toBeLessThan(250);
      expect(await page.textContent('.stage .summary'), id).not.toBe('');
      await page.click('.transport button:has-text("Reset")');
      await studio.settled();
      expect(await page.$$('.stage [data-q]'), id).not.toHaveLength(0);
      await page.click('.transport button:has-text("Undo")');
      await studio.settled();
    }
    for (const [hash, words] of [
      ['#/mlp?net=%7B', 'The network in this link cannot be read'],
      ['#/gradient-flow?net=%7B%7D', 'Something is wrong with the sizes of its layers'],
      ['#/playground?net=kept', 'not kept in this browser'],
      ['#/%00%ff/../x?%', 'There is no lab'],
    ] as const) {
      await studio.go(hash);
      await told(studio, words);
    }
    expect(studio.troubles).toEqual([]);
  });
});
