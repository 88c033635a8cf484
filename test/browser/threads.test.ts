import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as pellucid from '../../src/index.ts';
import type * as steps from '../../src/tensor/compile.ts';
import { findBrowser, launch, serve } from '../support/browser.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const executable = findBrowser();
const note = executable ? '' : ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)';

interface Found {
  readonly isolated: boolean;
  readonly cores: number;
  /** On how many threads each run was computed. */
  readonly threads: number[];
  readonly bits: number[];
}

/**
 * Trains two wide layers for some steps. It is sent to the browser as text, so it knows nothing but its arguments.
 * The threads of a page start while it is idle, so it first waits for them.
 */
async function train(
  library: typeof pellucid,
  { CompiledStep }: typeof steps,
  threads: number,
): Promise<Found> {
  const { randomNormal, setBackend, setSeed, tanh, valueAndGrad, variable, wasmBackend } = library;
  setBackend(wasmBackend({ threads, deterministic: true }));
  setSeed(5);
  const weights = [variable(randomNormal([192, 256], 0, 0.1)), variable(randomNormal([256, 160], 0, 0.1))];
  const inputs = randomNormal([128, 192]).value();
  const targets = randomNormal([128, 160]).value();
  const make = (updates: boolean) =>
    new CompiledStep(
      (x, y) => {
        const [loss, gradients] = valueAndGrad(() => {
          const [first, second] = weights.map((one) => one.read());
          if (!first || !second) throw new Error('two weights');
          const error = tanh(x.matmul(first)).matmul(second).sub(y);
          return error.mul(error).mean();
        }, weights)();
        for (const [i, one] of weights.entries()) {
          const gradient = gradients[i];
          if (updates && gradient) one.assign(one.read().sub(gradient.mul(5)));
        }
        return [loss];
      },
      [inputs, targets],
    );
  const prepare = (updates: boolean) => {
    const step = make(updates);
    step.set(0, inputs);
    step.set(1, targets);
    return step;
  };
  const trial = prepare(false);
  const isolated = globalThis.crossOriginIsolated ?? false;
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const deadline = performance.now() + 30_000;
  do {
    trial.run();
    await new Promise((done) => setTimeout(done, 50));
  } while (
    isolated &&
    threads > 1 &&
    cores > 1 &&
    trial.report.threads === 1 &&
    performance.now() < deadline
  );
  const step = prepare(true);
  const used: number[] = [];
  const losses: pellucid.NDArray[] = [];
  for (let i = 0; i < 12; i++) {
    step.run();
    used.push(step.report.threads);
    losses.push(...step.outputs());
  }
  const [first, last] = [losses[0]?.data[0] ?? 0, losses.at(-1)?.data[0] ?? 1];
  if (!(last < first)) throw new Error(`did not learn: ${first} to ${last}`);
  const bits = [...losses, ...weights.map((one) => one.value())].flatMap(({ data }) => [
    ...new Uint32Array(data.slice().buffer),
  ]);
  return { isolated, cores, threads: used, bits };
}

/** What `train` gives in a page. */
async function inPage(browser: Browser, isolated: boolean, threads: number): Promise<Found> {
  await using site = await serve(dist, '/dist', { isolated });
  const page = await browser.newPage();
  await page.goto(site.url);
  const modules = "Promise.all([import('/dist/index.js'), import('/dist/tensor/compile.js')])";
  return await page.evaluate(`${modules}.then(([library, steps]) => (${train})(library, steps, ${threads}))`);
}

describe.skipIf(!executable)(`a step with large products${note}`, () => {
  let expected: Found;
  let browser: Browser;
  beforeAll(async () => {
    expect(existsSync(`${dist}/index.js`), 'the library is built: npm run build').toBe(true);
    const load = (file: string) => import(/* @vite-ignore */ pathToFileURL(`${dist}/${file}`).href);
    browser = await launch(executable ?? '');
    expected = await train(await load('index.js'), await load('tensor/compile.js'), 1);
  });

  afterAll(() => browser.close());

  test('runs on two threads in a page that is isolated, and gives the bits of Node', async () => {
    const found = await inPage(browser, true, 2);
    expect(found.isolated).toBe(true);
    expect(found.threads).toEqual(found.threads.map(() => (found.cores > 1 ? 2 : 1)));
    expect(found.bits).toEqual(expected.bits);
  });

  test('runs on one thread there if that is wanted, and gives the same bits', async () => {
    const found = await inPage(browser, true, 1);
    expect(new Set(found.threads)).toEqual(new Set([1]));
    expect(found.bits).toEqual(expected.bits);
  });

  test('runs on one thread in a page that is not isolated, and gives the same bits', async () => {
    const found = await inPage(browser, false, 2);
    expect(found.isolated).toBe(false);
    expect(new Set(found.threads)).toEqual(new Set([1]));
    expect(found.bits).toEqual(expected.bits);
  });
});
