import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type * as pellucid from '../../src/index.ts';
import { findBrowser, launch, serve } from '../support/browser.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/**
 * Trains a small network with dropout for a while: the bits of its weights and of its last loss. It is sent to the
 * browser as text, so it knows nothing but its argument.
 */
function train(library: typeof pellucid): number[] {
  const { compile, exp, log, mul, randomNormal, randomUniform, setSeed, tensor, valueAndGrad, variable } =
    library;
  // A BLAS, where Node finds one, rounds otherwise.
  library.setBackend(library.wasmBackend({ deterministic: true }));
  setSeed(17);
  const [hidden, outputs] = [
    variable(randomNormal([5, 19], 0, 0.5)),
    variable(library.randomTruncatedNormal([19, 3], 0, 0.3)),
  ];
  const weights = [hidden, variable(library.zeros([19])), outputs, variable(library.zeros([3]))];
  const counter = variable(tensor(0, { dtype: 'uint32' }));
  const inputs = randomNormal([64, 5]);
  const labels = library.oneHot(library.argMax(inputs.matmul(randomNormal([5, 3]))), 3);
  const step = compile((x, y) => {
    const stream = counter.read();
    counter.assign(stream.add(1));
    const kept = library.less(randomUniform([64, 19], 0, 1, { seed: 3, stream }), 0.8).cast('float32');
    const [loss, gradients] = valueAndGrad(() => {
      const [w1, b1, w2, b2] = weights.map((one) => one.read());
      if (!w1 || !b1 || !w2 || !b2) throw new Error('four weights');
      const h = mul(library.tanh(x.matmul(w1).add(b1)).add(library.sin(x.matmul(w1)).mul(0.1)), kept).mul(
        1.25,
      );
      const logits = library.erf(h).add(library.softplus(h)).matmul(w2).add(b2);
      const shifted = logits.sub(library.stopGradient(logits.max(1, true)));
      const logProbabilities = shifted.sub(log(exp(shifted).sum(1, true)));
      return y.mul(logProbabilities).sum(1).mean().neg();
    }, weights)();
    weights.forEach((one, i) => {
      const gradient = gradients[i];
      if (gradient) one.assign(one.read().sub(gradient.mul(0.2)));
    });
    return loss;
  });
  let last = step(inputs, labels);
  const first = last.item();
  for (let i = 0; i < 300; i++) last = step(inputs, labels);
  if (!(last.item() < first / 2)) throw new Error(`did not learn: ${first} to ${last.item()}`);
  const bits = (value: pellucid.NDArray) => [...new Uint32Array(value.data.slice().buffer)];
  return [...bits(last.value()), ...weights.flatMap((one) => bits(one.value()))];
}

const executable = findBrowser();
const note = executable ? '' : ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)';

test.skipIf(!executable)(`a training gives the same bits in a browser and in Node${note}`, async () => {
  expect(existsSync(`${dist}/index.js`), 'the library is built: npm run build').toBe(true);
  const inNode = train(await import(/* @vite-ignore */ pathToFileURL(`${dist}/index.js`).href));
  expect(inNode).toHaveLength(1 + 5 * 19 + 19 + 19 * 3 + 3);

  await using site = await serve(dist, '/dist');
  await using browser = await launch(executable ?? '');
  const page = await browser.newPage();
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(site.url);
  const inBrowser = await page.evaluate(`import('/dist/index.js').then(${train})`);
  expect(failures).toEqual([]);
  expect(inBrowser).toEqual(inNode);
});
