// Measures one workload on the built library, and prints one line of JSON: node bench/pellucid.js w1 --threads 1 --blas

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as pellucid from '../dist/index.js';
import { CompiledStep } from '../dist/tensor/compile.js';
import { convolve } from '../dist/tensor/nn/convolution.js';
import { maxPool } from '../dist/tensor/nn/pooling.js';
import { blockStep } from './blocks.js';
import * as bench from './workloads.js';

const { arange, matmul, variable } = pellucid;

const { values: settings, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string' }, blas: { type: 'boolean', default: false } },
});
const [name] = positionals;
const threads = settings.threads ? { threads: Number(settings.threads) } : {};
pellucid.setBackend(pellucid.wasmBackend({ ...threads, blas: settings.blas }));
const workload = bench.WORKLOADS[name];
if (!workload) throw new Error(`No workload ${name}: one of ${Object.keys(bench.WORKLOADS).join(', ')}`);
const measure = { binary: steps, classes: steps, cnn: steps, fit, matmul: products, block, latency, start }[
  workload.kind
];
const { values, ...rest } = await measure();
console.log(JSON.stringify({ value: bench.median(values), values, ...rest }));

/** Training steps written out on the core, data and weights resident, as the peers write theirs. */
function steps() {
  const binary = workload.kind === 'binary';
  const { batch, rate, sizes } = workload;
  const data = binary ? (name === 'w1' ? bench.xor() : bench.spiral()) : bench.images(batch * bench.BATCHES);
  const x = variable({ dtype: 'float32', shape: [data.count, binary ? sizes[0] : 784], data: data.x });
  const y = variable({
    dtype: binary ? 'float32' : 'int32',
    shape: binary ? [data.count, 1] : [data.count],
    data: data.y,
  });
  const isCnn = workload.kind === 'cnn';
  const layers = (isCnn ? bench.cnnWeights() : bench.denseWeights(sizes)).map(({ kernel, bias, shape }) => ({
    kernel: variable({ dtype: 'float32', shape, data: kernel }),
    bias: variable({ dtype: 'float32', shape: [bias.length], data: bias }),
    shape,
  }));
  const weights = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  const count = variable({ dtype: 'int32', shape: [], data: Int32Array.of(0) });
  const logits = (inputs) =>
    layers.reduce(
      (values, { kernel, bias, shape }, i) => {
        if (shape.length === 4) return convolution(values, kernel, bias);
        const sums = matmul(values.reshape([-1, shape[0]]), kernel.read()).add(bias.read());
        if (i === layers.length - 1) return sums;
        return binary ? pellucid.tanh(sums) : pellucid.relu(sums);
      },
      isCnn ? inputs.reshape([-1, 28, 28, 1]) : inputs,
    );
  const loss = (inputs, targets) => {
    const z = logits(inputs);
    if (binary) return pellucid.mean(pellucid.softplus(z).sub(z.mul(targets)));
    return pellucid.mean(pellucid.sum(pellucid.logSoftmax(z).mul(pellucid.oneHot(targets, 10)), -1)).neg();
  };
  const optimizer = (binary ? pellucid.sgd : pellucid.adam)({ learningRate: rate });
  optimizer.build(weights);

  const batches = data.count / batch;
  const step = new CompiledStep(() => {
    const k = count.read();
    let [inputs, targets] = [x.read(), y.read()];
    if (batches > 1) {
      const rows = arange(batch).add(k.sub(k.div(batches).mul(batches)).mul(batch));
      [inputs, targets] = [pellucid.gather(inputs, rows), pellucid.gather(targets, rows)];
    }
    const [value, gradients] = pellucid.valueAndGrad(() => loss(inputs, targets), weights)();
    optimizer.apply(gradients, weights);
    count.assign(k.add(1));
    return [value];
  }, []);
  step.run(bench.checkStep(name) + 1);
  const check = step.outputs()[0].data[0];
  return { metric: 'steps/s', check, values: bench.throughput((times) => step.run(times), binary ? 400 : 1) };
}

/** A convolution of 3 × 3 without padding, ReLU, and the greatest of each 2 × 2. */
function convolution(images, kernel, bias) {
  const ones = { strides: [1, 1], dilations: [1, 1], padding: 'valid' };
  const sums = convolve(images, kernel.read(), ones).add(bias.read());
  return maxPool(pellucid.relu(sums), { ...ones, size: [2, 2], strides: [2, 2] });
}

