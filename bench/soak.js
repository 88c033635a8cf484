// Trains, computes eagerly, predicts and compiles for ten minutes, and prints what memory is held: node bench/soak.js --minutes 3 --every 30

import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as pellucid from '../dist/index.js';

const {
  compile,
  dense,
  dropout,
  grad,
  randomNormal,
  sequential,
  setBackend,
  setSeed,
  tanh,
  tensor,
  variable,
} = pellucid;

const { values: settings } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '30' },
    threads: { type: 'string' },
  },
});
const threads = settings.threads ? { threads: Number(settings.threads) } : {};
setBackend(pellucid.wasmBackend(threads));
setSeed(1);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const x = randomNormal([2048, 64]).value();
const y = {
  dtype: 'float32',
  shape: [2048, 1],
  data: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(x.data[64 * i])),
};

function makeModel(units) {
  const model = sequential([dense(units, { activation: 'relu' }), dropout(0.1), dense(1)]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

const kept = makeModel(128);
const slope = grad((w) => w.sub(3).mul(w.sub(3)).sum());
let w = tensor([0, 0]);

/** Something of everything. */
async function round(index) {
  await kept.fit(x, y, { epochs: 2, batchSize: 64, verbose: 0 });
  await kept.predict(x);
  for (let i = 0; i < 500; i++) {
    w = w.sub(slope(w).mul(0.1));
    w.value();
  }
  // Programs that are new, run on all threads, and are dropped.
  const weight = variable(randomNormal([256, 256 + (index % 32)]));
  const step = compile((a) => {
    weight.assign(weight.read().mul(0.99));
    return tanh(a.matmul(weight.read())).sum();
  });
  for (let i = 0; i < 5; i++) step(randomNormal([256, 256])).item();
  const other = makeModel(16 + (index % 16));
  await other.fit(x, y, { epochs: 1, batchSize: 256, verbose: 0 });
}

const MEBI = 2 ** 20;
const samples = [];
function sample(seconds, rounds) {
  collect();
  const { heapUsed, arrayBuffers, external, rss } = process.memoryUsage();
  const [heap, arrays, outside, resident] = [heapUsed, arrayBuffers, external, rss].map(
    (bytes) => bytes / MEBI,
  );
  samples.push({ heap, arrays, outside, resident });
  const columns = { heap, 'array buffers': arrays, external: outside, rss: resident };
  const text = Object.entries(columns).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  console.log(
    `${seconds.toFixed(0).padStart(5)} s  ${String(rounds).padStart(5)} rounds  ${text.join('  ')} MiB`,
  );
}

const [length, every] = [Number(settings.minutes) * 60, Number(settings.every)];
const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
let next = every;
let rounds = 0;
while (elapsed() < length) {
  await round(rounds++);
  if (elapsed() < next) continue;
  sample(elapsed(), rounds);
  next += every;
}
sample(elapsed(), rounds);
// By half time what is remembered on purpose, programs and leaves, is full.
const [half, last] = [samples[Math.floor(samples.length / 2)], samples.at(-1)];
for (const [name, size] of Object.entries(last)) {
  console.log(`${name}: ${(size - half[name]).toFixed(1)} MiB more than at half time`);
}
