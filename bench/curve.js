// The cost of a training step as a network grows, as a picture: node bench/curve.js [--blas] → bench/curve.svg

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import * as pellucid from '../dist/index.js';
import { CompiledStep } from '../dist/tensor/compile.js';
import { median } from './workloads.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    blas: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    output: { type: 'string', default: path.join(here, 'curve.svg') },
  },
});
pellucid.setBackend(pellucid.wasmBackend({ blas: options.blas, threads: Number(options.threads) }));

const WIDTHS = [16, 64, 256, 1024, 4096];
const BATCHES = [1, 8, 64, 256, 1024];
const INPUTS = 64;
const CLASSES = 10;
const SEGMENT_MILLISECONDS = 200;

const points = WIDTHS.flatMap((width) => BATCHES.map((batch) => ({ width, batch, ...cost(width, batch) })));
for (const { width, batch, seconds, operations } of points) {
  const gigaflops = operations / seconds / 1e9;
  console.log(
    `${width} wide, batch ${batch}: ${(seconds * 1e6).toFixed(1)} µs, ${gigaflops.toFixed(1)} GFLOP/s`,
  );
}
writeFileSync(options.output, picture());

/** A step of a 64-w-w-10 network: forward, backward, plain gradient descent. */
function cost(width, batch) {
  const model = pellucid.sequential([
    pellucid.input([INPUTS]),
    pellucid.dense(width, { activation: 'relu' }),
    pellucid.dense(width, { activation: 'relu' }),
    pellucid.dense(CLASSES),
  ]);
  const x = pellucid.variable(pellucid.randomNormal([batch, INPUTS], 0, 1, { seed: 1 }));
  const weights = model.trainableWeights;
  const step = new CompiledStep(() => {
    const loss = () => pellucid.mean(pellucid.square(model.call(x.read(), { training: true })));
    const [value, gradients] = pellucid.valueAndGrad(loss, weights)();
    weights.forEach((weight, i) => {
      weight.assign(weight.read().sub(gradients[i].mul(1e-4)));
    });
    return [value];
  }, []);
  const timed = (times) => {
    const start = performance.now();
    step.run(times);
    return (performance.now() - start) / times;
  };
  let times = 1;
  for (let each = timed(1); each * times < SEGMENT_MILLISECONDS; each = timed(times)) times *= 4;
  const milliseconds = median(Array.from({ length: 5 }, () => timed(times)));
  const products = batch * (INPUTS * width + width * width + width * CLASSES);
  // Forward, and back to weights and to inputs; but not back to the first inputs.
  return { seconds: milliseconds / 1000, operations: 2 * (3 * products - batch * INPUTS * width) };
}

function picture() {
  const [width, height, margin] = [760, 460, { left: 70, right: 150, top: 40, bottom: 60 }];
  const x = scaleLog([16, 4096], [margin.left, width - margin.right]);
  const low = 10 ** Math.floor(Math.log10(Math.min(...points.map(({ seconds }) => seconds))));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...points.map(({ seconds }) => seconds))));
  const y = scaleLog([low, high], [height - margin.bottom, margin.top]);
  const path = line(
    (point) => x(point.width),
    (point) => y(point.seconds),
  );
  const dashes = ['', '6 3', '2 3', '8 3 2 3', '1 4'];
  const curves = BATCHES.map((batch, i) => {
    const some = points.filter((point) => point.batch === batch);
    const last = some.at(-1);
    const dots = some.map((point) => `<circle cx="${x(point.width)}" cy="${y(point.seconds)}" r="3"/>`);
    return `<g><path d="${path(some)}" fill="none" stroke-width="2" stroke-dasharray="${dashes[i]}"/>${dots.join('')}
<text class="label" x="${x(last.width) + 10}" y="${y(last.seconds) + 4}">batch ${batch}</text></g>`;
  });
  const powers = Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i);
  const rows = powers.map(
    (value) =>
      `<path class="grid" d="M${margin.left} ${y(value)}H${width - margin.right}"/><text x="${margin.left - 8}" y="${y(value) + 4}" text-anchor="end">${duration(value)}</text>`,
  );
  const columns = WIDTHS.map(
    (value) =>
      `<text x="${x(value)}" y="${height - margin.bottom + 20}" text-anchor="middle">${value}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time of a training step by width and batch">
<style>text{font:13px Inter,sans-serif;fill:#1B1F24}.label{fill:#1F5FA8}.grid{stroke:#1B1F24;stroke-opacity:.12}g{stroke:#1F5FA8;fill:#1F5FA8}g text{stroke:none}@media(prefers-color-scheme:dark){text{fill:#E8E6E1}.label,g{fill:#6FB1F0;stroke:#6FB1F0}.grid{stroke:#E8E6E1}}</style>
<text x="${margin.left}" y="22">One training step of a ${INPUTS}-w-w-${CLASSES} network, ${options.threads} threads${options.blas ? ', with BLAS' : ''}</text>
${rows.join('\n')}
${columns.join('\n')}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 16}" text-anchor="middle">width w</text>
${curves.join('\n')}
</svg>
`;
}

function duration(seconds) {
  if (seconds >= 1) return `${seconds} s`;
  return seconds >= 1e-3 ? `${Math.round(seconds * 1e3)} ms` : `${Number((seconds * 1e6).toPrecision(1))} µs`;
}