/** Epochs of `fit`, shuffling and the accuracy included; the first, which compiles, is left out. */
async function fit() {
  const { batch, rate, sizes } = workload;
  const data = bench.images(bench.FIT_EXAMPLES);
  const model = pellucid.sequential([
    pellucid.input([sizes[0]]),
    pellucid.dense(sizes[1], { activation: 'relu' }),
    pellucid.dense(sizes[2]),
  ]);
  const weights = bench.denseWeights(sizes).flatMap(({ kernel, bias, shape }) => [
    { dtype: 'float32', shape, data: kernel },
    { dtype: 'float32', shape: [bias.length], data: bias },
  ]);
  model.setWeights(weights);
  model.compile({
    optimizer: pellucid.adam({ learningRate: rate }),
    loss: pellucid.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ['accuracy'],
  });
  const seconds = [];
  let start = 0;
  const stopwatch = {
    onEpochBegin() {
      start = performance.now();
    },
    onEpochEnd() {
      seconds.push((performance.now() - start) / 1000);
    },
  };
  const x = { dtype: 'float32', shape: [data.count, sizes[0]], data: data.x };
  const y = { dtype: 'int32', shape: [data.count], data: data.y };
  const history = await model.fit(x, y, { epochs: 6, batchSize: batch, callbacks: [stopwatch] });
  const values = seconds.slice(1).map((spent) => data.count / spent);
  return { metric: 'examples/s', check: history.history.loss.at(-1), values };
}

/** One product a call, the factors resident. */
function products() {
  const { size } = workload;
  const factor = (seed) =>
    variable({ dtype: 'float32', shape: [size, size], data: bench.matrix(size, seed) });
  const [a, b] = [factor(1), factor(2)];
  const step = new CompiledStep(() => [matmul(a.read(), b.read())], []);
  const rates = bench.throughput((times) => {
    for (let i = 0; i < times; i++) step.run();
  });
  const check = step.outputs()[0].data[size + 2];
  return { metric: 'GFLOP/s', check, values: rates.map((rate) => (rate * 2 * size ** 3) / 1e9) };
}

function block() {
  const step = blockStep(name);
  step.run();
  return { metric: 'steps/s', values: bench.throughput((times) => step.run(times)) };
}

/** One example in, its outputs out, from and to ordinary arrays. */
function latency() {
  const isCnn = workload.sizes === undefined;
  const layers = (isCnn ? bench.cnnWeights() : bench.denseWeights(workload.sizes)).map(
    ({ kernel, bias, shape }) => ({
      kernel: variable({ dtype: 'float32', shape, data: kernel }),
      bias: variable({ dtype: 'float32', shape: [bias.length], data: bias }),
      shape,
    }),
  );
  const shape = isCnn ? [1, 28, 28, 1] : [1, 784];
  const step = new CompiledStep((x) => [forward(layers, x)], [{ dtype: 'float32', shape }]);
  const data = bench.images(1).x;
  const one = () => {
    step.set(0, { dtype: 'float32', shape, data });
    step.run();
    return step.outputs()[0].data;
  };
  const rates = bench.throughput((times) => {
    for (let i = 0; i < times; i++) one();
  });
  return { metric: 'µs', check: one()[3], values: rates.map((rate) => 1e6 / rate) };
}

function forward(layers, inputs) {
  return layers.reduce((values, { kernel, bias, shape }, i) => {
    if (shape.length === 4) return convolution(values, kernel, bias);
    const sums = matmul(values.reshape([-1, shape[0]]), kernel.read()).add(bias.read());
    return i === layers.length - 1 ? sums : pellucid.relu(sums);
  }, inputs);
}

/** Milliseconds of whole processes, after one that warms the file cache. */
function start() {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const script = `const p = await import('pellucid');
const a = p.tensor([[1, 2], [3, 4]]); if (p.matmul(a, a).array()[0][0] !== 7) throw 1; process.exit(0);`;
  const timed = (code) => {
    const begin = performance.now();
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd });
    return performance.now() - begin;
  };
  const median = (code) => {
    timed(code);
    return bench.median(Array.from({ length: 7 }, () => timed(code)));
  };
  const bare = median('process.exit(0)');
  const values = [median(script), median(script), median(script)];
  return { metric: 'ms', bare, values };
}
