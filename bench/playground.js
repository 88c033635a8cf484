// How fast the studio's playground trains while it draws, in a real browser: npm run build && npm run studio:build &&
// node bench/playground.js [--seconds 5]. Prints one line of JSON for each network.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serveStudio } from '../dist/cli/studio.js';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const seconds = Number(options.seconds);
const executablePath =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
if (!executablePath) throw new Error('No Chromium found: set CHROMIUM_PATH.');

const NETWORKS = {
  'spiral 2-8-8-1, batch 10, SGD': 'opt=sgd&a=0.1',
  'spiral 2-8-8-1, batch 10, Adam': 'opt=adam',
};

const site = await serveStudio();
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  for (const [name, query] of Object.entries(NETWORKS)) {
    console.log(JSON.stringify({ name, ...(await measure(query)) }));
  }
} finally {
  await browser.close();
  await site.close();
}

/** Steps, pictures and frames a second, and the longest task of the page's own thread, in milliseconds. */
async function measure(query) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${site.url}/#/playground?v=1&data=spirals&${query}`);
  await page.waitForSelector('.lab[data-settled="true"]');
  await page.click('.choices button:has-text("Skip")');
  await page.selectOption('.speed select', 'fast');
  await page.click('.transport button.main');
  // The first steps compile.
  await page.waitForTimeout(1500);
  const found = await page.evaluate(async (milliseconds) => {
    const said = document.querySelector('.said');
    const steps = () => Number(/([\d,]+) step/.exec(said.textContent)?.[1].replaceAll(',', ''));
    const tasks = [];
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
    });
    let pictures = 0;
    new MutationObserver(() => pictures++).observe(said, { characterData: true, subtree: true });
    let frames = 0;
    const [start, from] = [performance.now(), steps()];
    while (performance.now() - start < milliseconds) {
      await new Promise((next) => requestAnimationFrame(next));
      frames++;
    }
    const spent = (performance.now() - start) / 1000;
    return {
      stepsPerSecond: Math.round((steps() - from) / spent),
      picturesPerSecond: Math.round(pictures / spent),
      framesPerSecond: Math.round(frames / spent),
      longestTask: Math.round(Math.max(0, ...tasks)),
    };
  }, seconds * 1000);
  await page.close();
  return found;
}
